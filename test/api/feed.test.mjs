// SPDX-License-Identifier: EUPL-1.2
// Feeds against a server that gives recorded answers, and one that fails, pages and lies.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { Feeder } from './lib/feeder.mjs'
import { Peil } from './lib/peil.mjs'
import { until } from './lib/until.mjs'

const sample = (name) => readFileSync(new URL(`../../../shared/samples/${name}`, import.meta.url), 'utf8')
let peil
before(async () => { peil = await Peil.start() })
after(() => peil.stop())

const put = (name, feed) => peil.put(`${peil.url}/api/v1/feeds/${name}`, { pauseMs: 0, local: true, everyMinutes: 1440, ...feed })
const status = async (name) => (await peil.get(`${peil.url}/api/v1/feeds/${name}`)).body

// Waits until a feed has come to rest: it waits for its next turn, or failed.
async function rest(name, holds = (s) => s.lastWorked) {
  return until(async () => {
    const s = await status(name)
    return s.state !== 'running' && s.next && holds(s) && s
  }, async () => `feed ${name} to come to rest: ${JSON.stringify(await status(name))}`)
}

async function readings(stream) {
  const rows = []
  for (let path = `Datastreams(${stream})/Observations?$orderby=phenomenonTime&$top=1000&$select=phenomenonTime,result,resultQuality`; path;) {
    const { body } = await peil.get(path)
    rows.push(...body.value)
    path = body['@iot.nextLink']
  }
  return rows
}
const streamsOf = (name) => peil.read(`Things?$filter=name eq '${name}'&$expand=Datastreams($expand=ObservedProperty),Locations`).then(([thing]) => thing)

// ---- Luchtmeetnet ------------------------------------------------------------------------------------------------

test('Luchtmeetnet: the recorded answers, with place, means over the hour that ends, and missing values left out', async () => {
  const recorded = JSON.parse(sample('luchtmeetnet/measurements.json'))
  const feeder = await Feeder.start((url) => {
    if (url.pathname === '/stations/NL01493') return sample('luchtmeetnet/station_detail.json')
    const from = Date.parse(url.searchParams.get('start')), to = Date.parse(url.searchParams.get('end'))
    assert.ok(to - from <= 7 * 86400_000, 'at most seven days a request')
    return JSON.stringify({ ...recorded, data: recorded.data.filter((row) => Date.parse(row.timestamp_measured) > from && Date.parse(row.timestamp_measured) <= to) })
  })
  const since = new Date(Date.parse(recorded.data.at(-1).timestamp_measured) - 86400_000).toISOString()
  assert.equal((await put('lucht', { kind: 'luchtmeetnet', url: feeder.url, stations: ['NL01493'], since })).status, 200)
  await rest('lucht', (s) => s.lastWorked && feeder.asked.length > 2)
  const thing = await streamsOf('NL01493')
  assert.deepEqual(thing.Locations[0].location.coordinates, [5.82224, 50.98445])
  const no2 = thing.Datastreams.find((d) => d.ObservedProperty.name === 'no2')
  const expected = recorded.data.filter((row) => row.formula === 'NO2' && row.value !== null)
  const got = await readings(no2['@iot.id'])
  assert.deepEqual(got.map((o) => o.result), expected.map((row) => row.value).reverse())
  assert.equal(got.at(-1).phenomenonTime, '2024-11-07T22:00:00Z/2024-11-07T23:00:00Z')
  await feeder.stop()
})

test('Luchtmeetnet: pages are followed, and the next turn stores nothing twice', async () => {
  const hour = Math.floor(Date.now() / 3600_000) * 3600_000
  const row = (k, formula) => ({ station_number: 'NL1', formula, value: k, timestamp_measured: new Date(hour - k * 3600_000).toISOString() })
  const feeder = await Feeder.start((url) => {
    if (url.pathname.startsWith('/stations/')) return JSON.stringify({ data: { geometry: { type: 'point', coordinates: [4.3, 52] } } })
    const page = Number(url.searchParams.get('page'))
    return JSON.stringify({ pagination: { current_page: page, last_page: 3 }, data: [row(page, 'NO2'), row(page, 'PM10')] })
  })
  await put('paged', { kind: 'luchtmeetnet', url: feeder.url, stations: ['NL1'], since: new Date(hour - 5 * 86400_000).toISOString() })
  const first = await rest('paged')
  assert.equal(first.stored, 6)
  assert.equal(feeder.asked.length, 4)
  await put('paged', { kind: 'luchtmeetnet', url: feeder.url, stations: ['NL1', 'NL2'], since: new Date(hour - 5 * 86400_000).toISOString() })
  const second = await rest('paged', (s) => s.requests > first.requests)
  assert.ok(second.failures >= 1, 'another station\'s readings are refused')
  assert.match(second.error, /station 'NL1' was not asked for/)
  assert.equal(second.stored, 6)
  await feeder.stop()
})

// ---- the archive -------------------------------------------------------------------------------------------------

test('Sensor.Community archive: day after day, a day without a file passed over', async () => {
  const files = { '2019-03-29': 1, '2019-03-30': 1, '2019-03-31': 1, '2019-04-01': 1 }
  const feeder = await Feeder.start((url) => {
    const day = /^\/(\d{4}-\d\d-\d\d)\/\1_sds011_sensor_16422\.csv$/.exec(url.pathname)?.[1]
    return files[day] ? sample(`sensor_community_archive/${day}_sds011_sensor_16422.csv`) : undefined
  })
  await put('archive', { kind: 'sensor_community_archive', url: feeder.url, sensors: ['sds011_sensor_16422'], since: '2019-03-28' })
  await until(() => feeder.asked.length >= 8, 'eight requests')
  await put('archive', { kind: 'sensor_community_archive', url: feeder.url, sensors: ['sds011_sensor_16422'], since: '2019-03-28', paused: true })
  await sleep(100)
  const thing = await streamsOf('sds011_sensor_16422')
  assert.deepEqual(thing.Locations[0].location.coordinates, [-2.38, 57.46])
  for (const [quantity, column] of [['pm10', 6], ['pm25', 9]]) {
    const stream = thing.Datastreams.find((d) => d.ObservedProperty.name === quantity)
    const expected = Object.keys(files).flatMap((day) => sample(`sensor_community_archive/${day}_sds011_sensor_16422.csv`).trim().split('\n').slice(1).map((line) => line.split(';')))
      .filter((fields) => fields[column] !== '').map((fields) => [`${fields[5]}Z`, Number(fields[column])])
    const got = (await readings(stream['@iot.id'])).map((o) => [o.phenomenonTime, o.result])
    assert.deepEqual(got, expected.sort((a, b) => a[0] < b[0] ? -1 : 1))
  }
  await feeder.stop()
})

// ---- SensorThings ------------------------------------------------------------------------------------------------

// A small server of the standard's form, by hand: two Things, three Datastreams, pages of 2.
function remote(base, observations) {
  const stream = (id, unit) => ({ '@iot.id': id, '@iot.selfLink': `${base()}/Datastreams(${id})`, name: `kit-${id}`, description: 'd', observationType: 'http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement',
    unitOfMeasurement: { definition: `https://qudt.org/vocab/unit/${unit}`, symbol: unit }, Sensor: { '@iot.id': 7, name: 'Nova SDS011', description: 's', encodingType: 'text/plain', metadata: 'm' },
    ObservedProperty: { '@iot.id': id, name: `p${id}`, definition: `https://example.org/p${id}`, description: 'p' } })
  const things = [
    { '@iot.id': 1, '@iot.selfLink': `${base()}/Things(1)`, name: 'HLL_1', description: 'one', properties: { codegemeente: '603', nh3stadcode: null },
      Locations: [{ '@iot.id': 1, name: 'here', description: 'h', encodingType: 'application/vnd.geo+json', location: { type: 'Point', coordinates: [4.31, 52.03] } }], Datastreams: [stream(11, 'PERCENT'), stream(12, 'DEG_C')] },
    { '@iot.id': 2, '@iot.selfLink': `${base()}/Things(2)`, name: 'HLL_2', description: 'two', Locations: [], Datastreams: [stream(13, 'DEG_C')] }]
  return (url) => {
    if (url.pathname === '/Things') {
      const skip = Number(url.searchParams.get('$skip') ?? 0)
      return JSON.stringify({ value: [things[skip]], ...(skip === 0 ? { '@iot.nextLink': `${base()}/Things?$skip=1` } : {}) })
    }
    const id = /^\/Datastreams\((\d+)\)\/Observations$/.exec(url.pathname)?.[1]
    if (!id) return undefined
    const since = /ge '?([^']+)'?$/.exec(url.searchParams.get('$filter') ?? '')?.[1] ?? url.searchParams.get('since')
    const skip = Number(url.searchParams.get('$skip') ?? 0)
    const all = observations[id].filter((o) => o.phenomenonTime >= since.replace(/Z$/, ''))
    const next = skip + 2 < all.length ? { '@iot.nextLink': `${base()}/Datastreams(${id})/Observations?since=${since}&$skip=${skip + 2}` } : {}
    return JSON.stringify({ value: all.slice(skip, skip + 2), ...next })
  }
}
const at = (k) => new Date(Date.UTC(2024, 0, 1, k)).toISOString().replace('.000', '')
const some = (n, offset = 0) => Array.from({ length: n }, (_, k) => ({ '@iot.id': k, phenomenonTime: at(k), result: offset + k + 0.5 }))

test('SensorThings: Things, Datastreams and their history are mirrored; a later turn brings what is new', async () => {
  const observations = { 11: some(5), 12: some(4, 10), 13: [] }
  let feeder
  feeder = await Feeder.start((url) => remote(() => feeder.url, observations)(url))
  const feed = { kind: 'sensorthings', url: feeder.url, since: '2023-12-31', filter: "properties/codegemeente eq '603'", quotedTimes: true }
  assert.equal((await put('mirror', feed)).status, 200)
  const first = await rest('mirror', (s) => s.stored >= 9)
  assert.equal(first.stored, 9)
  assert.ok(feeder.asked[0].includes('%24filter=') || feeder.asked[0].includes('$filter=properties%2Fcodegemeente%20eq%20%27603%27'))
  assert.ok(feeder.asked.some((path) => path.includes('ge%20%27')), 'times in quotes')
  const thing = await streamsOf('HLL_1')
  assert.deepEqual(thing.properties, { codegemeente: '603', nh3stadcode: null, source: `${feeder.url}/Things(1)` })
  assert.deepEqual(thing.Locations[0].location.coordinates, [4.31, 52.03])
  assert.deepEqual(thing.Datastreams.map((d) => d.unitOfMeasurement.symbol).sort(), ['DEG_C', 'PERCENT'])
  assert.equal((await peil.read("Sensors?$filter=name eq 'Nova SDS011'")).length, 1)
  const stream = thing.Datastreams.find((d) => d.name === 'kit-11')
  assert.deepEqual((await readings(stream['@iot.id'])).map((o) => [o.phenomenonTime, o.result]), observations[11].map((o) => [o.phenomenonTime, o.result]))

  observations[11].push({ phenomenonTime: at(6), result: 6.5 }, { phenomenonTime: at(7), result: 7.5 })
  await put('mirror', feed)
  const second = await rest('mirror', (s) => s.stored >= 11)
  assert.equal(second.stored, 11)
  assert.equal((await readings(stream['@iot.id'])).length, 7)
  assert.equal((await peil.read("Things?$filter=startswith(name,'HLL_')")).length, 2)
  await feeder.stop()
})

test('a link to another server is not followed', async () => {
  const feeder = await Feeder.start(() => JSON.stringify({ value: [], '@iot.nextLink': 'http://192.0.2.1/Things?$skip=1' }))
  await put('lured', { kind: 'sensorthings', url: feeder.url })
  const s = await rest('lured', (x) => x.failures > 0)
  assert.match(s.error, /another server/)
  await feeder.stop()
})

test('a page that leads to itself ends in a failure, not in a circle', async () => {
  const feeder = await Feeder.start((url) => JSON.stringify({ value: [], '@iot.nextLink': feeder.url + '/Things?$skip=1' }))
  await put('circle', { kind: 'sensorthings', url: feeder.url })
  const s = await rest('circle', (x) => x.failures > 0)
  assert.match(s.error, /itself|nowhere/)
  assert.ok(feeder.asked.length <= 3)
  await feeder.stop()
})

// ---- faults ------------------------------------------------------------------------------------------------------

const failing = [
  ['an error of the server', { status: 500, body: 'sorry' }, /status 500/],
  ['an answer that is no JSON', { body: '<html>maintenance</html>' }, /./],
  ['JSON of another shape', { body: '{"value":{"a":1}}' }, /value/],
  ['an answer that is cut', 'cut', /./],
  ['an answer without end', { body: `{"value":["${'x'.repeat(17 << 20)}"]}` }, /larger than/],
  ['damaged values', { body: '{"value":[{"@iot.id":1,"Datastreams":[{"@iot.id":{}}]}]}' }, /@iot.id/],
]
for (const [what, fault, says] of failing) {
  test(`${what} changes nothing and is tried again later`, async () => {
    const before = await peil.count('Observations')
    const things = await peil.count('Things')
    const feeder = await Feeder.start(() => undefined)
    feeder.faults.push(fault)
    const name = `bad-${failing.findIndex(([w]) => w === what)}`
    await put(name, { kind: 'sensorthings', url: feeder.url })
    const s = await rest(name, (x) => x.failures > 0)
    assert.match(s.error, says)
    assert.equal(s.failures, 1)
    assert.ok(Date.parse(s.next) - Date.parse(s.lastTried) >= 59_000)
    assert.equal(s.position, undefined)
    assert.equal(await peil.count('Observations'), before)
    assert.equal(await peil.count('Things'), things)
    await feeder.stop()
  })
}

test('a server that says when to come back is heard', async () => {
  const feeder = await Feeder.start(() => ({ status: 429, headers: { 'Retry-After': '1800' } }))
  await put('patient', { kind: 'sensorthings', url: feeder.url })
  const s = await rest('patient', (x) => x.failures > 0)
  assert.ok(Date.parse(s.next) - Date.parse(s.lastTried) >= 1_799_000)
  assert.equal(feeder.asked.length, 1)
  await feeder.stop()
})

test('what has not changed is not sent again', async () => {
  let answers = 0
  const feeder = await Feeder.start(() => ({ body: JSON.stringify({ value: [] }), headers: { ETag: `"v${answers++}"` } }))
  await put('tagged', { kind: 'sensorthings', url: feeder.url })
  await rest('tagged')
  const first = feeder.asked.length
  feeder.answer = () => ({ status: 304 })
  await put('tagged', { kind: 'sensorthings', url: feeder.url })
  await rest('tagged', () => feeder.asked.length > first)
  assert.equal(feeder.conditions[first], '"v0"')
  assert.equal((await status('tagged')).failures, 0)
  await feeder.stop()
})

test('a feed goes on where it was when peil is killed', async () => {
  const observations = { 11: some(400), 12: some(400, 1000), 13: some(400, 2000) }
  let feeder
  feeder = await Feeder.start((url) => remote(() => feeder.url, observations)(url))
  const own = await Peil.start()
  const ask = async (name) => (await own.get(`${own.url}/api/v1/feeds/${name}`)).body
  await own.put(`${own.url}/api/v1/feeds/long`, { kind: 'sensorthings', url: feeder.url, since: '2023-12-31', pauseMs: 0, local: true, everyMinutes: 1440 })
  await until(async () => (await ask('long')).stored >= 500, 'the first 500')
  await own.server.kill()
  await own.open()
  await until(async () => (await ask('long')).stored >= 1200, 'the rest')
  assert.equal((await ask('long')).stored, 1200)
  assert.equal(await own.count('Observations'), 1200)
  await own.stop()
  await feeder.stop()
})

test('stopping does not wait for a server that stalls', async () => {
  const feeder = await Feeder.start(() => undefined)
  feeder.faults.push('stall')
  const own = await Peil.start()
  await own.put(`${own.url}/api/v1/feeds/stalled`, { kind: 'sensorthings', url: feeder.url, local: true })
  await until(() => feeder.asked.length > 0, 'the first request')
  const started = Date.now()
  await own.stop()
  assert.ok(Date.now() - started < 50_000, 'well before the minute that a server may take')
  await feeder.stop()
})

// ---- what is refused ---------------------------------------------------------------------------------------------

const refused = [
  [{ kind: 'luchtmeetnet' }, 400], [{ kind: 'nonsense', url: 'http://a' }, 400], [{ kind: 'luchtmeetnet', url: 'file:///etc/passwd', stations: ['NL1'] }, 400],
  [{ kind: 'luchtmeetnet', url: 'http://a', stations: ['NL1'], filter: 'x' }, 400], [{ kind: 'luchtmeetnet', url: 'http://a' }, 400],
  [{ kind: 'sensorthings', url: 'http://a', everyMinutes: 0 }, 400], [{ kind: 'sensorthings', url: 'http://a', since: 'yesterday' }, 400],
]
test('feeds that cannot run are refused with what is wrong', async () => {
  for (const [feed, code] of refused) {
    const answer = await peil.put(`${peil.url}/api/v1/feeds/wrong`, feed)
    assert.equal(answer.status, code, JSON.stringify(feed))
    assert.ok(answer.body.detail, answer.text)
  }
  assert.equal((await peil.get(`${peil.url}/api/v1/feeds/wrong`)).status, 404)
  assert.equal((await peil.get(`${peil.url}/api/v1/feeds`, { Authorization: '' })).status, 401)
})

test('an address of our own network is not asked unless the feed says so', async () => {
  const feeder = await Feeder.start(() => '{"value":[]}')
  await peil.put(`${peil.url}/api/v1/feeds/inward`, { kind: 'sensorthings', url: feeder.url })
  const s = await rest('inward', (x) => x.failures > 0)
  assert.match(s.error, /not on the public internet/)
  assert.equal(feeder.asked.length, 0)
  assert.equal((await peil.delete(`${peil.url}/api/v1/feeds/inward`)).status, 204)
  assert.equal((await peil.get(`${peil.url}/api/v1/feeds/inward`)).status, 404)
  await feeder.stop()
})
