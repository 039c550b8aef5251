// SPDX-License-Identifier: EUPL-1.2
import { html, raw } from '../lib/html';
import type { Page } from '../lib/page';
import { cell, field, form, head, lines, notices, select, submit, tick } from '../lib/team';

const options = (list: string) => raw(`{{#${list}}}<option value="{{value}}"{{#selected}} selected{{/selected}}>{{label}}</option>{{/${list}}}`);
const NUMBER = 'inputmode="decimal" autocomplete="off" maxlength="20"';

export const page: Page = {
  name: 'team-rule',
  path: 'team/regel',
  team: true,
  title: (c) => html`{{#is_known}}{{name}}{{/is_known}}{{^is_known}}${c.t('team.rules.new')}{{/is_known}} – ${c.t('team.rules.menu')}`,
  body: (c) => html`
    <p class="team-back"><a href="${c.href('team/regels')}">${c.t('team.rule.back')}</a></p>
    <h1>{{#is_known}}{{name}}{{/is_known}}{{^is_known}}${c.t('team.rules.new')}{{/is_known}}</h1>
    ${notices(c)}
    {{#trial}}<section class="team-secret" aria-labelledby="trial"><h2 id="trial">${c.t('team.rules.trial')}</h2>
      <p role="status">${c.t('team.rules.trial.found', { found: raw('{{trial_found}}'), days: raw('{{days}}'), subjects: raw('{{subjects}}'), hours: raw('{{hours}}') })}</p>
      <p class="small">${c.t('team.rules.trial.none', { count: raw('{{without_data}}') })}</p>
      {{#is_counted}}<table class="team-table team-months"><caption>${c.t('team.rules.trial.months')}</caption>
        <thead><tr><th scope="col">${c.t('team.rules.trial.month')}</th><th scope="col">${c.t('team.rules.trial.count')}</th></tr></thead>
        <tbody>{{#months}}<tr><th scope="row">{{month}}</th><td data-head="${c.t('team.rules.trial.count')}">{{count}}</td></tr>{{/months}}</tbody></table>{{/is_counted}}
      <ul class="team-alerts">{{#episodes}}<li><strong>{{subject}}</strong><br><span class="small">{{start}}{{#end}} – {{end}}{{/end}}{{^end}} – ${c.t('team.rules.alerts.open')}{{/end}}</span></li>{{/episodes}}</ul>
      {{#has_more}}<p class="small">${c.t('team.rules.trial.first')}</p>{{/has_more}}</section>{{/trial}}
    <form method="post" class="team-rule" aria-label="${c.t('team.rule.form')}">
      <input type="hidden" name="form_token" value="{{form_token}}">
      <fieldset><legend>${c.t('team.rule.names')}</legend>
        {{#is_known}}<p>${c.t('team.rules.id')}: <code>{{regel}}</code></p>{{/is_known}}
        {{^is_known}}${field(c.t('team.rules.id'), 'regel', 'value="{{regel}}" autocomplete="off" autocapitalize="none" spellcheck="false" maxlength="40" required', c.t('team.rules.id.hint'))}{{/is_known}}
        ${field(c.t('team.rule.name.nl'), 'naam_nl', 'value="{{naam_nl}}" maxlength="150" autocomplete="off" required', c.t('team.rule.name.hint'))}
        ${field(c.t('team.rule.name.en'), 'naam_en', 'value="{{naam_en}}" lang="en" maxlength="150" autocomplete="off" required')}
      </fieldset>
      <fieldset><legend>${c.t('team.rule.where')}</legend>
        ${select(c.t('team.rule.on'), 'waar', options('ons'))}
        ${field(c.t('team.rule.which'), 'welke', 'value="{{welke}}" autocomplete="off" spellcheck="false"', c.t('team.rule.which.hint'))}
      </fieldset>
      <fieldset><legend>${c.t('team.rule.condition')}</legend>
        ${select(c.t('team.rule.what'), 'meting', options('whats'))}
        ${select(c.t('team.rule.when'), 'wanneer', options('whens'))}
        <div class="team-pair">${field(c.t('team.rule.value'), 'waarde', `value="{{waarde}}" ${NUMBER}`)}
        ${field(c.t('team.rule.clear'), 'einde', `value="{{einde}}" ${NUMBER}`)}</div>
        <div class="team-pair">${field(c.t('team.rule.lasting'), 'duur', `value="{{duur}}" ${NUMBER}`)}
        ${field(c.t('team.rule.within'), 'binnen', `value="{{binnen}}" ${NUMBER}`)}</div>
      </fieldset>
      <fieldset><legend>${c.t('team.rule.tell')}</legend>
        ${tick(c.t('team.rule.public'), 'openbaar', raw('{{#openbaar}}checked{{/openbaar}}'))}
        ${tick(c.t('team.rule.mqtt'), 'mqtt', raw('{{#mqtt}}checked{{/mqtt}}'))}
        ${lines(c.t('team.rule.mail'), 'mail', raw('{{mail}}'), c.t('team.rule.mail.hint'))}
        ${lines(c.t('team.rule.webhook'), 'webhook', raw('{{webhook}}'), c.t('team.rule.webhook.hint'))}
        <div class="team-pair">${field(c.t('team.rule.quiet.from'), 'stil_van', 'value="{{stil_van}}" maxlength="5" autocomplete="off"', c.t('team.rule.quiet.hint'))}
        ${field(c.t('team.rule.quiet.to'), 'stil_tot', 'value="{{stil_tot}}" maxlength="5" autocomplete="off"', c.t('team.rule.quiet.to.hint'))}</div>
        ${field(c.t('team.rule.quiet.not'), 'stil_niet', `value="{{stil_niet}}" ${NUMBER}`, c.t('team.rule.quiet.not.hint'))}
      </fieldset>
      ${tick(c.t('team.rule.is-on'), 'aan', raw('{{#aan}}checked{{/aan}}'))}
      <div class="team-inline">
        <button type="submit" name="wat" value="maand" class="nl-button nl-button--default">${c.t('team.rules.try')}</button>
        <button type="submit" name="wat" value="jaar" class="nl-button nl-button--default">${c.t('team.rules.try.year')}</button>
        <button type="submit" name="wat" value="bewaren" class="nl-button nl-button--primary">${c.t('team.rules.save')}</button>
      </div>
    </form>
    {{#is_known}}<section><h2>${c.t('team.rule.versions')}</h2>
      {{^versions}}<p>{{#is_built_in}}${c.t('team.rule.versions.built-in')}{{/is_built_in}}{{^is_built_in}}${c.t('team.rule.versions.none')}{{/is_built_in}}</p>{{/versions}}
      {{#has_versions}}<div class="team-scroll" tabindex="0" role="region" aria-label="${c.t('team.rule.versions')}"><table class="team-table">
        ${head(c, ['team.rule.version', 'team.rule.version.when', 'team.rule.version.by', 'team.rule.version.text', 'team.users.deeds'])}
        <tbody>{{#versions}}<tr><th scope="row">{{number}}</th>
          ${cell(c, 'team.rule.version.when', raw('{{when}}'))}
          ${cell(c, 'team.rule.version.by', raw('{{by}}'))}
          ${cell(c, 'team.rule.version.text', html`{{#is_gone}}${c.t('team.rule.version.gone')}{{/is_gone}}{{^is_gone}}<details><summary>${c.t('team.rule.version.show')}</summary><code class="team-break">{{text}}</code></details>{{/is_gone}}`)}
          ${cell(c, 'team.users.deeds', html`{{#can_return}}${form(c, 'terug', c.t('team.rule.return.of', { number: raw('{{number}}') }), html`<input type="hidden" name="versie" value="{{number}}">${submit(c.t('team.rule.return'), 'default')}`, { quiet: true })}{{/can_return}}`)}
        </tr>{{/versions}}</tbody></table></div>{{/has_versions}}
    </section>{{/is_known}}`,
};
