// SPDX-License-Identifier: EUPL-1.2
// Debian's Chromium, and pages that note whatever should not happen.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];

export const startBrowser = () => chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS });

export const PHONE = { width: 360, height: 780 };
export const DESK = { width: 1280, height: 900 };
// Language, theme and screen: each pair of them once, in half of the looks that all of them together would take.
export const LOOKS = [['nl', 'light', DESK], ['nl', 'dark', PHONE], ['en', 'light', PHONE], ['en', 'dark', DESK]];

// A page of its own context. `faults` fills with errors of script or policy, and with requests to anywhere but `url`.
export async function openPage(browser, url, options = {}) {
  const context = await browser.newContext({ viewport: DESK, ...options });
  const page = await context.newPage();
  const faults = [];
  page.on('pageerror', (e) => faults.push(e.message));
  page.on('console', (m) => m.type() === 'error' && !/status of 404/.test(m.text()) && faults.push(m.text()));
  page.on('request', (r) => !r.url().startsWith(url) && !r.url().startsWith('data:') && faults.push(`request to ${r.url()}`));
  return { page, context, faults, close: () => context.close() };
}

// The whole page, for people to look at: into the folder that PEIL_SCREENSHOTS names, else nowhere.
export async function shoot(page, name) {
  const folder = process.env.PEIL_SCREENSHOTS;
  if (folder) await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
}

// axe by the browser's own tools, for the page's policy forbids script that is not its own. One line per finding. Text of the very colour of
// its ground is no violation for axe, which takes it for hidden on purpose; here it is. The dark theme changes nothing but colours: with
// 'dark', axe looks at these alone.
export async function axe(page, colorScheme = 'light') {
  const runOnly = colorScheme === 'dark' ? "runOnly: ['color-contrast', 'link-in-text-block'], " : '';
  const session = await page.context().newCDPSession(page);
  await session.send('Runtime.evaluate', { expression: AXE });
  const run = `axe.run(document, { ${runOnly}resultTypes: ['violations', 'incomplete'] }).then((r) => JSON.stringify([...r.violations, ...r.incomplete.filter((v) => v.id === 'color-contrast')
    .map((v) => ({ ...v, nodes: v.nodes.filter((n) => n.any[0]?.data?.messageKey === 'equalRatio') })).filter((v) => v.nodes.length)].map((v) =>
    v.id + ': ' + v.help + ' @ ' + v.nodes.slice(0, 3).map((n) => n.target.join(' ') + ' ' + (n.any[0]?.message ?? n.all[0]?.message ?? '')).join(' | '))))`;
  const answer = await session.send('Runtime.evaluate', { expression: run, awaitPromise: true });
  await session.detach();
  return JSON.parse(answer.result.value);
}

// Clicks what leads to another page, and waits until that page is there: a bare click is done as soon as the browser has left.
export async function follow(page, target) {
  const there = page.waitForNavigation();
  await (typeof target === 'string' ? page.locator(target) : target).click();
  await there;
}
