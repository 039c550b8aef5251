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
  assert.deepEqual(await Promise.all(['type', 'width', 'height'].map((k) => meta(tab.page, `og:image:${k}`))), ['image/png', '1200', '630']);
  assert.equal(await meta(tab.page, 'og:image:alt'), await meta(tab.page, 'og:description'));
  const image = await fetch(await meta(tab.page, 'og:image'));
  assert.equal(image.headers.get('content-type'), 'image/png');
});

// Decoded by the browser: the share of each colour, in hex, and where the dark letters of the name end.
const look = (page, path) => page.evaluate(async (href) => {
  const answer = await fetch(href);
  const picture = await createImageBitmap(await answer.blob());
  const canvas = new OffscreenCanvas(picture.width, picture.height);
  const pen = canvas.getContext('2d');
  pen.drawImage(picture, 0, 0);
  const { data } = pen.getImageData(0, 0, picture.width, picture.height);
  const share = {};
  let right = 0;
  for (let i = 0; i < data.length; i += 4) {
    const colour = [0, 1, 2].map((k) => data[i + k].toString(16).padStart(2, '0')).join('');
    share[colour] = (share[colour] ?? 0) + 4 / data.length;
    const x = (i / 4) % picture.width, y = Math.floor(i / 4 / picture.width);
    if (y > 130 && y < 210 && colour === '14292f') right = Math.max(right, x);
  }
  return { status: answer.status, width: picture.width, height: picture.height, share, right };
}, path);

test('the picture of a link is a PNG of 1200 by 630 in the colour of the class, in both languages', async () => {
  const station = town.meters.station.thing;
  for (const [path, fill] of [[`/beeld/meter/${town.meters.air.thing}?stof=pm25`, '8cc8f0'], [`/en/beeld/meter/${station}?stof=pm25`, '8cc8f0'], ['/beeld/gebied/BU06030581?stof=pm25', '8cc8f0']]) {
    const seen = await look(tab.page, path);
    assert.deepEqual([seen.status, seen.width, seen.height], [200, 1200, 630], path);
    assert.ok(seen.share[fill] > 0.05 && seen.share[fill] < 0.09, `${path}: ${seen.share[fill]} is the pill`); // 480 by 130 less its corners: 7.7 %
    assert.ok(seen.share['0b5566'] > 0.12, `${path}: the head`);
    assert.ok(seen.share['14292f'] > 0.01, `${path}: letters`);
    assert.ok(seen.right > 300 && seen.right <= 1120, `${path}: the name ends at ${seen.right}`);
  }
  const [nl, en] = await Promise.all(['/beeld', '/en/beeld'].map(async (p) => Buffer.from(await (await fetch(`${town.url}${p}/meter/${station}`)).arrayBuffer())));
  assert.ok(!nl.equals(en));
});

test('a silent meter has a picture without class; an unknown one has none', async () => {
  const seen = await look(tab.page, `/beeld/meter/${town.meters.silent.thing}`);
  assert.deepEqual([seen.status, seen.width], [200, 1200]);
  assert.equal(seen.share['8cc8f0'], undefined);
  assert.equal((await fetch(`${town.url}/beeld/meter/999999`)).status, 404);
});

test('many who want pictures at once get them or are told to come back', async () => {
  const all = await Promise.all(Array.from({ length: 60 }, (_, k) => fetch(`${town.url}/beeld/meter/${town.meters.air.thing}?stof=pm25&n=${k}`).then(async (a) => [a.status, (await a.arrayBuffer()).byteLength])));
  assert.ok(all.some(([status]) => status === 200));
  for (const [status, bytes] of all) assert.ok((status === 200 && bytes > 5000 && bytes < 60000) || status === 503 || status === 429, `${status} ${bytes}`);
});

test('a page without a picture of its own shows the mark of peil', async () => {
  await tab.page.goto(`${town.url}/en/data`);
  const image = await fetch(await meta(tab.page, 'og:image'));
  assert.equal(image.headers.get('content-type'), 'image/png');
  assert.equal(await meta(tab.page, 'og:image:width'), '512');
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
  await new Promise((r) => other.unref().listen(0, '127.0.0.1', r));
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
