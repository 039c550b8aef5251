// SPDX-License-Identifier: EUPL-1.2
import { html, raw } from '../lib/html';
import type { Page } from '../lib/page';
import { cell, head, notices } from '../lib/team';

export const page: Page = {
  name: 'team-system',
  path: 'team/systeem',
  team: true,
  title: (c) => c.t('team.system.menu'),
  body: (c) => html`
    <h1>${c.t('team.system.menu')}</h1>
    ${notices(c)}
    {{#is_writable}}<p>${c.t('team.system.writable')}</p>{{/is_writable}}
    {{^is_writable}}<div class="team-error"><p><strong>${c.t('team.system.stuck')}</strong></p><p class="small" lang="en">{{why_not}}</p></div>{{/is_writable}}
    <h2>${c.t('team.system.store')}</h2>
    <dl class="team-figures">
      <div><dt>${c.t('team.system.disk')}</dt><dd>{{disk}} MB</dd></div>
      <div><dt>${c.t('team.system.chunks')}</dt><dd>{{chunks}}</dd></div>
      <div><dt>${c.t('team.system.tail')}</dt><dd>{{tail}}</dd></div>
      <div><dt>${c.t('team.system.logged')}</dt><dd>{{logged_in}}</dd></div>
      {{#sets}}<div><dt lang="en">{{name}}</dt><dd>{{count}}</dd></div>{{/sets}}
    </dl>
    <h2>${c.t('team.system.jobs')}</h2>
    {{^jobs}}<p class="empty">${c.t('team.system.nojobs')}</p>{{/jobs}}
    <div class="team-scroll" tabindex="0" role="region" aria-label="${c.t('team.system.jobs')}"><table class="team-table">
      ${head(c, ['team.system.job', 'team.system.last', 'team.system.took', 'team.system.runs', 'team.system.failures'])}
      <tbody>{{#jobs}}<tr><th scope="row">{{name}}</th>
        ${cell(c, 'team.system.last', raw('{{last}}'))}${cell(c, 'team.system.took', raw('{{took}} ms'))}
        ${cell(c, 'team.system.runs', raw('{{runs}}'))}
        ${cell(c, 'team.system.failures', raw('{{failures}}{{#error}} <span class="small" lang="en">{{error}}</span>{{/error}}'))}</tr>{{/jobs}}</tbody>
    </table></div>
    <h2>${c.t('team.system.kept')}</h2>
    <div class="team-scroll" tabindex="0" role="region" aria-label="${c.t('team.system.kept')}"><table class="team-table">
      ${head(c, ['team.system.kind', 'team.system.purpose', 'team.system.owner', 'team.system.days'])}
      <tbody>{{#kept}}<tr><th scope="row">{{name}} <code>{{kind}}</code></th>
        ${cell(c, 'team.system.purpose', raw('{{purpose}}'))}${cell(c, 'team.system.owner', raw('{{owner}}'))}
        ${cell(c, 'team.system.days', raw('{{how_long}}'))}</tr>{{/kept}}</tbody>
    </table></div>`,
};
