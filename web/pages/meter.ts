// SPDX-License-Identifier: EUPL-1.2
// One meter: what it measures now, how that went, and what it is.

import { html, raw } from '../lib/html';
import { ICON, chartWithTable, liveBar, noise, share } from '../lib/parts';
import type { Page } from '../lib/page';

export const page: Page = {
  name: 'meter',
  path: 'meter/{id}',
  title: () => html`${raw('{{name}}')}`,
  body: (c) => html`
    <p class="back"><a href="{{map_href}}">${c.t('meter.back')}</a></p>
    <div class="hero">
      <p class="over">{{kind}}{{#area}} · {{area}}{{/area}}</p>
      <h1>{{name}}</h1>
      <p class="lead">{{sentence}}</p>
      {{#is_hidden}}<p><strong>${c.t('meter.hidden')}</strong></p>{{/is_hidden}}
      ${liveBar(c)}
    </div>
    <section aria-label="${c.t('meter.now')}">
      {{^streams}}<p class="empty">${c.t('meter.nothing')}</p>{{/streams}}
      <ul class="cards">
        {{#streams}}<li class="card {{state}}{{#current}} card-current{{/current}}" data-stream="{{stream}}" data-fresh="{{fresh_ms}}" data-decimals="{{decimals}}">
          <a class="card-name" href="{{href}}"{{#current}} aria-current="true"{{/current}}>{{name}}</a>
          <p class="card-value"><span class="value" data-value>{{value}}</span> <span class="unit">{{unit}}</span></p>
          <p class="word"><span class="dot {{class}}"></span><span data-word>{{word}}</span></p>
          <p class="when"><time datetime="{{iso}}">{{when}}</time></p>
        </li>{{/streams}}
      </ul>
    </section>
    {{#has_chart}}<section class="past" id="verloop" aria-labelledby="past-head">
      <div class="past-head">
        <h2 id="past-head">{{chart_name}}{{#chart_unit}} <span class="unit">{{chart_unit}}</span>{{/chart_unit}}</h2>
        <nav class="tabs" aria-label="${c.t('chart.period')}">
          <ul>{{#periods}}<li><a href="{{href}}"{{#current}} aria-current="true"{{/current}}>{{name}}</a></li>{{/periods}}</ul>
        </nav>
      </div>
      <div data-part="chart" data-chart-stream="{{chart_stream}}">
        {{^has_points}}<div class="empty">
          <p><strong>${c.t('chart.empty')}</strong> {{empty_since}}</p>
          <p>${c.t('chart.empty.next')} <a href="{{map_href}}">${c.t('missing.map')}</a></p>
        </div>{{/has_points}}
        ${chartWithTable(c)}
      </div>
    </section>{{/has_chart}}
    ${noise(c)}
    {{#has_outages}}<section class="outages">
      <h2>${c.t('status.outages')}</h2>
      <p>${c.t('meter.outages')}</p>
      <ul class="found">{{#outages}}<li>{{when}}</li>{{/outages}}</ul>
    </section>{{/has_outages}}
    <section class="about">
      <h2>${c.t('meter.about')}</h2>
      {{#description}}<p>{{description}}</p>{{/description}}
      <dl class="facts">
        {{#facts}}<div><dt>{{name}}</dt><dd>{{value}}</dd></div>{{/facts}}
      </dl>
      <p class="small">${c.t('meter.one')} <a href="${c.href('uitleg')}#zekerheid">${c.t('meter.one.more')}</a></p>
    </section>
    {{#has_streams}}<section class="take">
      <h2>${c.t('meter.download')}</h2>
      <ul class="downloads">
        {{#downloads}}<li><a href="{{href}}" download>${ICON.download}{{name}}</a></li>{{/downloads}}
      </ul>
      <p class="small">${c.t('meter.api')} <a href="{{api_href}}"><code>{{api_href}}</code></a></p>
    </section>{{/has_streams}}
    ${share(c, raw('{{name}}'), raw('{{embed_href}}'), raw('{{qr_href}}'), raw('{{embed_chart_href}}'))}`,
};
