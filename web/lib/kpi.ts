// SPDX-License-Identifier: EUPL-1.2
// Parts of the pages of the assessment.

import { html, Html, raw } from './html';
import type { Context, MessageId } from './page';
import { cell } from './parts';

const chip = raw('<span class="kpi-chip {{class}}" aria-hidden="true">{{mark}}</span>');

export function legend(c: Context): Html {
  return html`<ul class="kpi-legend" aria-label="${c.t('kpi.legend')}">{{#legend}}<li>${chip} {{word}}</li>{{/legend}}</ul>`;
}

export function wheel(c: Context): Html {
  return html`<figure class="kpi-wheel">{{{wheel}}}<figcaption class="small">${c.t('kpi.wheel.more')}</figcaption></figure>`;
}

export function counts(c: Context): Html {
  const figure = (id: MessageId, n: string, all: string): Html =>
    html`<div><dt>${c.t(id)}</dt><dd>${raw(`{{${n}}}`)} <span class="small">${c.t('kpi.of', { all: raw(`{{${all}}}`) })}</span></dd></div>`;
  return html`<dl class="kpi-counts">
    ${figure('kpi.count.reported', 'indicators_reported', 'indicators_all')}
    ${figure('kpi.count.verified', 'indicators_verified', 'indicators_all')}
    ${figure('kpi.count.partial', 'indicators_partial', 'indicators_all')}
    ${figure('kpi.count.points', 'points_reported', 'points_all')}
    ${figure('kpi.count.scored', 'points_scored', 'points_all')}
  </dl>`;
}

const HEADS: MessageId[] = ['kpi.col.indicator', 'kpi.col.value', 'kpi.col.class', 'kpi.col.state', 'kpi.col.change'];

function row(c: Context): Html {
  return html`<tr>
    <th scope="row"><a href="{{href}}">{{name}}</a>{{#part}} <span class="kpi-part">{{part}}</span>{{/part}}
      {{#measured}}<span class="kpi-tag">${c.t('kpi.tag.measured')}</span>{{/measured}}{{#is_demo}} <span class="kpi-tag">${c.t('kpi.tag.demo')}</span>{{/is_demo}}</th>
    <td data-head="${c.t('kpi.col.value')}">{{#value}}<strong>{{value}}</strong> <span class="unit">{{unit}}</span>{{/value}}{{^value}}–{{/value}}{{#target}}<br><span class="small">{{target}}</span>{{/target}}</td>
    <td data-head="${c.t('kpi.col.class')}">${chip} <span class="small">{{word}}</span></td>
    <td data-head="${c.t('kpi.col.state')}">{{state}}</td>
    ${cell(c, 'kpi.col.change', raw('{{change}}'), 'change')}
  </tr>`;
}

export function head(c: Context, ids: MessageId[]): Html {
  return html`<thead><tr>${ids.map((id) => html`<th scope="col">${c.t(id)}</th>`)}</tr></thead>`;
}

// Results by dimension, group and category.
export function tables(c: Context): Html {
  return html`{{#dimensions}}<section class="kpi-dimension" aria-labelledby="kpi-{{number}}">
    <h2 id="kpi-{{number}}">{{name}} ${chip} {{#score}}<span class="kpi-score">{{score}}</span>{{/score}}<span class="visually-hidden"> {{word}}</span></h2>
    {{#groups}}<h3>{{name}} ${chip} {{#score}}<span class="kpi-score">{{score}}</span>{{/score}}<span class="visually-hidden"> {{word}}</span></h3>
    <div class="kpi-scroll" tabindex="0" role="region" aria-label="{{name}}"><table class="kpi-table">
      <caption class="visually-hidden">{{name}}</caption>
      ${head(c, HEADS)}
      {{#categories}}<tbody>
        <tr class="kpi-category"><th colspan="5" scope="rowgroup">{{name}}{{#score}} <span class="kpi-score">{{score}}</span>{{/score}}</th></tr>
        {{#rows}}${row(c)}{{/rows}}
      </tbody>{{/categories}}
    </table></div>{{/groups}}
  </section>{{/dimensions}}`;
}

function list(c: Context, flag: string, key: string, title: MessageId, empty: MessageId): Html {
  return html`<h3>${c.t(title)}</h3>
    {{^${raw(flag)}}}<p>${c.t(empty)}</p>{{/${raw(flag)}}}
    <ul class="kpi-list">{{#${raw(key)}}}<li>{{name}}{{#part}} – {{part}}{{/part}} <span class="small">({{code}})</span>{{#value}}: {{value}} {{unit}}{{/value}}{{#target}}; {{target}}{{/target}}</li>{{/${raw(key)}}}</ul>`;
}

// The chapters of a verification report.
export function report(c: Context, more: Html | string = ''): Html {
  return html`<article class="kpi-report">
    <h1>${c.t('kpi.report.title', { year: raw('{{year}}') })}</h1>
    <p class="lead">{{town}} · {{set_name}}</p>
    {{#has_demo}}<p class="kpi-notice"><strong>${c.t('kpi.demo')}</strong></p>{{/has_demo}}
    <dl class="facts">
      <div><dt>${c.t('kpi.report.made')}</dt><dd><time datetime="{{made_iso}}">{{made}}</time></dd></div>
      <div><dt>${c.t('kpi.report.state')}</dt><dd>{{#frozen}}${c.t('kpi.report.frozen')}{{/frozen}}{{^frozen}}${c.t('kpi.report.open')}{{/frozen}}</dd></div>
      <div><dt>${c.t('kpi.report.hash')}</dt><dd><code class="kpi-hash">{{hash}}</code></dd></div>
    </dl>
    <nav class="kpi-contents" aria-labelledby="kpi-inhoud"><h2 id="kpi-inhoud">${c.t('kpi.report.contents')}</h2><ol>
      ${(['background', 'counts', 'method', 'results', 'absent', 'targets', 'next', 'sources', 'signed'] as const).map((id) =>
        html`<li><a href="#r-${id}">${c.t(`kpi.report.${id}` as MessageId)}</a></li>`)}
    </ol></nav>
    <section id="r-background"><h2>${c.t('kpi.report.background')}</h2><p>${c.t('kpi.report.background.1')}</p><p>${c.t('kpi.report.background.2')}</p></section>
    <section id="r-counts"><h2>${c.t('kpi.report.counts')}</h2>${counts(c)}<p>${c.t('kpi.report.counts.1', { n: raw('{{measured_count}}') })}</p></section>
    <section id="r-method"><h2>${c.t('kpi.report.method')}</h2><p>${c.t('kpi.report.method.1')}</p><p>${c.t('kpi.report.method.2')}</p><p>${c.t('kpi.report.method.3')}</p>${legend(c)}</section>
    <section id="r-results"><h2>${c.t('kpi.report.results')}</h2>${wheel(c)}</section>
    <div class="kpi-report-tables">${tables(c)}</div>
    <section id="r-absent"><h2>${c.t('kpi.report.absent')}</h2>
      ${list(c, 'has_missing', 'missing', 'kpi.report.missing', 'kpi.report.nothing')}
      ${list(c, 'has_withheld', 'withheld', 'kpi.report.withheld', 'kpi.report.nothing')}</section>
    <section id="r-targets"><h2>${c.t('kpi.report.targets')}</h2>${list(c, 'has_promises', 'promises', 'kpi.report.promises', 'kpi.report.promises.none')}</section>
    <section id="r-next"><h2>${c.t('kpi.report.next')}</h2>
      ${list(c, 'has_low', 'low', 'kpi.report.low', 'kpi.report.nothing')}
      ${list(c, 'has_worse', 'worse', 'kpi.report.worse', 'kpi.report.nothing')}</section>
    <section id="r-sources"><h2>${c.t('kpi.report.sources')}</h2>
      <div class="kpi-scroll" tabindex="0" role="region" aria-label="${c.t('kpi.report.sources')}"><table class="kpi-table kpi-sources">
        <caption class="visually-hidden">${c.t('kpi.report.sources')}</caption>
        ${head(c, ['kpi.col.input', 'kpi.col.value', 'kpi.col.status', 'kpi.col.source', 'kpi.col.method'])}
        <tbody>{{#sources}}<tr><th scope="row">{{input}}</th>
          <td data-head="${c.t('kpi.col.value')}">{{#value}}{{value}} <span class="unit">{{unit}}</span>{{/value}}{{^value}}–{{/value}}</td>
          <td data-head="${c.t('kpi.col.status')}">{{status}}{{#reason}}: {{reason}}{{/reason}}{{#confirmed}} <span class="small">${c.t('kpi.report.confirmed', { n: raw('{{confirmed}}') })}</span>{{/confirmed}}</td>
          <td data-head="${c.t('kpi.col.source')}">{{source}}</td>
          <td data-head="${c.t('kpi.col.method')}">{{method}}, {{origin}}</td></tr>{{/sources}}</tbody>
      </table></div>
      <h3>${c.t('kpi.report.evidence')}</h3>
      {{^has_evidence}}<p>${c.t('kpi.report.nothing')}</p>{{/has_evidence}}
      <ul class="kpi-list">{{#evidence}}<li>{{input}}: {{type}}, {{bytes}} bytes, <code class="kpi-hash">{{hash}}</code></li>{{/evidence}}</ul></section>
    <section id="r-signed"><h2>${c.t('kpi.report.signed')}</h2>
      {{^signatures}}<p>${c.t('kpi.report.unsigned')}</p>{{/signatures}}
      {{#signatures}}<blockquote><p>{{statement}}</p></blockquote>
      <p><time datetime="{{iso}}">{{when}}</time>, ${c.t('kpi.report.verifier')}. {{#holds}}${c.t('kpi.report.holds')}{{/holds}}{{^holds}}<strong>${c.t('kpi.report.changed')}</strong>{{/holds}}</p>
      <p class="small"><code class="kpi-hash">{{hash}}</code></p>{{/signatures}}${more}</section>
  </article>`;
}
