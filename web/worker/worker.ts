// SPDX-License-Identifier: EUPL-1.2
// Reading without a connection: the shell is kept at once, every page that was looked at is kept as it was last seen, and shown
// with the time it is from when the network does not answer. Never anything of staff, and nothing that is not a page.

declare const SHELL: string[];

// What of the worker's world is used here; TypeScript's own list of it does not go together with that of pages.
interface Extendable extends Event {
  waitUntil(p: Promise<unknown>): void;
}
interface Fetching extends Extendable {
  request: Request;
  respondWith(p: Promise<Response>): void;
}
interface Worker {
  location: Location;
  caches: CacheStorage;
  clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener(type: 'install' | 'activate', f: (e: Extendable) => void): void;
  addEventListener(type: 'fetch', f: (e: Fetching) => void): void;
}
const worker = globalThis as unknown as Worker;

const SHELL_CACHE = `shell-${SHELL.join().replace(/[^0-9a-f]+/g, '').slice(0, 60)}`;
const PAGES_CACHE = 'pages';
const PAGES_MOST = 40;
const PATIENCE = 5000; // then what was kept is shown
const NEVER = /^\/(en\/)?(team|embed|api|live|push|zorg)(\/|$)|^\/v1\.|^\/sw\.js|\/offline$/;

worker.addEventListener('install', (e) => {
  e.waitUntil(worker.caches.open(SHELL_CACHE).then((c) => c.addAll(SHELL)).then(() => worker.skipWaiting()));
});

worker.addEventListener('activate', (e) => {
  const old = (name: string): boolean => name.startsWith('shell-') && name !== SHELL_CACHE;
  e.waitUntil(worker.caches.keys().then((names) => Promise.all(names.filter(old).map((n) => worker.caches.delete(n)))).then(() => worker.clients.claim()));
});

worker.addEventListener('fetch', (e) => {
  const url = new URL(e.request.url);
  if (e.request.method !== 'GET' || url.origin !== worker.location.origin || NEVER.test(url.pathname)) return;
  if (/^\/(assets|theme)\//.test(url.pathname)) e.respondWith(asset(e.request));
  else if (e.request.mode === 'navigate') e.respondWith(page(e.request));
});

async function asset(request: Request): Promise<Response> {
  const kept = await worker.caches.match(request);
  if (kept) return kept;
  const fresh = await fetch(request);
  if (fresh.ok && new URL(request.url).pathname.startsWith('/theme/')) await (await worker.caches.open(SHELL_CACHE)).put(request, fresh.clone());
  return fresh;
}

async function page(request: Request): Promise<Response> {
  const cache = await worker.caches.open(PAGES_CACHE);
  try {
    const fresh = await soon(fetch(request));
    const isForAll = !fresh.headers.get('Cache-Control')?.includes('no-store'); // else it is what one of staff is shown
    if (fresh.ok && isForAll && fresh.headers.get('Content-Type')?.startsWith('text/html')) {
      await cache.put(request, fresh.clone());
      await trim(cache);
    }
    return fresh;
  } catch {
    const kept = await cache.match(request);
    return kept ? marked(kept) : ((await worker.caches.match(request.url.includes('/en/') ? '/en/offline' : '/offline')) ?? Response.error());
  }
}

function soon(answer: Promise<Response>): Promise<Response> {
  return Promise.race([answer, new Promise<Response>((_, no) => setTimeout(() => no(new Error('slow')), PATIENCE))]);
}

// The page's script says from when it is; who has no script sees no kept page either.
async function marked(kept: Response): Promise<Response> {
  const text = (await kept.text()).replace('<body ', `<body data-kept="${kept.headers.get('Date') ?? ''}" `);
  return new Response(text, { headers: kept.headers, status: kept.status });
}

// Those kept longest go first: put() sets a page behind all others.
async function trim(cache: Cache): Promise<void> {
  const all = await cache.keys();
  await Promise.all(all.slice(0, Math.max(0, all.length - PAGES_MOST)).map((r) => cache.delete(r)));
}
