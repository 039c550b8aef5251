// SPDX-License-Identifier: EUPL-1.2
// Texts: complete in both languages, short sentences, plain words (portal.md section 5).

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { messagesOf } from '../build.mjs';

const nl = messagesOf('nl');
const en = messagesOf('en');
const WORDS_MOST = 20;
const AVOID = {
  nl: ['sensor node', 'ug/m3', 'significant', 'significante', 'validatie', 'monitoren', 'betreffende', 'veilig', 'gezond', 'overschrijding'],
  en: ['sensor node', 'ug/m3', 'exceedance', 'significant', 'validation', 'monitoring', 'safe', 'healthy'],
};

test('every text is there in Dutch and in English, in the same order', () => {
  assert.deepEqual(Object.keys(en), Object.keys(nl));
});

test('no text is empty', () => {
  for (const [id, text] of [...Object.entries(nl), ...Object.entries(en)]) assert.ok(text.trim(), id);
});

test('every Dutch text has a note for the translator', () => {
  const all = JSON.parse(readFileSync(fileURLToPath(new URL('../messages/nl.json', import.meta.url)), 'utf8'));
  for (const [id, message] of Object.entries(all)) assert.ok(Array.isArray(message) && message[1]?.trim(), id);
});

// The table of tasks at /team/systeem.
test('every task of the schedule has a name', () => {
  const src = fileURLToPath(new URL('../../src', import.meta.url));
  const files = readdirSync(src, { recursive: true }).filter((f) => f.endsWith('.c') && !f.endsWith('_test.c'));
  const names = files.flatMap((f) => [...readFileSync(join(src, f), 'utf8').matchAll(/\.name = "([a-z-]+)",\s*\.every_us|#define JOB(?:_NAME)? "([a-z-]+)"/g)].map((m) => m[1] ?? m[2]));
  assert.ok(names.length >= 16, `${names}`);
  for (const name of names) assert.ok(nl[`team.system.job.${name}`], name);
});

test('both languages have the same places in a text', () => {
  const places = (text) => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1]).filter((p) => p !== 'mon' && p !== 'month').sort();
  for (const id of Object.keys(nl)) assert.deepEqual(new Set(places(en[id])), new Set(places(nl[id])), id);
});

test(`no sentence has more than ${WORDS_MOST} words`, () => {
  for (const texts of [nl, en])
    for (const [id, text] of Object.entries(texts))
      for (const sentence of text.split(/[.!?:]\s/)) {
        const words = sentence.trim().split(/\s+/).length;
        assert.ok(words <= WORDS_MOST, `${id}: ${words} words in "${sentence}"`);
      }
});

test('no text uses a word that we avoid', () => {
  for (const [language, texts] of [['nl', nl], ['en', en]])
    for (const [id, text] of Object.entries(texts))
      for (const word of AVOID[language])
        assert.ok(!new RegExp(`(^|[^\\p{L}])${word}([^\\p{L}]|$)`, 'iu').test(text), `${id}: "${word}"`);
});
