// SPDX-License-Identifier: EUPL-1.2
// Everything here only adds to pages that work without it.

import { chart } from './chart';
import { copy } from './copy';
import { hours } from './hours';
import { whenIdle } from './idle';
import { list } from './list';
import { live } from './live';
import { map } from './map';
import { offline } from './offline';
import { street } from './street';

// Brings the chosen layer to the middle of its row. Not by scrollIntoView: in Chromium 150 the first Tab then starts from there,
// behind the skip link.
function showChosenLayer(): void {
  const chosen = document.querySelector('.layers [aria-current]');
  const row = chosen?.closest('ul');
  if (!chosen || !row) return;
  const middle = (e: Element) => e.getBoundingClientRect().left + e.getBoundingClientRect().width / 2;
  row.scrollLeft += middle(chosen) - middle(row);
}

map();
hours();
list();
chart();
street();
copy();
// Asked for a place before the frame that lays the page out, the browser would have to do that twice.
requestAnimationFrame(showChosenLayer);
whenIdle(live);
offline();
