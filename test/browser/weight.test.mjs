// SPDX-License-Identifier: EUPL-1.2
// Weights, what the first paint waits for, and the headers that make pages quick and closed (portal.md section 14).

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { visit } from '../../bench/portal/phone.mjs';
import { DESK, openPage, startBrowser } from './lib/browser.mjs';
import { startTown } from './lib/town.mjs';

const KB = 1024;
let town;
let browser;

before(async () => {
  [town, browser] = await Promise.all([startTown(), startBrowser()]);
});

after(async () => {
  await browser?.close();
  await town?.stop();
});

test('pages stay within 20 KB of compressed HTML', async () => {
  for (const path of ['/', '/kaart', `/meter/${town.meters.air.thing}`, `/meter/${town.meters.air.thing}?periode=week`, '/uitleg']) {
    const html = await (await fetch(town.url + path)).text();
    assert.ok(gzipSync(html).length <= 20 * KB, `${path}: ${gzipSync(html).length}`);
  }
});

test('assets come compressed and may be kept for ever', async () => {
  const html = await (await fetch(town.url)).text();
  for (const [, path] of html.matchAll(/(?:href|src)="(\/assets\/[^"]+\.(?:css|js))"/g)) {
    const answer = await fetch(town.url + path, { headers: { 'Accept-Encoding': 'br' } });
    assert.equal(answer.headers.get('content-encoding'), 'br', path);
    assert.match(answer.headers.get('cache-control'), /immutable/);
  }
  assert.equal((await fetch(`${town.url}/assets/../manifest.json`)).status, 404);
});

test('a page that did not change is answered with 304', async () => {
  const first = await fetch(`${town.url}/uitleg`);
  const again = await fetch(`${town.url}/uitleg`, { headers: { 'If-None-Match': first.headers.get('etag') } });
  assert.equal(again.status, 304);
});

test('the policy of every page forbids inline script and style, frames and plug-ins', async () => {
  for (const path of ['/', '/en/kaart', '/bestaat-niet']) {
    const answer = await fetch(town.url + path, { headers: { Accept: 'text/html' } });
    const policy = answer.headers.get('content-security-policy');
    for (const rule of ["default-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"]) assert.ok(policy.includes(rule), rule);
    assert.ok(!policy.includes('unsafe'));
    assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
    assert.equal(answer.headers.get('set-cookie'), null);
  }
});

// KB over the line on a first visit, heads and all. portal.md section 14.
const LIMITS = { Document: 20, Stylesheet: 12, Font: 30, Script: 15 };
const PAGES = [['the home page', '', 75], ['the map', 'kaart', 150], ['an area', 'gebied/BU06030222', 75], ['a town', 'gebied/GM0603', 75], ['a meter', 'meter/', 75], ['the data', 'data', 75], ['the explanation', 'uitleg', 75]];
const REQUESTS_MOST = 8; // page, style, font, script, icon, what installing needs; live updates

for (const [name, path, most] of PAGES)
  test(`${name} weighs what a phone may be asked for, does not jump, and asks nobody else`, async (t) => {
    const at = path === 'meter/' ? path + town.meters.air.thing : path;
    const { cls, weights } = await visit(browser, town.url, `/${at}`);
    t.diagnostic(`${(weights.all / KB).toFixed(1)} KB in ${weights.requests} requests, CLS ${cls.toFixed(4)}`);
    for (const [kind, limit] of Object.entries(LIMITS)) assert.ok(weights[kind] <= limit * KB, `${kind}: ${weights[kind]} bytes`);
    assert.ok(weights.all <= most * KB, `${weights.all} bytes`);
    assert.ok(weights.requests <= REQUESTS_MOST, `${weights.requests} requests`);
    assert.equal(weights.outside, 0);
    assert.ok(cls <= 0.02, `CLS ${cls}`);
  });

// What the first paint waits for, by count: times are measured by bench/portal.
const NODES_MOST = 1500;

for (const [name, path] of PAGES)
  test(`${name} paints after one stylesheet, whatever its scripts do, and is no longer than a phone lays out at once`, async () => {
    const { page, close } = await openPage(browser, town.url);
    await page.route(/\.js$/, (r) => r.abort());
    await page.goto(`${town.url}/${path === 'meter/' ? path + town.meters.air.thing : path}`);
    const held = await page.evaluate(() => ({
      blocking: performance.getEntriesByType('resource').filter((r) => r.renderBlockingStatus === 'blocking').map((r) => r.initiatorType),
      scripts: [...document.scripts].filter((x) => x.src && x.type !== 'module' && !x.async && !x.defer).map((x) => x.src),
      imports: [...document.styleSheets].flatMap((x) => [...x.cssRules]).filter((x) => x instanceof CSSImportRule).length,
      fonts: [...document.querySelectorAll('link[rel=preload][as=font]')].length,
      nodes: document.querySelectorAll('*').length,
    }));
    await close();
    assert.deepEqual(held.blocking, ['link']);
    assert.deepEqual(held.scripts, []);
    assert.equal(held.imports, 0);
    assert.equal(held.fonts, 1);
    assert.ok(held.nodes <= NODES_MOST, `${held.nodes} elements`);
  });

async function until(page, what, holds) {
  for (const started = Date.now(); !await holds(); await page.waitForTimeout(20)) assert.ok(Date.now() - started < 60_000, `${what} within a minute`);
}

// Chromium may forget to draw a page that nobody sees: a picture makes it.
const drawn = (page) => page.screenshot();
const isPainted = (page) => page.evaluate(() => performance.getEntriesByName('first-contentful-paint').length > 0);

// Resolves when what the page does by itself after it came is done: its scripts, and what they put off until nothing else is to be done, which
// is two seconds at most. A page that Chromium does not draw gets no idle time either.
async function settled(page) {
  await until(page, 'live updates', () => page.evaluate(() => !document.querySelector('[data-live-bar]')?.hidden));
  for (let n = 0; n < 3; n++) {
    await page.evaluate(() => new Promise((r) => requestIdleCallback(r, { timeout: 2500 })));
    await drawn(page);
  }
}

for (const [name, path] of [...PAGES, ['the map of an hour', `kaart?t=${new Date(Date.now() - 2 * 3600_000).toISOString().slice(0, 13)}Z`]])
  for (const viewport of [{ width: 412, height: 915 }, DESK]) test(`${name} keeps still when its script comes long after the first paint, ${viewport.width} wide`, async () => {
    const { page, close } = await openPage(browser, town.url, { viewport });
    let release, asked = 0;
    const late = new Promise((r) => (release = r));
    await page.route(/\.js$/, async (r) => (asked++, await late, r.continue()));
    await page.addInitScript(() => {
      globalThis.shifts = [];
      new PerformanceObserver((l) => l.getEntries().forEach((e) => globalThis.shifts.push(`${e.value.toFixed(4)} ${e.sources.map((s) => s.node?.className)}`))).observe({ type: 'layout-shift', buffered: true });
    });
    await page.goto(`${town.url}/${path === 'meter/' ? path + town.meters.air.thing : path}`, { waitUntil: 'commit' });
    await until(page, 'a script asked for', () => asked > 0);
    await drawn(page);
    await until(page, 'painted', () => isPainted(page));
    release();
    await page.waitForLoadState('load');
    await settled(page);
    assert.deepEqual(await page.evaluate(() => globalThis.shifts), []);
    await close();
  });
