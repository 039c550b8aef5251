// SPDX-License-Identifier: EUPL-1.2
import { html } from '../lib/html';
import type { Page } from '../lib/page';

export const page: Page = {
  name: 'failure',
  title: (c) => c.t('failure.title'),
  body: (c) => html`
    <article class="text">
      <h1>${c.t('failure.title')}</h1>
      <p class="lead">${c.t('failure.lead')} ${c.t('failure.kept')}</p>
      <p><a class="nl-button nl-button--primary" href="{{self_href}}">${c.t('failure.retry')}</a></p>
      <p class="small">${c.t('failure.code')} <code>{{code}}</code></p>
    </article>`,
};
