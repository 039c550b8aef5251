// Courses over time as small charts below one another, in one SVG.
const WIDTH = 720, HEIGHT = 110, LEFT = 60

function chart(course, name, title, top) {
  const values = course.map((c) => c[name])
  const most = Math.max(...values.filter(Number.isFinite), 1e-9), end = course.at(-1).at
  const x = (at) => (LEFT + at / end * (WIDTH - LEFT - 10)).toFixed(1), y = (v) => (top + HEIGHT - 20 - v / most * (HEIGHT - 40)).toFixed(1)
  const line = course.filter((c) => Number.isFinite(c[name])).map((c) => `${x(c.at)},${y(c[name])}`).join(' ')
  return `<text x="${LEFT}" y="${top + 12}">${title}</text><text x="4" y="${y(most)}">${most.toPrecision(3)}</text><text x="4" y="${y(0)}">0</text>` +
    `<path d="M${LEFT} ${y(0)}H${WIDTH - 10}" stroke="#999"/><polyline points="${line}" fill="none" stroke="#0b5394" stroke-width="1.5"/>`
}

export function plot(course, charts) {
  const height = charts.length * HEIGHT + 20
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12"><rect width="${WIDTH}" height="${height}" fill="#fff"/>` +
    charts.map(([name, title], k) => chart(course, name, title, k * HEIGHT)).join('') +
    `<text x="${LEFT}" y="${height - 6}">0</text><text x="${WIDTH - 60}" y="${height - 6}">${course.at(-1).at.toFixed(0)} min</text></svg>\n`
}
