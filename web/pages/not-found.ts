// SPDX-License-Identifier: EUPL-1.2
import { html } from '../lib/html';
import type { Page } from '../lib/page';

export const page: Page = {
  name: 'not-found',
  title: (c) => c.t('missing.title'),
  body: (c) => html`
    <article class="text">
      <h1>${c.t('missing.title')}</h1>
      <p class="lead">${c.t('missing.lead')}</p>
      <ul>
        <li><a href="${c.href('')}">${c.t('missing.home')}</a></li>
        <li><a href="${c.href('kaart')}">${c.t('missing.map')}</a></li>
        <li><a href="${c.href('data')}">${c.t('missing.data')}</a></li>
      </ul>
    </article>`,
};
