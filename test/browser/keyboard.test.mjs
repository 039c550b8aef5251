// SPDX-License-Identifier: EUPL-1.2
// Everything by keyboard: skip link, menu, layers, map, list, chart; focus is always seen.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openPage, PHONE, startBrowser } from './lib/browser.mjs';
import { startTown } from './lib/town.mjs';

let town;
let browser;

before(async () => {
  [town, browser] = await Promise.all([startTown(), startBrowser()]);
});

after(async () => {
  await browser?.close();
  await town?.stop();
});

const focused = (page) => page.evaluate(() => {
  const e = document.activeElement;
  const style = getComputedStyle(e);
  const inner = getComputedStyle(e, '::after');
  const shape = e.querySelector?.('rect, path');
  return {
    name: e.getAttribute('aria-label') ?? e.textContent.trim(),
    isBody: e === document.body,
    isSeen: [style, inner].some((s) => s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 3) ||
      (shape !== null && e.closest('.map-plot') !== null && parseFloat(getComputedStyle(shape).strokeWidth) >= 3),
  };
});

async function walk(page, most) {
  const stops = [];
  for (let i = 0; i < most; i++) {
    await page.keyboard.press('Tab');
    const stop = await focused(page);
    if (stop.isBody) break;
    stops.push(stop);
  }
  return stops;
}

for (const viewport of [PHONE, { width: 1280, height: 900 }])
  test(`Tab goes through the whole home page and is seen at every stop: ${viewport.width} px`, async () => {
    const { page, close } = await openPage(browser, town.url, { viewport });
    await page.goto(`${town.url}/`);
    const stops = await walk(page, 80);
    assert.ok(stops.length < 80, 'the walk ends');
    assert.deepEqual(stops.filter((s) => !s.isSeen).map((s) => s.name), []);
    const names = stops.map((s) => s.name);
    const at = (text) => names.findIndex((n) => n.includes(text));
    assert.equal(names[0], 'Naar de inhoud');
    for (const name of ['Kaart', 'English', 'Geluid', 'Meetstation Plaspoelpolder: ', 'Inzoomen', 'Pauze', 'Privacy']) assert.ok(at(name) > 0, name);
    await close();
  });

test('the skip link leads to the content', async () => {
  const { page, close } = await openPage(browser, town.url);
  await page.goto(`${town.url}/en/`);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'main');
  await close();
});

test('the map zooms and pans with buttons', async () => {
  const { page, close } = await openPage(browser, town.url, { viewport: PHONE, reducedMotion: 'reduce' });
  await page.goto(`${town.url}/kaart`);
  const width = () => page.locator('.map-plot').evaluate((e) => e.getBoundingClientRect().width);
  const before = await width();
  await page.getByRole('button', { name: 'Inzoomen' }).focus();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Space');
  assert.ok(Math.abs((await width()) / before - 2.5) < 0.01);
  const left = () => page.locator('[data-map-pane]').evaluate((e) => e.scrollLeft);
  const middle = await left();
  await page.getByRole('button', { name: 'Naar rechts' }).press('Enter');
  assert.ok((await left()) > middle);
  await page.getByRole('button', { name: 'Uitzoomen' }).press('Enter');
  await page.getByRole('button', { name: 'Uitzoomen' }).press('Enter');
  assert.ok(Math.abs((await width()) - before) < 1);
  assert.ok(await page.getByRole('button', { name: 'Uitzoomen' }).isDisabled());
  await close();
});

test('arrow keys read the chart and Escape puts the cursor away', async () => {
  const { page, close } = await openPage(browser, town.url);
  await page.goto(`${town.url}/meter/${town.meters.air.thing}`);
  await page.locator('.chart-plot').focus();
  await page.keyboard.press('Home');
  const first = await page.locator('.chart-said').innerText();
  await page.keyboard.press('ArrowRight');
  const second = await page.locator('.chart-said').innerText();
  assert.match(first, /\d\d\.\d\d uur: \d+,\d$/);
  assert.notEqual(first, second);
  await page.keyboard.press('End');
  const newest = await page.locator('.numbers tbody tr').first().evaluate((r) => `${r.cells[0].textContent}: ${r.cells[1].textContent}`);
  assert.equal(await page.locator('.chart-said').innerText(), newest);
  await page.keyboard.press('Escape');
  assert.equal(await page.locator('.cursor-dot').count(), 0);
  await close();
});

test('the search box narrows the list by meter and by neighbourhood', async () => {
  const { page, close } = await openPage(browser, town.url);
  await page.goto(`${town.url}/`);
  const shown = () => page.locator('.meters tr[data-stream]:visible').count();
  await page.getByLabel('Zoek meter of buurt').fill('STRÍJP');
  assert.equal(await shown(), 1);
  await page.getByLabel('Zoek meter of buurt').fill('plaspoel');
  assert.equal(await shown(), 1);
  await page.getByLabel('Zoek meter of buurt').fill('zzz');
  assert.equal(await shown(), 0);
  assert.ok(await page.getByText('Geen meter of buurt gevonden.').isVisible());
  await page.getByLabel('Zoek meter of buurt').fill('');
  assert.equal(await shown(), 6);
  await close();
});
