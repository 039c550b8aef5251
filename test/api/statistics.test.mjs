// SPDX-License-Identifier: EUPL-1.2
// Statistics as rows (/api/v1/statistics), against what the readings sent amount to.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { Peil } from './lib/peil.mjs'

const HOUR = 3_600_000, DAY = 24 * HOUR, START = Date.UTC(2019, 0, 1), HOURS = 60_000
const value = (hour) => (hour * 7919 % 1000) / 8  // three decimals at most, exact as a double
const time = (ms) => new Date(ms).toISOString()

describe('statistics', () => {
  let peil, id
  const statistics = async (query, of = `datastreams/${id}/`) => {
    const answer = await peil.get(`${peil.url}/api/v1/${of}statistics?zone=UTC&times=milliseconds&${new URLSearchParams(query)}`)
    assert.equal(answer.status, 200, answer.text)
    return answer.body.rows
  }
  const send = (rows) => peil.post(`${peil.url}/v1.1/CreateObservations`, [{ Datastream: { '@iot.id': id },
    components: ['phenomenonTime', 'result'], dataArray: rows.map(([ms, result]) => [time(ms), result]) }])

  before(async () => {
    peil = await Peil.start({ args: ['--set', 'access.standard=public'] })
    const made = await peil.post(`${peil.url}/v1.1/Datastreams`, { name: 's', description: 's',
      observationType: 'http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement',
      unitOfMeasurement: { name: 'one', symbol: '1', definition: '1' }, Thing: { name: 't', description: 't',
        Locations: [{ name: 'l', description: 'l', encodingType: 'application/geo+json', location: { type: 'Point', coordinates: [4.3, 52] } }] },
      Sensor: { name: 's', description: 's', encodingType: 'text/plain', metadata: 'none' },
      ObservedProperty: { name: 'p', definition: 'https://example.org/p', description: 'p' } })
    assert.equal(made.status, 201, made.text)
    id = Number(/\((\d+)\)$/.exec(made.headers.location)[1])
    const sent = await send(Array.from({ length: HOURS }, (_, hour) => [START + hour * HOUR, value(hour)]))
    assert.equal(sent.status, 201, sent.text)
  })
  after(() => peil.stop())

  // Some 5 MB, more than a piece of an answer may have: a Datastream's statistics leave in many.
  test('seven years of hours arrive whole and in order', async () => {
    for (let again = 0; again < 2; again++) {
      const rows = await statistics({ period: 'hour', statistics: 'count,mean,min,max,sum,first,last,p0,p100' })
      assert.equal(rows.length, HOURS)
      rows.forEach((row, hour) => assert.deepEqual(row, [START + hour * HOUR, 1, ...Array(8).fill(value(hour))]))
    }
  })

  const ofDay = (day, from = START, to = Infinity) => Array.from({ length: 24 }, (_, h) => day * 24 + h)
    .filter((hour) => START + hour * HOUR >= from && START + hour * HOUR < to).map(value).sort((a, b) => a - b)
  const quantile = (sorted, q) => sorted[Math.max(1, Math.ceil(q * sorted.length)) - 1]

  test('quantiles per day are those of its readings, whatever part is asked for, again and again', async () => {
    for (const [from, to] of [[START, START + 2500 * DAY], [START + 5.5 * DAY, START + 2400.25 * DAY], [START + 3 * HOUR, START + 1900 * DAY], [START + 30.5 * DAY, START + 30.75 * DAY]])
      for (let again = 0; again < 2; again++) {
        const rows = await statistics({ period: 'day', statistics: 'p5,p95,count', from: time(from), to: time(to) })
        const first = Math.floor((from - START) / DAY), last = Math.ceil((to - START) / DAY)
        assert.equal(rows.length, last - first)
        rows.forEach((row, i) => {
          const sorted = ofDay(first + i, from, to)
          assert.deepEqual(row, [START + (first + i) * DAY, quantile(sorted, 0.05), quantile(sorted, 0.95), sorted.length])
        })
      }
  })

  test('a late reading and a deleted one are in the next answer', async () => {
    const day = async () => (await statistics({ period: 'day', statistics: 'p100,count' }))[100]
    const most = ofDay(100)[23]
    assert.deepEqual(await day(), [START + 100 * DAY, most, 24])
    const late = await send([[START + 100 * DAY + 1000, 999.5]])
    assert.deepEqual(await day(), [START + 100 * DAY, 999.5, 25])
    assert.equal((await peil.delete(late.body[0])).status, 200)
    assert.deepEqual(await day(), [START + 100 * DAY, most, 24])
    await send([[START + HOURS * HOUR, 5]])
    const rows = await statistics({ period: 'day', statistics: 'p100' }, '')
    assert.deepEqual(rows.at(-1), [id, START + 2500 * DAY, 5])
    assert.equal(rows.length, 2501)
  })

  test('months of UTC are refused, not answered with those of the town', async () => {
    const answer = await peil.get(`${peil.url}/api/v1/datastreams/${id}/statistics?zone=UTC&period=month`)
    assert.equal(answer.status, 400)
    assert.match(answer.text, /zone: months and years are the town's/)
  })

  test('values of far too many digits for sums in whole numbers count as they are', async () => {
    const from = START - 1000 * DAY, small = 1e-16
    await send([...Array.from({ length: 30 }, (_, i) => [from + i * 1000, 32146]), [from + 30_000, small]])
    for (const period of ['hour', 'day']) {
      const [row] = await statistics({ period, statistics: 'count,sum,min,max', from: time(from), to: time(from + DAY) })
      assert.deepEqual(row.slice(-4), [31, 30 * 32146, small, 32146])
    }
  })
})
