// SPDX-License-Identifier: EUPL-1.2
// The map as large as the screen allows, with the list below it.

import { html, raw } from '../lib/html';
import { layers, legend, list, liveBar, map } from '../lib/parts';
import type { Page } from '../lib/page';

export const page: Page = {
  name: 'map',
  path: 'kaart',
  inMenu: 'map.menu',
  title: (c) => html`${c.t('map.title')} – ${raw('{{layer_name}}')}`,
  body: (c) => html`
    <h1 class="map-head">${c.t('map.head', { layer: raw('{{layer_name}}') })}</h1>
    ${layers(c)}
    <section class="map-large" aria-label="${c.t('map.label')}">
      ${map(c)}
      <div class="map-side">
        ${legend(c)}
        ${liveBar(c)}
      </div>
    </section>
    <details class="fold" id="lijst">
      <summary>${c.t('map.as.list')}: {{list_head}}</summary>
      ${list(c)}
    </details>`,
};
