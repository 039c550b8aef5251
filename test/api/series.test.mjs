// SPDX-License-Identifier: EUPL-1.2
// Readings as rows (/api/v1/datastreams/{id}/observations and latest), against the same readings in SensorThings.
import { test, describe, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { Peil } from './lib/peil.mjs'
import { link, wholeStream } from './lib/entities.mjs'

let peil
let id
const start = Date.parse('2026-01-01T00:00:00Z')
// More than one piece; results with digits of their own, and some that are no plain decimals.
const results = Array.from({ length: 5000 }, (_, i) => i % 1000 === 999 ? [true, 'text', { a: 1 }, 1.5e300, null][i % 5000 / 1000 | 0] : (i - 2500) / 100)
before(async () => {
  peil = await Peil.start()
  id = await peil.make('Datastreams', wholeStream())
  const rows = results.map((r, i) => [new Date(start + i * 60_250).toISOString(), r])
  const made = await peil.post('CreateObservations', [{ Datastream: link(id), components: ['phenomenonTime', 'result'], dataArray: rows }])
  assert.equal(made.status, 201)
})
after(() => peil.stop())

const ask = async (query) => {
  const answer = await peil.get(`${peil.url}/api/v1/datastreams/${id}/${query}`)
  assert.equal(answer.status, 200, answer.text)
  return answer
}

describe('readings as rows', () => {
  test('all of them, over several pieces, with times as numbers', async () => {
    const { headers, body } = await ask('observations?times=milliseconds')
    assert.equal(headers['transfer-encoding'], 'chunked')
    assert.deepEqual(body.columns, ['time', 'result'])
    assert.deepEqual(body.rows, results.map((r, i) => [start + i * 60_250, r]))
  })

  test('a part that fits one piece leaves with its length, times as text', async () => {
    const from = new Date(start + 997 * 60_250).toISOString(), to = new Date(start + 1002 * 60_250).toISOString()
    const { headers, body } = await ask(`observations?from=${from}&to=${to}`)
    assert.ok(Number(headers['content-length']) > 0)
    assert.deepEqual(body.rows, [997, 998, 999, 1000, 1001].map((i) => [new Date(start + i * 60_250).toISOString().replace('.000Z', 'Z'), results[i]]))
    assert.deepEqual((await ask(`observations?from=${from}&limit=2&times=milliseconds`)).body.rows, [997, 998].map((i) => [start + i * 60_250, results[i]]))
  })

  // A piece begins in the middle of readings of one time: whatever their number, none is passed over and none comes twice.
  for (const same of [1, 2, 3, 500, 10_000]) test(`${same} of each time, over several pieces`, async () => {
    const stream = await peil.make('Datastreams', wholeStream())
    const rows = Array.from({ length: 10_000 }, (_, i) => [start + Math.floor(i / same) * 1000, i])
    const made = await peil.post('CreateObservations', [{ Datastream: link(stream), components: ['phenomenonTime', 'result'], dataArray: rows.map(([t, r]) => [new Date(t).toISOString(), r]) }])
    assert.equal(made.status, 201)
    const answer = await peil.get(`${peil.url}/api/v1/datastreams/${stream}/observations?times=milliseconds`)
    assert.deepEqual(answer.body.rows, rows)
  })

  test('none, and the newest', async () => {
    assert.deepEqual((await ask('observations?to=2025-01-01T00:00:00Z')).body.rows, [])
    const { body } = await ask('latest?times=milliseconds')
    assert.deepEqual([body.time, body.result], [start + 4999 * 60_250, results[4999]])
  })
})

// The public without compression is answered at once where memory has it; a token's question goes the long way.
describe('what memory answers', () => {
  let stream
  const at = (n) => start + n * 600_000
  const add = async (from, to) => {
    const rows = Array.from({ length: to - from }, (_, i) => [new Date(at(from + i)).toISOString(), (from + i) / 10])
    const made = await peil.post('CreateObservations', [{ Datastream: link(stream), components: ['phenomenonTime', 'result'], dataArray: rows }])
    assert.equal(made.status, 201)
  }
  const both = async (query) => {
    const [open, known] = [await peil.get(`${peil.url}/api/v1/datastreams/${stream}/${query}`, { Authorization: '' }),
      await peil.get(`${peil.url}/api/v1/datastreams/${stream}/${query}`)]
    assert.equal(open.status, known.status)
    if (open.status === 200) assert.equal(open.text, known.text)
    return open
  }
  const questions = ['latest', 'latest?times=milliseconds', 'statistics', 'statistics?period=day&statistics=count,mean,min,max,sum,first,last',
    'statistics?period=month&statistics=mean', `statistics?from=2026-01-01T02:00:00Z&to=2026-01-02T00:30:00Z`, 'statistics?statistics=p50,mean',
    'statistics?from=2026-01-02&to=2026-01-01', 'latest?unknown=1']
  before(async () => { stream = await peil.make('Datastreams', wholeStream()) })

  test('is what is read, while readings come in, late ones too', async () => {
    for (let n = 0; n < 3000; n += 300) {
      await add(n, n + 300)
      for (const query of [...questions, ...questions]) await both(query)
      assert.equal((await both('latest?times=milliseconds')).body.time, at(n + 299))
    }
    for (let n = 3000; n < 3020; n++) {
      await add(n, n + 1)
      assert.deepEqual((await both('latest?times=milliseconds')).body, { datastream: stream, time: at(n), result: n / 10 })
      assert.equal((await both('statistics?statistics=count')).body.rows.reduce((sum, row) => sum + row[1], 0), n + 1)
    }
    await add(-10, 0)
    assert.equal((await both('statistics?statistics=count')).body.rows.reduce((sum, row) => sum + row[1], 0), 3030)
  })

  test('without the newest when that is deleted, and nothing once the Thing is no longer public', async () => {
    const newest = `Datastreams(${stream})/Observations?$orderby=phenomenonTime desc&$top=1`
    for (let k = 1; k <= 3; k++) {
      const [last] = await peil.read(encodeURI(newest))
      assert.equal((await peil.delete(`Observations(${last['@iot.id']})`)).status, 200)
      for (let again = 0; again < 2; again++) assert.equal((await both('latest?times=milliseconds')).body.time, at(3019 - k))
    }
    const [thing] = [await peil.read(`Datastreams(${stream})/Thing`)]
    assert.equal((await peil.patch(`Things(${thing['@iot.id']})`, { properties: { access: 'private' } })).status, 200)
    for (const query of ['latest', 'statistics'])
      assert.equal((await peil.get(`${peil.url}/api/v1/datastreams/${stream}/${query}`, { Authorization: '' })).status, 404)
  })
})
