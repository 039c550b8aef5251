// SPDX-License-Identifier: EUPL-1.2
// The map as large as the screen allows, now or in an hour of the last two days, with the list below it.

import { html, raw } from '../lib/html';
import { hours, layers, legend, list, liveBar, map } from '../lib/parts';
import type { Page } from '../lib/page';

export const page: Page = {
  name: 'map',
  path: 'kaart',
  inMenu: 'map.menu',
  title: (c) => html`${c.t('map.title')} – ${raw('{{layer_name}}{{#hour}}, {{hour}}{{/hour}}')}`,
  body: (c) => html`
    <h1 class="map-head">${c.t('map.head', { layer: raw('{{layer_name}}') })}</h1>
    ${layers(c)}
    ${hours(c)}
    <section class="map-large" aria-label="${c.t('map.label')}">
      ${map(c)}
      <div class="map-side">
        <div data-legend>${legend(c)}</div>
        {{#hour}}<p class="small">${c.t('hours.mean')}</p>{{/hour}}
        {{^hour}}${liveBar(c)}{{/hour}}
      </div>
    </section>
    <details class="fold" id="lijst">
      <summary>${c.t('map.as.list')}: {{list_head}}</summary>
      ${list(c)}
    </details>`,
};
