// SPDX-License-Identifier: EUPL-1.2
import { html, raw } from '../lib/html';
import type { Page } from '../lib/page';
import { cell, form, head, notices, submit } from '../lib/team';

export const page: Page = {
  name: 'team-rules',
  path: 'team/regels',
  team: true,
  title: (c) => c.t('team.rules.menu'),
  body: (c) => html`
    <h1>${c.t('team.rules.menu')}</h1>
    ${notices(c)}
    <p>${c.t('team.rules.lead')}</p>
    <p><a class="nl-button nl-button--primary" href="${c.href('team/regel')}">${c.t('team.rules.new')}</a></p>
    <div class="team-scroll" tabindex="0" role="region" aria-label="${c.t('team.rules.menu')}"><table class="team-table">
      ${head(c, ['team.rules.name', 'team.rules.state', 'team.rules.feed', 'team.rules.targets', 'team.users.deeds'])}
      <tbody>{{#rules}}<tr>
        <th scope="row"><a href="{{href}}">{{name}}</a></th>
        ${cell(c, 'team.rules.state', html`{{#is_on}}<span class="team-state">${c.t('team.rules.on')}</span>{{/is_on}}{{^is_on}}<span class="team-state is-off">${c.t('team.rules.off')}</span>{{/is_on}}`)}
        ${cell(c, 'team.rules.feed', html`{{#is_public}}${c.t('team.rules.public')}{{/is_public}}{{^is_public}}${c.t('team.rules.internal')}{{/is_public}}`)}
        ${cell(c, 'team.rules.targets', raw('{{targets}}'))}
        ${cell(c, 'team.users.deeds', html`{{#is_on}}${form(c, 'uit', c.t('team.rules.off.of', { name: raw('{{name}}') }), html`
          <input type="hidden" name="regel" value="{{id}}">${submit(c.t('team.rules.switch-off'), 'default')}`, { quiet: true })}{{/is_on}}{{^is_on}}${form(c, 'aan', c.t('team.rules.on.of', { name: raw('{{name}}') }), html`
          <input type="hidden" name="regel" value="{{id}}">${submit(c.t('team.rules.switch-on'), 'default')}`, { quiet: true })}{{/is_on}}`)}
      </tr>{{/rules}}</tbody>
    </table></div>
    <h2>${c.t('team.rules.alerts')}</h2>
    {{^alerts}}<p class="empty">${c.t('team.rules.alerts.none')}</p>{{/alerts}}
    <ul class="team-alerts">{{#alerts}}<li><strong>{{subject}}</strong>: {{name}}<br><span class="small">{{start}}{{#end}} – {{end}}{{/end}}{{^end}} – ${c.t('team.rules.alerts.open')}{{/end}}</span></li>{{/alerts}}</ul>`,
};
