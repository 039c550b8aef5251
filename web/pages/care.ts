// SPDX-License-Identifier: EUPL-1.2
// A resident's own page, by a secret link: what is known, the last sign of life, pause, away, stop.
import { html, Html, raw } from '../lib/html';
import type { Context, Page } from '../lib/page';
import { submit } from '../lib/team';

function deed(what: string, label: Html, fields: Html = html``, kind: 'primary' | 'default' = 'default'): Html {
  return html`<form method="post" class="care-deed" aria-label="${label}"><input type="hidden" name="wat" value="${what}">${fields}${submit(label, kind)}</form>`;
}

function state(c: Context): Html {
  return html`{{#made_up}}<p><strong>${c.t('care.madeup')}</strong></p>{{/made_up}}
    <p class="lead">{{state}}</p>
    {{#reason}}<p>{{reason}}</p>{{/reason}}
    <dl>{{#last_life}}<dt>${c.t('care.last')}</dt><dd>{{last_life}}</dd>{{/last_life}}
      {{#heard}}<dt>${c.t('care.heard')}</dt><dd>{{heard}}</dd>{{/heard}}
      {{#away_until}}<dt>${c.t('care.away.until')}</dt><dd>{{away_until}}</dd>{{/away_until}}</dl>`;
}

function deeds(c: Context): Html {
  return html`<h2>${c.t('care.deeds')}</h2>
    ${deed('goed', c.t('care.well'), html`<p>${c.t('care.well.more')}</p>`, 'primary')}
    {{^is_away}}${deed('weg', c.t('care.away'), html`<p>${c.t('care.away.more')}</p><p><label for="tot">${c.t('care.away.day')}</label> <input id="tot" name="tot" type="date" required></p>`)}{{/is_away}}
    {{#is_away}}${deed('terug', c.t('care.back'))}{{/is_away}}
    {{^is_paused}}${deed('pauze', c.t('care.pause'), html`<p>${c.t('care.pause.more')}</p>`)}{{/is_paused}}
    {{#is_paused}}${deed('verder', c.t('care.resume'))}{{/is_paused}}
    ${deed('stoppen', c.t('care.stop'), html`<p>${c.t('care.stop.more')} ${c.t('care.stop.copies', { days: raw('{{backup_days}}') })}</p>`)}`;
}

function known(c: Context): Html {
  return html`<h2>${c.t('care.known')}</h2>
    <dl><dt>${c.t('care.name')}</dt><dd>{{name}}</dd><dt>${c.t('care.address')}</dt><dd>{{address}}</dd>
      {{#phone}}<dt>${c.t('care.phone')}</dt><dd>{{phone}}</dd>{{/phone}}{{#mail}}<dt>${c.t('care.mail')}</dt><dd>{{mail}}</dd>{{/mail}}
      <dt>${c.t('care.means.head')}</dt><dd>{{means}}</dd>
      {{#contact_name}}<dt>${c.t('care.contact')}</dt><dd>{{contact_name}}, {{contact_phone}}</dd>{{/contact_name}}
      <dt>${c.t('care.consent')}</dt><dd>${c.t('care.consent.is', { version: raw('{{consent}}'), when: raw('{{consent_at}}') })}</dd>
      <dt>${c.t('care.readings')}</dt><dd>{{#is_watch}}${c.t('care.readings.watch')}{{/is_watch}}{{#is_stream}}${c.t('care.readings.stream', { days: raw('{{raw_days}}'), count: raw('{{raw_count}}') })}{{#raw_oldest}} ${c.t('care.readings.oldest', { day: raw('{{raw_oldest}}') })}{{/raw_oldest}}{{/is_stream}}</dd></dl>
    <p>${c.t('care.learnt')} <a href="${c.href('registers/algoritmen')}">${c.t('algorithms.title')}</a>, <a href="${c.href('registers/verwerkingen')}">${c.t('processing.title')}</a>.</p>`;
}

function history(c: Context): Html {
  return html`<h2>${c.t('care.history')}</h2>
    {{^cases}}<p>${c.t('care.history.none')}</p>{{/cases}}
    {{#cases}}<section><h3>{{opened}}: {{cause}}</h3>
      {{#why}}<p><strong>${c.t('care.opened', { one: raw('{{asked_by}}'), two: raw('{{opened_by}}'), why: raw('{{why}}') })}</strong></p>{{/why}}
      <ul>{{#events}}<li>{{when}}: {{what}}{{#outcome}}, {{outcome}}{{/outcome}}</li>{{/events}}</ul></section>{{/cases}}`;
}

export const page: Page = {
  name: 'care-home',
  path: 'teken-van-leven/{link}',
  title: (c) => c.t('care.title'),
  body: (c) => html`<article class="text care">
    <h1>${c.t('care.title')}</h1>
    {{#error}}<div class="care-error" role="alert"><p><strong>{{error}}</strong></p><p class="small" lang="en">{{error_detail}}</p></div>{{/error}}
    {{#removed}}<div role="status"><p class="lead">${c.t('care.removed')}</p><p>${c.t('care.removed.more', { count: raw('{{removed}}') })}</p></div>{{/removed}}
    {{^removed}}${state(c)}${deeds(c)}${known(c)}${history(c)}{{/removed}}
  </article>`,
};
