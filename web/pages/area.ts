// SPDX-License-Identifier: EUPL-1.2
// An area, from street to world: now, over time, compared, and what it is made of.

import { html, raw } from '../lib/html';
import { ICON, airIndex, chartWithTable, layers, list, liveBar, noise, share } from '../lib/parts';
import type { Page } from '../lib/page';

export const page: Page = {
  name: 'area',
  path: 'gebied/{code}',
  title: () => html`${raw('{{name}}')} – ${raw('{{layer_name}}')}`,
  body: (c) => html`
    <nav class="path" aria-label="${c.t('area.path')}"><ol>{{#parents}}<li><a href="{{href}}">{{name}}</a></li>{{/parents}}</ol></nav>
    <div class="area-top">
      <div>
        <div class="hero" data-part="now">
          <p class="over">{{level}}</p>
          <h1>{{name}}</h1>
          <p class="lead">{{#headline_word}}<span class="badge {{headline_class}}">{{headline_word}}</span> {{/headline_word}}{{sentence}}</p>
          {{#measured}}<p class="small">{{measured}} <a href="${c.href('uitleg')}#zekerheid">${c.t('meter.one.more')}</a></p>{{/measured}}
          {{#nearest}}<p>${c.t('area.few.nearest')} {{value}}: <a href="{{href}}">{{name}}</a>. ${c.t('area.few.why')}</p>{{/nearest}}
        </div>
        ${layers(c)}
        ${liveBar(c)}
      </div>
      {{#map}}<div class="area-map map" data-map-pane>{{{map}}}</div>{{/map}}
    </div>
    ${airIndex(c)}
    {{#has_chart}}<section class="past" id="verloop" aria-labelledby="past-head">
      <div class="past-head">
        <h2 id="past-head">${c.t('area.past')}: {{chart_name}}{{#chart_unit}} <span class="unit">{{chart_unit}}</span>{{/chart_unit}}</h2>
        <nav class="tabs" aria-label="${c.t('chart.period')}">
          <ul>{{#periods}}<li><a href="{{href}}"{{#current}} aria-current="true"{{/current}}>{{name}}</a></li>{{/periods}}</ul>
        </nav>
      </div>
      <div data-part="chart">
        {{^has_points}}<p class="empty">${c.t('area.empty')}</p>{{/has_points}}
        ${chartWithTable(c)}
      </div>
    </section>{{/has_chart}}
    <div class="columns">
      {{#has_compared}}<section aria-labelledby="compare-head">
        <h2 id="compare-head">${c.t('area.compare')}</h2>
        {{#trend}}<p>{{trend}}</p>{{/trend}}
        <table class="bars">
          <caption>${c.t('area.compare.caption')} <span class="unit">{{chart_unit}}</span></caption>
          <thead class="visually-hidden"><tr><th scope="col">${c.t('area.compare.area')}</th><th scope="col">${c.t('area.compare.mean')}</th></tr></thead>
          <tbody>
            {{#compared}}<tr><th scope="row">{{#href}}<a href="{{href}}">{{name}}</a>{{/href}}{{^href}}<strong>{{name}}</strong>{{/href}}</th>
              <td><svg class="bar {{class}}" aria-hidden="true" width="100%" height="14"><rect width="{{share}}%" height="14" rx="3"/></svg></td>
              <td class="number"><span class="value">{{value}}</span>{{#word}} <span class="word-beside">{{word}}</span>{{/word}}</td></tr>{{/compared}}
          </tbody>
        </table>
      </section>{{/has_compared}}
      {{#has_guidelines}}<section aria-labelledby="guide-head">
        <h2 id="guide-head">${c.t('area.guidelines')}</h2>
        <div class="table-wide" tabindex="0" role="region" aria-label="${c.t('area.guidelines.caption')}">
          <table class="register numbers-right">
            <caption>${c.t('area.guidelines.caption')} <span class="unit">{{chart_unit}}</span></caption>
            <thead><tr><th scope="col">${c.t('area.guideline.name')}</th><th scope="col">${c.t('area.guideline.limit')}</th><th scope="col">${c.t('area.guideline.here')}</th><th scope="col">${c.t('area.guideline.outcome')}</th></tr></thead>
            <tbody>
              {{#guidelines}}<tr><th scope="row">{{name}}</th><td>{{limit}}</td><td>{{value}}</td><td>{{#is_above}}▲{{/is_above}}{{^is_above}}▼{{/is_above}}&nbsp;{{outcome}}</td></tr>{{/guidelines}}
            </tbody>
          </table>
        </div>
        <p class="small">${c.t('area.guidelines.note')}</p>
      </section>{{/has_guidelines}}
    </div>
    ${noise(c)}
    {{#has_areas}}<section class="area-parts" aria-labelledby="parts-head">
      <h2 id="parts-head">${c.t('area.parts')}</h2>
      <table class="meters">
        <caption class="visually-hidden">${c.t('list.caption.areas', { layer: raw('{{layer_name}}') })}</caption>
        <thead class="visually-hidden"><tr><th scope="col">${c.t('list.area')}</th><th scope="col">{{layer_name}}</th></tr></thead>
        <tbody data-part="now">
          {{#areas}}<tr class="{{state}}"><th scope="row"><a href="{{href}}">{{name}}</a> <span class="area">{{meters}}</span></th>
            <td class="reading"><span class="number"><span class="value">{{value}}</span> <span class="unit">{{layer_unit}}</span></span>
              <span class="word"><span class="dot {{class}}"></span>{{word}}</span>{{#since}}<span class="since">{{since}}</span>{{/since}}</td></tr>{{/areas}}
        </tbody>
      </table>
    </section>{{/has_areas}}
    <section class="area-meters" aria-labelledby="meters-head">
      <h2 id="meters-head">${c.t('area.meters')}</h2>
      {{#meters_folded}}<details class="fold" data-keep="meters"><summary>{{#meters_cut}}${c.t('area.meters.first', { shown: raw('{{meters_shown}}'), count: raw('{{meters_count}}') })}{{/meters_cut}}{{^meters_cut}}${c.t('area.meters.all', { count: raw('{{meters_count}}') })}{{/meters_cut}}</summary>{{/meters_folded}}
      ${list(c, 'meters')}
      {{#meters_folded}}</details>{{/meters_folded}}
    </section>
    {{#has_chart}}<section class="take">
      <h2>${c.t('meter.download')}</h2>
      <ul class="downloads"><li><a href="{{csv_href}}" download>${ICON.download}${c.t('area.csv', { layer: raw('{{layer_name}}') })}</a></li></ul>
      <p class="small">${c.t('area.api')} <a href="{{api_href}}"><code>{{api_href}}</code></a></p>
    </section>{{/has_chart}}
    <section class="take" aria-labelledby="follow-head">
      <h2 id="follow-head">${c.t('area.follow')}</h2>
      <p>${c.t('area.follow.more')} <a href="{{feed_href}}">${c.t('area.follow.link')}</a></p>
    </section>
    ${share(c, raw('{{name}}'), raw('{{embed_href}}'), undefined, raw('{{embed_chart_href}}'))}`,
};
