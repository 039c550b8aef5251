// SPDX-License-Identifier: EUPL-1.2
// The assessment for who delivers, judges and verifies: progress, inputs, one input with its history.

import { html, Html, raw } from '../lib/html';
import type { Context, Page } from '../lib/page';
import { cell, field, form, head, notices, select, submit } from '../lib/team';

const input = raw('<input type="hidden" name="invoer" value="{{id}}">');

function years(c: Context): Html {
  return html`<nav class="tabs" aria-label="${c.t('kpi.years')}"><ul>{{#years}}<li><a href="{{href}}"{{#current}} aria-current="true"{{/current}}>{{name}}</a></li>{{/years}}</ul></nav>`;
}

function closing(c: Context): Html {
  return html`<section><h2>${c.t('team.kpi.year')}</h2>
    <p>{{#frozen}}${c.t('kpi.report.frozen')}{{/frozen}}{{^frozen}}${c.t('kpi.report.open')}{{/frozen}} <a href="{{report_href}}">${c.t('kpi.take.report')}</a></p>
    <p class="small">${c.t('kpi.report.hash')}: <code class="kpi-hash">{{hash}}</code></p>
    <ul class="kpi-list">{{#acts}}<li>{{when}}: {{act}}, {{by}}{{#reason}} – {{reason}}{{/reason}}{{^holds}} <span class="small">(${c.t('kpi.report.changed')})</span>{{/holds}}</li>{{/acts}}</ul>
    {{#may_freeze}}${form(c, 'afsluiten', c.t('team.kpi.freeze'), html`${submit(c.t('team.kpi.freeze'), 'default')}`, { quiet: true })}{{/may_freeze}}
    {{#may_open}}${form(c, 'openen', c.t('team.kpi.open'), html`${field(c.t('team.kpi.reason'), 'reden', 'required maxlength="2000"')}${submit(c.t('team.kpi.open'), 'default')}`)}{{/may_open}}
    {{#may_sign}}${form(c, 'verklaren', c.t('team.kpi.sign'), html`${field(c.t('team.kpi.statement'), 'reden', 'required maxlength="2000"', c.t('team.kpi.statement.hint'))}${submit(c.t('team.kpi.sign'))}`)}{{/may_sign}}
  </section>`;
}

function list(c: Context): Html {
  return html`<section><h2>${c.t('team.kpi.progress')}</h2>
    <div class="team-scroll" tabindex="0" role="region" aria-label="${c.t('team.kpi.progress')}"><table class="team-table">
      ${head(c, ['team.kpi.department', 'team.kpi.delivered', 'team.kpi.checked', 'team.kpi.sentback', 'team.kpi.owner', 'team.kpi.due'])}
      <tbody>{{#departments}}<tr><th scope="row"><a href="{{href}}"{{#current}} aria-current="true"{{/current}}>{{name}}</a></th>
        ${cell(c, 'team.kpi.delivered', c.t('team.kpi.n.of', { n: raw('{{done_count}}'), all: raw('{{inputs}}') }))}${cell(c, 'team.kpi.checked', raw('{{checked}}'))}${cell(c, 'team.kpi.sentback', raw('{{sent_back}}'))}
        ${cell(c, 'team.kpi.owner', raw('{{owner}}'))}${cell(c, 'team.kpi.due', raw('{{due}}'))}</tr>{{/departments}}</tbody></table></div>
    {{#may_task}}<details class="fold"><summary>${c.t('team.kpi.task')}</summary>${form(c, 'taak', c.t('team.kpi.task'), html`
      ${select(c.t('team.kpi.department'), 'afdeling', raw('{{#departments}}<option>{{name}}</option>{{/departments}}'))}
      ${field(c.t('team.kpi.owner'), 'wie', 'maxlength="200" autocomplete="off"')}${field(c.t('team.kpi.mail'), 'mail', 'type="email" maxlength="200" autocomplete="off"')}
      ${field(c.t('team.kpi.due'), 'datum', 'type="date"')}${submit(c.t('team.kpi.save'))}`)}</details>{{/may_task}}
  </section>
  <section><h2>${c.t('team.kpi.inputs')}</h2>
    <div class="team-scroll" tabindex="0" role="region" aria-label="${c.t('team.kpi.inputs')}"><table class="team-table">
      ${head(c, ['kpi.col.input', 'kpi.col.value', 'kpi.col.status', 'kpi.col.source', 'team.kpi.by'])}
      <tbody>{{#inputs}}<tr><th scope="row"><a href="{{href}}">{{name}}</a></th>
        ${cell(c, 'kpi.col.value', raw('{{#value}}{{value}} <span class="unit">{{unit}}</span>{{/value}}'))}${cell(c, 'kpi.col.status', raw('{{status}}'))}
        ${cell(c, 'kpi.col.source', raw('{{source}}'))}${cell(c, 'team.kpi.by', raw('{{by}} {{when}}'))}</tr>{{/inputs}}</tbody></table></div>
  </section>`;
}

const options = (list: string): Html =>
  raw(`{{#${list}}}<option value="{{value}}"{{#chosen}} selected{{/chosen}}>{{label}}</option>{{/${list}}}`);

function files(c: Context): Html {
  return html`{{#has_evidence}}<fieldset class="team-field"><legend>${c.t('team.kpi.files')}</legend>
      {{#evidence}}<p><label class="team-tick"><input type="checkbox" name="bewijs" value="{{hash}} {{name}}" checked> {{name}}</label></p>{{/evidence}}</fieldset>{{/has_evidence}}
    ${field(c.t('team.kpi.files.add'), 'bestand', 'type="file" multiple accept=".pdf,.png,.jpg,.jpeg,.xlsx,.docx,.ods,.odt,.zip,.csv,.txt,.json,.eml"', c.t('team.kpi.files.hint'))}`;
}

function enter(c: Context): Html {
  return html`{{#may_enter}}<section><h2>${c.t('team.kpi.enter')}</h2>
    {{#is_measured}}<p class="kpi-notice">${c.t('team.kpi.measured')}</p>{{/is_measured}}
    {{#is_override}}<p class="kpi-notice">${c.t('team.kpi.override')}</p>{{/is_override}}
    ${form(c, 'invoeren', c.t('team.kpi.enter'), html`${input}
      {{#has_doubts}}<fieldset class="team-secret"><legend>${c.t('team.kpi.doubts')}</legend>
        {{#doubts}}<p><label class="team-tick"><input type="checkbox" name="bevestig" value="{{code}}"> {{text}}</label></p>{{/doubts}}</fieldset>{{/has_doubts}}
      ${field(c.t('team.kpi.value'), 'waarde', 'value="{{typed_value}}" maxlength="40" autocomplete="off" inputmode="decimal"', html`{{unit}}`)}
      {{^is_override}}${field(c.t('team.kpi.unit'), 'eenheid', 'value="{{typed_unit}}" maxlength="40" autocomplete="off"', c.t('team.kpi.unit.hint'))}{{/is_override}}
      ${field(c.t('team.kpi.about'), 'peiljaar', 'value="{{typed_year}}" maxlength="4" inputmode="numeric" autocomplete="off"', c.t('team.kpi.about.hint', { year: raw('{{year}}') }))}
      ${field(c.t('kpi.col.source'), 'bron', 'value="{{typed_source}}" maxlength="2000"', html`{{#usual}}${c.t('kpi.usual')} {{usual}}{{/usual}}`)}
      ${select(c.t('kpi.col.method'), 'methode', options('methods'))}
      ${files(c)}
      ${field(c.t('team.kpi.note'), 'toelichting', 'value="{{typed_note}}" maxlength="2000"')}
      ${select(c.t('kpi.col.status'), 'stand', options('statuses'))}
      ${field(c.t('team.kpi.why'), 'reden', 'value="{{typed_reason}}" maxlength="2000"', c.t('team.kpi.why.hint'))}
      ${submit(c.t('team.kpi.save'))}`, { files: true })}</section>
    {{#can_submit}}${form(c, 'indienen', c.t('team.kpi.submit'), html`${input}${submit(c.t('team.kpi.submit'), 'default')}`, { quiet: true })}{{/can_submit}}
    {{#can_judge}}<section><h2>${c.t('team.kpi.judge')}</h2><p>${c.t('team.kpi.judge.more')}</p>
      ${form(c, 'aanvaarden', c.t('team.kpi.accept'), html`${input}${submit(c.t('team.kpi.accept'))}`, { quiet: true })}
      ${form(c, 'afwijzen', c.t('team.kpi.reject'), html`${input}${field(c.t('team.kpi.reason'), 'reden', 'required maxlength="2000"')}${submit(c.t('team.kpi.reject'), 'default')}`)}</section>{{/can_judge}}{{/may_enter}}`;
}

function one(c: Context): Html {
  return html`<p class="back"><a href="{{list_href}}">${c.t('team.kpi.back')}</a></p>
    <h2>{{name}}</h2>
    <p class="lead">{{definition}}</p>
    <p>{{#now}}<strong>{{now}}</strong> <span class="unit">{{unit}}</span> – {{/now}}{{now_status}} · {{area}}{{#department}} · {{department}}{{/department}}</p>
    ${enter(c)}
    {{^is_override}}<section><h2>${c.t('team.kpi.used')}</h2><ul class="kpi-list">{{#used}}<li>{{name}}{{#part}} – {{part}}{{/part}}: <code>{{filled}}{{#result}} = {{result}}{{/result}}</code>
      <a class="small" href="{{own_href}}" aria-label="${c.t('team.kpi.own')}: {{name}} {{part}}">${c.t('team.kpi.own')}</a></li>{{/used}}</ul></section>{{/is_override}}
    <section><h2>${c.t('team.kpi.history')}</h2>
      {{^history}}<p class="empty">${c.t('team.kpi.history.none')}</p>{{/history}}
      {{#has_history}}<div class="team-scroll" tabindex="0" role="region" aria-label="${c.t('team.kpi.history')}"><table class="team-table">
      ${head(c, ['team.kpi.revision', 'kpi.col.value', 'kpi.col.status', 'kpi.col.source', 'kpi.col.method', 'team.kpi.by', 'kpi.report.evidence'])}
      <tbody>{{#history}}<tr><th scope="row">{{revision}}</th>${cell(c, 'kpi.col.value', raw('{{value}}'))}
        ${cell(c, 'kpi.col.status', raw('{{status}}{{#reason}}: {{reason}}{{/reason}}'))}${cell(c, 'kpi.col.source', html`{{source}}{{#reference_year}}<br><span class="small">${c.t('kpi.about.year')} {{reference_year}}</span>{{/reference_year}}{{#note}}<br><span class="small">{{note}}</span>{{/note}}`)}
        ${cell(c, 'kpi.col.method', html`{{method}}, {{origin}}{{#capture}}, ${c.t('kpi.capture', { share: raw('{{capture}}') })}{{/capture}}{{#has_readings}}<br><span class="small">${c.t('kpi.readings')} {{#readings}}<a href="/v1.1/Datastreams({{stream}})">{{stream}}</a> {{/readings}}</span>{{/has_readings}}`)}${cell(c, 'team.kpi.by', raw('{{by}}, {{when}}'))}
        ${cell(c, 'kpi.report.evidence', html`{{#files}}<a href="{{href}}" download>{{name}}</a> {{/files}}{{#confirmed}}<br><span class="small">${c.t('team.kpi.confirmed')} {{text}}</span>{{/confirmed}}`)}</tr>{{/history}}</tbody></table></div>{{/has_history}}
    </section>`;
}

export const page: Page = {
  name: 'team-kpi',
  path: 'team/kpi',
  team: true,
  title: (c) => c.t('team.kpi.menu'),
  body: (c) => html`
    <h1>${c.t('team.kpi.head', { year: raw('{{year}}') })}</h1>
    ${notices(c)}
    ${years(c)}
    {{#is_list}}${closing(c)}${list(c)}{{/is_list}}
    {{#is_one}}${one(c)}{{/is_one}}`,
};
