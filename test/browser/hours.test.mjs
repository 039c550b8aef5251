// SPDX-License-Identifier: EUPL-1.2
// The map of an hour of the last two days: from a link, from the list without script, from the slider, and by keys and buttons alone.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { until } from '../api/lib/until.mjs';
import { axe, follow, openPage, PHONE, startBrowser } from './lib/browser.mjs';
import { addMeter, send, startTown } from './lib/town.mjs';

const HOUR = 3_600_000;
const START = Math.floor(Date.now() / HOUR) * HOUR - 4 * HOUR; // of the hour looked at

// Readings every ten minutes that say in which hour they were made: 10.5 in mean in the first, 20.5 in the next.
const stairs = (base) => (t) => base + Math.floor((t - START) / HOUR) * 10 + ((t / 600_000) % 6) / 5;
const local = (t) => new Date(t).toLocaleString('sv-SE', { timeZone: 'Europe/Amsterdam' }).replace(' ', 'T').slice(0, 13);
const clock = (t) => `${local(t).slice(11)}.00`;
const T = local(START);

let town;
let browser;
const stairMeters = [];

before(async () => {
  [town, browser] = await Promise.all([startTown(['rollup.interval_s=1']), startBrowser()]);
  for (const k of [0, 1, 2])
    stairMeters.push(await addMeter(town.peil, { name: `Trapmeter ${k}`, at: [4.3399 + k / 5000, 52.0499], origin: 'citizen', series: { pm10: stairs(100 + k) } }));
});

after(async () => {
  await browser?.close();
  await town?.stop();
});

// Where new meters stand is looked up now and then: until then their neighbourhood has no index.
const gotoWith = (page, url, selector) => until(async () => {
  await page.goto(url);
  return page.locator(selector).count();
}, selector);

const valueOf = (page, name) => page.locator('tr', { hasText: name }).locator('.value').textContent();
// The index knows of a new meter once the list of streams has been read anew, within rollup.interval_s.
const untilIndex = (page, path, label) => {
  let k = 0;
  return until(async () => {
    await page.goto(`${path}&keer=${k++}`);
    return page.locator(`.areas a[aria-label="${label}"]`).count();
  }, label);
};
const markerOf = (page, name) => page.locator(`.marker[aria-label^="${name}:"]`).getAttribute('aria-label');

test('a link shows the means of its hour, on the map, in the list and in colour, with the index of the neighbourhood', async () => {
  const { page, close, faults } = await openPage(browser, town.url, { javaScriptEnabled: false });
  await gotoWith(page, `${town.url}/kaart?t=${T}&laag=pm10`, '.areas a[aria-label="Bomenbuurt: luchtkwaliteit onvoldoende"]');
  // 100 + 0, .2, .4, .6, .8, 1 in the hour: 100.5 in mean, which is shown without decimals
  assert.match(await markerOf(page, 'Trapmeter 0'), new RegExp(`^Trapmeter 0: 101.µg/m³, onvoldoende, gemiddeld van ${clock(START)}–${clock(START + HOUR)} uur, `));
  assert.equal(await valueOf(page, 'Trapmeter 2'), '103');
  assert.equal(await page.locator('tr[data-stream], .marker[data-stream]').count(), 0);
  assert.equal(await page.locator('[data-live]').count(), 0);
  // the median of three, 101.5, is class 8 of PM10 (100 to 125): unsatisfactory
  await untilIndex(page, `${town.url}/kaart?t=${T}&laag=pm10`, 'Bomenbuurt: luchtkwaliteit onvoldoende');
  assert.deepEqual(faults, []);
  await close();
});

test('late readings change the hour they belong to', async () => {
  const { page, close } = await openPage(browser, town.url, { javaScriptEnabled: false });
  const hour = START - 30 * HOUR;
  const path = `${town.url}/kaart?t=${local(hour)}&laag=pm10`;
  await page.goto(path);
  assert.equal(await valueOf(page, 'Trapmeter 0'), '–');
  assert.equal(await page.locator('.areas a[aria-label="Bomenbuurt: geen index"]').count(), 1);
  const rows = [0, 10, 20, 30, 40, 50].map((m) => [new Date(hour + m * 60_000).toISOString(), 130]);
  const body = stairMeters.map((m) => ({ Datastream: { '@iot.id': m.streams.pm10 }, components: ['phenomenonTime', 'result'], dataArray: rows }));
  assert.equal((await town.peil.post('CreateObservations', body)).status, 201);
  await gotoWith(page, `${path}&opnieuw`, '.areas a[aria-label="Bomenbuurt: luchtkwaliteit slecht"]');
  assert.equal(await valueOf(page, 'Trapmeter 0'), '130');
  // class 9 of PM10 (125 to 150): bad
  await untilIndex(page, path, 'Bomenbuurt: luchtkwaliteit slecht');
  await close();
});

test('without script the list of hours and the links go there and back', async () => {
  const { page, close } = await openPage(browser, town.url, { javaScriptEnabled: false, viewport: PHONE });
  await page.goto(`${town.url}/kaart?laag=pm10`);
  assert.equal(await page.locator('#t option').count(), 49);
  assert.equal(await page.locator('#t option:checked').textContent(), 'Nu');
  assert.equal(await page.locator('[rel=next]').count(), 0);
  await page.selectOption('#t', T);
  await follow(page, page.getByRole('button', { name: 'Toon' }));
  assert.equal(new URL(page.url()).searchParams.get('t'), T);
  assert.equal(await valueOf(page, 'Trapmeter 1'), '102');
  await follow(page, '[rel=next]');
  assert.equal(await valueOf(page, 'Trapmeter 1'), '112');
  await follow(page, '[rel=prev]');
  await follow(page, page.getByRole('link', { name: 'Geluid', exact: true }));
  assert.equal(new URL(page.url()).searchParams.get('t'), T);
  await follow(page, page.locator('[data-hours-now]'));
  assert.equal(new URL(page.url()).searchParams.get('t'), null);
  assert.ok(await page.locator('[data-live]').count());
  await close();
});

test('an hour that is not over, or is none, is now', async () => {
  const { page, close } = await openPage(browser, town.url, { javaScriptEnabled: false });
  for (const t of [local(Date.now()), '2999-01-01T00', 'gisteren', '2026-02-30T10']) {
    await page.goto(`${town.url}/kaart?t=${t}`);
    assert.equal(await page.locator('#t option:checked').textContent(), 'Nu');
  }
  // long ago: an address that is shared stays true
  await page.goto(`${town.url}/kaart?t=2026-01-05T08&laag=pm10`);
  assert.match(await page.locator('#t option:checked').textContent(), /^08\.00–09\.00 uur, maandag 5 januari$/);
  assert.equal(await valueOf(page, 'Trapmeter 0'), '–');
  await close();
});

test('the slider goes by keys and by buttons, the map follows, the address names the hour, and nothing of now is mixed in', async () => {
  const { page, close, faults } = await openPage(browser, town.url, { viewport: PHONE });
  await page.goto(`${town.url}/kaart?laag=pm10`);
  await page.locator('[data-live-bar]:not([hidden])').waitFor();
  const slider = page.getByRole('slider', { name: 'Uur' });
  assert.equal(await slider.getAttribute('aria-valuetext'), 'Nu');
  assert.equal(await page.locator('[data-hours-step="1"]').getAttribute('aria-disabled'), 'true');
  await slider.focus();
  for (let k = 0; k < 4; k++) await page.keyboard.press('ArrowLeft');
  const at = (t) => page.waitForURL((u) => u.searchParams.get('t') === t);
  await at(T);
  assert.match(await slider.getAttribute('aria-valuetext'), new RegExp(`^${clock(START)}–`));
  await page.locator('.marker[aria-label^="Trapmeter 0: 101"]').waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.type), 'range');
  assert.ok(await page.locator('[data-live-bar]').isHidden());
  await send(town, town.meters.air.streams.pm10, 77);
  await page.waitForTimeout(300);
  assert.equal(await page.locator('.marker', { hasText: '77' }).count(), 0);
  await page.getByRole('link', { name: 'Een uur later' }).click();
  await at(local(START + HOUR));
  await page.locator('.marker[aria-label^="Trapmeter 0: 111"]').waitFor();
  await page.getByRole('link', { name: 'Een uur eerder' }).press('Enter');
  await at(T);
  await slider.focus();
  await page.keyboard.press('Home');
  assert.equal(await page.getByRole('link', { name: 'Een uur eerder' }).getAttribute('aria-disabled'), 'true');
  await page.keyboard.press('End'); // now: live again
  await page.waitForURL((u) => u.searchParams.get('t') === null);
  await page.locator('[data-live-bar]:not([hidden])').waitFor();
  assert.deepEqual(faults, []);
  await close();
});

for (const colorScheme of ['light', 'dark'])
  test(`axe finds nothing on the map of an hour: ${colorScheme}`, async () => {
    const { page, close } = await openPage(browser, town.url, { colorScheme, viewport: PHONE });
    for (const path of [`kaart?t=${T}&laag=pm10`, `en/kaart?t=${T}&laag=noise_laeq`, 'kaart']) {
      await page.goto(`${town.url}/${path}`);
      await page.getByRole('slider').waitFor();
      assert.deepEqual(await axe(page), [], path);
      const size = await page.locator('.hours-step').first().boundingBox();
      assert.ok(size.width >= 44 && size.height >= 44);
    }
    await close();
  });
