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

  test('none, and the newest', async () => {
    assert.deepEqual((await ask('observations?to=2025-01-01T00:00:00Z')).body.rows, [])
    const { body } = await ask('latest?times=milliseconds')
    assert.deepEqual([body.time, body.result], [start + 4999 * 60_250, results[4999]])
  })
})
