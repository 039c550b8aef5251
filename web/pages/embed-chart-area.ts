// SPDX-License-Identifier: EUPL-1.2
// The chart of an area inside somebody else's page.

import { html, raw } from '../lib/html';
import { embeddedChart } from '../lib/parts';
import type { Page } from '../lib/page';

export const page: Page = {
  name: 'embed-chart-area',
  path: 'embed/grafiek/gebied/{code}',
  form: 'embed',
  title: () => html`${raw('{{name}}')}`,
  body: (c) => embeddedChart(c, raw('{{area_href}}')),
};
