// SPDX-License-Identifier: EUPL-1.2
// The town's indicators: how far they are, how they score, and all of them in tables.

import { html, raw } from '../lib/html';
import { counts, legend, tables, wheel } from '../lib/kpi';
import { ICON } from '../lib/parts';
import type { Page } from '../lib/page';

export const page: Page = {
  name: 'kpi',
  path: 'kpi',
  inMenu: 'kpi.menu',
  title: (c) => c.t('kpi.title'),
  body: (c) => html`
    <div class="hero">
      <p class="over">{{set_name}}</p>
      <h1>${c.t('kpi.head', { area: raw('{{area_name}}'), year: raw('{{year}}') })}</h1>
      <p class="lead">{{#score}}${c.t('kpi.lead.score', { score: raw('{{score}}') })}{{/score}}{{^score}}${c.t('kpi.lead.none')}{{/score}} ${c.t('kpi.lead.what')}</p>
    </div>
    {{#has_demo}}<p class="kpi-notice"><strong>${c.t('kpi.demo')}</strong> ${c.t('kpi.demo.more')}</p>{{/has_demo}}
    <nav class="tabs" aria-label="${c.t('kpi.years')}"><ul>{{#years}}<li><a href="{{href}}"{{#current}} aria-current="true"{{/current}}>{{name}}</a></li>{{/years}}</ul></nav>
    <form method="get" class="kpi-areas" aria-label="${c.t('kpi.area')}"><input type="hidden" name="jaar" value="{{year}}">
      <label for="kpi-gebied">${c.t('kpi.area')}</label>
      <select id="kpi-gebied" name="gebied">{{#areas}}<option value="{{code}}"{{#current}} selected{{/current}}>{{name}}</option>{{/areas}}{{^areas}}<option value="">{{area_name}}</option>{{/areas}}</select>
      <button type="submit" class="nl-button nl-button--default">${c.t('kpi.area.show')}</button></form>
    ${counts(c)}
    <div class="kpi-top">${wheel(c)}<div>${legend(c)}<p class="small">${c.t('kpi.score.how')} <a href="{{report_href}}#r-method">${c.t('kpi.score.more')}</a></p></div></div>
    ${tables(c)}
    <section class="take">
      <h2>${c.t('kpi.take')}</h2>
      <ul class="downloads">
        <li><a href="{{report_href}}">${c.t('kpi.take.report')}</a></li>
        <li><a href="{{file_href}}" download>${ICON.download}${c.t('kpi.take.file')}</a></li>
        <li><a href="/api/v1/kpi/indicators?format=csv&amp;year={{year}}" download>${ICON.download}CSV</a></li>
        <li><a href="/api/v1/kpi/indicators?year={{year}}">${c.t('kpi.take.json')}</a></li>
        <li><a href="/api/v1/kpi/sdmx/{{year}}" download>${ICON.download}SDMX-CSV</a></li>
      </ul>
    </section>`,
};
