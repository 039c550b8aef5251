// SPDX-License-Identifier: EUPL-1.2
// What leaves the portal: previews of shared links, frames in other sites, QR codes, prints.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { axe, openPage, startBrowser } from './lib/browser.mjs';
import { startTown } from './lib/town.mjs';

const jsQR = createRequire(import.meta.url)('jsqr');
let town;
let browser;
let tab;

before(async () => {
  [town, browser] = await Promise.all([startTown(), startBrowser()]);
  tab = await openPage(browser, town.url);
});

after(async () => {
  await browser?.close();
  await town?.stop();
});

const meta = (page, name) => page.locator(`meta[property="${name}"]`).getAttribute('content');

test('a shared link to a meter brings its sentence and a picture', async () => {
  await tab.page.goto(`${town.url}/meter/${town.meters.air.thing}`);
  assert.equal(await meta(tab.page, 'og:title'), 'Luchtmeter Bomenbuurt');
  assert.match(await meta(tab.page, 'og:description'), /^Fijnstof PM2,5 is hier \d+(,\d)?\s?µg\/m³: (goed|matig)\. Gemeten om \d\d\.\d\d uur\.$/);
  const image = await fetch(await meta(tab.page, 'og:image'));
  assert.equal(image.headers.get('content-type'), 'image/svg+xml');
  const svg = await image.text();
  assert.match(svg, />Luchtmeter Bomenbuurt</);
  assert.match(svg, />(goed|matig)</);
});

test('other sites may frame an embedded page and no other', async () => {
  const policy = async (path) => (await fetch(town.url + path)).headers.get('content-security-policy');
  assert.match(await policy(`/embed/meter/${town.meters.air.thing}`), /frame-ancestors \*/);
  assert.match(await policy(`/en/embed/meter/${town.meters.air.thing}`), /frame-ancestors \*/);
  for (const path of ['/', `/meter/${town.meters.air.thing}`, '/embedded', '/kaart']) assert.match(await policy(path) ?? "frame-ancestors 'none'", /frame-ancestors 'none'/);
});

test('the snippet of a meter works in another site', async () => {
  await tab.page.goto(`${town.url}/meter/${town.meters.air.thing}`);
  const snippet = await tab.page.locator('pre [data-copy]').first().textContent();
  const other = createServer((_, answer) => answer.setHeader('Content-Type', 'text/html').end(`<!doctype html><title>x</title>${snippet}`));
  await new Promise((r) => other.listen(0, '127.0.0.1', r));
  const { page, close } = await openPage(browser, 'http://');
  await page.goto(`http://127.0.0.1:${other.address().port}/`);
  const frame = page.frameLocator('iframe');
  assert.equal(await frame.locator('h1').innerText(), 'Luchtmeter Bomenbuurt');
  assert.equal(await frame.locator('a').getAttribute('href'), `/meter/${town.meters.air.thing}`);
  assert.equal(await page.locator('iframe').getAttribute('title'), 'Luchtmeter Bomenbuurt');
  await close();
  other.close();
});

test('an embedded page fits from 280 to 1200 pixels, in the dark too, and axe finds nothing', async () => {
  for (const [width, colorScheme] of [[280, 'light'], [1200, 'dark']]) {
    const { page, faults, close } = await openPage(browser, town.url, { viewport: { width, height: 220 }, colorScheme });
    for (const path of ['embed/meter/', 'en/embed/meter/', 'embed/grafiek/meter/', 'en/embed/grafiek/meter/']) {
      await page.goto(`${town.url}/${path}${town.meters.air.thing}`);
      assert.deepEqual(await axe(page), []);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
    }
    assert.deepEqual(faults, []);
    await close();
  }
});

test('the QR code of a meter leads to its page, as another program reads it', async () => {
  const { page, close } = await openPage(browser, town.url, { viewport: { width: 400, height: 400 } });
  await page.goto(`${town.url}/meter/${town.meters.air.thing}`);
  const pixels = await page.evaluate(async (src) => {
    const image = new Image();
    image.src = src;
    await image.decode();
    const canvas = Object.assign(document.createElement('canvas'), { width: 300, height: 300 });
    const context = canvas.getContext('2d');
    context.drawImage(image, 0, 0, 300, 300);
    return [...context.getImageData(0, 0, 300, 300).data];
  }, await page.locator('.qr').getAttribute('src'));
  assert.equal((jsQR.default ?? jsQR)(new Uint8ClampedArray(pixels), 300, 300).data, `${town.url}/meter/${town.meters.air.thing}`);
  await close();
});

test('on paper there is the content, and no menu, button or search', async () => {
  await tab.page.goto(`${town.url}/meter/${town.meters.air.thing}`);
  await tab.page.emulateMedia({ media: 'print' });
  for (const gone of ['.top', '.bottom', '.live', '.tabs']) assert.equal(await tab.page.locator(gone).first().isVisible(), false, gone);
  for (const there of ['h1', '.chart', '.facts']) assert.equal(await tab.page.locator(there).first().isVisible(), true, there);
  await tab.page.emulateMedia({ media: null });
});
