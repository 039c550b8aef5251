// SPDX-License-Identifier: EUPL-1.2
// A client that asks for much and does not read holds no snapshot: the store's log can be cut behind it. When it reads on, all is there.
import { test, describe, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { connect } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { Peil } from './lib/peil.mjs'
import { link, wholeStream } from './lib/entities.mjs'

const COUNT = 200_000, AT_ONCE = 20_000
const start = Date.parse('2026-01-01T00:00:00Z')
let peil, id

before(async () => {
  peil = await Peil.start()
  id = await peil.make('Datastreams', wholeStream())
  for (let n = 0; n < COUNT; n += AT_ONCE) {
    const rows = Array.from({ length: AT_ONCE }, (_, i) => [new Date(start + (n + i) * 1000).toISOString(), n + i])
    const made = await peil.post('CreateObservations', [{ Datastream: link(id), components: ['phenomenonTime', 'result'], dataArray: rows }])
    assert.equal(made.status, 201)
  }
})
after(() => peil.stop())

function openSnapshots() {
  const text = execFileSync('curl', ['-s', '--unix-socket', `${peil.directory}/admin.sock`, 'http://peil/metrics'], { encoding: 'utf8' })
  return Number(/^peil_store_snapshots (\d+)$/m.exec(text)[1])
}

// peil itself reads now and then; a snapshot that a client holds is there each time one looks.
async function someoneHolds() {
  for (let n = 0; n < 20; n++) {
    if (openSnapshots() === 0) return false
    await wait(50)
  }
  return true
}

// Asks, and reads nothing until `go` is called, which resolves to the whole answer.
function askAndWait(path) {
  const { hostname, port } = new URL(peil.url)
  const socket = connect(Number(port), hostname)
  socket.pause()
  socket.write(`GET ${path} HTTP/1.1\r\nHost: ${hostname}\r\nConnection: close\r\n\r\n`)
  const pieces = []
  const whole = new Promise((resolve, reject) => {
    socket.on('end', () => resolve(Buffer.concat(pieces).toString('latin1')))
    socket.on('error', reject)
  })
  return { go: () => { socket.on('data', (piece) => pieces.push(piece)); socket.resume(); return whole } }
}

// The body of a chunked answer, a character for each byte.
function bodyOf(answer) {
  const from = answer.indexOf('\r\n\r\n') + 4, parts = []
  assert.match(answer.slice(0, from), /^HTTP\/1.1 200 /)
  for (let at = from; ;) {
    const line = answer.indexOf('\r\n', at), n = parseInt(answer.slice(at, line), 16)
    if (n === 0) return parts.join('')
    parts.push(answer.slice(line + 2, line + 2 + n))
    at = line + 2 + n + 2
  }
}

const upTo = (n) => Array.from({ length: n }, (_, i) => i)
const csvColumn = (name) => (body) => {
  const [head, ...lines] = body.trim().split('\r\n').map((line) => line.split(','))
  return lines.map((line) => Number(line[head.indexOf(name)]))
}
const PAGE = 10_000  // of JSON at most; expanded it is more than sockets hold
const answers = [
  ['CSV of all', '/v1.1/Observations?$resultFormat=CSV&$top=1000000', COUNT, csvColumn('result')],
  ['CSV in order of time', '/v1.1/Observations?$resultFormat=CSV&$top=1000000&$orderby=phenomenonTime', COUNT, csvColumn('result')],
  ['JSON', '/v1.1/Observations?$top=10000&$expand=Datastream', PAGE, (body) => JSON.parse(body).value.map((o) => o.result)],
  ['an expansion', () => `/v1.1/Datastreams(${id})?$expand=Observations($top=10000;$expand=Datastream)`, PAGE, (body) => JSON.parse(body).Observations.map((o) => o.result)],
  ['GeoJSON', '/v1.1/Observations?$resultFormat=GeoJSON&$top=10000&$expand=Datastream', PAGE, (body) => JSON.parse(body).features.map((f) => f.properties.result)],
  ['rows', () => `/api/v1/datastreams/${id}/observations?limit=1000000`, COUNT, (body) => JSON.parse(body).rows.map((row) => row[1])],
]

describe('a client that does not read', () => {
  for (const [name, path, count, results] of answers)
    test(name, async () => {
      const slow = askAndWait(typeof path === 'function' ? path() : path)
      await wait(300)
      assert.equal(await someoneHolds(), false)
      assert.deepEqual(results(bodyOf(await slow.go())), upTo(count))
    })
})
