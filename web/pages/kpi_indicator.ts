// SPDX-License-Identifier: EUPL-1.2
// One indicator: what it means, the formula filled in, where each number comes from.

import { html, raw } from '../lib/html';
import { head } from '../lib/kpi';
import type { Page } from '../lib/page';

const chip = raw('<span class="kpi-chip {{class}}" aria-hidden="true">{{mark}}</span>');

export const page: Page = {
  name: 'kpi-indicator',
  path: 'kpi/{id}',
  title: () => html`${raw('{{name}}')}`,
  body: (c) => html`
    <p class="back"><a href="{{back_href}}">${c.t('kpi.back')}</a></p>
    <div class="hero">
      <p class="over">{{group}} · {{code}} · {{area_name}} {{year}}</p>
      <h1>{{name}}</h1>
      <p class="lead">{{definition}}</p>
    </div>
    {{#unconfirmed}}<p class="kpi-notice">${c.t('kpi.unconfirmed')}</p>{{/unconfirmed}}
    {{#points}}<section class="kpi-point" aria-label="{{name}} {{part}}">
      <h2>{{#part}}{{part}}: {{/part}}{{#value}}{{value}} <span class="unit">{{unit}}</span>{{/value}}{{^value}}${c.t('kpi.no.value')}{{/value}}</h2>
      <p>${chip} {{word}} · {{state}}{{#change}} · ${c.t('kpi.change.since')} {{change}}{{/change}}{{#measured}} · <span class="kpi-tag">${c.t('kpi.tag.measured')}</span>{{/measured}}{{#is_demo}} · <span class="kpi-tag">${c.t('kpi.tag.demo')}</span>{{/is_demo}}</p>
      <dl class="facts">
        <div><dt>${c.t('kpi.formula')}</dt><dd>{{formula}}</dd></div>
        <div><dt>${c.t('kpi.filled')}</dt><dd><code>{{filled}}{{#value}} = {{value}}{{/value}}</code>{{#override}} ${c.t('kpi.override')}{{/override}}</dd></div>
        {{#has_missing}}<div><dt>${c.t('kpi.missing')}</dt><dd><ul class="kpi-list">{{#missing}}<li>{{name}}</li>{{/missing}}</ul></dd></div>{{/has_missing}}
        {{#method}}<div><dt>${c.t('kpi.weakest')}</dt><dd>{{method}}</dd></div>{{/method}}
        {{#benchmark}}<div><dt>${c.t('kpi.benchmark')}</dt><dd>{{benchmark}}{{#share}} – ${c.t('kpi.share', { share: raw('{{share}}') })}{{/share}} <span class="small">(${c.t('kpi.worst')} {{worst}}; {{benchmark_source}}{{#benchmark_date}}, {{benchmark_date}}{{/benchmark_date}})</span></dd></div>{{/benchmark}}
        {{#policy}}<div><dt>${c.t('kpi.policy')}</dt><dd>${c.t('kpi.policy.in', { value: raw('{{policy}}'), year: raw('{{policy_year}}') })} {{policy_word}} <span class="small">({{policy_source}})</span></dd></div>{{/policy}}
      </dl>
      {{#chart}}<figure class="chart">{{{chart}}}<figcaption class="small">${c.t('kpi.chart')} {{unit}}</figcaption></figure>{{/chart}}
    </section>{{/points}}
    <section><h2>${c.t('kpi.inputs')}</h2>
      <div class="kpi-scroll" tabindex="0" role="region" aria-label="${c.t('kpi.inputs')}"><table class="kpi-table">
        <caption class="visually-hidden">${c.t('kpi.inputs')}</caption>
        ${head(c, ['kpi.col.input', 'kpi.col.value', 'kpi.col.status', 'kpi.col.source', 'kpi.col.method'])}
        <tbody>{{#inputs}}<tr>
          <th scope="row">{{name}}<br><span class="small">{{definition}}</span></th>
          <td data-head="${c.t('kpi.col.value')}">{{#value}}<strong>{{value}}</strong> <span class="unit">{{unit}}</span>{{/value}}{{^value}}–{{/value}}{{#reference_year}}<br><span class="small">${c.t('kpi.about.year')} {{reference_year}}</span>{{/reference_year}}</td>
          <td data-head="${c.t('kpi.col.status')}">{{status}}{{#evidence}}<br><span class="small">${c.t('kpi.evidence.n', { n: raw('{{evidence}}') })}</span>{{/evidence}}</td>
          <td data-head="${c.t('kpi.col.source')}">{{source}}{{#usual}}<span class="small">${c.t('kpi.usual')} {{usual}}</span>{{/usual}}{{#is_demo}} <span class="kpi-tag">${c.t('kpi.tag.demo')}</span>{{/is_demo}}</td>
          <td data-head="${c.t('kpi.col.method')}">{{method}}{{#origin}}<br><span class="small">{{origin}}{{#capture}}, ${c.t('kpi.capture', { share: raw('{{capture}}') })}{{/capture}}</span>{{/origin}}{{#has_readings}}<br><span class="small">{{note}}<br>${c.t('kpi.readings')} {{#readings}}<a href="/v1.1/Datastreams({{stream}})">{{stream}}</a> {{/readings}}</span>{{/has_readings}}</td>
        </tr>{{/inputs}}</tbody>
      </table></div>
    </section>
    {{#has_trend}}<section><h2>${c.t('kpi.trend')}</h2><table class="kpi-table kpi-narrow">
      <caption class="visually-hidden">${c.t('kpi.trend')}</caption>
      ${head(c, ['kpi.col.year', 'kpi.col.value', 'kpi.col.class', 'kpi.col.state'])}
      <tbody>{{#trend}}<tr><th scope="row">{{year}}{{#part}} <span class="kpi-part">{{part}}</span>{{/part}}</th>
        <td data-head="${c.t('kpi.col.value')}"><strong>{{value}}</strong> <span class="unit">{{unit}}</span></td>
        <td data-head="${c.t('kpi.col.class')}">${chip} <span class="small">{{word}}</span></td><td data-head="${c.t('kpi.col.state')}">{{state}}</td></tr>{{/trend}}</tbody>
    </table></section>{{/has_trend}}
    {{#has_locals}}<section><h2>${c.t('kpi.locals')}</h2>
      {{#map}}<div class="map-frame kpi-map"><div class="map">{{{map}}}</div></div>{{/map}}
      <details class="fold"{{^map}} open{{/map}}><summary>${c.t('kpi.locals.table')}</summary><table class="kpi-table kpi-narrow">
        <caption class="visually-hidden">${c.t('kpi.locals')}</caption>
        ${head(c, ['kpi.col.area', 'kpi.col.value', 'kpi.col.class'])}
        <tbody>{{#locals}}<tr><th scope="row"><a href="{{href}}">{{name}}</a></th><td data-head="${c.t('kpi.col.value')}">{{value}} <span class="unit">{{unit}}</span></td>
          <td data-head="${c.t('kpi.col.class')}">${chip} <span class="small">{{word}}</span></td></tr>{{/locals}}</tbody>
      </table></details></section>{{/has_locals}}
    {{#has_others}}<section><h2>${c.t('kpi.others')}</h2><p>${c.t('kpi.others.more')}</p><table class="kpi-table kpi-narrow">
      <caption class="visually-hidden">${c.t('kpi.others')}</caption>
      ${head(c, ['kpi.col.town', 'kpi.col.value', 'kpi.col.published'])}
      <tbody>{{#others}}<tr><th scope="row">{{town}} ({{country}}){{#part}} <span class="kpi-part">{{part}}</span>{{/part}}</th>
        <td data-head="${c.t('kpi.col.value')}">{{value}} <span class="unit">{{unit}}</span></td><td data-head="${c.t('kpi.col.published')}">{{published}}<br><span class="small">{{source}}</span></td></tr>{{/others}}</tbody>
    </table></section>{{/has_others}}
    <section><h2>${c.t('kpi.more')}</h2><dl class="facts">
      <div><dt>${c.t('kpi.sdg')}</dt><dd>{{#sdg}}<span class="kpi-tag">SDG {{target}}</span> {{/sdg}}</dd></div>
      <div><dt>${c.t('kpi.kind')}</dt><dd>{{kind}}, {{type}}</dd></div>
      {{#note}}<div><dt>${c.t('kpi.note')}</dt><dd lang="en">{{note}}</dd></div>{{/note}}
    </dl></section>`,
};
