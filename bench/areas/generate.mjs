// SPDX-License-Identifier: EUPL-1.2
// A made-up country of neighbourhoods that tile it exactly, in RD New metres, with CBS's property names: for measuring and tests.
// Usage: node bench/areas/generate.mjs [COUNT] [POINTS] > areas.geojson   (default 12000 areas of 40 points each)
const count = Number(process.argv[2] ?? 12000), perSide = Math.max(1, Math.round(Number(process.argv[3] ?? 40) / 4))
const columns = Math.ceil(Math.sqrt(count)), step = 2000, west = 20000, south = 310000

// The same wobble wherever an edge is used: borders are shared to the millimetre.
function hash(a, b) {
  let x = (a * 73856093 ^ b * 19349663) >>> 0
  x = Math.imul(x ^ x >>> 16, 0x45d9f3b); x = Math.imul(x ^ x >>> 16, 0x45d9f3b)
  return ((x ^ x >>> 16) >>> 0) / 2 ** 32 - 0.5
}
const fine = (v) => Math.round(v * 1000) / 1000
const scale = 260000 / (columns * step)
const point = (i, j) => [fine(west + (i * step / perSide + hash(i, j) * 0.6 * step / perSide) * scale),
  fine(south + (j * step / perSide + hash(j + 7, i) * 0.6 * step / perSide) * scale)]

function ring(column, row) {
  const x = column * perSide, y = row * perSide, points = []
  for (let k = 0; k < perSide; k++) points.push(point(x + k, y))
  for (let k = 0; k < perSide; k++) points.push(point(x + perSide, y + k))
  for (let k = perSide; k > 0; k--) points.push(point(x + k, y + perSide))
  for (let k = perSide; k > 0; k--) points.push(point(x, y + k))
  return [...points, points[0]]
}
const digits = (n, width) => String(n).padStart(width, '0')

process.stdout.write('{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::28992"}},"features":[\n')
for (let n = 0; n < count; n++) {
  const municipality = digits(1000 + Math.floor(n / 40), 4), district = digits(Math.floor(n % 40 / 5), 2)
  const code = `BU${municipality}${district}${digits(n % 5, 2)}`
  const properties = { statcode: code, jrstatcode: `2024${code}`, statnaam: `Buurt ${n}`, rubriek: 'buurt' }
  const geometry = { type: 'Polygon', coordinates: [ring(n % columns, Math.floor(n / columns))] }
  process.stdout.write((n ? ',\n' : '') + JSON.stringify({ type: 'Feature', properties, geometry }))
}
process.stdout.write('\n]}\n')
