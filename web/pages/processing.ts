// SPDX-License-Identifier: EUPL-1.2
// The register of what is done with personal data; the tables come from the code.
import { html, raw } from '../lib/html';
import type { Page } from '../lib/page';
import { cell } from '../lib/parts';

export const page: Page = {
  name: 'processing',
  path: 'registers/verwerkingen',
  title: (c) => c.t('processing.title'),
  body: (c) => html`<article>
    <div class="text"><h1>${c.t('processing.title')}</h1>
      <p class="lead">${c.t('processing.lead')}</p>
      <h2>${c.t('processing.care')}</h2>
      {{^is_kept}}<p>${c.t('processing.off')}</p>{{/is_kept}}
      <dl class="words">{{#facts}}<dt>{{head}}</dt><dd>{{text}}</dd>{{/facts}}</dl></div>
    <h2 id="gegevens">${c.t('processing.data')}</h2>
    <div class="table-wide" tabindex="0" role="region" aria-label="${c.t('processing.data')}"><table class="register stacked">
      <thead><tr><th scope="col">${c.t('processing.what')}</th><th scope="col">${c.t('processing.why')}</th><th scope="col">${c.t('processing.kept')}</th></tr></thead>
      <tbody>{{#data}}<tr><th scope="row">{{name}}</th>${cell(c, 'processing.why', raw('{{purpose}}'))}${cell(c, 'processing.kept', raw('{{kept}}'))}</tr>{{/data}}</tbody></table></div>
    <h2 id="dienst">${c.t('processing.service')}</h2>
    <div class="table-wide" tabindex="0" role="region" aria-label="${c.t('processing.service')}"><table class="register stacked">
      <thead><tr><th scope="col">${c.t('processing.what')}</th><th scope="col">${c.t('processing.why')}</th><th scope="col">${c.t('processing.kept')}</th></tr></thead>
      <tbody>{{#service}}<tr><th scope="row">{{name}}</th>${cell(c, 'processing.why', raw('{{purpose}}'))}${cell(c, 'processing.kept', raw('{{how_long}}'))}</tr>{{/service}}</tbody></table></div>
  </article>`,
};
