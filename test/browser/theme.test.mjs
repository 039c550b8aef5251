// SPDX-License-Identifier: EUPL-1.2
// A town's own name, logo and colours from one file, and its refusal when nobody could read the result.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { Peil, binary } from '../api/lib/peil.mjs';
import { axe, openPage, startBrowser } from './lib/browser.mjs';
import { newFolder } from '../api/lib/folder.mjs';

const WEB = process.env.PEIL_WEB ?? resolve('build/web');
let peil;
let browser;

before(async () => {
  browser = await startBrowser();
  peil = await Peil.start({ args: ['--web', WEB, '--set', 'portal.theme_file=share/theme/example.json'] });
});

after(async () => {
  await browser?.close();
  await peil?.stop();
});

for (const colorScheme of ['light', 'dark'])
  test(`the theme's name, logo and ${colorScheme} colours show, and axe finds nothing`, async () => {
    const { page, faults, close } = await openPage(browser, peil.url, { colorScheme });
    await page.goto(peil.url, { waitUntil: 'load' });
    assert.match(await page.title(), /Voorbeeldstad$/);
    assert.equal(await page.locator('.brand-town').innerText(), 'Voorbeeldstad');
    const header = await page.locator('.top').evaluate((e) => getComputedStyle(e).backgroundColor);
    assert.equal(header, colorScheme === 'light' ? 'rgb(20, 70, 107)' : 'rgb(18, 50, 74)');
    assert.ok(await page.locator('.logo-own').evaluate((i) => i.complete && i.naturalWidth > 0));
    assert.deepEqual(await axe(page), []);
    assert.deepEqual(faults, []);
    await close();
  });

test('the theme is kept for ever by its content, and its logo can run nothing', async () => {
  const html = await (await fetch(peil.url)).text();
  const css = await fetch(peil.url + html.match(/href="(\/theme\/\w+\.css)"/)[1]);
  const logo = await fetch(peil.url + html.match(/src="(\/theme\/\w+\.svg)"/)[1]);
  for (const answer of [css, logo]) assert.match(answer.headers.get('cache-control'), /immutable/);
  assert.match(logo.headers.get('content-security-policy'), /default-src 'none'.*sandbox/);
  assert.equal((await fetch(`${peil.url}/theme/0000000000000000.css`)).status, 404);
});

test('peil does not start with colours that nobody can read, and says which', () => {
  const directory = newFolder('theme');
  writeFileSync(join(directory, 'theme.json'), '{"light":{"link":"#bbddee"}}');
  const run = spawnSync(binary, ['serve', '--data', join(directory, 'data'), '--listen', '127.0.0.1:0', '--web', WEB, '--set', `portal.theme_file=${directory}/theme.json`],
    { encoding: 'utf8', timeout: 20_000 });
  assert.equal(run.status, 78);
  assert.match(run.stderr, /theme\.json: light: 'link' on 'ground' has a contrast of 1\.\d\d; it needs 4\.5/);
});
