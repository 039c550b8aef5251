// SPDX-License-Identifier: EUPL-1.2
import { html } from '../lib/html';
import type { Page } from '../lib/page';
import { notices } from '../lib/team';

export const page: Page = {
  name: 'team-denied',
  team: true,
  title: (c) => c.t('team.denied.title'),
  body: (c) => html`<article class="text">
    <h1>${c.t('team.denied.title')}</h1>
    ${notices(c)}
    <p><a href="${c.href('team')}">${c.t('team.denied.back')}</a></p>
  </article>`,
};
