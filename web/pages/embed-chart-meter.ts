// SPDX-License-Identifier: EUPL-1.2
// The chart of a meter inside somebody else's page.

import { html, raw } from '../lib/html';
import { chartWithTable } from '../lib/parts';
import type { Page } from '../lib/page';

export const page: Page = {
  name: 'embed-chart-meter',
  path: 'embed/grafiek/meter/{id}',
  form: 'embed',
  title: () => html`${raw('{{name}}')}`,
  body: (c) => html`
    <h1 class="embed-name">{{name}}{{#has_chart}}: {{chart_name}}{{#chart_unit}} <span class="unit">{{chart_unit}}</span>{{/chart_unit}}{{/has_chart}}</h1>
    {{#has_chart}}${chartWithTable(c)}{{/has_chart}}
    {{^has_points}}<p class="empty">${c.t('chart.empty')}</p>{{/has_points}}
    <p class="small"><a href="{{meter_href}}">${c.t('embed.more')}</a></p>`,
};
