// SPDX-License-Identifier: EUPL-1.2
// The town now: one sentence, the map, and the same meters as a list.

import { html, raw } from '../lib/html';
import { airIndexShort, layers, legend, list, liveBar, map, search } from '../lib/parts';
import type { Page } from '../lib/page';

export const page: Page = {
  name: 'home',
  path: '',
  inMenu: 'home.menu',
  title: (c) => html`${c.t('home.title')} – ${raw('{{layer_name}}')}`,
  body: (c) => html`
    <div class="welcome">
      <div class="hero" data-part="now">
        <h1>${c.t('home.head')}</h1>
        ${airIndexShort(c)}
        <p class="lead">{{#headline_word}}<span class="badge {{headline_class}}">{{headline_word}}</span> {{/headline_word}}{{summary}}</p>
        {{{gauge}}}
      </div>
      <section class="mine" id="mijn-straat" aria-labelledby="mine-head">
        <h2 id="mine-head">${c.t('home.street.head')}</h2>
        ${search(c)}
      </section>
    </div>
    ${layers(c)}
    <div class="split">
      <section class="split-map" aria-label="${c.t('map.label')}">
        ${map(c)}
        ${legend(c)}
      </section>
      <section class="split-list" id="lijst">
        <div class="list-head">
          <h2>{{list_head}}</h2>
          ${liveBar(c)}
        </div>
        ${list(c)}
      </section>
    </div>`,
};
