// SPDX-License-Identifier: EUPL-1.2
// Parts that more than one page shows.

import { html, Html, raw } from './html';
import type { Context } from './page';

// What is shown on map and list: fine dust, noise, temperature ...
export function layers(c: Context): Html {
  return html`<nav class="layers" aria-label="${c.t('layers.choose')}">
    <ul>{{#layers}}<li><a href="{{href}}"{{#current}} aria-current="true"{{/current}}>{{name}}</a></li>{{/layers}}</ul>
  </nav>`;
}

// Hidden until script finds that live updates work.
export function liveBar(c: Context): Html {
  return html`<p class="live" data-live-bar hidden>
    <span class="live-dot" aria-hidden="true"></span>
    <span data-live-text>${c.t('client.live.on')}</span>
    <button type="button" class="quiet" data-live-button>${c.t('client.live.pause')}</button>
  </p>
  <p class="visually-hidden" role="status" data-live-region></p>`;
}

export function map(c: Context): Html {
  return html`<div class="map-frame" data-map>
    <div class="map" data-map-pane{{#has_areas}} data-part="now"{{/has_areas}}>{{{map}}}</div>
    <div class="map-buttons" data-map-buttons hidden>
      <button type="button" data-zoom="in" aria-label="${c.t('map.zoom.in')}">${ICON.plus}</button>
      <button type="button" data-zoom="out" aria-label="${c.t('map.zoom.out')}" disabled>${ICON.minus}</button>
      <button type="button" data-pan="up" aria-label="${c.t('map.pan.up')}">${ICON.up}</button>
      <button type="button" data-pan="down" aria-label="${c.t('map.pan.down')}">${ICON.down}</button>
      <button type="button" data-pan="left" aria-label="${c.t('map.pan.left')}">${ICON.left}</button>
      <button type="button" data-pan="right" aria-label="${c.t('map.pan.right')}">${ICON.right}</button>
    </div>
  </div>`;
}

export function legend(c: Context): Html {
  return html`<div class="legend">
    <h2 class="legend-head">{{layer_name}}{{#layer_unit}} <span class="unit">{{layer_unit}}</span>{{/layer_unit}}</h2>
    <ul class="legend-classes">
      {{#legend}}<li><span class="chip {{class}}"></span> <span>{{word}} <span class="range">{{range}}</span></span></li>{{/legend}}
      {{#has_old}}<li><span class="chip old" aria-hidden="true">–</span> <span>${c.t('legend.old')}</span></li>{{/has_old}}
    </ul>
    {{#has_kinds}}<ul class="legend-kinds">{{#kinds}}<li>{{{mark}}} {{name}}</li>{{/kinds}}</ul>{{/has_kinds}}
    <p class="small">{{legend_note}} <a href="${c.href('uitleg')}#kleuren">${c.t('legend.more')}</a></p>
  </div>`;
}

export function list(c: Context): Html {
  return html`<div class="list" data-list>
    {{#is_one_area}}<p><a href="{{list_all_href}}">${c.t('list.all')}</a></p>{{/is_one_area}}
    <p class="filter" data-filter hidden>
      <label for="filter">${c.t('list.filter')}</label>
      <input id="filter" type="search" autocomplete="off" spellcheck="false">
      <span role="status" class="visually-hidden" data-filter-count></span>
    </p>
    {{^meters}}{{^areas}}<p class="empty">${c.t('list.empty')}</p>{{/areas}}{{/meters}}
    {{#has_areas}}<table class="meters">
      <caption class="visually-hidden">${c.t('list.caption.areas', { layer: raw('{{layer_name}}') })}</caption>
      <thead class="visually-hidden"><tr><th scope="col">${c.t('list.area')}</th><th scope="col">{{layer_name}}</th><th scope="col">${c.t('list.when')}</th></tr></thead>
      <tbody data-part="now">
        {{#areas}}<tr class="{{state}}">
          <th scope="row">{{#href}}<a href="{{href}}">{{name}}</a>{{/href}}{{^href}}{{name}}{{/href}} <span class="area">${c.t('list.count.one', { count: raw('{{count}}') })}</span></th>
          <td class="reading"><span class="number"><span class="value">{{value}}</span> <span class="unit">{{layer_unit}}</span></span>
            <span class="word"><span class="dot {{class}}"></span>{{word}}</span></td>
          <td class="when"><time datetime="{{iso}}">{{when}}</time></td>
        </tr>{{/areas}}
      </tbody>
    </table>{{/has_areas}}
    {{#has_meters}}<table class="meters">
      <caption class="visually-hidden">${c.t('list.caption', { layer: raw('{{layer_name}}') })}</caption>
      <thead class="visually-hidden"><tr><th scope="col">${c.t('list.meter')}</th><th scope="col">{{layer_name}}</th><th scope="col">${c.t('list.when')}</th></tr></thead>
      <tbody>
        {{#meters}}<tr class="{{state}}" data-stream="{{stream}}" data-fresh="{{fresh_ms}}" data-decimals="{{decimals}}">
          <th scope="row"><a href="{{href}}">{{name}}</a> <span class="area">{{area}}</span></th>
          <td class="reading"><span class="number"><span class="value" data-value>{{value}}</span> <span class="unit">{{layer_unit}}</span></span>
            <span class="word"><span class="dot {{class}}"></span><span data-word>{{word}}</span></span></td>
          <td class="when"><time datetime="{{iso}}">{{when}}</time></td>
        </tr>{{/meters}}
      </tbody>
    </table>{{/has_meters}}
    <p class="empty" data-filter-none hidden>${c.t('list.none')}</p>
  </div>`;
}

const icon = (path: string): Html =>
  raw(`<svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true"><path d="${path}"/></svg>`);

export const ICON = {
  plus: icon('M10 4v12M4 10h12'),
  minus: icon('M4 10h12'),
  up: icon('M4 12l6-6 6 6'),
  down: icon('M4 8l6 6 6-6'),
  left: icon('M12 4l-6 6 6 6'),
  right: icon('M8 4l6 6-6 6'),
  download: icon('M10 3v10M5 9l5 5 5-5M4 17h12'),
};
