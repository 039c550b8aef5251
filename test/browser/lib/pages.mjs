// SPDX-License-Identifier: EUPL-1.2
// Every page in one language, light and dark, each on another screen: axe finds nothing, nothing overflows, nothing is asked from
// elsewhere, nothing breaks the policy. Each language is a file, so that both run at once.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axe, LOOKS, openPage, shoot, startBrowser } from './browser.mjs';
import { pagesOf, startTown } from './town.mjs';

let town;
let browser;

async function look(language, colorScheme, viewport) {
  const { page, faults, close } = await openPage(browser, town.url, { colorScheme, viewport, reducedMotion: 'reduce' });
  const found = [];
  for (const [name, path] of pagesOf(town.meters)) {
    await page.goto(town.url + (language === 'nl' ? '/' : '/en/') + path);
    await shoot(page, `${name}-${language}-${colorScheme}-${viewport.width}`);
    found.push(...(await axe(page, colorScheme)).map((f) => `${name}: ${f}`));
    const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (over > 0) found.push(`${name}: ${over} pixels too wide`);
    if ((await page.getAttribute('html', 'lang')) !== language) found.push(`${name}: wrong lang`);
  }
  await close();
  assert.deepEqual([...found, ...faults], []);
}

export function lookAtAllPages(language) {
  before(async () => {
    [town, browser] = await Promise.all([startTown(), startBrowser()]);
  });
  after(async () => {
    await browser?.close();
    await town?.stop();
  });
  for (const [, scheme, viewport] of LOOKS.filter(([of]) => of === language))
    test(`axe finds nothing on any page: ${language}, ${scheme}, ${viewport.width} px`, () => look(language, scheme, viewport));
}
