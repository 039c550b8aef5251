// SPDX-License-Identifier: EUPL-1.2
// The app's icon as PNG, for home screens that take no SVG: the gauge of style/icon.svg, which is made of rectangles.

import { deflateSync } from 'node:zlib';

const BRAND = [0x0b, 0x55, 0x66];
const WHITE = [0xff, 0xff, 0xff];
// Left, top, right, bottom in a box of 20 by 28: as LOGO of lib/frame.ts.
const BARS = [[1, 1, 7, 27], [7, 1, 19, 5], [7, 8, 15, 11], [7, 14, 19, 18], [7, 21, 15, 24]];

const CRC = Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c >>> 0;
});
const crc = (bytes) => (bytes.reduce((c, b) => CRC[(c ^ b) & 255] ^ (c >>> 8), 0xffffffff) ^ 0xffffffff) >>> 0;

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length);
  body.copy(out, 4);
  out.writeUInt32BE(crc(body), body.length + 4);
  return out;
}

// `share`: of the side that the gauge is high; a maskable icon keeps clear of the rim.
export function iconPng(side, share) {
  const scale = (side * share) / 28;
  const [left, top] = [(side - 20 * scale) / 2, (side - 28 * scale) / 2];
  const isBar = (x, y) => BARS.some(([l, t, r, b]) => x >= l && x < r && y >= t && y < b);
  const rows = Buffer.alloc(side * (1 + 3 * side));
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++)
      rows.set(isBar((x + 0.5 - left) / scale, (y + 0.5 - top) / scale) ? WHITE : BRAND, y * (1 + 3 * side) + 1 + 3 * x);
  const head = Buffer.alloc(13);
  head.writeUInt32BE(side);
  head.writeUInt32BE(side, 4);
  head.set([8, 2, 0, 0, 0], 8); // eight bits, colours
  return Buffer.concat([Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]), chunk('IHDR', head), chunk('IDAT', deflateSync(rows, { level: 9 })), chunk('IEND', Buffer.alloc(0))]);
}
