// SPDX-License-Identifier: EUPL-1.2
import { html, raw } from '../lib/html';
import type { Page } from '../lib/page';
import { cell, field, form, head, notices, select, submit } from '../lib/team';

const NAME = raw('<input type="hidden" name="naam" value="{{name}}">');
const ROLES = raw('{{#roles}}<option value="{{value}}"{{#selected}} selected{{/selected}}>{{label}}</option>{{/roles}}');

export const page: Page = {
  name: 'team-users',
  path: 'team/gebruikers',
  team: true,
  title: (c) => c.t('team.users.menu'),
  body: (c) => html`
    <h1>${c.t('team.users.menu')}</h1>
    ${notices(c)}
    {{#new_password}}<section class="team-secret"><h2>${c.t('team.users.password')}</h2>
      <p>${c.t('team.users.password.more', { name: raw('{{new_name}}') })}</p>
      <p><code class="team-key">{{new_password}}</code></p></section>{{/new_password}}
    <div class="team-scroll" tabindex="0" role="region" aria-label="${c.t('team.users.menu')}"><table class="team-table">
      ${head(c, ['team.users.name', 'team.users.role', 'team.users.last', 'team.users.state', 'team.users.deeds'])}
      <tbody>{{#users}}<tr>
        <th scope="row">{{name}}</th>
        ${cell(c, 'team.users.role', form(c, 'rol', c.t('team.users.role.of', { name: raw('{{name}}') }), html`${NAME}
          <select name="rol" aria-label="${c.t('team.users.role.of', { name: raw('{{name}}') })}">${ROLES}</select>
          ${submit(c.t('team.change'), 'default')}`, { quiet: true }))}
        ${cell(c, 'team.users.last', raw('{{last}}'))}
        ${cell(c, 'team.users.state', html`{{#is_disabled}}${c.t('team.users.disabled')}{{/is_disabled}}{{^is_disabled}}${c.t('team.users.enabled')}{{/is_disabled}}{{#has_app}}, ${c.t('team.users.app')}{{/has_app}}`)}
        ${cell(c, 'team.users.deeds', html`
          {{#is_disabled}}${form(c, 'aan', c.t('team.users.enable.of', { name: raw('{{name}}') }), html`${NAME}${submit(c.t('team.users.enable'), 'default')}`, { quiet: true })}{{/is_disabled}}
          {{^is_disabled}}${form(c, 'uit', c.t('team.users.disable.of', { name: raw('{{name}}') }), html`${NAME}${submit(c.t('team.users.disable'), 'default')}`, { quiet: true })}{{/is_disabled}}
          {{#is_local}}${form(c, 'wachtwoord', c.t('team.users.reset.of', { name: raw('{{name}}') }), html`${NAME}${submit(c.t('team.users.reset'), 'default')}`, { quiet: true })}{{/is_local}}
          {{#has_app}}${form(c, 'app', c.t('team.users.forget.of', { name: raw('{{name}}') }), html`${NAME}${submit(c.t('team.users.forget'), 'default')}`, { quiet: true })}{{/has_app}}
          ${form(c, 'weg', c.t('team.users.remove.of', { name: raw('{{name}}') }), html`${NAME}${submit(c.t('team.users.remove'), 'default')}`, { quiet: true })}`)}
      </tr>{{/users}}</tbody>
    </table></div>
    <h2>${c.t('team.users.new')}</h2>
    ${form(c, 'maken', c.t('team.users.new'), html`
      ${field(c.t('team.users.name'), 'naam', 'value="{{naam}}" autocomplete="off" autocapitalize="none" spellcheck="false" required maxlength="64"', c.t('team.users.name.hint'))}
      ${select(c.t('team.users.role'), 'rol', ROLES)}
      ${submit(c.t('team.users.create'))}`)}`,
};
