// SPDX-License-Identifier: EUPL-1.2
import { html } from '../lib/html';
import type { Page } from '../lib/page';

export const page: Page = {
  name: 'privacy',
  path: 'privacy',
  title: (c) => c.t('privacy.title'),
  body: (c) => html`
    <article class="text">
      <h1>${c.t('privacy.title')}</h1>
      <p class="lead">${c.t('privacy.lead')}</p>
      <h2>${c.t('privacy.you')}</h2>
      <ul>
        <li>${c.t('privacy.you.cookies')}</li>
        <li>${c.t('privacy.you.others')}</li>
        <li>${c.t('privacy.you.log')}</li>
        <li>${c.t('privacy.you.place')}</li>
        <li>${c.t('privacy.you.kept')}</li>
      </ul>
      <h2>${c.t('privacy.meters')}</h2>
      <ul>
        <li>${c.t('privacy.meters.sound')}</li>
        <li>${c.t('privacy.meters.images')}</li>
        <li>${c.t('privacy.meters.home')}</li>
      </ul>
    </article>`,
};
