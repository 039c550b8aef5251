// SPDX-License-Identifier: EUPL-1.2
import { html } from '../lib/html';
import type { Page } from '../lib/page';
import { field, form, notices, submit } from '../lib/team';

export const page: Page = {
  name: 'team-code',
  path: 'team/code',
  team: true,
  title: (c) => c.t('team.code.title'),
  body: (c) => html`<article class="text">
    <h1>${c.t('team.code.title')}</h1>
    ${notices(c)}
    ${form(c, 'code', c.t('team.code.title'), html`
      <input type="hidden" name="naar" value="{{naar}}">
      ${field(c.t('team.code.label'), 'code', 'autocomplete="one-time-code" inputmode="text" autocapitalize="none" required maxlength="16"', c.t('team.code.hint'))}
      ${submit(c.t('team.login.submit'))}`)}
  </article>`,
};
