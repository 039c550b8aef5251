// SPDX-License-Identifier: EUPL-1.2
// outlines.mjs IN.geojson OUT.geojson: makes the neighbourhood outlines that peil ships from CBS/Kadaster's (in RD metres).
// Borders that two neighbourhoods share are simplified once, so that no gap or overlap appears: rings are cut into arcs at
// the points where three or more areas meet, and each arc is thinned by Douglas and Peucker's method.

import { readFileSync, writeFileSync } from 'node:fs';

const TOLERANCE_M = 30;
const GRID_M = 5;

const [input, output] = process.argv.slice(2);
const source = JSON.parse(readFileSync(input, 'utf8'));
const key = (p) => `${p[0]},${p[1]}`;
const rings = source.features.map((f) => f.geometry.coordinates[0].slice(0, -1));

const neighbours = new Map();
for (const ring of rings)
  ring.forEach((p, i) => {
    const at = neighbours.get(key(p)) ?? new Set();
    at.add(key(ring[(i + 1) % ring.length])).add(key(ring.at(i - 1)));
    neighbours.set(key(p), at);
  });
const isNode = (p) => neighbours.get(key(p)).size > 2;

function offsetFrom(p, a, b) {
  const [dx, dy] = [b[0] - a[0], b[1] - a[1]];
  const length = Math.hypot(dx, dy);
  if (length === 0) return Math.hypot(p[0] - a[0], p[1] - a[1]);
  return Math.abs((p[0] - a[0]) * dy - (p[1] - a[1]) * dx) / length;
}

function thin(arc) {
  if (arc.length < 3) return arc;
  let worst = 0;
  let at = 0;
  for (let i = 1; i < arc.length - 1; i++) {
    const d = offsetFrom(arc[i], arc[0], arc.at(-1));
    if (d > worst) [worst, at] = [d, i];
  }
  if (worst <= TOLERANCE_M) return [arc[0], arc.at(-1)];
  return [...thin(arc.slice(0, at + 1)).slice(0, -1), ...thin(arc.slice(at))];
}

// An arc is thinned in one fixed direction, so that both areas beside it get the same points.
function thinSame(arc) {
  const isForward = key(arc[0]) + key(arc[1]) <= key(arc.at(-1)) + key(arc.at(-2));
  return isForward ? thin(arc) : thin([...arc].reverse()).reverse();
}

function simplify(ring) {
  const start = ring.findIndex(isNode);
  const turned = start < 0 ? ring : [...ring.slice(start), ...ring.slice(0, start)];
  const closed = [...turned, turned[0]];
  const out = [];
  let arc = [closed[0]];
  for (const p of closed.slice(1)) {
    arc.push(p);
    if (!isNode(p) && p !== closed.at(-1)) continue;
    out.push(...thinSame(arc).slice(0, -1));
    arc = [p];
  }
  return [...out, out[0]];
}

// RD to WGS84: the usual polynomial round Amersfoort, better than a metre.
function toDegrees([x, y]) {
  const dx = (x - 155000) * 1e-5;
  const dy = (y - 463000) * 1e-5;
  const lat = [[0, 1, 3235.65389], [2, 0, -32.58297], [0, 2, -0.2475], [2, 1, -0.84978], [0, 3, -0.0655],
    [2, 2, -0.01709], [1, 0, -0.00738], [4, 0, 0.0053], [2, 3, -0.00039], [4, 1, 0.00033], [1, 1, -0.00012]];
  const lon = [[1, 0, 5260.52916], [1, 1, 105.94684], [1, 2, 2.45656], [3, 0, -0.81885], [1, 3, 0.05594],
    [3, 1, -0.05607], [0, 1, 0.01199], [3, 2, -0.00256], [1, 4, 0.00128], [0, 2, 0.00022], [2, 0, -0.00022], [5, 0, 0.00026]];
  const sum = (rows) => rows.reduce((s, [p, q, k]) => s + k * dx ** p * dy ** q, 0) / 3600;
  return [5.38720621 + sum(lon), 52.1551744 + sum(lat)].map((v) => Number(v.toFixed(5)));
}

const round = (p) => p.map((v) => Math.round(v / GRID_M) * GRID_M);
const features = source.features.map((f, i) => ({
  type: 'Feature',
  id: f.properties.statcode,
  properties: { code: f.properties.statcode, name: f.properties.statnaam, district: `WK${f.properties.statcode.slice(2, 8)}` },
  geometry: { type: 'Polygon', coordinates: [simplify(rings[i]).map(round).map(toDegrees)] },
}));
const head = {
  type: 'FeatureCollection',
  name: 'Rijswijk',
  note: 'Outlines for a picture, not for measuring: simplified to about 30 m by web/tools/outlines.mjs.',
  source: 'bron: CBS/Kadaster (2024), CC BY 4.0, vereenvoudigd',
};
const rows = features.map((f) => `    ${JSON.stringify(f)}`).join(',\n');
writeFileSync(output, `${JSON.stringify(head, null, 2).slice(0, -2)},\n  "features": [\n${rows}\n  ]\n}\n`);
