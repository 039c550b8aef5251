// SPDX-License-Identifier: EUPL-1.2
// The report of a year, for reading and for printing.

import { html, Html, raw } from '../lib/html';
import { report } from '../lib/kpi';
import type { Context, Page } from '../lib/page';

// As files that stay what they were.
function kept(c: Context): Html {
  return html`{{#has_kept}}<h3>${c.t('kpi.report.kept')}</h3><p>${c.t('kpi.report.kept.more')}</p>
    <ul class="kpi-list">{{#kept}}<li><a href="{{href}}" download>{{when}}, {{act}}</a><br><code class="kpi-hash">{{hash}}</code></li>{{/kept}}</ul>{{/has_kept}}`;
}

export const page: Page = {
  name: 'kpi-report',
  path: 'kpi/rapport/{jaar}',
  title: (c) => c.t('kpi.report.title', { year: raw('{{year}}') }),
  body: (c) => html`<p class="back kpi-screen"><a href="${c.href('kpi')}?jaar={{year}}">${c.t('kpi.back')}</a> · <a href="{{file_href}}" download>${c.t('kpi.take.file')}</a> · ${c.t('kpi.report.print')}</p>
    ${report(c, kept(c))}`,
};
