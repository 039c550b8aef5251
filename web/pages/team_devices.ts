// SPDX-License-Identifier: EUPL-1.2
import { html, raw } from '../lib/html';
import type { Page } from '../lib/page';
import { cell, field, form, head, notices, pages, submit } from '../lib/team';

const KEY = raw('<input type="hidden" name="sleutel" value="{{key}}">');

export const page: Page = {
  name: 'team-devices',
  path: 'team/meters',
  team: true,
  title: (c) => c.t('team.devices.menu'),
  body: (c) => {
    const name = raw('{{name}}');
    return html`
    <h1>${c.t('team.devices.menu')}</h1>
    ${notices(c)}
    <nav class="team-filters" aria-label="${c.t('team.devices.filter')}"><ul>
      {{#filters}}<li><a href="{{href}}"{{#current}} aria-current="true"{{/current}}>{{name}} <span class="team-count">{{count}}</span></a></li>{{/filters}}
    </ul></nav>
    <form method="get" class="team-form team-search" role="search" aria-label="${c.t('team.devices.search')}">
      <input type="hidden" name="staat" value="{{staat}}">
      ${field(c.t('team.devices.search.label'), 'zoek', 'type="search" value="{{zoek}}" maxlength="80" autocomplete="off"')}
      ${submit(c.t('team.devices.search'), 'default')}
    </form>
    {{#is_empty}}<div class="empty"><p>{{#is_new}}${c.t('team.devices.none')}{{/is_new}}{{^is_new}}${c.t('team.devices.nothing')}{{/is_new}}</p>
      <p>{{#is_new}}${c.t('team.devices.none.more')}{{/is_new}}{{^is_new}}<a href="${c.href('team/meters')}">${c.t('team.devices.reset')}</a>{{/is_new}}</p></div>{{/is_empty}}
    {{^is_empty}}<div class="team-scroll" tabindex="0" role="region" aria-label="${c.t('team.devices.menu')}"><table class="team-table">
      ${head(c, ['team.devices.name', 'team.devices.state', 'team.devices.last', 'team.devices.battery', 'team.devices.signal', 'team.devices.clock', 'team.users.deeds'])}
      <tbody>{{#devices}}<tr>
        <th scope="row"><a href="{{href}}">{{name}}</a> <span class="area">{{kind}}</span></th>
        ${cell(c, 'team.devices.state', raw('<span class="team-state{{#is_waiting}} is-waiting{{/is_waiting}}{{#is_blocked}} is-off{{/is_blocked}}">{{state}}</span>'))}
        ${cell(c, 'team.devices.last', html`{{last}}{{#is_silent}} <span class="team-ill">${c.t('team.devices.silent')}</span>{{/is_silent}}`)}
        ${cell(c, 'team.devices.battery', html`{{#battery}}{{battery}}{{/battery}}{{^battery}}–{{/battery}}{{#is_weak}} <span class="team-ill">${c.t('team.devices.weak')}</span>{{/is_weak}}`, 'battery')}
        ${cell(c, 'team.devices.signal', raw('{{#signal}}{{signal}}{{/signal}}{{^signal}}–{{/signal}}'), 'signal')}
        ${cell(c, 'team.devices.clock', html`{{#clock}}<span class="team-ill">${c.t('team.devices.clock.wrong')}</span>{{/clock}}{{^clock}}–{{/clock}}`, 'clock')}
        ${cell(c, 'team.users.deeds', html`<div class="team-inline">{{^is_known}}${form(c, 'toelaten', c.t('team.devices.let-in.of', { name }), html`${KEY}${submit(c.t('team.devices.let-in'))}`, { quiet: true })}{{/is_known}}
          {{#is_waiting}}${form(c, 'weigeren', c.t('team.devices.block.of', { name }), html`${KEY}${submit(c.t('team.devices.block'), 'default')}`, { quiet: true })}{{/is_waiting}}</div>`, 'has_deeds')}
      </tr>{{/devices}}</tbody>
    </table></div>
    ${pages(c)}{{/is_empty}}`;
  },
};
