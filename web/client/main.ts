// SPDX-License-Identifier: EUPL-1.2
// Everything here only adds to pages that work without it.

import { chart } from './chart';
import { list } from './list';
import { live } from './live';
import { map } from './map';

document.querySelector('.layers [aria-current]')?.scrollIntoView({ inline: 'center', block: 'nearest' });
map();
list();
chart();
live();
