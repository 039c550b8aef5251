// SPDX-License-Identifier: EUPL-1.2
// Never shown: the address that the button "log out" posts to.
import { html } from '../lib/html';
import type { Page } from '../lib/page';

export const page: Page = {
  name: 'team-logout',
  path: 'team/uitloggen',
  team: true,
  title: (c) => c.t('team.logout'),
  body: () => html``,
};
