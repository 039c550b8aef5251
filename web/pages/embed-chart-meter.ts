// SPDX-License-Identifier: EUPL-1.2
// The chart of a meter inside somebody else's page.

import { html, raw } from '../lib/html';
import { embeddedChart } from '../lib/parts';
import type { Page } from '../lib/page';

export const page: Page = {
  name: 'embed-chart-meter',
  path: 'embed/grafiek/meter/{id}',
  form: 'embed',
  title: () => html`${raw('{{name}}')}`,
  body: (c) => embeddedChart(c, raw('{{meter_href}}')),
};
