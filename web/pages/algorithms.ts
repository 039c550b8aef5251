// SPDX-License-Identifier: EUPL-1.2
// The register of algorithms; the numbers come from the code.
import { html, raw } from '../lib/html';
import type { Page } from '../lib/page';
import { cell } from '../lib/parts';

export const page: Page = {
  name: 'algorithms',
  path: 'registers/algoritmen',
  title: (c) => c.t('algorithms.title'),
  body: (c) => html`<article>
    <div class="text"><h1>${c.t('algorithms.title')}</h1>
      <p class="lead">${c.t('algorithms.lead')}</p>
      <h2>${c.t('processing.care')}</h2>
      {{^is_kept}}<p>${c.t('processing.off')}</p>{{/is_kept}}
      <dl class="words">{{#facts}}<dt>{{head}}</dt><dd>{{text}}</dd>{{/facts}}</dl></div>
    <h2 id="getallen">${c.t('algorithms.numbers')}</h2>
    <div class="table-wide" tabindex="0" role="region" aria-label="${c.t('algorithms.numbers')}"><table class="register stacked">
      <thead><tr><th scope="col">${c.t('algorithms.name')}</th><th scope="col">${c.t('algorithms.value')}</th><th scope="col">${c.t('algorithms.meaning')}</th></tr></thead>
      <tbody>{{#parameters}}<tr><th scope="row"><code>{{name}}</code></th>${cell(c, 'algorithms.value', raw('{{value}}'))}${cell(c, 'algorithms.meaning', raw('{{text}}'))}</tr>{{/parameters}}</tbody></table></div>
  </article>`,
};
