// SPDX-License-Identifier: EUPL-1.2
// Parts that more than one page shows.

import { html, Html, raw } from './html';
import type { Context, MessageId } from './page';

// What is shown on map and list: fine dust, noise, temperature ...
export function layers(c: Context): Html {
  return html`<nav class="layers" aria-label="${c.t('layers.choose')}">
    <ul>{{#layers}}<li><a href="{{href}}"{{#current}} aria-current="true"{{/current}}>{{name}}</a></li>{{/layers}}</ul>
  </nav>`;
}

// An hour of the last two days, or now. Without script a list of hours and two links; script makes a slider of the list.
export function hours(c: Context): Html {
  return html`{{#hours}}<form class="hours" action="${c.href('kaart')}" data-hours aria-label="${c.t('hours.choose')}">
    <input type="hidden" name="laag" value="{{layer}}">
    <a class="hours-step" href="{{previous_href}}" rel="prev" data-hours-step="-1" aria-label="${c.t('hours.previous')}">${ICON.left}</a>
    <div class="hours-field"><label for="t" class="visually-hidden">${c.t('hours.label')}</label>
      <select id="t" name="t">{{#options}}<option value="{{value}}"{{#selected}} selected{{/selected}}>{{name}}</option>{{/options}}</select>
      <button type="submit">${c.t('hours.show')}</button></div>
    {{#next_href}}<a class="hours-step" href="{{next_href}}" rel="next" data-hours-step="1" aria-label="${c.t('hours.next')}">${ICON.right}</a>{{/next_href}}
    {{^next_href}}<a class="hours-step" role="link" aria-disabled="true" data-hours-step="1" aria-label="${c.t('hours.next')}">${ICON.right}</a>{{/next_href}}
    <a class="hours-now" href="{{now_href}}" data-hours-now{{^next_href}} aria-current="true"{{/next_href}}>${c.t('hours.now')}</a>
  </form>{{/hours}}`;
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
    {{#has_index}}<p class="small">${c.t('index.map')}</p>{{/has_index}}
    <p class="small">{{legend_note}} <a href="${c.href('uitleg')}#kleuren">${c.t('legend.more')}</a></p>
  </div>`;
}

function areaTable(c: Context): Html {
  return html`{{#has_areas}}<table class="meters">
      <caption class="visually-hidden">${c.t('list.caption.areas', { layer: raw('{{layer_name}}') })}</caption>
      <thead class="visually-hidden"><tr><th scope="col">${c.t('list.area')}</th><th scope="col">{{layer_name}}</th><th scope="col">${c.t('list.when')}</th></tr></thead>
      <tbody data-part="now">
        {{#areas}}<tr class="{{state}}">
          <th scope="row">{{#href}}<a href="{{href}}">{{name}}</a>{{/href}}{{^href}}{{name}}{{/href}} <span class="area">{{meters}}</span></th>
          <td class="reading"><span class="number"><span class="value">{{value}}</span> <span class="unit">{{layer_unit}}</span></span>
            <span class="word"><span class="dot {{class}}"></span>{{word}}</span></td>
          <td class="when"><time datetime="{{iso}}">{{when}}</time></td>
        </tr>{{/areas}}
      </tbody>
    </table>{{/has_areas}}`;
}

// Of meters, or of neighbourhoods where there are very many; an area's page has its parts in a list of their own.
export function list(c: Context, of: 'all' | 'meters' = 'all'): Html {
  return html`<div class="list" data-list>
    <p class="filter" data-filter hidden>
      <label for="filter">${c.t('list.filter')}</label>
      <input id="filter" type="search" autocomplete="off" spellcheck="false">
      <span role="status" class="visually-hidden" data-filter-count></span>
    </p>
    {{^has_meters}}${of === 'all' ? html`{{^has_areas}}<p class="empty">${c.t('list.empty')}</p>{{/has_areas}}` : html`<p class="empty">${c.t('list.empty')}</p>`}{{/has_meters}}
    ${of === 'all' && areaTable(c)}
    {{#has_meters}}<table class="meters">
      <caption class="visually-hidden">${c.t('list.caption', { layer: raw('{{layer_name}}') })}</caption>
      <thead class="visually-hidden"><tr><th scope="col">${c.t('list.meter')}</th><th scope="col">{{layer_name}}</th><th scope="col">${c.t('list.when')}</th></tr></thead>
      <tbody>
        {{#meters}}<tr class="{{state}}"{{#stream}} data-stream="{{stream}}" data-fresh="{{fresh_ms}}" data-decimals="{{decimals}}"{{/stream}}>
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

// A cell of a table that is read as a list on a phone; there a cell whose tag is empty is left out.
export function cell(c: Context, head: MessageId, body: Html, tag?: string): Html {
  return html`<td data-head="${c.t(head)}"${tag !== undefined && raw(`{{^${tag}}} class="is-empty"{{/${tag}}}`)}>${body}</td>`;
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
  place: icon('M10 18s6-5.5 6-10a6 6 0 0 0-12 0c0 4.5 6 10 6 10zM10 10a2 2 0 1 0 0-4 2 2 0 0 0 0 4'),
};

// A form for everybody; script searches in the browser and adds the location.
export function search(c: Context): Html {
  return html`<div class="street" data-street{{#has_postcodes}} data-postcodes{{/has_postcodes}}>
    <form action="${c.href('zoek')}" role="search">
      <label for="q">{{#has_postcodes}}${c.t('home.postcode.label')}{{/has_postcodes}}{{^has_postcodes}}${c.t('home.street.label')}{{/has_postcodes}}</label>
      {{#is_demo_postcode}}<p class="small" id="q-hint">${c.t('home.postcode.demo')}</p>{{/is_demo_postcode}}
      <div class="field">
        <input id="q" name="q" type="search" value="{{wanted}}"{{#is_demo_postcode}} aria-describedby="q-hint"{{/is_demo_postcode}} autocomplete="off" spellcheck="false" maxlength="100">
        <button type="submit" class="nl-button--primary">${c.t('home.street.go')}</button>
      </div>
    </form>
    <ul class="found" data-street-found></ul>
    <p class="small" role="status" data-street-said></p>
    <p class="street-locate"><button type="button" data-street-locate hidden>${ICON.place}${c.t('home.street.locate')}</button> <span class="small">${c.t('home.street.private')}</span></p>
    <p data-street-mine hidden>${c.t('home.street.mine')} <a href="">–</a> <button type="button" class="quiet">${c.t('home.street.forget')}</button></p>
  </div>`;
}

// The air quality index in two lines, for the home page.
export function airIndexShort(c: Context): Html {
  return html`{{#index}}<section class="index-short" aria-labelledby="index-head">
    <p class="index-badge {{class}}"><span class="index-number">{{number}}</span> <span class="index-word">{{word}}</span></p>
    <div>
      <h2 id="index-head">${c.t('index.head')}</h2>
      <p><strong>${c.t('advice.for.sensitive')}</strong> {{sensitive}}</p>
      <p class="small">{{measured}} {{#is_indication}}${c.t('index.indication')}{{/is_indication}} <a href="{{index_href}}">${c.t('index.more')}</a></p>
    </div>
  </section>{{/index}}`;
}

// The air quality index: number, word, colour and shape; advice; what it is made of.
export function airIndex(c: Context): Html {
  return html`{{#index}}<section class="index" aria-labelledby="index-head">
    <h2 id="index-head">${c.t('index.head')}</h2>
    <p class="index-badge {{class}}"><span class="index-number">{{number}}</span> <span class="index-word">{{word}}</span></p>
    <p class="small">${c.t('index.name')}. {{measured}} {{#is_indication}}${c.t('index.indication')}{{/is_indication}} {{#is_partial}}${c.t('index.partial')}{{/is_partial}}</p>
    <ul class="advice">
      <li><strong>${c.t('advice.everyone')}</strong> {{all}}</li>
      <li><strong>${c.t('advice.for.sensitive')}</strong> {{sensitive}}</li>
    </ul>
    <table class="bars">
      <caption>${c.t('index.parts')}</caption>
      <thead class="visually-hidden"><tr><th scope="col">${c.t('index.substance')}</th><th scope="col">${c.t('index.class')}</th><th scope="col">${c.t('index.mean')}</th></tr></thead>
      <tbody>{{#parts}}<tr><th scope="row">{{name}}{{#decides}} <span class="area">${c.t('index.decides')}</span>{{/decides}}</th>
        <td>{{#has_class}}<svg class="bar {{class}}" aria-hidden="true" width="100%" height="14"><rect width="{{share}}%" height="14" rx="3"/></svg><span class="word-beside">{{number}}, {{word}}</span>{{/has_class}}{{^has_class}}<span class="word-beside">${c.t('chart.gap')}</span>{{/has_class}}</td>
        <td class="number"><span class="value">{{value}}</span> <span class="unit">{{unit}}</span></td></tr>{{/parts}}</tbody>
    </table>
    <p class="small">${c.t('advice.source')}</p>
  </section>{{/index}}`;
}

export function noise(c: Context): Html {
  return html`{{#has_noise}}<section class="noise" aria-labelledby="noise-head">
    <h2 id="noise-head">${c.t('noise.head')}</h2>
    <div class="table-wide" tabindex="0" role="region" aria-label="${c.t('noise.caption')}">
      <table class="register numbers-right">
        <caption>${c.t('noise.caption')}</caption>
        <thead><tr><th scope="col">${c.t('noise.meter')}</th><th scope="col">${c.t('noise.day')}</th><th scope="col">${c.t('noise.evening')}</th><th scope="col">${c.t('noise.night')}</th><th scope="col">${c.t('noise.lden')}</th></tr></thead>
        <tbody>{{#noise}}<tr><th scope="row"><a href="{{href}}">{{name}}</a></th><td>{{day}}</td><td>{{evening}}</td><td>{{night}}</td>
          <td><span class="value">{{lden}}</span>{{#word}} <span class="word word-right"><span class="dot {{class}}"></span>{{word}}</span>{{/word}}</td></tr>{{/noise}}</tbody>
      </table>
    </div>
    <p class="small">${c.t('noise.note')} ${c.t('noise.missing')}</p>
  </section>{{/has_noise}}`;
}

// A chart and the same as figures and table.
export function chartWithTable(c: Context): Html {
  return html`{{#has_points}}<figure class="chart" data-chart>
          {{{chart}}}
          <figcaption>{{chart_caption}}</figcaption>
        </figure>
        <dl class="facts-row">
          {{#figures}}<div><dt>{{name}}</dt><dd>{{value}} <span class="unit">{{chart_unit}}</span>{{#when}}<span class="small">{{when}}</span>{{/when}}</dd></div>{{/figures}}
        </dl>
        <details class="fold" data-keep="table">
          <summary>${c.t('chart.as.table')}</summary>
          <div class="table-scroll" tabindex="0" role="region" aria-label="{{chart_name}}">
            <table class="numbers">
              <caption>{{chart_caption}}</caption>
              <thead><tr><th scope="col">${c.t('table.when')}</th><th scope="col">${c.t('table.mean')}</th><th scope="col">{{low_name}}</th><th scope="col">{{high_name}}</th></tr></thead>
              <tbody>
                {{#rows}}<tr data-x="{{x}}" data-y="{{y}}"><th scope="row">{{when}}</th><td>{{mean}}</td><td>{{low}}</td><td>{{high}}</td></tr>{{/rows}}
              </tbody>
            </table>
          </div>
        </details>{{/has_points}}`;
}

// All of a chart's frame inside somebody else's page.
export function embeddedChart(c: Context, href: Html): Html {
  return html`
    <h1 class="embed-name">{{name}}{{#has_chart}}: {{chart_name}}{{#chart_unit}} <span class="unit">{{chart_unit}}</span>{{/chart_unit}}{{/has_chart}}</h1>
    {{#has_chart}}${chartWithTable(c)}{{/has_chart}}
    {{^has_points}}<p class="empty">${c.t('chart.empty')}</p>{{/has_points}}
    <p class="small"><a href="${href}">${c.t('embed.more')}</a></p>`;
}

// Link, snippet and QR code of a page. `embed` and `qr` are tags that hold addresses; without them that part is left out.
export function share(c: Context, title: Html, embed?: Html, qr?: Html, chart?: Html): Html {
  const snippet = (href: Html, height: number): string => html`<iframe src="{{origin}}${href}" title="${title}" loading="lazy" width="100%" height="${height}"></iframe>`.toString();
  return html`<section class="share" aria-labelledby="share-head">
    <h2 id="share-head">${c.t('share.head')}</h2>
    <p><span class="share-label">${c.t('share.link')}</span> <code data-copy>{{origin}}{{self_href}}</code></p>
    ${embed && html`<details class="fold"><summary>${c.t('share.embed')}</summary>
      <p>${c.t('share.embed.more')}</p>
      <pre tabindex="0"><code data-copy>${snippet(embed, 220)}</code></pre>
      ${chart && html`{{#has_chart}}<p>${c.t('share.embed.chart')}</p>
      <pre tabindex="0"><code data-copy>${snippet(chart, 420)}</code></pre>{{/has_chart}}`}
    </details>`}
    ${qr && html`<details class="fold"><summary>${c.t('share.qr')}</summary>
      <p><img class="qr" src="${qr}" alt="${c.t('share.qr')}" width="180" height="180" loading="lazy"></p>
      <p>${c.t('share.qr.more')} <a href="${qr}">${c.t('share.qr.open')}</a></p>
    </details>`}
  </section>`;
}
