// SPDX-License-Identifier: EUPL-1.2
// A town with more meters than a map or list can hold: neighbourhoods stand for them, and every meter is still found.

import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { Peil } from '../api/lib/peil.mjs';
import { fillTown } from '../../bench/portal/town.mjs';
import { axe, openPage, startBrowser } from './lib/browser.mjs';

const METERS = 300;
let peil;
let browser;
let tab;

before(async () => {
  const web = process.env.PEIL_WEB ?? resolve('build/web');
  peil = await Peil.start({ args: ['--web', web, '--set', 'portal.areas_file=share/demo/rijswijk.geojson'] });
  [browser] = await Promise.all([startBrowser(), fillTown(peil, METERS)]);
  tab = await openPage(browser, peil.url, { javaScriptEnabled: false });
});

after(async () => {
  await browser?.close();
  await peil?.stop();
});

test('the home page shows neighbourhoods, within its weight', async () => {
  await tab.page.goto(peil.url);
  const rows = await tab.page.locator('.meters tbody tr').count();
  assert.ok(rows > 5 && rows < 60, `${rows} rows`);
  assert.equal(await tab.page.locator('tr[data-stream]').count(), 0);
  assert.ok(gzipSync(await tab.page.content()).length <= 20 * 1024);
});

test('the meters of all neighbourhoods together are all meters', async () => {
  await tab.page.goto(peil.url);
  const counts = await tab.page.locator('.meters .area').allInnerTexts();
  assert.equal(counts.reduce((sum, text) => sum + Number(text.match(/\d+/)[0]), 0), METERS);
  const links = await tab.page.locator('.meters th a').evaluateAll((all) => all.map((a) => [a.href, a.parentElement.querySelector('.area').textContent]));
  const [href, count] = links[0];
  await tab.page.goto(href);
  assert.equal(await tab.page.locator('tr[data-stream]').count(), Number(count.match(/\d+/)[0]));
});

test('the page of the town folds its meters into a list that opens without script, and says that it is not all', async () => {
  await tab.page.goto(`${peil.url}/gebied/GM0603`);
  const fold = tab.page.locator('.area-meters details');
  assert.match(await fold.locator('summary').textContent(), /^De eerste 100 van [12]\d\d meters als lijst$/);
  assert.equal(await fold.locator('table').isVisible(), false);
  await fold.locator('summary').click();
  assert.equal(await fold.locator('tbody tr').count(), 100);
  assert.equal(await fold.locator('table').isVisible(), true);
});

test('axe finds nothing on the pages of a large town', async () => {
  const { page, close } = await openPage(browser, peil.url);
  for (const path of ['/', '/kaart', '/en/kaart?buurt=BU06030111', '/gebied/GM0603']) {
    await page.goto(peil.url + path, { waitUntil: 'load' });
    assert.deepEqual(await axe(page), [], path);
  }
  await close();
});
