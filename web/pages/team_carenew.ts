// SPDX-License-Identifier: EUPL-1.2
import { html, raw } from '../lib/html';
import type { Page } from '../lib/page';
import { field, form, notices, select, submit } from '../lib/team';

const off = 'autocomplete="off" maxlength="200"';

export const page: Page = {
  name: 'team-carenew',
  path: 'team/zorg-aanmelden',
  team: true,
  title: (c) => c.t('team.carenew.menu'),
  body: (c) => html`
    <h1>${c.t('team.carenew.menu')}</h1>
    ${notices(c)}
    {{#is_off}}<p class="empty">${c.t('team.care.off')}</p>{{/is_off}}
    {{#new_link}}<section class="team-secret" role="status"><h2>${c.t('team.carenew.made')}</h2>
      <p>${c.t('team.carenew.link')}</p><p><code class="team-key">{{new_link}}</code></p>
      {{#new_key}}<p>${c.t('team.carenew.key')}</p><p><code class="team-key">{{new_key}}</code></p>{{/new_key}}</section>{{/new_link}}
    <p>${c.t('team.carenew.lead')}</p>
    ${form(c, 'aanmelden', c.t('team.carenew.menu'), html`
      ${field(c.t('care.name'), 'naam', `value="{{naam}}" required ${off}`)}
      ${field(c.t('care.address'), 'adres', `value="{{adres}}" required ${off}`)}
      ${field(c.t('care.phone'), 'telefoon', `value="{{telefoon}}" type="tel" ${off}`)}
      ${field(c.t('care.mail'), 'mail', `value="{{mail}}" type="email" ${off}`)}
      ${select(c.t('care.means.head'), 'manier', html`<option value="phone">${c.t('care.means.phone')}</option><option value="mail">${c.t('care.means.mail')}</option>`)}
      ${field(c.t('care.contact'), 'contact', `value="{{contact}}" ${off}`)}
      ${field(c.t('care.contact.phone'), 'contacttelefoon', `value="{{contacttelefoon}}" type="tel" ${off}`)}
      ${select(c.t('team.carenew.way'), 'weg', html`<option value="watch">${c.t('team.carenew.way.watch')}</option><option value="stream">${c.t('team.carenew.way.stream')}</option>`)}
      ${field(c.t('team.carenew.group'), 'groep', 'maxlength="32" autocomplete="off"', c.t('team.carenew.group.hint'))}
      <div class="team-field"><p id="toestemming-tekst">${c.t('team.carenew.consent.text')}</p>
        <label><input type="checkbox" name="toestemming" value="ja" required aria-describedby="toestemming-tekst"> ${c.t('team.carenew.consent', { version: raw('{{consent}}') })}</label></div>
      ${submit(c.t('team.carenew.submit'))}`)}`,
};
