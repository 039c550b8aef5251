// SPDX-License-Identifier: EUPL-1.2
// The picture of a shared link to an area, 1200 by 630.

import { html, raw } from '../lib/html';
import { cardFrame } from '../lib/parts';
import type { Page } from '../lib/page';

export const page: Page = {
  name: 'card-area',
  path: 'beeld/gebied/{code}',
  form: 'svg',
  title: () => html`${raw('{{name}}')}`,
  body: (c) => cardFrame(c, html`<text x="80" y="190" class="name">{{name}}</text>
<text x="80" y="250" class="soft">{{layer_name}}</text>
{{#value}}<text x="80" y="420" class="number">{{value}}</text><text x="80" y="480" class="soft">{{layer_unit}}</text>{{/value}}
{{#headline_word}}<g class="{{headline_class}}"><rect x="640" y="310" width="480" height="130" rx="65" class="pill"/><text x="880" y="392" class="word">{{headline_word}}</text></g>{{/headline_word}}`),
};
