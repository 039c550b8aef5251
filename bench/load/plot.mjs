// Courses over time as small charts below one another, in one SVG.
const WIDTH = 720, HEIGHT = 110, LEFT = 60

const short = (v) => v >= 100 ? Math.round(v).toLocaleString('en') : v.toPrecision(2)
// Whole minutes, about ten of them.
const ticks = (end) => { const step = Math.max(1, Math.round(end / 10)); return Array.from({ length: Math.floor(end / step) + 1 }, (_, k) => k * step) }

function chart(course, name, title, top) {
  const values = course.map((c) => c[name]).filter(Number.isFinite)
  // A few moments that stand out, as the first one does, must not press all others flat: they leave the chart at its top.
  const sorted = [...values].sort((a, b) => a - b), most = Math.max(sorted[Math.floor((sorted.length - 1) * 0.98)] ?? 0, 1e-9), end = course.at(-1).at
  const x = (at) => (LEFT + at / end * (WIDTH - LEFT - 10)).toFixed(1), y = (v) => (top + HEIGHT - 20 - Math.min(v / most, 1.15) * (HEIGHT - 40)).toFixed(1)
  const line = course.filter((c) => Number.isFinite(c[name])).map((c) => `${x(c.at)},${y(c[name])}`).join(' ')
  return `<text x="${LEFT}" y="${top + 12}">${title}: ${short(sorted.at(-1) ?? 0)} at most, ${short(values.at(-1) ?? 0)} at the end</text><text x="4" y="${y(most)}">${short(most)}</text><text x="4" y="${y(0)}">0</text>` +
    ticks(end).map((t) => `<path d="M${x(t)} ${y(most)}V${y(0)}" stroke="#ddd"/>`).join('') +
    `<path d="M${LEFT} ${y(0)}H${WIDTH - 10}" stroke="#999"/><polyline points="${line}" fill="none" stroke="#0b5394" stroke-width="1.5"/>`
}

export function plot(course, charts) {
  const height = charts.length * HEIGHT + 20, end = course.at(-1).at
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12"><rect width="${WIDTH}" height="${height}" fill="#fff"/>` +
    charts.map(([name, title], k) => chart(course, name, title, k * HEIGHT)).join('') +
    ticks(end).map((t) => `<text x="${(LEFT + t / end * (WIDTH - LEFT - 10)).toFixed(1)}" y="${height - 6}" text-anchor="middle">${t}${t ? '' : ' min'}</text>`).join('') + '</svg>\n'
}
