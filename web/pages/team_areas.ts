// SPDX-License-Identifier: EUPL-1.2
import { html, raw } from '../lib/html';
import type { Page } from '../lib/page';
import { cell, field, head, notices, pages, select, submit } from '../lib/team';

export const page: Page = {
  name: 'team-areas',
  path: 'team/gebieden',
  team: true,
  title: (c) => c.t('team.areas.menu'),
  body: (c) => html`
    <h1>${c.t('team.areas.menu')}</h1>
    ${notices(c)}
    {{#has_report}}<section class="team-done" aria-labelledby="report"><h2 id="report">${c.t('team.areas.report')}</h2>
      <p>${c.t('team.areas.report.more', { stored: raw('{{stored}}'), repaired: raw('{{repaired}}'), refused: raw('{{refused}}') })}</p>
      {{#has_refused}}<ul class="team-refusals">{{#refusals}}<li>${c.t('team.areas.feature', { number: raw('{{feature}}') })} <span lang="en">{{why}}</span></li>{{/refusals}}</ul>
      {{#has_more}}<p>${c.t('team.areas.report.first')}</p>{{/has_more}}{{/has_refused}}</section>{{/has_report}}
    {{#has_postcode_report}}<p class="team-done" role="status">${c.t('team.areas.postcodes.report', { stored: raw('{{stored}}'), refused: raw('{{refused}}') })}</p>{{/has_postcode_report}}
    <p>${c.t('team.areas.lead')}</p>
    <form method="get" class="team-form team-search" role="search" aria-label="${c.t('team.areas.search')}">
      ${select(c.t('team.areas.level'), 'niveau', raw('{{#levels}}<option value="{{value}}"{{#selected}} selected{{/selected}}>{{label}}</option>{{/levels}}'))}
      ${field(c.t('team.areas.year'), 'jaar', 'inputmode="numeric" value="{{jaar}}" maxlength="4" autocomplete="off"')}
      ${field(c.t('team.areas.name'), 'zoek', 'type="search" value="{{zoek}}" maxlength="80" autocomplete="off"')}
      ${submit(c.t('team.areas.search'), 'default')}
    </form>
    {{#is_empty}}<p class="empty">${c.t('team.areas.none')}</p>{{/is_empty}}
    {{^is_empty}}<div class="team-scroll" tabindex="0" role="region" aria-label="${c.t('team.areas.menu')}"><table class="team-table">
      ${head(c, ['team.areas.name', 'team.areas.code', 'team.areas.parent', 'team.areas.holds', 'team.areas.size', 'team.areas.people'])}
      <tbody>{{#areas}}<tr>
        <th scope="row"><a href="{{href}}">{{name}}</a></th>
        ${cell(c, 'team.areas.code', raw('<code>{{code}}</code>'))}
        ${cell(c, 'team.areas.parent', raw('{{#parent}}{{parent}}{{/parent}}{{^parent}}–{{/parent}}'), 'parent')}
        ${cell(c, 'team.areas.holds', html`{{#boundary_year}}${c.t('team.areas.boundaries', { year: raw('{{boundary_year}}') })}{{/boundary_year}}{{^boundary_year}}–{{/boundary_year}}{{#to_year}}, ${c.t('team.areas.until', { year: raw('{{to_year}}') })}{{/to_year}}`)}
        ${cell(c, 'team.areas.size', raw('{{#size}}{{size}}{{/size}}{{^size}}–{{/size}}'), 'size')}
        ${cell(c, 'team.areas.people', raw('{{#people}}{{people}}{{/people}}{{^people}}–{{/people}}'), 'people')}
      </tr>{{/areas}}</tbody>
    </table></div>
    ${pages(c)}{{/is_empty}}
    <section aria-labelledby="import"><h2 id="import">${c.t('team.areas.import')}</h2>
      <p>${c.t('team.areas.import.more')}</p>
      <form method="post" enctype="multipart/form-data" class="team-form" aria-label="${c.t('team.areas.import')}">
        <input type="hidden" name="form_token" value="{{form_token}}"><input type="hidden" name="wat" value="invoeren">
        ${field(c.t('team.areas.file'), 'bestand', 'type="file" accept=".json,.geojson,application/geo+json,application/json" required', c.t('team.areas.file.hint'))}
        ${field(c.t('team.areas.file.year'), 'jaar', 'inputmode="numeric" maxlength="4" autocomplete="off"', c.t('team.areas.file.year.hint'))}
        ${submit(c.t('team.areas.import.submit'))}
      </form></section>
    <section aria-labelledby="postcodes"><h2 id="postcodes">${c.t('team.areas.postcodes')}</h2>
      <p>${c.t('team.areas.postcodes.more')}</p>
      <form method="post" enctype="multipart/form-data" class="team-form" aria-label="${c.t('team.areas.postcodes')}">
        <input type="hidden" name="form_token" value="{{form_token}}"><input type="hidden" name="wat" value="postcodes">
        ${field(c.t('team.areas.file'), 'bestand', 'type="file" accept=".csv,text/csv" required', c.t('team.areas.postcodes.hint'))}
        ${submit(c.t('team.areas.import.submit'))}
      </form></section>`,
};
