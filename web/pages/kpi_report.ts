// SPDX-License-Identifier: EUPL-1.2
// The report of a year, for reading and for printing.

import { html, raw } from '../lib/html';
import { report } from '../lib/kpi';
import type { Page } from '../lib/page';

export const page: Page = {
  name: 'kpi-report',
  path: 'kpi/rapport/{jaar}',
  title: (c) => c.t('kpi.report.title', { year: raw('{{year}}') }),
  body: (c) => html`<p class="back kpi-screen"><a href="${c.href('kpi')}?jaar={{year}}">${c.t('kpi.back')}</a> · <a href="{{file_href}}" download>${c.t('kpi.take.file')}</a> · ${c.t('kpi.report.print')}</p>
    ${report(c)}`,
};
