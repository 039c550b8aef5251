// SPDX-License-Identifier: EUPL-1.2
import { html } from '../lib/html';
import type { Page } from '../lib/page';
import { notices } from '../lib/team';

export const page: Page = {
  name: 'team-home',
  path: 'team',
  team: true,
  title: (c) => c.t('team.home.title'),
  body: (c) => html`<article class="text">
    <h1>${c.t('team.home.title')}</h1>
    ${notices(c)}
    <p class="lead">{{role_words}}</p>
    <ul class="team-links">{{#team_menu}}<li><a href="{{href}}">{{name}}</a></li>{{/team_menu}}</ul>
    <p><a href="${c.href('team/account')}">${c.t('team.account.menu')}</a></p>
  </article>`,
};
