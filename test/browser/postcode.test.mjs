// SPDX-License-Identifier: EUPL-1.2
// "Enter postcode": found in the browser, nothing typed is sent; without script by the server; the table is the town's own.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openPage, startBrowser } from './lib/browser.mjs';
import { startTown } from './lib/town.mjs';

let town, browser;
before(async () => {
  [town, browser] = await Promise.all([startTown(['portal.postcodes_file=share/demo/postcodes.csv', 'portal.demo=yes']), startBrowser()]);
});
after(async () => {
  await browser?.close();
  await town?.stop();
});

test('a postcode leads to its neighbourhood, and is not sent', async () => {
  const { page, faults, close } = await openPage(browser, town.url);
  const asked = [];
  page.on('request', (r) => asked.push(r.url()));
  await page.goto(town.url);
  assert.match(await page.textContent('[data-street]'), /Postcodes zijn hier verzonnen/);
  await page.fill('#q', '0101 ab');
  const first = page.locator('[data-street-found] a').first();
  await first.waitFor();
  assert.equal(await first.textContent(), 'Cromvliet');
  assert.match(await page.textContent('[data-street-found]'), /0101 AB/);
  await page.fill('#q', '0102');
  await page.locator('[data-street-found] a', { hasText: 'Leeuwendaal' }).waitFor();
  await page.fill('#q', '9999 ZZ');
  await page.locator('[data-street-found]:empty').waitFor({ state: 'attached' });
  assert.deepEqual(asked.filter((u) => /0101|0102|9999/.test(u)), []);
  await page.fill('#q', '0101AA');
  await first.waitFor();
  await page.keyboard.press('Enter');
  await page.waitForURL('**/gebied/BU06030111');
  assert.deepEqual(faults, []);
  await close();
});

test('without script the server finds it, with or without its space', async () => {
  for (const q of ['0101AA', '0101 aa', '0101']) {
    const html = await (await fetch(`${town.url}/zoek?q=${encodeURIComponent(q)}`)).text();
    assert.match(html, /href="\/gebied\/BU06030111">Cromvliet/, q);
  }
  assert.match(await (await fetch(`${town.url}/en/zoek?q=9999`)).text(), /class="empty"/);
});
