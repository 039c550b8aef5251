// SPDX-License-Identifier: EUPL-1.2
// An area inside somebody else's page.

import { html, raw } from '../lib/html';
import type { Page } from '../lib/page';

export const page: Page = {
  name: 'embed-area',
  path: 'embed/gebied/{code}',
  form: 'embed',
  title: () => html`${raw('{{name}}')}`,
  body: (c) => html`
    <h1 class="embed-name">{{name}}</h1>
    {{#value}}<p class="embed-value"><span class="value">{{value}}</span> <span class="unit">{{layer_unit}}</span> {{#headline_word}}<span class="badge {{headline_class}}">{{headline_word}}</span>{{/headline_word}}</p>{{/value}}
    <p class="embed-words">{{sentence}}</p>
    <p class="small">{{measured}} <a href="{{area_href}}">${c.t('embed.more')}</a></p>`,
};
