// SPDX-License-Identifier: EUPL-1.2
// The same report as one file that needs nothing else: for the archive, and for whoever prints it.

import { report } from '../lib/kpi';
import { raw } from '../lib/html';
import type { Page } from '../lib/page';

export const page: Page = {
  name: 'kpi-report-file',
  form: 'file',
  title: (c) => c.t('kpi.report.title', { year: raw('{{year}}') }),
  body: (c) => report(c),
};
