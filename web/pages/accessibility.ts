// SPDX-License-Identifier: EUPL-1.2
import { html } from '../lib/html';
import type { Page } from '../lib/page';

export const page: Page = {
  name: 'accessibility',
  path: 'toegankelijkheid',
  title: (c) => c.t('accessibility.title'),
  body: (c) => html`
    <article class="text">
      <h1>${c.t('accessibility.title')}</h1>
      <p class="lead">${c.t('accessibility.lead')}</p>
      <h2>${c.t('accessibility.how')}</h2>
      <ul>
        <li>${c.t('accessibility.how.list')}</li>
        <li>${c.t('accessibility.how.keyboard')}</li>
        <li>${c.t('accessibility.how.colour')}</li>
        <li>${c.t('accessibility.how.script')}</li>
        <li>${c.t('accessibility.how.motion')}</li>
      </ul>
      <h2>${c.t('accessibility.status')}</h2>
      <p>${c.t('accessibility.status.1')} ${c.t('accessibility.status.2')}</p>
      <h2>${c.t('accessibility.wrong')}</h2>
      <p>${c.t('accessibility.wrong.1')} ${c.t('accessibility.wrong.2')} <a href="${c.href('contact')}">${c.t('accessibility.wrong.contact')}</a></p>
    </article>`,
};
