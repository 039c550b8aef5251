// SPDX-License-Identifier: EUPL-1.2
// areas.mjs NEIGHBOURHOODS.geojson OUT.geojson: makes the areas of the demo town from CBS/Kadaster's neighbourhoods (RD metres):
// these as they are, and their districts and municipality as the outer borders of their parts, so that all fit exactly.

import { readFileSync, writeFileSync } from 'node:fs';

const [input, output] = process.argv.slice(2);
const source = JSON.parse(readFileSync(input, 'utf8'));
const key = (p) => `${p[0]},${p[1]}`;

// A border between two parts is walked both ways and drops out; what is left are the rings round the whole.
function unite(features) {
  const next = new Map();
  for (const feature of features) {
    const ring = feature.geometry.coordinates[0];
    for (let i = 0; i + 1 < ring.length; i++) next.set(`${key(ring[i])} ${key(ring[i + 1])}`, [ring[i], ring[i + 1]]);
  }
  const outer = new Map();
  for (const [from, to] of next.values()) if (!next.has(`${key(to)} ${key(from)}`)) outer.set(key(from), { from, to });
  const rings = [];
  while (outer.size > 0) {
    const ring = [[...outer.values()][0].from];
    for (let edge = outer.get(key(ring[0])); edge; edge = outer.get(key(edge.to))) {
      outer.delete(key(edge.from));
      ring.push(edge.to);
    }
    rings.push(ring);
  }
  if (rings.length !== 1) throw new Error(`${features[0].properties.statcode}: ${rings.length} rings`);
  return { type: 'Polygon', coordinates: rings };
}

const groups = Map.groupBy ? Map.groupBy(source.features, district) : source.features.reduce((all, f) =>
  all.set(district(f), [...(all.get(district(f)) ?? []), f]), new Map());
function district(feature) { return `WK${feature.properties.statcode.slice(2, 8)}`; }

const year = Number(source.features[0].properties.jrstatcode.slice(0, 4));
const features = [
  ...source.features.map(({ properties: p, geometry }) => ({
    type: 'Feature', properties: { statcode: p.statcode, jrstatcode: p.jrstatcode, statnaam: p.statnaam }, geometry,
  })),
  ...[...groups].sort().map(([code, parts]) => ({
    type: 'Feature', properties: { statcode: code, jrstatcode: `${year}${code}`, statnaam: `Wijk ${code.slice(6)}` }, geometry: unite(parts),
  })),
  {
    type: 'Feature', properties: { code: 'GM0603', name: 'Rijswijk', parent: 'PV28', parentName: 'Zuid-Holland', year },
    geometry: unite(source.features),
  },
];
const head = {
  type: 'FeatureCollection',
  name: 'Rijswijk',
  note: 'Made by web/tools/areas.mjs.',
  source: `bron: CBS/Kadaster (${year}), CC BY 4.0`,
  crs: { type: 'name', properties: { name: 'urn:ogc:def:crs:EPSG::28992' } },
};
const rows = features.map((f) => `    ${JSON.stringify(f)}`).join(',\n');
writeFileSync(output, `${JSON.stringify(head, null, 2).slice(0, -2)},\n  "features": [\n${rows}\n  ]\n}\n`);
