// SPDX-License-Identifier: EUPL-1.2
// The picture of a shared link to a meter, which src/portal/card.c draws.

import { html } from '../lib/html';
import type { Page } from '../lib/page';

export const page: Page = { name: 'card-meter', path: 'beeld/meter/{id}', form: 'png', title: () => html``, body: () => html`` };
