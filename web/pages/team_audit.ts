// SPDX-License-Identifier: EUPL-1.2
import { html, raw } from '../lib/html';
import type { Page } from '../lib/page';
import { cell, field, head, notices, submit } from '../lib/team';

export const page: Page = {
  name: 'team-audit',
  path: 'team/logboek',
  team: true,
  title: (c) => c.t('team.audit.menu'),
  body: (c) => html`
    <h1>${c.t('team.audit.menu')}</h1>
    ${notices(c)}
    <p>${c.t('team.audit.lead', { total: raw('{{total}}') })}</p>
    <form method="get" class="team-form team-search" role="search" aria-label="${c.t('team.audit.search')}">
      ${field(c.t('team.audit.who'), 'wie', 'type="search" value="{{wie}}" maxlength="80"')}
      ${field(c.t('team.audit.what'), 'wat', 'type="search" value="{{wat}}" maxlength="80"')}
      ${submit(c.t('team.audit.search'), 'default')}
    </form>
    {{^lines}}<p class="empty">${c.t('team.audit.none')}</p>{{/lines}}
    <div class="team-scroll" tabindex="0" role="region" aria-label="${c.t('team.audit.menu')}"><table class="team-table">
      ${head(c, ['team.audit.number', 'team.audit.when', 'team.audit.who', 'team.audit.what', 'team.audit.which', 'team.audit.detail'])}
      <tbody>{{#lines}}<tr><th scope="row">{{number}}</th>
        ${cell(c, 'team.audit.when', raw('<time datetime="{{iso}}">{{when}}</time>'))}
        ${cell(c, 'team.audit.who', raw('{{who}}'))}${cell(c, 'team.audit.what', raw('<code>{{what}}</code>'))}
        ${cell(c, 'team.audit.which', raw('<code>{{which}}</code>'))}${cell(c, 'team.audit.detail', raw('{{detail}}'), 'detail')}</tr>{{/lines}}</tbody>
    </table></div>
    {{#older_href}}<p><a href="{{older_href}}" rel="next">${c.t('team.audit.older')}</a></p>{{/older_href}}`,
};
