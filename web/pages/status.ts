// SPDX-License-Identifier: EUPL-1.2
// Whether the meters report, and which do not.

import { html, raw } from '../lib/html';
import type { Page } from '../lib/page';

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
        <table class="register numbers-right">
          <caption class="visually-hidden">${c.t('status.sources')}</caption>
          <thead><tr><th scope="col">${c.t('status.type')}</th><th scope="col">${c.t('status.series')}</th><th scope="col">${c.t('status.reporting')}</th><th scope="col">${c.t('status.old')}</th><th scope="col">${c.t('status.rejected')}</th><th scope="col">${c.t('status.silent')}</th><th scope="col">${c.t('status.delay')}</th></tr></thead>
          <tbody>
            {{#sources}}<tr><th scope="row">{{name}}</th><td>{{count}}</td><td>{{reporting}}</td><td>{{old}}</td><td>{{rejected}}</td><td>{{silent}}</td><td>{{delay}}</td></tr>{{/sources}}
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
      {{^has_outages}}<p>${c.t('status.outages.none')}</p>{{/has_outages}}
      {{#has_outages}}<p>${c.t('status.outages.more')}</p>
      <ul class="found">{{#outages}}<li>{{name}} <span class="area">{{when}}</span></li>{{/outages}}</ul>{{/has_outages}}
      <p class="small">${c.t('status.kept', { count: raw('{{observations}}') })}</p>
    </article>`,
};
