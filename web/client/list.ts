// SPDX-License-Identifier: EUPL-1.2
// The search box above the list: shows rows whose meter or neighbourhood holds what is typed.

import { afterRefresh } from './refresh';
import { text } from './texts';

export function list(): void {
  for (const at of document.querySelectorAll<HTMLElement>('[data-list]')) {
    enhance(at);
    afterRefresh.push(() => enhance(at));
  }
}

const plain = (s: string): string => s.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

function enhance(at: HTMLElement): void {
  const box = at.querySelector<HTMLElement>('[data-filter]');
  const input = box?.querySelector('input');
  if (!box || !input) return;
  box.hidden = false;
  input.addEventListener('input', () => filter(at, plain(input.value.trim())));
}

function filter(at: HTMLElement, wanted: string): void {
  let found = 0;
  for (const row of at.querySelectorAll<HTMLTableRowElement>('tbody tr')) {
    row.hidden = !plain(row.cells[0]?.textContent ?? '').includes(wanted);
    if (!row.hidden) found++;
  }
  const none = at.querySelector<HTMLElement>('[data-filter-none]');
  const count = at.querySelector('[data-filter-count]');
  if (none) none.hidden = found > 0;
  if (count) count.textContent = text(found === 1 ? 'client.list.count.one' : 'client.list.count', { count: String(found) });
}
