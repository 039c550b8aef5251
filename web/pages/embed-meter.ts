// SPDX-License-Identifier: EUPL-1.2
// A meter inside somebody else's page.

import { html, raw } from '../lib/html';
import type { Page } from '../lib/page';

export const page: Page = {
  name: 'embed-meter',
  path: 'embed/meter/{id}',
  form: 'embed',
  title: () => html`${raw('{{name}}')}`,
  body: (c) => html`
    <h1 class="embed-name">{{name}}</h1>
    {{#card}}<p class="embed-value">{{#value}}<span class="value">{{value}}</span> <span class="unit">{{card_unit}}</span> {{/value}}{{#word}}<span class="badge {{class}}">{{word}}</span>{{/word}}</p>{{/card}}
    <p class="embed-words">{{sentence}}</p>
    <p class="small"><a href="{{meter_href}}">${c.t('embed.more')}</a></p>`,
};
