// SPDX-License-Identifier: EUPL-1.2
// The care desk: what waits, and one case with its ladder.
import { html, Html, raw } from '../lib/html';
import type { Context, Page } from '../lib/page';
import { cell, field, form, head, notices, select, submit } from '../lib/team';

const hidden = raw('<input type="hidden" name="zaak" value="{{id}}">');
const MADE_UP = (c: Context): Html => html`{{#made_up}} <strong class="team-mark">${c.t('care.madeup')}</strong>{{/made_up}}`;

function list(c: Context): Html {
  return html`<p class="lead">${c.t('team.care.lead')}</p>
    {{^open}}<p class="empty">${c.t('team.care.empty')}</p>{{/open}}
    {{#open}}<section class="team-secret">
      <h2><a href="{{href}}">${c.t('team.care.home', { home: raw('{{home}}') })}</a>${MADE_UP(c)}</h2>
      <p>{{reason}}</p>
      <p><strong>${c.t('team.care.now')}</strong> {{todo}}</p>
      <p>${c.t('team.care.due', { due: raw('{{due}}') })}{{#late}} <strong>${c.t('team.care.late', { count: raw('{{late}}') })}</strong>{{/late}}</p>
    </section>{{/open}}
    <h2>${c.t('team.care.done')}</h2>
    {{^done_cases}}<p class="empty">${c.t('team.care.done.none')}</p>{{/done_cases}}
    <div class="team-scroll" tabindex="0" role="region" aria-label="${c.t('team.care.done')}"><table class="team-table">
      ${head(c, ['team.care.case', 'team.care.cause', 'team.care.closed', 'team.care.outcome'])}
      <tbody>{{#done_cases}}<tr><th scope="row"><a href="{{href}}">{{home}}</a>${MADE_UP(c)}</th>
        ${cell(c, 'team.care.cause', raw('{{cause}}'))}${cell(c, 'team.care.closed', raw('{{closed}}'))}${cell(c, 'team.care.outcome', raw('{{closed_reason}}'))}
      </tr>{{/done_cases}}</tbody></table></div>`;
}

function identity(c: Context): Html {
  return html`<h2>${c.t('team.care.identity')}</h2>
    <p>${c.t('team.care.identity.more')}</p>
    {{#may_ask}}${form(c, 'vraag', c.t('team.care.ask'), html`${hidden}
      ${field(c.t('team.care.why'), 'waarom', 'required minlength="5" maxlength="200" autocomplete="off"', c.t('team.care.why.hint'))}
      ${submit(c.t('team.care.ask'), 'default')}`)}{{/may_ask}}
    {{#waits}}<p>${c.t('team.care.waits')}</p>{{/waits}}
    {{#may_agree}}<p>${c.t('team.care.asks', { name: raw('{{asked_by}}'), why: raw('{{asked_why}}') })}</p>
      ${form(c, 'akkoord', c.t('team.care.agree'), html`${hidden}${submit(c.t('team.care.agree'))}`)}{{/may_agree}}
    {{#open_until}}<p>${c.t('team.care.open', { until: raw('{{open_until}}') })}</p>{{/open_until}}
    {{#may_see}}${form(c, 'inzien', c.t('team.care.see'), html`${hidden}${submit(c.t('team.care.see'), 'default')}`)}{{/may_see}}`;
}

function ladder(c: Context): Html {
  return html`<h2>${c.t('team.care.ladder')}</h2>
    <ol class="care-ladder">{{#ladder}}<li{{#current}} aria-current="step"{{/current}}><strong>{{name}}</strong> ${c.t('team.care.within', { hours: raw('{{hours}}') })}<br>{{text}}</li>{{/ladder}}</ol>`;
}

function events(c: Context): Html {
  return html`<h2>${c.t('team.care.history')}</h2>
    <div class="team-scroll" tabindex="0" role="region" aria-label="${c.t('team.care.history')}"><table class="team-table">
      ${head(c, ['team.care.when', 'team.care.who', 'team.care.what', 'team.care.outcome'])}
      <tbody>{{#events}}<tr><th scope="row">{{when}}</th>${cell(c, 'team.care.who', raw('{{by}}'))}${cell(c, 'team.care.what', raw('{{what}}'))}${cell(c, 'team.care.outcome', raw('{{outcome}}'))}</tr>{{/events}}</tbody>
    </table></div>`;
}

function one(c: Context): Html {
  return html`<p><a href="${c.href('team/zorg')}">${c.t('team.care.back')}</a></p>
    <h2>${c.t('team.care.home', { home: raw('{{home}}') })}${MADE_UP(c)}</h2>
    <p>{{reason}}</p>
    <p>${c.t('team.care.opened', { when: raw('{{opened}}') })}</p>
    {{#is_open}}<section class="team-secret">
      <h3>${c.t('team.care.now')} {{step}}</h3>
      <p>{{todo}}</p>
      <p>${c.t('team.care.due', { due: raw('{{due}}') })}{{#late}} <strong>${c.t('team.care.late', { count: raw('{{late}}') })}</strong>{{/late}}</p>
      {{#may_reach}}${form(c, 'bereik', c.t('team.care.reach'), html`${hidden}${submit(c.t('team.care.reach'), 'default')}`, { quiet: true })}{{/may_reach}}
      ${form(c, 'stap', c.t('team.care.step'), html`${hidden}
        ${select(c.t('team.care.outcome.of'), 'uitkomst', html`<option value="">${c.t('team.care.choose')}</option>${raw('{{#outcomes}}<option value="{{value}}">{{label}}</option>{{/outcomes}}')}`)}
        ${submit(c.t('team.care.step'))}`)}
    </section>{{/is_open}}
    {{^is_open}}<p><strong>${c.t('team.care.was.closed', { when: raw('{{closed}}'), reason: raw('{{closed_reason}}') })}</strong></p>{{/is_open}}
    ${ladder(c)}
    ${identity(c)}
    ${events(c)}`;
}

export const page: Page = {
  name: 'team-care',
  path: 'team/zorg',
  team: true,
  title: (c) => c.t('team.care.menu'),
  body: (c) => html`
    <h1>${c.t('team.care.menu')}</h1>
    ${notices(c)}
    {{#is_off}}<p class="empty">${c.t('team.care.off')}</p>{{/is_off}}
    {{#reach}}<section class="team-secret" role="status"><h2>${c.t('team.care.reach.is')}</h2><p class="team-key">{{reach}}</p></section>{{/reach}}
    {{#identity}}<section class="team-secret" role="status"><h2>${c.t('team.care.identity')}</h2>
      <dl><dt>${c.t('care.name')}</dt><dd>{{name}}</dd><dt>${c.t('care.address')}</dt><dd>{{address}}</dd>
      {{#phone}}<dt>${c.t('care.phone')}</dt><dd>{{phone}}</dd>{{/phone}}
      {{#contact_name}}<dt>${c.t('care.contact')}</dt><dd>{{contact_name}}, {{contact_phone}}</dd>{{/contact_name}}</dl></section>{{/identity}}
    {{#is_list}}${list(c)}{{/is_list}}
    {{#case}}${one(c)}{{/case}}`,
};
