// SPDX-License-Identifier: EUPL-1.2
// All pages in English (lib/pages.mjs).

import { lookAtAllPages } from './lib/pages.mjs';

lookAtAllPages('en');
