// SPDX-License-Identifier: EUPL-1.2
import { html, raw } from '../lib/html';
import type { Page } from '../lib/page';
import { cell, field, form, head, notices, select, submit } from '../lib/team';

const ROLES = raw('{{#roles}}<option value="{{value}}">{{label}}</option>{{/roles}}');

export const page: Page = {
  name: 'team-tokens',
  path: 'team/sleutels',
  team: true,
  title: (c) => c.t('team.tokens.menu'),
  body: (c) => html`
    <h1>${c.t('team.tokens.menu')}</h1>
    ${notices(c)}
    <p>${c.t('team.tokens.lead')}</p>
    {{#new_token}}<section class="team-secret"><h2>${c.t('team.tokens.made')}</h2>
      <p>${c.t('team.tokens.made.more')}</p>
      <p><code class="team-key">{{new_token}}</code></p></section>{{/new_token}}
    {{^tokens}}<p class="empty">${c.t('team.tokens.none')}</p>{{/tokens}}
    <div class="team-scroll" tabindex="0" role="region" aria-label="${c.t('team.tokens.menu')}"><table class="team-table">
      ${head(c, ['team.tokens.name', 'team.users.role', 'team.tokens.created', 'team.users.deeds'])}
      <tbody>{{#tokens}}<tr>
        <th scope="row">{{name}}</th>
        ${cell(c, 'team.users.role', raw('{{role}}'))}
        ${cell(c, 'team.tokens.created', raw('{{created}}'))}
        ${cell(c, 'team.users.deeds', form(c, 'intrekken', c.t('team.tokens.withdraw.of', { name: raw('{{name}}') }), html`
          <input type="hidden" name="naam" value="{{name}}">${submit(c.t('team.tokens.withdraw'), 'default')}`, { quiet: true }))}
      </tr>{{/tokens}}</tbody>
    </table></div>
    <h2>${c.t('team.tokens.new')}</h2>
    ${form(c, 'maken', c.t('team.tokens.new'), html`
      ${field(c.t('team.tokens.name'), 'naam', 'value="{{naam}}" autocomplete="off" autocapitalize="none" spellcheck="false" required maxlength="64"', c.t('team.users.name.hint'))}
      ${select(c.t('team.users.role'), 'rol', ROLES)}
      ${submit(c.t('team.tokens.create'))}`)}`,
};
