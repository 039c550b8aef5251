// SPDX-License-Identifier: EUPL-1.2
// Whose service this is and how to reach them; the town fills it in in its theme file.

import { html } from '../lib/html';
import type { Page } from '../lib/page';

export const page: Page = {
  name: 'contact',
  path: 'contact',
  title: (c) => c.t('contact.title'),
  body: (c) => html`
    <article class="text">
      <h1>${c.t('contact.title')}</h1>
      <p class="lead">${c.t('contact.lead')}</p>
      <h2 id="contact">${c.t('contact.who')}</h2>
      <p>{{organisation}}</p>
      {{#has_contact}}<dl class="words">
        {{#email}}<div><dt>${c.t('contact.email')}</dt><dd><a href="mailto:{{email}}">{{email}}</a></dd></div>{{/email}}
        {{#phone}}<div><dt>${c.t('contact.phone')}</dt><dd><a href="tel:{{phone}}">{{phone}}</a></dd></div>{{/phone}}
        {{#address}}<div><dt>${c.t('contact.address')}</dt><dd>{{address}}</dd></div>{{/address}}
        {{#website}}<div><dt>${c.t('contact.website')}</dt><dd><a href="{{website}}">{{website}}</a></dd></div>{{/website}}
      </dl>{{/has_contact}}
      {{^has_contact}}<p class="empty">${c.t('contact.none')}</p>{{/has_contact}}
      <p><strong>${c.t('contact.danger')}</strong></p>
      <p>${c.t('contact.leak')}</p>
    </article>`,
};
