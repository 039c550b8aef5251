// SPDX-License-Identifier: EUPL-1.2
import { html } from '../lib/html';
import type { Page } from '../lib/page';

export const page: Page = {
  name: 'maintenance',
  title: (c) => c.t('maintenance.title'),
  body: (c) => html`
    <article class="text">
      <h1>${c.t('maintenance.title')}</h1>
      <p class="lead">${c.t('maintenance.lead')} ${c.t('maintenance.kept')}</p>
      <p><a class="nl-button nl-button--primary" href="{{self_href}}">${c.t('failure.retry')}</a></p>
    </article>`,
};
