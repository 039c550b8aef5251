// SPDX-License-Identifier: EUPL-1.2
// The QR code of a meter's page.

import { html, raw } from '../lib/html';
import type { Page } from '../lib/page';

export const page: Page = { name: 'qr-meter', path: 'beeld/qr/{id}', form: 'svg', title: () => html``, body: () => html`${raw('{{{qr}}}')}` };
