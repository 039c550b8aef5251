// SPDX-License-Identifier: EUPL-1.2
// What a search without script finds; with script the browser does it itself.

import { html, raw } from '../lib/html';
import { search } from '../lib/parts';
import type { Page } from '../lib/page';

export const page: Page = {
  name: 'search',
  path: 'zoek',
  title: (c) => c.t('search.title'),
  body: (c) => html`
    <article class="text">
      <h1>${c.t('search.title')}</h1>
      ${search(c)}
      {{#has_found}}<h2>${c.t('search.found', { wanted: raw('{{wanted}}') })}</h2>
      <ul class="found">
        {{#found}}<li><a href="{{href}}">{{name}}</a> <span class="area">{{kind}}{{#beside}}, {{beside}}{{/beside}}</span></li>{{/found}}
      </ul>{{/has_found}}
      {{^has_found}}{{#is_asked}}<p class="empty">${c.t('search.none', { wanted: raw('{{wanted}}') })} ${c.t('search.none.next')} <a href="${c.href('kaart')}">${c.t('missing.map')}</a></p>{{/is_asked}}{{/has_found}}
    </article>`,
};
