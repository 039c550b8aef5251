// SPDX-License-Identifier: EUPL-1.2
import { html } from '../lib/html';
import type { Page } from '../lib/page';
import { field, form, notices, submit } from '../lib/team';

export const page: Page = {
  name: 'team-account',
  path: 'team/account',
  team: true,
  title: (c) => c.t('team.account.title'),
  body: (c) => html`<article class="text">
    <h1>${c.t('team.account.title')}</h1>
    ${notices(c)}
    {{#has_codes}}<section class="team-secret"><h2>${c.t('team.account.codes')}</h2>
      <p>${c.t('team.account.codes.more')}</p>
      <ul class="team-codes">{{#codes}}<li><code>{{code}}</code></li>{{/codes}}</ul></section>{{/has_codes}}
    {{#has_password}}
    <h2>${c.t('team.account.password')}</h2>
    ${form(c, 'wachtwoord', c.t('team.account.password'), html`
      <input type="text" name="naam" value="{{user}}" autocomplete="username" hidden>
      ${field(c.t('team.account.old'), 'oud', 'type="password" autocomplete="current-password" required maxlength="256"')}
      ${field(c.t('team.account.new'), 'nieuw', 'type="password" autocomplete="new-password" required minlength="12" maxlength="256"', c.t('team.account.new.hint'))}
      ${field(c.t('team.account.again'), 'nogmaals', 'type="password" autocomplete="new-password" required minlength="12" maxlength="256"')}
      ${submit(c.t('team.account.change'))}`)}
    <h2>${c.t('team.account.app')}</h2>
    {{#has_totp}}<p>${c.t('team.account.app.on')}</p>
    ${form(c, 'app-weg', c.t('team.account.app'), html`
      ${field(c.t('team.code.label'), 'code', 'autocomplete="one-time-code" required maxlength="16"')}
      ${submit(c.t('team.account.app.off'), 'default')}`)}{{/has_totp}}
    {{^has_totp}}<p>${c.t('team.account.app.why')}</p>
    <ol><li>${c.t('team.account.app.step1')}<br><code class="team-key">{{totp_secret}}</code><br>
      <a href="{{totp_address}}">${c.t('team.account.app.open')}</a></li>
    <li>${c.t('team.account.app.step2')}</li></ol>
    ${form(c, 'app', c.t('team.account.app'), html`
      <input type="hidden" name="geheim" value="{{totp_secret}}">
      ${field(c.t('team.account.app.code'), 'code', 'autocomplete="one-time-code" inputmode="numeric" required maxlength="7"')}
      ${submit(c.t('team.account.app.begin'))}`)}{{/has_totp}}
    {{/has_password}}
    {{^has_password}}<p>${c.t('team.account.provider')}</p>{{/has_password}}
  </article>`,
};
