// SPDX-License-Identifier: EUPL-1.2
// What holds for all pages, whatever they show: none scrolls sideways on a small screen, the language can be changed on each.
// What axe finds on them is in axe_nl and axe_en.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { follow, openPage, startBrowser } from './lib/browser.mjs';
import { pagesOf, startTown } from './lib/town.mjs';

let town;
let browser;

before(async () => {
  [town, browser] = await Promise.all([startTown(), startBrowser()]);
});

after(async () => {
  await browser?.close();
  await town?.stop();
});

// Until the font is there the page stands in another, which is wider.
for (const font of ['with its font', 'before its font has come'])
  test(`at 320 pixels, which is 400 % zoom at a desk, nothing scrolls sideways, ${font}`, async () => {
    const { page, close } = await openPage(browser, town.url, { viewport: { width: 320, height: 640 } });
    if (font !== 'with its font') await page.route(/\.woff2$/, (r) => r.abort());
    const wide = [];
    for (const [name, path] of pagesOf(town.meters)) {
      await page.goto(`${town.url}/en/${path}`);
      const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (over > 0) wide.push(`${name}: ${over}`);
    }
    await close();
    assert.deepEqual(wide, []);
  });

test('the language switch keeps the page and what was chosen on it', async () => {
  const { page, close } = await openPage(browser, town.url);
  await page.goto(`${town.url}/kaart?laag=noise_laeq`);
  await follow(page, '.language');
  assert.equal(new URL(page.url()).pathname + new URL(page.url()).search, '/en/kaart?laag=noise_laeq');
  await follow(page, '.language');
  assert.equal(new URL(page.url()).pathname, '/kaart');
  await close();
});
