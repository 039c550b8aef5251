// SPDX-License-Identifier: EUPL-1.2
// An app that works without a connection: registers the service worker, says how old a kept page is, lists what was kept.

import { whenIdle } from './idle';
import { age } from './readings';
import { formatClock, text } from './texts';

export function offline(): void {
  if ('serviceWorker' in navigator && window.isSecureContext) whenIdle(() => setTimeout(() => void navigator.serviceWorker.register('/sw.js').catch(() => undefined), 1500)); // what it fetches must not stand in the way
  if (document.body.hasAttribute('data-kept')) sayAge();
  window.addEventListener('offline', sayAge);
  window.addEventListener('online', () => {
    if (document.body.hasAttribute('data-kept')) location.reload();
    else hide();
  });
  void listKept();
}

const bar = (): HTMLElement | null => document.querySelector('[data-offline]');

function when(time: number): string {
  const day = new Date(time).toDateString() === new Date().toDateString() ? '' : `${new Date(time).toLocaleDateString(document.documentElement.lang)} `;
  return day + formatClock(time);
}

function sayAge(): void {
  const at = bar();
  const made = Date.parse(document.body.dataset.kept ?? '') || performance.timeOrigin;
  if (!at || !made) return;
  at.textContent = text('client.offline', { when: when(made) });
  at.hidden = false;
  age(Date.now());
}

function hide(): void {
  const at = bar();
  if (at) at.hidden = true;
}

// On the page for who is offline: the pages that can be read all the same.
async function listKept(): Promise<void> {
  const at = document.querySelector<HTMLElement>('[data-kept-pages]');
  if (!at || !('caches' in window)) return;
  const cache = await caches.open('pages');
  const prefix = document.documentElement.lang === 'en' ? '/en/' : '/';
  for (const request of [...(await cache.keys())].reverse()) {
    const url = new URL(request.url);
    if ((prefix === '/en/') !== url.pathname.startsWith('/en/')) continue;
    const kept = await cache.match(request);
    const title = /<title>([^<]*)<\/title>/.exec((await kept?.text()) ?? '')?.[1];
    const link = document.createElement('a');
    link.href = url.pathname + url.search;
    link.textContent = new DOMParser().parseFromString(title ?? url.pathname, 'text/html').body.textContent;
    const item = document.createElement('li');
    item.append(link);
    at.append(item);
  }
  const none = document.querySelector<HTMLElement>('[data-kept-none]');
  if (none) none.hidden = at.children.length > 0;
}
