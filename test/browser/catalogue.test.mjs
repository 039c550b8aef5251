// SPDX-License-Identifier: EUPL-1.2
// The catalogue of data: both forms say the same to independent readers, and hold what DCAT-AP-NL 3.0 makes mandatory.

import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { after, before, test } from 'node:test';
import jsonld from 'jsonld';
import { Parser, Writer } from 'n3';
import { Peil } from '../api/lib/peil.mjs';
import { addMeter } from './lib/town.mjs';

const TYPE = 'http://www.w3.org/1999/02/22-rdf-syntax-ns#type';
const DCAT = 'http://www.w3.org/ns/dcat#';
const DCT = 'http://purl.org/dc/terms/';
const NEEDED = {
  Catalog: [`${DCT}title`, `${DCT}description`, `${DCT}publisher`, `${DCAT}contactPoint`, `${DCAT}dataset`],
  Dataset: [`${DCT}title`, `${DCT}description`, `${DCT}identifier`, `${DCT}publisher`, `${DCT}creator`, `${DCAT}contactPoint`, `${DCAT}theme`, `${DCT}accessRights`],
  Distribution: [`${DCAT}accessURL`, `${DCT}license`],
  DataService: [`${DCT}title`, `${DCT}description`, `${DCT}identifier`, `${DCAT}endpointURL`, `${DCAT}endpointDescription`, `${DCT}license`, `${DCT}publisher`, `${DCAT}contactPoint`, `${DCAT}theme`, `${DCT}accessRights`],
};
let peil;
let quads;

before(async () => {
  peil = await Peil.start({ args: ['--web', process.env.PEIL_WEB ?? resolve('build/web'), '--set', 'portal.theme_file=share/theme/example.json'] });
  await addMeter(peil, { name: 'Meter', at: [4.33, 52.04], origin: 'municipal', series: { pm25: () => 8 } });
  quads = new Parser().parse(await (await fetch(`${peil.url}/data/catalog.ttl`)).text());
});

after(() => peil?.stop());

const sorted = (all) => all.map((q) => new Writer().quadToString(q.subject, q.predicate, q.object)).sort();

test('Turtle and JSON-LD are the same statements', async () => {
  const text = await jsonld.toRDF(await (await fetch(`${peil.url}/data/catalog.jsonld`)).json(), { format: 'application/n-quads' });
  assert.deepEqual(sorted(new Parser().parse(text)), sorted(quads));
  assert.ok(quads.length > 80);
});

for (const [type, needed] of Object.entries(NEEDED))
  test(`every ${type} has what is mandatory`, () => {
    const subjects = quads.filter((q) => q.predicate.value === TYPE && q.object.value === DCAT + type).map((q) => q.subject.value);
    assert.ok(subjects.length > 0);
    for (const s of subjects)
      for (const p of needed) assert.ok(quads.some((q) => q.subject.value === s && q.predicate.value === p), `${s} has no ${p}`);
  });

test('there is one contact, with the address that the town gave', () => {
  const contacts = new Set(quads.filter((q) => q.predicate.value === `${DCAT}contactPoint`).map((q) => q.object.value));
  assert.equal(contacts.size, 1);
  assert.ok(quads.some((q) => q.predicate.value.endsWith('#hasEmail') && q.object.value === 'mailto:meten@voorbeeldstad.example'));
});

test('everything that the catalogue points at is there', async () => {
  const links = quads.filter((q) => /(accessURL|endpointURL|endpointDescription|landingPage)$/.test(q.predicate.value)).map((q) => q.object.value);
  for (const link of new Set(links)) assert.ok((await fetch(link)).ok, link);
});

test('the open data page tells search engines of each dataset', async () => {
  const html = await (await fetch(`${peil.url}/data`)).text();
  const sets = JSON.parse(html.match(/<script type="application\/ld\+json">(.*?)<\/script>/s)[1]);
  assert.equal(sets.length, 3);
  for (const set of sets) assert.ok(set['@type'] === 'Dataset' && set.name && set.description && set.license && set.distribution.length);
});
