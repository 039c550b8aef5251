// SPDX-License-Identifier: EUPL-1.2
import { html, raw } from '../lib/html';
import type { Page } from '../lib/page';
import { cell, field, form, head, notices, submit } from '../lib/team';

export const page: Page = {
  name: 'team-rules',
  path: 'team/regels',
  team: true,
  title: (c) => c.t('team.rules.menu'),
  body: (c) => html`
    <h1>${c.t('team.rules.menu')}</h1>
    ${notices(c)}
    <p>${c.t('team.rules.lead')}</p>
    {{#trial}}<section class="team-secret" aria-labelledby="trial"><h2 id="trial">${c.t('team.rules.trial')}</h2>
      <p>${c.t('team.rules.trial.found', { found: raw('{{found}}'), subjects: raw('{{subjects}}'), hours: raw('{{hours}}') })}</p>
      <ul>{{#episodes}}<li>{{subject}}: {{start}}{{#end}} – {{end}}{{/end}}</li>{{/episodes}}</ul></section>{{/trial}}
    <div class="team-scroll" tabindex="0" role="region" aria-label="${c.t('team.rules.menu')}"><table class="team-table">
      ${head(c, ['team.rules.name', 'team.rules.state', 'team.rules.feed', 'team.rules.targets', 'team.users.deeds'])}
      <tbody>{{#rules}}<tr>
        <th scope="row"><a href="?regel={{id}}">{{name}}</a></th>
        ${cell(c, 'team.rules.state', html`{{#is_on}}${c.t('team.rules.on')}{{/is_on}}{{^is_on}}${c.t('team.rules.off')}{{/is_on}}`)}
        ${cell(c, 'team.rules.feed', html`{{#is_public}}${c.t('team.rules.public')}{{/is_public}}{{^is_public}}${c.t('team.rules.internal')}{{/is_public}}`)}
        ${cell(c, 'team.rules.targets', raw('{{targets}}'))}
        ${cell(c, 'team.users.deeds', html`{{#is_on}}${form(c, 'uit', c.t('team.rules.off.of', { name: raw('{{name}}') }), html`
          <input type="hidden" name="regel" value="{{id}}">${submit(c.t('team.rules.switch-off'), 'default')}`, { quiet: true })}{{/is_on}}{{^is_on}}${form(c, 'aan', c.t('team.rules.on.of', { name: raw('{{name}}') }), html`
          <input type="hidden" name="regel" value="{{id}}">${submit(c.t('team.rules.switch-on'), 'default')}`, { quiet: true })}{{/is_on}}`)}
      </tr>{{/rules}}</tbody>
    </table></div>
    <h2>${c.t('team.rules.change')}</h2>
    <form method="post" class="team-form" aria-label="${c.t('team.rules.change')}">
      <input type="hidden" name="form_token" value="{{form_token}}">
      ${field(c.t('team.rules.id'), 'regel', 'value="{{regel}}" autocomplete="off" autocapitalize="none" spellcheck="false" maxlength="40"', c.t('team.rules.id.hint'))}
      <div class="team-field"><label for="rule-text">${c.t('team.rules.text')}</label>
        <p class="team-hint" id="rule-text-h">${c.t('team.rules.text.hint')}</p>
        <textarea id="rule-text" name="tekst" rows="12" cols="60" spellcheck="false" aria-describedby="rule-text-h" required>{{tekst}}</textarea></div>
      <button type="submit" name="wat" value="proberen" class="nl-button nl-button--default">${c.t('team.rules.try')}</button>
      <button type="submit" name="wat" value="bewaren" class="nl-button nl-button--primary">${c.t('team.rules.save')}</button>
    </form>
    <h2>${c.t('team.rules.alerts')}</h2>
    {{^alerts}}<p class="empty">${c.t('team.rules.alerts.none')}</p>{{/alerts}}
    <ul>{{#alerts}}<li>{{subject}}: {{name}}, {{start}}{{#end}} – {{end}}{{/end}}</li>{{/alerts}}</ul>`,
};
