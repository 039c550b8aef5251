// SPDX-License-Identifier: EUPL-1.2
// What the build makes: a template per page and language, assets within the budget of portal.md section 14.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { build } from '../build.mjs';

const output = mkdtempSync(join(tmpdir(), 'peil-web-'));
after(() => rmSync(output, { recursive: true }));
const made = await build(output);
const KB = 1024;
const read = (file) => readFileSync(join(output, file));

test('every page has a template in both languages', () => {
  const pages = readdirSync(new URL('../pages/', import.meta.url));
  assert.equal(made.pages.length, 2 * pages.length);
  for (const page of made.pages.filter((p) => !p.type)) assert.match(read(page.file).toString(), new RegExp(`<html lang="${page.language}">`));
});

test('no template has a text or place that was not filled in', () => {
  for (const page of made.pages) assert.doesNotMatch(read(page.file).toString().replace(/\{\{.*?\}\}/g, ''), /undefined|[^{]\{\w+\}[^}]/, page.file);
});

test('no page or asset asks anything from elsewhere', () => {
  const own = /https?:\/\/(www\.w3\.org\/2000\/svg|\{\{)/;
  for (const file of readdirSync(output, { recursive: false }).filter((f) => f.endsWith('.html')))
    for (const [address] of read(file).toString().matchAll(/(?:src|href)="https?:[^"]*/g)) assert.match(address, own, file);
  for (const asset of made.assets.filter((a) => /css|js$/.test(a.file)))
    for (const [address] of read(asset.file).toString().matchAll(/https?:\/\/[^"')\s]*/g)) assert.match(address, own, asset.file);
});

test('no page has script or style inside it, so that the policy can forbid both', () => {
  const inside = /<style|\sstyle=|\son\w+=|<script(?! type="module" src=| type="application\/ld\+json">)/;
  // kpi-report-file is taken away, never shown from here (Content-Disposition).
  for (const page of made.pages.filter((p) => !p.type && p.name !== 'kpi-report-file')) assert.doesNotMatch(read(page.file).toString(), inside, page.file);
});

test('the compressed twins hold the same bytes', () => {
  for (const asset of made.assets.filter((a) => a.br)) {
    assert.deepEqual(brotliDecompressSync(read(`${asset.file}.br`)), read(asset.file));
    assert.deepEqual(gunzipSync(read(`${asset.file}.gz`)), read(asset.file));
  }
});

test('the weights stay within the budget', () => {
  const weight = (ending) => Math.max(...made.assets.filter((a) => a.file.endsWith(ending)).map((a) => statSync(join(output, a.gz ? `${a.file}.gz` : a.file)).size));
  assert.ok(weight('.css') <= 12 * KB, `css ${weight('.css')}`);
  assert.ok(weight('.js') <= 15 * KB, `js ${weight('.js')}`);
  assert.ok(weight('.woff2') <= 30 * KB, `font ${weight('.woff2')}`);
});
