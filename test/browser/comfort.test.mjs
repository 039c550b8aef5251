// SPDX-License-Identifier: EUPL-1.2
// All kinds of pages of residents at 200 % zoom and by keyboard alone, and still for who asked for less motion (WCAG 2.3.3).
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openPage, startBrowser } from './lib/browser.mjs';
import { startTown } from './lib/town.mjs';
import { walk, ZOOMED } from './lib/walk.mjs';

let town, browser, pages;

before(async () => {
  [town, browser] = await Promise.all([startTown(), startBrowser()]);
  pages = ['', 'kaart', 'gebied/GM0603', 'gebied/BU06030222', `meter/${town.meters.air.thing}`, 'data', 'uitleg', 'kpi', 'registers/sensoren', 'registers/algoritmen', 'registers/verwerkingen',
    'status', 'zoek?q=luchtmeter', 'zoek?q=zzz', 'contact', 'toegankelijkheid', 'privacy', 'offline', 'bestaat-niet', 'team/inloggen'];
});
after(async () => {
  await browser?.close();
  await town?.stop();
});

test('at 200 % zoom every kind of page is walked by Tab, nothing scrolls sideways, and the focus is seen at every stop', async () => {
  const { page, close } = await openPage(browser, town.url, ZOOMED);
  const found = await walk(page, town.url, pages);
  await close();
  assert.deepEqual(found, []);
});

test('on a phone every table fits, one of something is not many, and an English page has no Dutch name for the world', async () => {
  const { page, close } = await openPage(browser, town.url, { viewport: { width: 390, height: 844 } });
  const found = [];
  for (const path of pages.flatMap((p) => [p, `en/${p}`])) {
    await page.goto(`${town.url}/${path}`);
    const wide = await page.locator('.table-wide').evaluateAll((all) => all.filter((t) => t.scrollWidth > t.clientWidth + 1).map((t) => t.getAttribute('aria-label')));
    const text = await page.locator('main').innerText();
    const labels = (await page.locator('[aria-label]').evaluateAll((all) => all.map((a) => a.getAttribute('aria-label')))).join('\n');
    found.push(...wide.map((t) => `/${path}: ${t} is too wide`), ...(`${text}\n${labels}`.match(/(?<![\d.,])1 (meters|minuten|minutes|dagen|days)\b/g) ?? []).map((t) => `/${path}: ${t}`));
    if (path.startsWith('en/gebied') && /Wereld|Europa\b|Nederland\b/.test(text)) found.push(`/${path}: a Dutch name`);
  }
  await close();
  assert.deepEqual(found, []);
});

test('who asked for less motion sees none; others see the dot of live updates breathe', async () => {
  const moving = async (reducedMotion) => {
    const { page, close } = await openPage(browser, town.url, { reducedMotion });
    const all = [];
    for (const path of ['', 'kaart', 'gebied/GM0603', `meter/${town.meters.air.thing}`]) {
      await page.goto(`${town.url}/${path}`);
      await page.locator('[data-live-bar]:not([hidden])').waitFor();
      await page.locator('[data-zoom=in]').first().click({ timeout: 1000 }).catch(() => undefined);
      all.push(...await page.evaluate(() => document.getAnimations().filter((a) => a.playState === 'running' && a.effect.getComputedTiming().duration > 1).map((a) => `${location.pathname} ${a.animationName ?? a.transitionProperty}`)));
    }
    const scrolls = await page.evaluate(() => getComputedStyle(document.documentElement).scrollBehavior);
    await close();
    return { all, scrolls };
  };
  assert.ok((await moving('no-preference')).all.some((a) => /breathe/.test(a)));
  assert.deepEqual(await moving('reduce'), { all: [], scrolls: 'auto' });
});
