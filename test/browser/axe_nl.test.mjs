// SPDX-License-Identifier: EUPL-1.2
// All pages in Dutch (lib/pages.mjs).

import { lookAtAllPages } from './lib/pages.mjs';

lookAtAllPages('nl');
