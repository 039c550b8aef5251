// SPDX-License-Identifier: EUPL-1.2
// Without a connection: pages that were looked at can be read with the time they are from, the others say what can be read.

import assert from 'node:assert/strict';
import { connect, createServer } from 'node:net';
import { after, before, test } from 'node:test';
import { axe, openPage, startBrowser } from './lib/browser.mjs';
import { startTown } from './lib/town.mjs';

let town;
let browser;
let tab;
let line;
let url;

// A wire to peil that can be cut; a browser's own switch does not reach its service workers.
async function wire(port) {
  const sockets = new Set();
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    for (const s of [near, far]) {
      sockets.add(s);
      s.on('error', () => {}).on('close', () => { sockets.delete(s); near.destroy(); far.destroy(); });
    }
    near.pipe(far).pipe(near);
  });
  const open = (at) => new Promise((r) => server.unref().listen(at, '127.0.0.1', () => r(server.address().port)));
  const own = await open(0);
  const cut = () => { for (const s of sockets) s.destroy(); return new Promise((r) => server.close(r)); };
  return { port: own, cut, mend: () => open(own) };
}

before(async () => {
  [town, browser] = await Promise.all([startTown(), startBrowser()]);
  line = await wire(new URL(town.url).port);
  url = `http://localhost:${line.port}`;
  tab = await openPage(browser, url);
  await tab.page.goto(url, { waitUntil: 'load' });
  await tab.page.evaluate(() => navigator.serviceWorker.ready);
  await tab.page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  for (const path of [`/meter/${town.meters.air.thing}`, '/en/kaart']) await tab.page.goto(url + path, { waitUntil: 'load' });
});

after(async () => {
  await browser?.close();
  await line?.cut();
  await town?.stop();
});

async function offline(act) {
  await line.cut();
  try {
    await act(tab.page);
  } finally {
    await line.mend();
  }
}

test('a page that was looked at is read offline, with the time it is from and its values', () => offline(async (page) => {
  await page.goto(`${url}/meter/${town.meters.air.thing}`);
  assert.match(await page.locator('[data-offline]').innerText(), /^U bent offline\. Dit is van \d\d\.\d\d uur\.$/);
  assert.match(await page.locator('.card .value').first().innerText(), /\d/);
  assert.deepEqual(await axe(page), []);
}));

test('values of a kept page grow old by its own clock', () => offline(async (page) => {
  await page.clock.install({ time: Date.now() + 4 * 3600_000 });
  await page.goto(`${url}/meter/${town.meters.air.thing}`);
  await page.waitForSelector('[data-offline]:not([hidden])');
  assert.equal(await page.locator('.card').first().evaluate((c) => c.classList.contains('silent')), true);
}));

test('a page that was not looked at says so and lists those that were', () => offline(async (page) => {
  await page.goto(`${url}/uitleg`);
  assert.equal(await page.locator('h1').innerText(), 'U bent offline');
  await page.waitForSelector('[data-kept-pages] a');
  assert.ok((await page.locator('[data-kept-pages] a').allInnerTexts()).some((t) => t.includes('Luchtmeter Bomenbuurt')));
  await page.goto(`${url}/en/privacy`);
  assert.equal(await page.locator('h1').innerText(), 'You are offline');
}));

test('back online the page is new again, and nothing of staff or the interfaces was kept', async () => {
  await tab.page.goto(url, { waitUntil: 'load' });
  assert.equal(await tab.page.locator('[data-offline]').isHidden(), true);
  for (const path of ['/team', '/api/v1/areas.geojson', `/embed/meter/${town.meters.air.thing}`]) await tab.page.goto(url + path).catch(() => undefined);
  await tab.page.goto(url, { waitUntil: 'load' });
  const kept = await tab.page.evaluate(async () => (await Promise.all((await caches.keys()).map(async (k) => (await (await caches.open(k)).keys()).map((r) => new URL(r.url).pathname)))).flat());
  assert.ok(kept.includes('/offline'));
  assert.deepEqual(kept.filter((p) => /team|api|embed|live/.test(p)), []);
});

test('the manifest makes the portal an app: name, icons that are there, a start', async () => {
  const manifest = await (await fetch(`${url}/manifest.webmanifest`)).json();
  assert.equal(manifest.name, 'Rijswijk meet');
  assert.equal((await (await fetch(`${url}/en/manifest.webmanifest`)).json()).name, 'Rijswijk measures');
  for (const icon of manifest.icons) {
    const answer = await fetch(url + icon.src);
    assert.equal(answer.headers.get('content-type'), icon.type);
    if (icon.type !== 'image/png') continue;
    const bytes = Buffer.from(await answer.arrayBuffer());
    assert.equal(`${bytes.readUInt32BE(16)}x${bytes.readUInt32BE(20)}`, icon.sizes);
  }
  assert.ok(manifest.icons.some((i) => i.purpose === 'maskable'));
});
