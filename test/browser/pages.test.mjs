// SPDX-License-Identifier: EUPL-1.2
// Every page in both languages, light and dark, on a phone and at a desk: axe finds nothing, nothing overflows, nothing is asked
// from elsewhere, nothing breaks the policy. Screenshots go to build/screenshots for people to look at.

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { axe, DESK, follow, openPage, PHONE, startBrowser } from './lib/browser.mjs';
import { pagesOf, startTown } from './lib/town.mjs';

const SHOTS = 'build/screenshots';
let town;
let browser;

before(async () => {
  mkdirSync(SHOTS, { recursive: true });
  [town, browser] = await Promise.all([startTown(), startBrowser()]);
});

after(async () => {
  await browser?.close();
  await town?.stop();
});

async function look(language, colorScheme, viewport) {
  const { page, faults, close } = await openPage(browser, town.url, { colorScheme, viewport, reducedMotion: 'reduce' });
  const found = [];
  for (const [name, path] of pagesOf(town.meters)) {
    await page.goto(town.url + (language === 'nl' ? '/' : '/en/') + path);
    await page.screenshot({ path: `${SHOTS}/${name}-${language}-${colorScheme}-${viewport.width}.png`, fullPage: true });
    found.push(...(await axe(page)).map((f) => `${name}: ${f}`));
    const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (over > 0) found.push(`${name}: ${over} pixels too wide`);
    if ((await page.getAttribute('html', 'lang')) !== language) found.push(`${name}: wrong lang`);
  }
  await close();
  assert.deepEqual([...found, ...faults], []);
}

for (const language of ['nl', 'en'])
  for (const scheme of ['light', 'dark'])
    for (const viewport of [PHONE, DESK])
      test(`axe finds nothing on any page: ${language}, ${scheme}, ${viewport.width} px`, () => look(language, scheme, viewport));

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
