// SPDX-License-Identifier: EUPL-1.2
// What the pages say, without script: values, states, gaps, figures, and what stays private.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openPage, startBrowser } from './lib/browser.mjs';
import { startTown } from './lib/town.mjs';

let town;
let browser;
let tab;
let page;

before(async () => {
  [town, browser] = await Promise.all([startTown(), startBrowser()]);
  tab = await openPage(browser, town.url, { javaScriptEnabled: false });
  page = tab.page;
});

after(async () => {
  await browser?.close();
  await town?.stop();
});

const open = (path) => page.goto(town.url + path);
const row = (name) => page.locator('tr', { has: page.getByRole('link', { name, exact: true, includeHidden: true }) });
const words = async (locator) => (await locator.innerText()).replace(/\s+/g, ' ').trim();

test('without script the list shows name, neighbourhood, value, unit, word and time', async () => {
  await open('/');
  const text = await words(row('Meetstation Plaspoelpolder'));
  assert.match(text, /^Meetstation Plaspoelpolder Plaspoelpolder \d+(,\d)? µg\/m³ (goed|matig) \d\d\.\d\d uur$/);
});

test('without script the map has a named link for each public meter of the layer', async () => {
  await open('/');
  const names = await page.locator('.map-plot a.marker').evaluateAll((all) => all.map((a) => a.getAttribute('aria-label')));
  assert.equal(names.length, 6);
  assert.ok(names.some((n) => /^Meetstation Plaspoelpolder: \d+(,\d)?\s?µg\/m³, goed, gemeten \d\d\.\d\d uur$/.test(n)), names.join('\n'));
});

test('on a layer of the air each neighbourhood is a link with its name and class', async () => {
  await open('/');
  const names = await page.locator('.areas a').evaluateAll((all) => all.map((a) => a.getAttribute('aria-label')));
  assert.equal(names.length, 32);
  for (const n of names) assert.match(n, /^[^:]+: (luchtkwaliteit (goed|matig|onvoldoende|slecht|zeer slecht)|geen index)$/);
});

test('the list holds exactly the meters of the map', async () => {
  await open('/');
  const ids = async (selector) => (await page.locator(selector).evaluateAll((all) => all.map((e) => e.getAttribute('data-stream')))).sort();
  assert.deepEqual(await ids('.map-plot a.marker'), await ids('.meters tr[data-stream]'));
});

test('a reading that is past two periods is old, past three hours it is no value any more', async () => {
  await open('/');
  assert.equal(await row('Luchtmeter Strijp').getAttribute('class'), 'old');
  assert.equal(await row('Luchtmeter Sion').getAttribute('class'), 'silent');
  assert.equal(await row('Luchtmeter Haantje').getAttribute('class'), 'none');
});

test('a silent meter says since when there is no reading, in place of a number, wherever it is shown', async () => {
  const since = { '': /^geen meting sinds (gisteren )?\d\d\.\d\d uur$/, '/en': /^no reading since (yesterday )?\d\d:\d\d$/ };
  for (const [language, words] of Object.entries(since)) {
    for (const path of ['/', '/kaart', '/gebied/GM0603']) {
      await open(`${language}${path}`);
      assert.match(await row('Luchtmeter Sion').locator('time').textContent(), words, path);
      assert.equal((await row('Luchtmeter Sion').locator('[data-value], [data-word]').allTextContents()).join(''), '', path);
    }
    await open(`${language}/kaart`);
    assert.match((await page.locator('.marker[aria-label^="Luchtmeter Sion"]').getAttribute('aria-label')).replace('Luchtmeter Sion: ', ''), words);
    await open(`${language}/meter/${town.meters.silent.thing}`);
    assert.match(await page.locator('.card').innerText(), new RegExp(`^[^\n]+\n+${words.source.slice(1)}`), 'the card is the name of what is measured and these words');
  }
  await open(`/meter/${town.meters.empty.thing}`);
  assert.match(await page.locator('.card').innerText(), /^[^\n]+\n+nog geen meting$/);
});

test('only fresh meters count in the sentence', async () => {
  await open('/');
  assert.match(await words(page.locator('.lead')), /de middelste van 2 meters/);
});

test('a meter that is not public is on no page and has no page', async () => {
  for (const path of ['/', '/kaart', '/data']) {
    await open(path);
    assert.doesNotMatch(await page.content(), /Meter in huis/);
  }
  const answer = await open(`/meter/${town.meters.private.thing}`);
  assert.equal(answer.status(), 404);
});

test('a meter says its latest reading in a plain sentence', async () => {
  await open(`/en/meter/${town.meters.noise.thing}`);
  assert.match(await words(page.locator('.lead')), /^Noise is \d+ dB\(A\) here: (calm|audible|busy)\. Measured at \d\d:\d\d\.$/);
});

test('pressure is shown in hectopascal', async () => {
  await open(`/meter/${town.meters.air.thing}?stof=pressure`);
  assert.match(await words(page.locator('.card-current')), /Luchtdruk (1\.0\d\d|9\d\d) hPa/);
});

test('a gap is a grey band with words, and the description counts it', async () => {
  await open(`/meter/${town.meters.noise.thing}`);
  assert.equal(await page.locator('.chart-plot .gap').count(), 1);
  assert.equal(await page.locator('.chart-plot .gap-text').textContent(), 'geen meting');
  assert.match(await page.locator('.chart-plot').getAttribute('aria-label'), /Er is één gat van meer dan een uur\.$/);
});

test('the table holds what the chart holds', async () => {
  await open(`/meter/${town.meters.air.thing}?stof=temperature`);
  const rows = await page.locator('.numbers tbody tr').count();
  assert.ok(rows >= 142 && rows <= 144, `${rows} rows`);
});

test('an empty meter says so instead of drawing an empty frame', async () => {
  await open(`/meter/${town.meters.empty.thing}`);
  assert.equal(await page.locator('.chart').count(), 0);
  assert.match(await words(page.locator('.past .empty')), /^Geen metingen in deze periode\. Deze meter heeft hier nog niets gemeten\./);
  assert.match(await words(page.locator('.lead')), /meldt zich niet/);
});

test('a silent meter opens on its last day with readings', async () => {
  await open(`/meter/${town.meters.silent.thing}`);
  assert.match(await words(page.locator('.chart figcaption')), /^De laatste 24 uur met metingen, tot /);
  assert.equal(await page.locator('.chart-plot .line').count(), 1);
});

test('a reading that cannot be right is a cross with the reason, and no value', async () => {
  await open('/');
  assert.match(await words(row('Luchtmeter Cromvliet')), /× kan niet kloppen/);
  assert.equal(await page.locator(`.marker[data-stream="${town.meters.rejected.streams.pm25}"] text`).textContent(), '×');
  await open(`/meter/${town.meters.rejected.thing}`);
  assert.match(await words(page.locator('.lead')), /telt niet: kan niet kloppen\.$/);
  assert.match(await words(page.locator('.past .empty')), /Metingen die niet kloppen, tellen niet mee\./);
  assert.doesNotMatch(await page.locator('main').innerText(), /5\.000/);
});

test('demo data say so on every page', async () => {
  for (const path of ['/', '/uitleg', '/bestaat-niet', `/meter/${town.meters.air.thing}`]) {
    await open(path);
    assert.match(await words(page.locator('.demo')), /^Dit zijn voorbeeldgegevens\./, path);
  }
});

test('a wrong address is a friendly 404 with ways on', async () => {
  for (const path of ['/bestaat-niet', '/meter/999999', '/meter/abc', '/meter/1/2', '/en/meter']) {
    const answer = await open(path);
    assert.equal(answer.status(), 404, path);
    assert.ok((await page.locator('main a').count()) >= 3);
  }
});

test('an unknown layer, quantity or period in the address shows the usual one', async () => {
  assert.equal((await open('/?laag=%3Cscript%3E')).status(), 200);
  assert.equal((await open(`/meter/${town.meters.air.thing}?stof=%27%22&periode=eeuw`)).status(), 200);
  assert.doesNotMatch(await page.content(), /<script>/);
});

test('the calls on the open data page give data', async () => {
  await open('/data');
  const links = await page.locator('.call a').evaluateAll((all) => all.map((a) => a.href));
  assert.equal(links.length, 5);
  for (const link of links) assert.equal((await page.request.get(link)).status(), 200, link);
});

test('the downloads of a meter give its readings as CSV', async () => {
  await open(`/meter/${town.meters.air.thing}`);
  const links = await page.locator('.downloads a').evaluateAll((all) => all.map((a) => a.href));
  assert.equal(links.length, 4);
  const answer = await page.request.get(links[0]);
  assert.equal(answer.status(), 200);
  assert.match(answer.headers()['content-type'], /text\/csv/);
  assert.ok((await answer.text()).trim().split('\n').length > 100);
});
