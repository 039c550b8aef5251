// SPDX-License-Identifier: EUPL-1.2
// The pages of the assessment and its report: for axe, without script, on paper, and as a file far from here.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { axe, follow, LOOKS, openPage, shoot, startBrowser } from './lib/browser.mjs';
import { KPI_PAGES, startKpiTown } from './lib/kpi.mjs';
import { newFolder } from '../api/lib/folder.mjs';

let town;
let browser;

before(async () => {
  [town, browser] = await Promise.all([startKpiTown(), startBrowser()]);
});

after(async () => {
  await browser?.close();
  await town?.stop();
});

for (const [language, colorScheme, viewport] of LOOKS)
  test(`axe finds nothing, nothing overflows: ${language}, ${colorScheme}, ${viewport.width} px`, async () => {
    const { page, faults, close } = await openPage(browser, town.url, { colorScheme, viewport, reducedMotion: 'reduce' });
    const found = [];
    for (const [name, path] of KPI_PAGES) {
      const answer = await page.goto(`${town.url}${language === 'nl' ? '/' : '/en/'}${path}`);
      if (answer.status() !== 200) found.push(`${name}: ${answer.status()}`);
      await shoot(page, `${name}-${language}-${colorScheme}-${viewport.width}`);
      found.push(...(await axe(page, colorScheme)).map((f) => `${name}: ${f}`));
      const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (over > 0) found.push(`${name}: ${over} pixels too wide`);
    }
    await close();
    assert.deepEqual([...found, ...faults], []);
  });

test('an indicator shows its formula with numbers, its target, its past and other towns; nobody needs script', async () => {
  const { page, close } = await openPage(browser, town.url, { javaScriptEnabled: false });
  await page.goto(`${town.url}/kpi?jaar=2025`);
  await follow(page, page.getByRole('link', { name: 'Huishoudens met internet' }));
  const text = await page.innerText('main');
  for (const part of ['97,00 %', '100 × 23.580 / 24.310 = 97,00', 'gecontroleerd', '95 % van het doel of meer', '99,00 in 2030: nog niet gehaald', '2024', '92,05', 'Karmøy'])
    assert.ok(text.includes(part), `${part} in ${text}`);
  await page.goto(`${town.url}/en/kpi/SC:SH:SI:2C?jaar=2025`);
  const gini = await page.innerText('main');
  assert.ok(gini.includes('not accepted') && !gini.includes('0.31'), gini);
  await page.goto(`${town.url}/kpi/EN:EN:PSN:1C?jaar=2025`);
  assert.equal(await page.locator('.kpi-map a').count(), 3);
  await close();
});

test('no page or report names the staff', async () => {
  for (const [, path] of KPI_PAGES) assert.doesNotMatch(await (await fetch(`${town.url}/${path}`)).text(), /\b(anna|bert|opgave\.txt)\b/);
});

test('the wheel says in words what its colours say', async () => {
  const html = await (await fetch(`${town.url}/kpi?jaar=2025`)).text();
  assert.match(html, /<g class="kpi-4"><title>Huishoudens met internet: 95 % van het doel of meer<\/title>/);
  assert.equal([...html.matchAll(/<g class="kpi-[a-z0-9]+"><title>/g)].length, 3 + 7 + 27 + 112);
});

test('the report is one file that asks for nothing, fits A4, and names the hash that was signed', async () => {
  await town.ask('/years/2025/freeze', {});
  await town.ask('/years/2025/signature', { reason: 'Aannemelijk en gedocumenteerd.' }, 'vera');
  const answer = await fetch(`${town.url}/kpi/rapport-bestand/2025`);
  assert.match(answer.headers.get('content-disposition'), /attachment; filename="kpi-2025-nl\.html"/);
  const html = await answer.text();
  const [, hash] = html.match(/<code class="kpi-hash">([0-9a-f]{64})<\/code>/);
  assert.ok(html.includes('Aannemelijk en gedocumenteerd.') && html.includes('De cijfers zijn nog dezelfde.'));
  assert.equal(html.split(hash).length, 3);  // in the head, and at the signature
  const file = join(newFolder('report'), 'report.html');
  writeFileSync(file, html);
  const { page, faults, close } = await openPage(browser, `file://${file}`);
  await page.goto(`file://${file}`);
  assert.deepEqual(await axe(page), []);
  await shoot(page, 'kpi-report-file');
  await page.emulateMedia({ media: 'print' });
  const pdf = await page.pdf({ preferCSSPageSize: true });
  assert.match(pdf.toString('latin1'), /\/MediaBox \[0 0 59[45](\.\d+)? 84[12](\.\d+)?\]/);
  await close();
  assert.deepEqual(faults, []);
});

test('pages of the assessment stay small', async () => {
  const size = async (path) => Number((await fetch(`${town.url}/${path}`, { headers: { 'Accept-Encoding': 'gzip' } })).headers.get('content-length') ?? 0);
  for (const [name, path] of KPI_PAGES) assert.ok((await size(path)) <= 40 * 1024, name);
});
