// SPDX-License-Identifier: EUPL-1.2
import { html, raw } from '../lib/html';
import type { Page } from '../lib/page';
import { form, notices, submit, tick } from '../lib/team';

export const page: Page = {
  name: 'team-device',
  path: 'team/meter',
  team: true,
  title: (c) => html`{{name}} – ${c.t('team.devices.menu')}`,
  body: (c) => html`
    <p class="team-back"><a href="${c.href('team/meters')}">${c.t('team.device.back')}</a></p>
    <h1>{{name}} <span class="team-kind">{{kind}}</span></h1>
    ${notices(c)}
    {{#new_key}}<section class="team-secret" aria-labelledby="new-key"><h2 id="new-key">${c.t('team.device.key.made')}</h2>
      <p>${c.t('team.device.key.made.more', { name: raw('{{new_key_name}}') })}</p>
      <p><code class="team-key">{{new_key}}</code></p></section>{{/new_key}}
    {{#is_ill}}<ul class="team-warnings">
      {{#is_silent}}<li>${c.t('team.device.silent', { last: raw('{{last}}') })}</li>{{/is_silent}}
      {{#is_weak}}<li>${c.t('team.device.weak', { battery: raw('{{battery}}') })}</li>{{/is_weak}}
      {{#clock}}<li>${c.t('team.device.clock')} <span lang="en">{{clock}}</span></li>{{/clock}}</ul>{{/is_ill}}
    <dl class="team-figures">
      <div><dt>${c.t('team.devices.state')}</dt><dd>{{state}}</dd></div>
      <div><dt>${c.t('team.devices.last')}</dt><dd>{{last}}</dd></div>
      <div><dt>${c.t('team.device.since')}</dt><dd>{{since}}</dd></div>
      <div><dt>${c.t('team.device.messages')}</dt><dd>{{messages}}</dd></div>
      {{#battery}}<div><dt>${c.t('team.devices.battery')}</dt><dd>{{battery}}</dd></div>{{/battery}}
      {{#signal}}<div><dt>${c.t('team.devices.signal')}</dt><dd>{{signal}}</dd></div>{{/signal}}
      {{^is_waiting}}<div><dt>${c.t('team.device.streams')}</dt><dd>{{streams}}</dd></div>{{/is_waiting}}
      {{#place}}<div><dt>${c.t('team.device.place')}</dt><dd>{{place}}</dd></div>{{/place}}
    </dl>
    {{#meter_href}}<p><a href="{{meter_href}}">${c.t('team.device.page')}</a></p>{{/meter_href}}
    <div class="team-device-sections"><section aria-labelledby="access"><h2 id="access">${c.t('team.device.access')}</h2>
      <p>{{#is_known}}${c.t('team.device.is.known')}{{/is_known}}{{#is_waiting}}${c.t('team.device.is.waiting')}{{/is_waiting}}{{#is_blocked}}${c.t('team.device.is.blocked')}{{/is_blocked}}</p>
      <div class="team-inline">
        {{^is_known}}${form(c, 'toelaten', c.t('team.devices.let-in.of', { name: raw('{{name}}') }), submit(c.t('team.devices.let-in')), { quiet: true })}{{/is_known}}
        {{^is_blocked}}${form(c, 'weigeren', c.t('team.devices.block.of', { name: raw('{{name}}') }), submit(c.t('team.devices.block'), 'default'), { quiet: true })}{{/is_blocked}}
      </div></section>
    {{^is_waiting}}<section aria-labelledby="key"><h2 id="key">${c.t('team.device.key')}</h2>
      <p>{{#owner}}${c.t('team.device.key.is', { name: html`<strong>{{owner}}</strong>` })}{{/owner}}{{^owner}}${c.t('team.device.key.none')}{{/owner}}</p>
      ${form(c, 'sleutel', c.t('team.device.key'), html`{{#owner}}<p class="team-hint">${c.t('team.device.key.replace.more')}</p>{{/owner}}
        <button type="submit" class="nl-button nl-button--default">{{#owner}}${c.t('team.device.key.replace')}{{/owner}}{{^owner}}${c.t('team.device.key.make')}{{/owner}}</button>`)}
    </section>{{/is_waiting}}
    {{#has_names}}<section aria-labelledby="names"><h2 id="names">{{#is_waiting}}${c.t('team.device.sends')}{{/is_waiting}}{{^is_waiting}}${c.t('team.device.unknown')}{{/is_waiting}}</h2>
      {{^is_waiting}}<p>${c.t('team.device.unknown.more')}</p>{{/is_waiting}}
      <ul class="team-words">{{#names}}<li><code>{{text}}</code></li>{{/names}}</ul></section>{{/has_names}}
    <section aria-labelledby="forget"><h2 id="forget">${c.t('team.device.forget')}</h2>
      <p>${c.t('team.device.forget.more')}</p>
      ${form(c, 'vergeten', c.t('team.device.forget'), html`${tick(c.t('team.device.forget.sure'), 'zeker')}${submit(c.t('team.device.forget'), 'default')}`)}
    </section></div>`,
};
