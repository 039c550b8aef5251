// SPDX-License-Identifier: EUPL-1.2
// A page at 200 % zoom and by keyboard alone (WCAG 1.4.4, 1.4.10, 2.1.1, 2.1.2, 2.4.7, 2.4.11).

export const ZOOMED = { viewport: { width: 640, height: 450 }, deviceScaleFactor: 2, reducedMotion: 'reduce' }; // 1280 by 900 at 200 %
const STOPS_LEAST = 5;
const STOPS_MOST = 200;

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

// Walks each address by Tab, from the skip link until the focus leaves the page. One line per finding.
export async function walk(page, url, paths) {
  const found = [];
  for (const path of paths) {
    await page.goto(`${url}/${path}`);
    const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (over > 0) found.push(`/${path}: ${over} pixels too wide`);
    let stops = 0;
    for (; stops < STOPS_MOST; stops++) {
      await page.keyboard.press('Tab');
      const at = await focused(page);
      if (at.isBody) break;
      if (stops === 0 && !/Naar de inhoud|Skip to content/.test(at.name)) found.push(`/${path}: begins with ${at.name}`);
      if (!at.isRinged || !at.isInView || at.isCovered) found.push(`/${path}: ${JSON.stringify(at)}`);
    }
    if (stops < STOPS_LEAST || stops === STOPS_MOST) found.push(`/${path}: ${stops} stops`);
  }
  return found;
}
