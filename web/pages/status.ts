// SPDX-License-Identifier: EUPL-1.2
// Whether the meters report, and which do not; and when meters, sources or peil itself did not.

import { html, raw } from '../lib/html';
import type { MessageId, Page } from '../lib/page';
import { cell } from '../lib/parts';

export const page: Page = {
  name: 'status',
  path: 'status',
  title: (c) => c.t('status.title'),
  body: (c) => html`
    <article>
      <div class="text">
        <h1>${c.t('status.title')}</h1>
        <p class="lead">${c.t('status.lead')} {{summary}}</p>
      </div>
      {{#has_sources}}<h2 id="meters">${c.t('status.sources')}</h2>
      <div class="table-wide" tabindex="0" role="region" aria-label="${c.t('status.sources')}">
        <table class="register numbers-right stacked">
          <caption class="visually-hidden">${c.t('status.sources')}</caption>
          <thead><tr><th scope="col">${c.t('status.type')}</th><th scope="col">${c.t('status.series')}</th><th scope="col">${c.t('status.reporting')}</th><th scope="col">${c.t('status.old')}</th><th scope="col">${c.t('status.rejected')}</th><th scope="col">${c.t('status.silent')}</th><th scope="col">${c.t('status.delay')}</th></tr></thead>
          <tbody>
            {{#sources}}<tr><th scope="row">{{name}}</th>${['series', 'reporting', 'old', 'rejected', 'silent', 'delay'].map((k) => cell(c, `status.${k}` as MessageId, raw(`{{${k === 'series' ? 'count' : k}}}`)))}</tr>{{/sources}}
          </tbody>
        </table>
      </div>{{/has_sources}}
      <h2>${c.t('status.silent.head')}</h2>
      {{^has_silent}}<p>${c.t('status.silent.none')}</p>{{/has_silent}}
      {{#has_silent}}<p>${c.t('status.silent.more', { count: raw('{{silent_count}}') })}</p>
      <ul class="found">
        {{#silent}}<li><a href="{{href}}">{{name}}</a> <span class="area">{{when}}</span></li>{{/silent}}
      </ul>{{/has_silent}}
      <h2 id="interruptions">${c.t('status.outages')}</h2>
      <h3>${c.t('status.outages.service')}</h3>
      {{^has_service_outages}}<p>${c.t('status.outages.service.none')}</p>{{/has_service_outages}}
      {{#has_service_outages}}<p>${c.t('status.outages.service.more')}</p>
      <ul class="found">{{#service_outages}}<li>{{when}}</li>{{/service_outages}}</ul>{{/has_service_outages}}
      <h3>${c.t('status.outages.meters')}</h3>
      {{^has_meter_outages}}<p>${c.t('status.outages.meters.none')}</p>{{/has_meter_outages}}
      {{#has_meter_outages}}<p>${c.t('status.outages.meters.more', { count: raw('{{meter_outage_count}}') })}</p>
      <ul class="found">{{#meter_outages}}<li><a href="{{href}}">{{name}}</a> <span class="area">{{when}}</span></li>{{/meter_outages}}</ul>{{/has_meter_outages}}
      <h3>${c.t('status.outages.feeds')}</h3>
      {{^has_feed_outages}}<p>${c.t('status.outages.none')}</p>{{/has_feed_outages}}
      {{#has_feed_outages}}<p>${c.t('status.outages.more')}</p>
      <ul class="found">{{#feed_outages}}<li>{{name}} <span class="area">{{when}}</span></li>{{/feed_outages}}</ul>{{/has_feed_outages}}
      <p class="small">${c.t('status.kept', { count: raw('{{observations}}') })}</p>
    </article>`,
};
