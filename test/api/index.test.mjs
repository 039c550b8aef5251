// SPDX-License-Identifier: EUPL-1.2
// Indices, norms, noise and the quality of readings on the real binary; expected values are worked out here, from the same readings.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { binary, Peil } from './lib/peil.mjs'
import { misfits } from './lib/schema.mjs'
import { until } from './lib/until.mjs'

const eea = (n) => `http://dd.eionet.europa.eu/vocabulary/aq/pollutant/${n}`
const definitions = { pm25: eea('6001'), pm10: eea('5'), no2: eea('8'), o3: eea('7'), noise_laeq: 'http://qudt.org/vocab/quantitykind/SoundPressureLevel' }
const symbols = { noise_laeq: 'dB(A)' }
const hour = 3_600_000
// The tests speak of the last whole hour: it must not change under them.
const left = hour - Date.now() % hour
if (left < 30_000) await new Promise((resolve) => setTimeout(resolve, left))
const bomenbuurt = [4.3403, 52.0501], cromvliet = [4.3406, 52.0597]

const mean = (list) => list.reduce((sum, x) => sum + x, 0) / list.length
const median = (list) => { const s = [...list].sort((a, b) => a - b), n = s.length; return n % 2 ? s[(n - 1) / 2] : (s[n / 2 - 1] + s[n / 2]) / 2 }
const near = (actual, expected, what) => assert.ok(Math.abs(actual - expected) < 0.006, `${what}: ${actual} is not ${expected}`)

// The Dutch index as its table is written: a value on a bound is in the higher number.
const lki = { o3: [15, 30, 40, 60, 80, 100, 140, 180, 200], pm10: [10, 20, 30, 45, 60, 75, 100, 125, 150],
  pm25: [10, 15, 20, 30, 40, 50, 70, 90, 100], no2: [10, 20, 30, 45, 60, 75, 100, 125, 150] }
const number = (key, value) => 1 + lki[key].filter((bound) => value >= bound).length

describe('indices and quality', () => {
  let peil, document
  const end = Math.floor(Date.now() / hour) * hour  // of the last whole hour
  const meters = []

  const api = async (path) => (await peil.get(`${peil.url}/api/v1/${path}`, { Authorization: '' }))
  const fits = (name, body) => assert.deepEqual(misfits(document, document.components.schemas[name], body), [])
  const stream = (thing, key) => peil.make('Datastreams', {
    name: key, description: 'd', observationType: 'http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement',
    unitOfMeasurement: { name: 'u', symbol: symbols[key] ?? 'µg/m³', definition: 'd' }, Thing: { '@iot.id': thing },
    Sensor: { name: 's', description: 'd', encodingType: 'text/plain', metadata: 'm' },
    ObservedProperty: { name: key, description: 'd', definition: definitions[key] },
  })
  const thing = (place, properties = {}) => peil.make('Things', {
    name: 'Meter', description: 'd', properties,
    Locations: [{ name: 'p', description: 'd', encodingType: 'application/geo+json', location: { type: 'Point', coordinates: place } }],
  })
  const send = async (id, readings) => {
    for (let k = 0; k < readings.length; k += 2000) {
      const rows = readings.slice(k, k + 2000)
      const answer = await peil.post('CreateObservations', [{ Datastream: { '@iot.id': id }, components: ['phenomenonTime', 'result'],
        'dataArray@iot.count': rows.length, dataArray: rows.map(([t, v]) => [new Date(t).toISOString(), v]) }])
      assert.equal(answer.status, 201, answer.text)
    }
  }
  const every5 = (hours, value) => Array.from({ length: hours * 12 }, (_, k) => {
    const t = end - hours * hour + k * 300_000
    return [t, Math.round(value(t, k) * 10) / 10]
  })
  const lastHour = (readings) => readings.filter(([t]) => t >= end - hour && t < end).map(([, v]) => v)

  before(async () => {
    peil = await Peil.start({
      args: ['--set', 'rollup.interval_s=1'],
      setup: (it) => execFileSync(binary, ['import', '--data', it.directory, 'areas', 'fuzz/corpus/area_geojson/cbs_buurt_2024_rd.geojson']),
    })
    document = (await api('openapi.json')).body
    for (let m = 0; m < 4; m++) {  // four of citizens in one neighbourhood
      const id = await thing(bomenbuurt, { origin: 'citizen' }), pm25 = await stream(id, 'pm25')
      const readings = every5(30, (t, k) => 12 + 4 * m + 3 * Math.sin(k / 9))
      await send(pm25, readings)
      meters.push({ id, pm25, readings })
    }
    const reference = { id: await thing(bomenbuurt, { origin: 'reference' }) }
    for (const key of ['no2', 'o3']) {
      reference[key] = await stream(reference.id, key)
      reference[`${key}_readings`] = every5(30, (t, k) => (key === 'no2' ? 28 : 71) + Math.sin(k / 5))
      await send(reference[key], reference[`${key}_readings`])
    }
    meters.reference = reference
    const lone = await thing(cromvliet, { origin: 'citizen' })
    meters.lone = { id: lone, pm25: await stream(lone, 'pm25') }
    await send(meters.lone.pm25, every5(30, () => 20))
  })
  after(() => peil.stop())

  const index = (path, holds) => until(async () => {
    const answer = await api(path)
    return answer.status === 200 && holds(answer.body) && answer.body
  }, path, 30_000)

  test('an area has the median of its meters, and the class of the worst substance', async () => {
    const got = await index('areas/BU06030222/index', (b) => b.meters === 5 && b.class > 0)
    fits('Index', got)
    assert.equal(Date.parse(got.at), end)
    const values = Object.fromEntries(got.parts.map((p) => [p.quantity, p.value]))
    const pm25 = median(meters.map((m) => mean(lastHour(m.readings))))
    const no2 = mean(lastHour(meters.reference.no2_readings)), o3 = mean(lastHour(meters.reference.o3_readings))
    near(values.pm25, pm25, 'pm25')
    near(values.no2, no2, 'no2')
    near(values.o3, o3, 'o3')
    assert.equal(values.pm10, null)
    assert.equal(got.class, Math.max(number('pm25', pm25), number('no2', no2), number('o3', o3)))
    assert.equal(got.by, 'o3')
    assert.equal(got.isComplete, true)
    assert.equal(got.isIndication, true)
    assert.equal(got.parts.find((p) => p.quantity === 'pm25').datastreams, 4)
  })

  test('the areas above have it too; one with few meters has none, and says so', async () => {
    assert.equal((await index('areas/GM0603/index', (b) => b.meters === 6)).by, 'o3')
    const few = (await api('areas/BU06030503/index')).body
    const all = (await api('area-indices?level=neighbourhood')).body
    fits('AreaIndices', all)
    const lone = all.areas.find((a) => a.class === 0)
    assert.equal(lone.why, 'few-meters')
    assert.equal(lone.meters, 1)
    assert.equal(all.areas.length, 2)
    const map = (await api('area-indices?format=geojson')).body
    const of = (code) => map.features.find((feature) => feature.id === code)
    for (const area of all.areas) {
      assert.equal(of(area.code).properties.class, area.class)
      assert.equal(of(area.code).properties.meters, area.meters)
      assert.equal(of(area.code).geometry.type, 'Polygon')
    }
    assert.equal(map.features.filter((feature) => feature.properties.why === 'not-enough-data').length, map.features.length - 2)
    assert.equal(Date.parse(map.at), end)
    assert.equal(map.scale, 'lki')
    assert.ok(few.status === 404 || few.class === undefined || few.class === 0)
    assert.equal((await api('areas/BU99999999/index')).status, 404)
  })

  test('the map is the same bytes until something in it changes, for every encoding and scale', async () => {
    const path = 'area-indices?format=geojson&level=neighbourhood', ask = (extra = {}) =>
      fetch(`${peil.url}/api/v1/${path}`, { headers: { 'Accept-Encoding': 'identity', ...extra } })
    const first = await ask(), tag = first.headers.get('etag'), text = await first.text()
    assert.equal(first.headers.get('content-type'), 'application/geo+json')
    assert.equal(first.headers.get('content-encoding'), null)
    const packed = await ask({ 'Accept-Encoding': 'gzip' })
    assert.equal(packed.headers.get('content-encoding'), 'gzip')
    assert.equal(await packed.text(), text)  // node unpacks it
    assert.notEqual(packed.headers.get('etag'), tag)
    assert.equal((await ask({ 'If-None-Match': tag })).status, 304)
    assert.equal((await ask({ 'Accept-Encoding': 'gzip', 'If-None-Match': packed.headers.get('etag') })).status, 304)
    const other = (await api('area-indices?format=geojson&scale=eaqi')).body
    assert.equal(other.scale, 'eaqi')
    // A reading of the last hour changes the map, and only what it touched.
    const before = JSON.parse(text)
    await send(meters.lone.pm25, [[end - 30_000, 99]])
    const later = await until(async () => {
      const answer = await ask({ 'If-None-Match': tag })
      return answer.status === 200 && answer.json()
    }, 'another map')
    assert.deepEqual(later, before)  // one meter says nothing of a neighbourhood, then as now
  })

  test('rows of areas and of hours can be had as CSV', async () => {
    const rows = (await api('area-indices?format=csv&level=neighbourhood')).text.trim().split('\r\n').map((line) => line.split(','))
    assert.deepEqual(rows[0], 'code,name,level,at,scale,class,group,by,why,meters,isIndication,pm25,pm10,no2,o3,so2'.split(','))
    const { areas } = (await api('area-indices?level=neighbourhood')).body
    assert.deepEqual(rows.slice(1).map((row) => [row[0], row[1], Number(row[5]), Number(row[9])]), areas.map((a) => [a.code, a.name, a.class, a.meters]))
    const span = `from=${new Date(end - 3 * hour).toISOString()}&to=${new Date(end).toISOString()}`
    const hours = (await api(`areas/BU06030222/index/hours?${span}`)).body.hours
    const lines = (await api(`areas/BU06030222/index/hours?${span}&format=csv`)).text.trim().split('\r\n').slice(1).map((line) => line.split(','))
    assert.deepEqual(lines.map((l) => [Date.parse(l[0]), Number(l[1]), l[3], Number(l[4]), Number(l[7])]), hours.map((h) => [Date.parse(h.at), h.class, h.by, h.pm25, h.o3]))
  })

  test('a meter has its own index, by any table', async () => {
    const own = await index(`things/${meters[3].id}/index?scale=eaqi`, (b) => b.class > 0)
    fits('Index', own)
    const value = mean(lastHour(meters[3].readings))  // 21 to 27: moderate (15 to 50)
    near(own.parts.find((p) => p.quantity === 'pm25').value, value, 'pm25')
    assert.equal(own.class, 3)
    assert.equal(own.wordEn, 'moderate')
    assert.equal(own.isComplete, false)
    assert.equal(own.scaleVersion, 'EEA 2025')
    const older = (await api(`things/${meters[3].id}/index?scale=eaqi-2020`)).body  // the running 24 hours
    const day = mean(Array.from({ length: 24 }, (_, h) => mean(meters[3].readings.filter(([t]) => t >= end - (h + 1) * hour && t < end - h * hour).map(([, v]) => v))))
    near(older.parts.find((p) => p.quantity === 'pm25').value, day, '24 hours')
  })

  test('hours of the past are the same means, and name their readings', async () => {
    const from = new Date(end - 3 * hour).toISOString(), to = new Date(end).toISOString()
    const got = (await api(`areas/BU06030222/index/hours?from=${from}&to=${to}`)).body
    fits('IndexHours', got)
    assert.equal(got.hours.length, 3)
    for (const h of got.hours) {
      const till = Date.parse(h.at)
      near(h.pm25, median(meters.map((m) => mean(m.readings.filter(([t]) => t >= till - hour && t < till).map(([, v]) => v)))), h.at)
    }
    assert.deepEqual(got.sources.filter((s) => s.quantity === 'no2'), [{ quantity: 'no2', datastream: meters.reference.no2, thing: meters.reference.id, isReference: true }])
    assert.equal((await api(`things/1/index/hours?from=2020-01-01&to=2026-01-01`)).status, 413)
  })

  test('a year with little data keeps no limit', async () => {
    const got = (await api(`things/${meters.reference.id}/limits?set=who-2021`)).body
    fits('Limits', got)
    assert.equal(got.isIndication, false)
    assert.ok(got.limits.length > 0)
    for (const limit of got.limits) assert.notEqual(limit.outcome, 'kept')
    assert.equal(got.limits.find((l) => l.quantity === 'no2' && l.over === 'year').value, null)
    const eu = (await api(`things/${meters.reference.id}/limits?set=eu`)).body
    fits('Limits', eu)
    const { years, yearsCounted, timesAboveMean, outcome } = eu.limits.find((l) => l.quantity === 'o3')
    assert.deepEqual({ years, yearsCounted, timesAboveMean, outcome }, { years: 3, yearsCounted: 0, timesAboveMean: null, outcome: 'not-enough-data' })
  })

  test('noise of a measured day comes out as published', async () => {
    const id = await thing(cromvliet), noise = await stream(id, 'noise_laeq')
    const levels = readFileSync('test/data/noise/2025-03-22', 'utf8').trim().split('\n').map(Number)
    const midnight = Date.parse('2025-03-21T23:00:00Z')  // in Amsterdam
    await send(noise, levels.map((v, k) => [midnight + 30_000 + k * 60_000, v]))
    const got = await index(`things/${id}/noise?from=2025-03-21T23:00:00Z&to=2025-03-22T23:00:00Z`, (b) => b.dates.length === 1)
    fits('Noise', got)
    const published = { day: 49.66, evening: 53.02, night: 46.38, lden: 54.72 }, span = { l10: 52.95, l90: 43.19, laeq: 49.74, max: 62.28 }
    for (const [key, value] of Object.entries(published)) near(got.dates[0][key], value, key)
    for (const [key, value] of Object.entries(span)) near(got[key], value, key)
    const sorted = [...levels].sort((a, b) => a - b)
    near(got.l50, (sorted[719] + sorted[720]) / 2, 'l50')
    assert.equal(got.captured, 1)
  })

  test('spikes and what cannot be get their doubt, keep their value, and count in no index', async () => {
    const own = meters[0]
    const wrong = [[end - 40 * 60_000 + 60_000, 400.5], [end - 20 * 60_000 + 60_000, 1999.9]]
    await send(own.pm25, wrong)
    const doubts = await until(async () => {
      const rows = await peil.read(`Datastreams(${own.pm25})/Observations?$filter=${encodeURIComponent('result gt 300')}&$orderby=result`)
      return rows.length === 2 && rows.every((r) => r.resultQuality) && rows
    }, 'the doubts', 30_000)
    assert.deepEqual(doubts.map((r) => [r.result, r.resultQuality.status]), [[400.5, 'spike'], [1999.9, 'implausible']])
    assert.match(doubts[0].resultQuality.reason, /^400.5 among readings around 1\d/)
    const got = await index(`things/${own.id}/index`, (b) => Math.abs(b.parts.find((p) => p.quantity === 'pm25').value - mean(lastHour(own.readings))) < 0.006)
    assert.ok(got)
    const others = await peil.read(`Datastreams(${own.pm25})/Observations?$filter=${encodeURIComponent('result lt 300')}&$top=1000`)
    assert.equal(others.filter((r) => r.resultQuality).length, 0)
  })

  test('the tables of the indices can be read', async () => {
    const { scales } = (await api('index-scales')).body
    assert.deepEqual(scales.map((s) => s.key), ['lki', 'eaqi', 'eaqi-2020', 'eaqi-2017'])
    assert.deepEqual(scales[0].parts.find((p) => p.quantity === 'pm25').bounds, lki.pm25)
  })

  test('what is not public has no index', async () => {
    const id = await thing(bomenbuurt, { access: 'private' }), hidden = await stream(id, 'pm25')
    await send(hidden, every5(2, () => 90))
    assert.equal((await api(`things/${id}/index/hours`)).status, 404)
    assert.equal((await api(`datastreams/${hidden}/quality`)).status, 404)
    assert.equal((await api(`datastreams/${meters[0].pm25}/quality`)).status, 200)
  })
})
