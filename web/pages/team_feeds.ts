// SPDX-License-Identifier: EUPL-1.2
import { html, raw } from '../lib/html';
import type { Page } from '../lib/page';
import { field, form, notices, select, submit, tick } from '../lib/team';

const NAME = raw('<input type="hidden" name="naam" value="{{name}}">');

export const page: Page = {
  name: 'team-feeds',
  path: 'team/bronnen',
  team: true,
  title: (c) => c.t('team.feeds.menu'),
  body: (c) => {
    const name = raw('{{name}}');
    const button = (what: string, label: 'team.feeds.run' | 'team.feeds.pause' | 'team.feeds.resume') =>
      form(c, what, html`${c.t(label)}: ${name}`, html`${NAME}${submit(c.t(label), 'default')}`, { quiet: true });
    return html`
    <h1>${c.t('team.feeds.menu')}</h1>
    ${notices(c)}
    <p>${c.t('team.feeds.lead')}</p>
    {{^feeds}}<p class="empty">${c.t('team.feeds.none')}</p>{{/feeds}}
    {{#feeds}}<section class="team-card" aria-label="{{name}}">
      <h2>{{name}} <span class="team-kind">{{kind}}</span></h2>
      <p class="small team-break">{{url}}</p>
      {{#is_failing}}<p class="team-ill">${c.t('team.feeds.error')} <span lang="en">{{error}}</span></p>{{/is_failing}}
      <dl class="team-facts">
        <div><dt>${c.t('team.feeds.state')}</dt><dd>{{state}}</dd></div>
        <div><dt>${c.t('team.feeds.worked')}</dt><dd>{{worked}}</dd></div>
        <div><dt>${c.t('team.feeds.tried')}</dt><dd>{{tried}}</dd></div>
        {{#next}}<div><dt>${c.t('team.feeds.next')}</dt><dd>{{next}}</dd></div>{{/next}}
        <div><dt>${c.t('team.feeds.stored')}</dt><dd>{{stored}}</dd></div>
        {{#reached}}<div><dt>${c.t('team.feeds.reached')}</dt><dd>{{reached}}{{#share}} <progress max="100" value="{{share}}" aria-label="${c.t('team.feeds.progress')}"></progress> {{share}} %{{/share}}</dd></div>{{/reached}}
      </dl>
      <div class="team-inline">{{^is_paused}}${button('nu', 'team.feeds.run')}${button('pauze', 'team.feeds.pause')}{{/is_paused}}{{#is_paused}}${button('verder', 'team.feeds.resume')}{{/is_paused}}</div>
      <details class="fold"><summary>${c.t('team.feeds.end')}</summary>
        <p>${c.t('team.feeds.end.more')}</p>
        ${form(c, 'weg', c.t('team.feeds.end.of', { name }), html`${NAME}${tick(c.t('team.feeds.end.sure'), 'zeker')}${submit(c.t('team.feeds.end'), 'default')}`)}
      </details>
    </section>{{/feeds}}
    <section aria-labelledby="new-feed"><h2 id="new-feed">${c.t('team.feeds.new')}</h2>
      ${form(c, 'maken', c.t('team.feeds.new'), html`
        ${field(c.t('team.feeds.name'), 'naam', 'value="{{naam}}" autocomplete="off" autocapitalize="none" spellcheck="false" maxlength="64" required', c.t('team.feeds.name.hint'))}
        ${select(c.t('team.feeds.kind'), 'soort', raw('{{#kinds}}<option value="{{value}}"{{#selected}} selected{{/selected}}>{{label}}</option>{{/kinds}}'))}
        ${field(c.t('team.feeds.url'), 'adres', 'type="url" value="{{adres}}" autocomplete="off" maxlength="500" required', c.t('team.feeds.url.hint'))}
        ${field(c.t('team.feeds.which'), 'welke', 'value="{{welke}}" autocomplete="off" spellcheck="false"', c.t('team.feeds.which.hint'))}
        ${field(c.t('team.feeds.since'), 'vanaf', 'value="{{vanaf}}" autocomplete="off" maxlength="30"', c.t('team.feeds.since.hint'))}
        ${field(c.t('team.feeds.every'), 'elke', 'inputmode="numeric" value="{{elke}}" autocomplete="off" maxlength="6"')}
        ${submit(c.t('team.feeds.create'))}`)}
    </section>`;
  },
};
