// SPDX-License-Identifier: EUPL-1.2
// Colours of classes: told apart by every eye, readable text on each (portal.md section 6).
// Source: CIEDE2000 (Sharma, Wu, Dalal 2005); colour vision deficiencies: Machado, Oliveira, Fernandes 2009, severity 1.0.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const css = readFileSync(fileURLToPath(new URL('../style/classes.css', import.meta.url)), 'utf8');
const classes = [...css.matchAll(/\.(\w+)-(\d) \{ --fill: (#\w{6}); --on: (#\w+); \}/g)].map(([, family, n, fill, on]) => ({
  name: `${family}-${n}`, family, fill: rgb(fill), on: rgb(on),
}));

function rgb(hex) {
  const full = hex.length === 4 ? hex.replace(/\w/g, '$&$&') : hex;
  return [1, 3, 5].map((i) => parseInt(full.slice(i, i + 2), 16) / 255);
}

const linear = (c) => c.map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
const times = (m, v) => m.map((row) => row.reduce((s, k, i) => s + k * v[i], 0));
const luminance = (c) => times([[0.2126, 0.7152, 0.0722]], linear(c))[0];

function contrast(a, b) {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

const SIGHT = {
  normal: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
  protan: [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
  deutan: [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
  tritan: [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
};

function lab(linearRgb) {
  const xyz = times([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.072175], [0.0193339, 0.119192, 0.9503041]],
    linearRgb.map((v) => Math.min(Math.max(v, 0), 1)));
  const [x, y, z] = xyz.map((v, i) => v / [0.95047, 1, 1.08883][i]).map((t) => (t > 216 / 24389 ? Math.cbrt(t) : (24389 / 27 * t + 16) / 116));
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

const rad = (d) => (d * Math.PI) / 180;
const deg = (r) => (r * 180) / Math.PI;

export function ciede2000([l1, a1, b1], [l2, a2, b2]) {
  const cMean7 = ((Math.hypot(a1, b1) + Math.hypot(a2, b2)) / 2) ** 7;
  const g = 0.5 * (1 - Math.sqrt(cMean7 / (cMean7 + 25 ** 7)));
  const [p1, p2] = [a1 * (1 + g), a2 * (1 + g)];
  const [c1, c2] = [Math.hypot(p1, b1), Math.hypot(p2, b2)];
  const hue = (a, b) => (a === 0 && b === 0 ? 0 : (deg(Math.atan2(b, a)) + 360) % 360);
  const [h1, h2] = [hue(p1, b1), hue(p2, b2)];
  let dh = c1 * c2 === 0 ? 0 : h2 - h1;
  if (dh > 180) dh -= 360;
  if (dh < -180) dh += 360;
  const dH = 2 * Math.sqrt(c1 * c2) * Math.sin(rad(dh / 2));
  const lm = (l1 + l2) / 2;
  const cm = (c1 + c2) / 2;
  let hm = h1 + h2;
  if (c1 * c2 !== 0) hm = Math.abs(h1 - h2) <= 180 ? hm / 2 : (hm + (hm < 360 ? 360 : -360)) / 2;
  const t = 1 - 0.17 * Math.cos(rad(hm - 30)) + 0.24 * Math.cos(rad(2 * hm)) + 0.32 * Math.cos(rad(3 * hm + 6)) - 0.2 * Math.cos(rad(4 * hm - 63));
  const sl = 1 + (0.015 * (lm - 50) ** 2) / Math.sqrt(20 + (lm - 50) ** 2);
  const sc = 1 + 0.045 * cm;
  const sh = 1 + 0.015 * cm * t;
  const rt = -Math.sin(rad(60 * Math.exp(-(((hm - 275) / 25) ** 2)))) * 2 * Math.sqrt(cm ** 7 / (cm ** 7 + 25 ** 7));
  const [dl, dc] = [(l2 - l1) / sl, (c2 - c1) / sc];
  return Math.sqrt(dl * dl + dc * dc + (dH / sh) ** 2 + rt * dc * (dH / sh));
}

test('CIEDE2000 gives the published values', () => {
  // Sharma et al., test data 1, 17 and 25.
  assert.ok(Math.abs(ciede2000([50, 2.6772, -79.7751], [50, 0, -82.7485]) - 2.0425) < 1e-4);
  assert.ok(Math.abs(ciede2000([50, 2.5, 0], [73, 25, -18]) - 27.1492) < 1e-4);
  assert.ok(Math.abs(ciede2000([60.2574, -34.0099, 36.2677], [60.4626, -34.1751, 39.4387]) - 1.2644) < 1e-4);
});

test('text on every class has a contrast of 4.5 at least', () => {
  assert.ok(classes.length >= 19);
  for (const c of classes) assert.ok(contrast(c.fill, c.on) >= 4.5, `${c.name}: ${contrast(c.fill, c.on).toFixed(2)}`);
});

test('no two classes of a scale are nearer than CIEDE2000 12, for any eye', () => {
  for (const [sight, matrix] of Object.entries(SIGHT))
    for (const a of classes)
      for (const b of classes.filter((c) => c.family === a.family && c.name > a.name)) {
        const d = ciede2000(lab(times(matrix, linear(a.fill))), lab(times(matrix, linear(b.fill))));
        assert.ok(d >= 12, `${a.name} and ${b.name} are ${d.toFixed(1)} apart (${sight})`);
      }
});
