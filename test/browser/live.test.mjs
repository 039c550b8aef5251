// SPDX-License-Identifier: EUPL-1.2
// New readings appear within a second and without reload; they can be paused; what was missed meanwhile comes after.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openPage, startBrowser } from './lib/browser.mjs';
import { addMeter, send, startTown } from './lib/town.mjs';

const SECOND = 1000;
const AT_MOST = 20 * SECOND;  // of a busy machine; how soon it is shown is for bench/portal
let town;
let browser;

before(async () => {
  [town, browser] = await Promise.all([startTown(), startBrowser()]);
});

after(async () => {
  await browser?.close();
  await town?.stop();
});

async function openLive(path) {
  const tab = await openPage(browser, town.url);
  await tab.page.goto(town.url + path);
  await tab.page.locator('.live:not([hidden])').waitFor();
  return tab;
}

const shows = (page, selector, text) =>
  page.waitForFunction(([s, t]) => document.querySelector(s)?.textContent?.trim() === t, [selector, text], { timeout: AT_MOST, polling: 20 });

test('a reading that is posted is on map and list, with its class', async () => {
  const { page, faults, close } = await openLive('/');
  const stream = town.meters.station.streams.pm25;
  const loads = await page.evaluate(() => performance.getEntriesByType('navigation').length);
  await send(town, stream, 61.4);
  await shows(page, `.meters [data-stream="${stream}"] [data-value]`, '61');
  await shows(page, `.marker[data-stream="${stream}"] text`, '61');
  assert.match(await page.locator(`.marker[data-stream="${stream}"]`).getAttribute('class'), /fresh.*air-3|air-3.*fresh/);
  assert.match(await page.locator(`.marker[data-stream="${stream}"]`).getAttribute('aria-label'), /^Meetstation Plaspoelpolder: 61, onvoldoende, /);
  assert.equal(await page.locator(`.meters [data-stream="${stream}"] [data-word]`).innerText(), 'onvoldoende');
  assert.equal(await page.evaluate(() => performance.getEntriesByType('navigation').length), loads);
  assert.deepEqual(faults, []);
  await close();
});

test('it is on the page of the meter within a second, and the chart follows', async () => {
  const { page, faults, close } = await openLive(`/en/meter/${town.meters.air.thing}?stof=temperature`);
  const stream = town.meters.air.streams.temperature;
  await send(town, stream, -3.25);
  await shows(page, `.card[data-stream="${stream}"] [data-value]`, '\u22123.3');
  await shows(page, `.card[data-stream="${stream}"] [data-word]`, 'frost');
  await page.waitForFunction(() => document.querySelector('.facts-row')?.textContent?.includes('\u22123.3'), undefined, { timeout: AT_MOST });
  assert.deepEqual(faults, []);
  await close();
});

test('pressure arrives in hectopascal', async () => {
  const { page, close } = await openLive(`/meter/${town.meters.air.thing}`);
  const stream = town.meters.air.streams.pressure;
  await send(town, stream, 99870);
  await shows(page, `.card[data-stream="${stream}"] [data-value]`, '999');
  await close();
});

test('a reading that cannot be right arrives as a cross with the reason', async () => {
  const { page, close } = await openLive('/?laag=pm10');
  const stream = town.meters.air.streams.pm10;
  await send(town, stream, 123456);
  await shows(page, `.meters [data-stream="${stream}"] [data-value]`, '×');
  await shows(page, `.meters [data-stream="${stream}"] [data-word]`, 'kan niet kloppen');
  await send(town, stream, 12);
  await shows(page, `.meters [data-stream="${stream}"] [data-value]`, '12');
  await shows(page, `.meters [data-stream="${stream}"] [data-word]`, 'goed');
  await close();
});

test('a reading older than the one shown changes nothing', async () => {
  const { page, close } = await openLive('/?laag=no2');
  const stream = town.meters.station.streams.no2;
  await send(town, stream, 33);
  await shows(page, `.meters [data-stream="${stream}"] [data-value]`, '33');
  await town.peil.post(`Datastreams(${stream})/Observations`, { phenomenonTime: new Date(Date.now() - 3600_000).toISOString(), result: 99 });
  await page.waitForTimeout(SECOND);
  assert.equal(await page.locator(`.meters [data-stream="${stream}"] [data-value]`).innerText(), '33');
  await close();
});

test('paused, nothing changes; going on brings what was missed', async () => {
  const { page, close } = await openLive('/?laag=noise_laeq');
  const stream = town.meters.noise.streams.noise_laeq;
  const selector = `.meters [data-stream="${stream}"] [data-value]`;
  await send(town, stream, 71);
  await shows(page, selector, '71');
  await page.getByRole('button', { name: 'Pauze' }).click();
  await send(town, stream, 44);
  await page.waitForTimeout(SECOND);
  assert.equal(await page.locator(selector).innerText(), '71');
  await page.getByRole('button', { name: 'Ga door' }).click();
  await shows(page, selector, '44');
  await close();
});

test('a meter that falls silent while one looks says so, on list and map', async () => {
  const { page, close } = await openPage(browser, town.url);
  await page.clock.install({ time: Date.now() });
  await page.goto(`${town.url}/kaart`);
  const row = page.locator('tr', { hasText: 'Luchtmeter Strijp' }), marker = page.locator('.marker[aria-label^="Luchtmeter Strijp:"]');
  assert.match(await row.locator('[data-value]').textContent(), /^\d/);
  await page.clock.fastForward(2 * 3600 * SECOND);
  await page.waitForFunction((r) => r.className === 'silent', await row.elementHandle(), { timeout: AT_MOST });
  assert.match(await row.locator('time').textContent(), /^geen meting sinds (gisteren )?\d\d\.\d\d uur$/);
  assert.equal((await row.locator('[data-value], [data-word]').allTextContents()).join(''), '');
  assert.match(await marker.getAttribute('aria-label'), /: geen meting sinds /);
  assert.equal(await marker.locator('text').textContent(), '–');
  await close();
});

test('a new meter appears on the map by itself', async () => {
  const { page, close } = await openLive('/');
  const made = await addMeter(town.peil, { name: 'Nieuwe meter', at: [4.3143, 52.0296], origin: 'citizen', series: { pm25: () => 11 } });
  await page.locator(`.marker[data-stream="${made.streams.pm25}"]`).waitFor({ timeout: AT_MOST });
  await page.getByRole('link', { name: 'Nieuwe meter', exact: true }).waitFor({ timeout: AT_MOST });
  await close();
});

test('no stream of a private meter is sent, and ?things= gives those only', async () => {
  const events = [];
  const stop = new AbortController();
  const listen = async (query) => {
    const answer = await fetch(`${town.url}/live${query}`, { signal: stop.signal });
    for await (const piece of answer.body) events.push([query, Buffer.from(piece).toString()]);
  };
  const ended = Promise.allSettled([listen(''), listen(`?things=${town.meters.noise.thing}`)]);
  await new Promise((done) => setTimeout(done, 300));
  await send(town, town.meters.private.streams.pm25, 1);
  await send(town, town.meters.air.streams.pm25, 2);
  await send(town, town.meters.noise.streams.noise_laeq, 50);
  await new Promise((done) => setTimeout(done, SECOND));
  stop.abort();
  await ended;
  const streams = (query) => new Set(events.filter(([q]) => q === query).flatMap(([, text]) => [...text.matchAll(/"stream":(\d+)/g)].map((m) => Number(m[1]))));
  assert.deepEqual(streams(''), new Set([town.meters.air.streams.pm25, town.meters.noise.streams.noise_laeq]));
  assert.deepEqual(streams(`?things=${town.meters.noise.thing}`), new Set([town.meters.noise.streams.noise_laeq]));
});

test('who comes back with an old place gets the latest of every stream', async () => {
  const stop = new AbortController();
  const answer = await fetch(`${town.url}/live`, { headers: { 'Last-Event-ID': '1' }, signal: stop.signal });
  let text = '';
  for await (const piece of answer.body) {
    text += Buffer.from(piece).toString();
    if (text.includes('\nid: ')) break;
  }
  stop.abort();
  assert.match(text, new RegExp(`"stream":${town.meters.silent.streams.pm25},`));
  assert.doesNotMatch(text, new RegExp(`"stream":${town.meters.private.streams.pm25},`));
});

test('a wrong wish is refused with a sentence', async () => {
  for (const query of ['?things=abc', '?after=x', `?things=${Array(100).fill(1).join(',')}`]) {
    const answer = await fetch(`${town.url}/live${query}`);
    assert.ok(answer.status === 400 || answer.status === 413, query);
    assert.ok((await answer.json()).title);
  }
});
