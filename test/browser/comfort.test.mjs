// SPDX-License-Identifier: EUPL-1.2
// All kinds of pages at 200 % zoom and by keyboard alone (WCAG 1.4.4, 2.1.1, 2.1.2, 2.4.7, 2.4.11), and still for who asked for less motion (2.3.3).
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openPage, startBrowser } from './lib/browser.mjs';
import { startTown } from './lib/town.mjs';

const ZOOMED = { viewport: { width: 640, height: 450 }, deviceScaleFactor: 2 }; // 1280 by 900 at 200 %
const STOPS_MOST = 150;
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

// What has the focus: whether its ring is seen, and whether something lies over it.
const focused = (page) => page.evaluate(() => {
  const e = document.activeElement;
  const ring = [getComputedStyle(e), getComputedStyle(e, '::after')].some((s) => s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 3);
  const shape = e.closest('.map-plot') && e.querySelector('rect, path');
  const box = e.getBoundingClientRect();
  const middle = document.elementFromPoint(box.left + box.width / 2, box.top + Math.min(box.height / 2, 20));
  return {
    name: `${e.tagName} ${(e.getAttribute('aria-label') ?? e.textContent).trim().slice(0, 40)}`,
    isBody: e === document.body,
    isRinged: ring || (shape && parseFloat(getComputedStyle(shape).strokeWidth) >= 3),
    isInView: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
    isCovered: middle !== null && ['fixed', 'sticky'].includes(getComputedStyle(middle.closest('.top, .offline, .team-idle') ?? document.body).position) && !middle.contains(e) && !e.contains(middle),
  };
});

test('at 200 % zoom every kind of page is walked by Tab, nothing scrolls sideways, and the focus is seen at every stop', async () => {
  const { page, close } = await openPage(browser, town.url, { ...ZOOMED, reducedMotion: 'reduce' });
  const found = [];
  for (const path of pages) {
    await page.goto(`${town.url}/${path}`);
    const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (over > 0) found.push(`/${path}: ${over} pixels too wide`);
    let stops = 0;
    for (; stops < STOPS_MOST; stops++) {
      await page.keyboard.press('Tab');
      const at = await focused(page);
      if (at.isBody) break;
      if (stops === 0 && !/Naar de inhoud/.test(at.name)) found.push(`/${path}: begins with ${at.name}`);
      if (!at.isRinged || !at.isInView || at.isCovered) found.push(`/${path}: ${JSON.stringify(at)}`);
    }
    if (stops < 5 || stops === STOPS_MOST) found.push(`/${path}: ${stops} stops`);
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
