// SPDX-License-Identifier: EUPL-1.2
// Pages of areas, from neighbourhood to world, read without script.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openPage, startBrowser } from './lib/browser.mjs';
import { addMeter, startTown } from './lib/town.mjs';

let town;
let browser;
let page;
const wave = (middle) => (t) => Math.round((middle + 2 * Math.sin(t / 1e7)) * 100) / 100;

before(async () => {
  [town, browser] = await Promise.all([startTown(['rollup.interval_s=1']), startBrowser()]);
  for (const k of [1, 2, 3]) await addMeter(town.peil, { name: `Buurtmeter ${k}`, at: [4.3399 + k / 5000, 52.0499], origin: 'citizen', series: { pm25: wave(8 + k) } });
  await addMeter(town.peil, { name: 'Eenling', at: [4.3406, 52.0597], origin: 'citizen', series: { pm25: wave(9) } });
  page = (await openPage(browser, town.url, { javaScriptEnabled: false })).page;
});

after(async () => {
  await browser?.close();
  await town?.stop();
});

const words = async (locator) => (await locator.innerText()).replace(/\s+/g, ' ').trim();
const open = (path) => page.goto(`${town.url}/${path}`);

// Sums of areas are worked off by a job.
async function openWithChart(path) {
  for (let n = 0; n < 40; n++) {
    await open(path);
    if (await page.locator('.chart-plot').count()) return;
    await new Promise((r) => setTimeout(r, 250));
  }
  throw new Error(`${path}: no chart`);
}

test('a neighbourhood with three fresh meters has a judgement, with when, how many and how sure', async () => {
  await open('gebied/BU06030222');
  assert.equal(await words(page.locator('h1')), 'Bomenbuurt');
  assert.match(await words(page.locator('.lead')), /^goed Fijnstof PM2,5 is hier nu goed: \d+(,\d)? µg\/m³\.$/);
  assert.match(await words(page.locator('.hero .small')), /^Gemeten om \d\d\.\d\d uur, 4 meters, zekerheid: redelijk zeker\./);
});

test('with fewer it says so, why, and what the nearest official station measures', async () => {
  await open('gebied/BU06030852?stof=pm25');
  const text = await words(page.locator('.hero'));
  assert.match(text, /geen nieuwe meting|te weinig meters/);
  assert.match(text, /Het dichtstbijzijnde officiële meetpunt meet nu \d+(,\d)? µg\/m³: Meetstation Plaspoelpolder\. Wij tonen een oordeel vanaf drie meters/);
  assert.equal(await page.locator('.hero .badge').count(), 0);
});

test('a reference station alone is enough, and sure', async () => {
  await open('gebied/BU06030581?stof=no2');
  assert.match(await words(page.locator('.hero .small')), /één meter, zekerheid: zeker\./);
});

test('parents lead up to the world, parts lead down, every level is a page', async () => {
  await open('gebied/BU06030222');
  assert.deepEqual((await page.locator('.path a').allInnerTexts()).slice(0, 5), ['Wereld', 'Europa', 'Nederland', 'Zuid-Holland', 'Rijswijk']);
  for (const code of ['GM0603', 'PV28', 'NL', 'EU', '001', 'WK060302']) {
    assert.equal((await open(`gebied/${code}`)).status(), 200, code);
    assert.ok((await page.locator('.area-meters tr[data-stream]').count()) > 0, code);
  }
  await open('gebied/GM0603');
  assert.ok((await page.locator('.area-parts th a').count()) >= 3);
});

test('a part is judged in the list of parts where its own page judges it', async () => {
  await open('gebied/GM0603');
  const parts = await page.locator('.area-parts tr:has(th a)').evaluateAll((rows) => rows.filter((r) => r.className === 'fresh').map((r) => ({ href: r.querySelector('a').href, word: r.querySelector('.word').textContent.trim() })));
  assert.ok(parts.some((x) => x.word) && parts.some((x) => !x.word));
  for (const { href, word } of parts) {
    const html = await (await fetch(href)).text();
    assert.equal(word === '', /te weinig meters/.test(html), `${href}: '${word}'`);
  }
});

test('the chart is the mean of all meters by hour, with its table', async () => {
  await openWithChart('gebied/BU06030222');
  assert.match(await page.locator('.chart-plot').getAttribute('aria-label'), /^Fijnstof PM2,5, 24 uur\. Acht van de tien metingen liggen van/);
  await page.locator('.past summary').click();
  assert.ok((await page.locator('.numbers tbody tr').count()) >= 20);
});

test('means of days stand beside the advice for a day, in a picture that reaches up to it', async () => {
  await openWithChart('gebied/GM0603?stof=pm25&periode=maand');
  assert.match(await page.locator('.chart-plot').textContent(), /advies WHO per dag/);
  const ticks = (await page.locator('.tick-value').allTextContents()).map((t) => Number(t.replace(',', '.')));
  assert.ok(Math.max(...ticks) >= 15);
});

test('the year so far stands beside the limits for a year, as an indication', async () => {
  await openWithChart('gebied/GM0603?stof=pm25');
  const rows = await page.locator('[aria-labelledby="guide-head"] tbody tr').allInnerTexts();
  assert.ok(rows.some((r) => /Wereldgezondheids\u00adorganisatie.*\s5\s.*▲\u00a0erboven/s.test(r)), rows.join('\n'));
  assert.ok(rows.some((r) => /EU vanaf 2030.*\s10\s/s.test(r)));
  assert.match(await words(page.locator('[aria-labelledby="guide-head"] .small')), /^Dit is een indicatie\./);
});

test('the index of the hour stands with its number, word, advice and what decides it', async () => {
  for (let n = 0; n < 60; n++) {
    await open('gebied/BU06030222');
    if (await page.locator('.index-badge').count()) break;
    await new Promise((r) => setTimeout(r, 500));
  }
  const api = await (await page.request.get(`${town.url}/api/v1/areas/BU06030222/index`)).json();
  assert.equal(await words(page.locator('.index-badge')), `${api.class} ${api.wordNl}`);
  assert.ok(await page.locator(`.index-badge.lki-${api.group}`).count());
  assert.equal(await page.locator('.advice li').count(), 2);
  assert.match(await words(page.locator('.index')), /Dit is een indicatie.*Niet alle stoffen worden hier gemeten\./);
  assert.match(await words(page.locator('.index tbody tr', { hasText: 'bepaalt de index' })), /^Fijnstof PM2,5/);
});

test('noise stands by part of the day, from whole days only', async () => {
  await open(`meter/${town.meters.noise.thing}`);
  const cells = (await page.locator('.noise tbody td').allInnerTexts()).map((t) => t.trim());
  assert.equal(cells.length, 4);
  for (const cell of cells) assert.match(cell, /^(–|\d\d)/);
});

test('a private meter is in no figure and no list of an area', async () => {
  await open('gebied/GM0603');
  assert.doesNotMatch(await page.content(), /Meter in huis/);
});

test('what an area offers to take along works', async () => {
  await openWithChart('gebied/GM0603');
  const csv = await page.request.get(await page.locator('.take .downloads a').evaluate((a) => a.href));
  assert.equal(csv.status(), 200);
  assert.match(csv.headers()['content-type'], /text\/csv/);
  assert.equal((await page.request.get(await page.locator('.take .small a').evaluate((a) => a.href))).status(), 200);
  const feed = await page.request.get(await page.locator('[aria-labelledby="follow-head"] a').evaluate((a) => a.href));
  assert.match(feed.headers()['content-type'], /^application\/atom\+xml/);
  assert.equal((await open('embed/gebied/GM0603')).status(), 200);
  assert.match(await words(page.locator('main')), /^Rijswijk .* Meer op Rijswijk meet$/);
  assert.equal((await page.request.get(`${town.url}/beeld/gebied/GM0603`)).headers()['content-type'], 'image/png');
  assert.equal((await open('embed/grafiek/gebied/GM0603?periode=week')).status(), 200);
});

test('an area that is not there is a friendly 404', async () => {
  for (const path of ['gebied/XX', 'gebied/GM9999', 'en/gebied/%3Cscript%3E', 'embed/gebied/XX']) assert.equal((await open(path)).status(), 404, path);
});
