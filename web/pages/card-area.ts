// SPDX-License-Identifier: EUPL-1.2
// The picture of a shared link to an area, which src/portal/card.c draws.

import { html } from '../lib/html';
import type { Page } from '../lib/page';

export const page: Page = { name: 'card-area', path: 'beeld/gebied/{code}', form: 'png', title: () => html``, body: () => html`` };
