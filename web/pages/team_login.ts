// SPDX-License-Identifier: EUPL-1.2
import { html } from '../lib/html';
import type { Page } from '../lib/page';
import { field, form, notices, submit } from '../lib/team';

export const page: Page = {
  name: 'team-login',
  path: 'team/inloggen',
  team: true,
  title: (c) => c.t('team.login.title'),
  body: (c) => html`<article class="text">
    <h1>${c.t('team.login.title')}</h1>
    ${notices(c)}
    {{#is_insecure}}<p class="team-error">${c.t('team.login.insecure')}</p>{{/is_insecure}}
    {{^is_insecure}}
    {{#oidc_out_href}}<p><a class="nl-link" href="{{oidc_out_href}}">${c.t('team.login.provider-out')}</a></p>{{/oidc_out_href}}
    {{#oidc_href}}<p><a class="nl-button nl-button--primary" href="{{oidc_href}}">${c.t('team.login.provider')}</a></p>{{/oidc_href}}
    {{#has_local}}${form(c, 'inloggen', c.t('team.login.title'), html`
      <input type="hidden" name="naar" value="{{naar}}">
      ${field(c.t('team.login.name'), 'naam', 'value="{{naam}}" autocomplete="username" autocapitalize="none" spellcheck="false" required maxlength="64"')}
      ${field(c.t('team.login.password'), 'wachtwoord', 'type="password" autocomplete="current-password" required maxlength="256"')}
      ${submit(c.t('team.login.submit'))}`)}{{/has_local}}
    <p class="small">${c.t('team.login.help')}</p>
    {{/is_insecure}}
  </article>`,
};
