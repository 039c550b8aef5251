// SPDX-License-Identifier: EUPL-1.2
// What the service worker shows without a connection, for a page that it has not kept.

import { html } from '../lib/html';
import type { Page } from '../lib/page';

export const page: Page = {
  name: 'offline',
  path: 'offline',
  title: (c) => c.t('offline.title'),
  body: (c) => html`
    <article class="text">
      <h1>${c.t('offline.title')}</h1>
      <p class="lead">${c.t('offline.lead')}</p>
      <h2>${c.t('offline.kept')}</h2>
      <ul class="found" data-kept-pages></ul>
      <p class="empty" data-kept-none>${c.t('offline.none')}</p>
    </article>`,
};
