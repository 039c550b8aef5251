// SPDX-License-Identifier: EUPL-1.2
// The register of sensors.

import { html, raw } from '../lib/html';
import type { Page } from '../lib/page';
import { cell } from '../lib/parts';

export const page: Page = {
  name: 'sensors',
  path: 'registers/sensoren',
  title: (c) => c.t('register.title'),
  body: (c) => html`
    <article>
      <div class="text">
        <h1>${c.t('register.title')}</h1>
        <p class="lead">${c.t('register.lead')} ${c.t('register.count', { count: raw('{{count}}') })}</p>
        <h2>${c.t('register.not')}</h2>
        <p>${c.t('register.not.more')} ${c.t('register.personal')}</p>
        <p>${c.t('register.coarse')} ${c.t('register.objection')} <a href="${c.href('contact')}">${c.t('register.objection.link')}</a></p>
      </div>
      <h2 id="lijst">${c.t('register.caption')}</h2>
      <div class="table-wide" tabindex="0" role="region" aria-label="${c.t('register.caption')}">
        <table class="register stacked">
          <caption class="visually-hidden">${c.t('register.caption')}</caption>
          <thead><tr><th scope="col">${c.t('register.meter')}</th><th scope="col">${c.t('register.measures')}</th><th scope="col">${c.t('register.purpose')}</th><th scope="col">${c.t('register.owner')}</th></tr></thead>
          <tbody>
            {{#sensors}}<tr>
              <th scope="row"><a href="{{href}}">{{name}}</a> <span class="area">{{#area}}{{area}}, {{/area}}{{#is_coarse}}${c.t('register.coarse.mark')} {{/is_coarse}}{{place}}</span></th>
              ${cell(c, 'register.measures', raw('{{quantities}}'))}
              ${cell(c, 'register.purpose', raw('{{purpose}}'), 'purpose')}
              ${cell(c, 'register.owner', raw('{{kind}}{{#owner}} <span class="area">{{owner}}</span>{{/owner}}'))}
            </tr>{{/sensors}}
          </tbody>
        </table>
      </div>
      {{^sensors}}<p class="empty">${c.t('status.summary.none')}</p>{{/sensors}}
      {{#has_pages}}<nav class="steps" aria-label="${c.t('register.pages')}">
        {{#before_href}}<a class="nl-button" href="{{before_href}}" rel="prev">${c.t('register.before')}</a>{{/before_href}}
        <span>${c.t('register.page', { page: raw('{{page}}'), pages: raw('{{pages}}') })}</span>
        {{#after_href}}<a class="nl-button" href="{{after_href}}" rel="next">${c.t('register.after')}</a>{{/after_href}}
      </nav>{{/has_pages}}
    </article>`,
};
