// SPDX-License-Identifier: EUPL-1.2
// The queries that clients of RIVM's Samen Meten and of FROST-Server send, letter by letter as they send them: to /v1.0, dates in
// quotes, names in lower case, "+" for a blank. One test per query, named after it; the store is a small Samen Meten.
import { after, before, test } from 'node:test'
import assert from 'node:assert/strict'
import { datastream, link, location, observedProperty, point, sensor, thing } from './lib/entities.mjs'
import { Peil } from './lib/peil.mjs'
import { pick } from './lib/town.mjs'

// name, properties, position; as Samen Meten has them. NL10444 has no Location, as some there.
const stations = [
  ['LTD_68263', { owner: 'niet bekend', project: 'Luftdaten', codegemeente: '984', knmicode: 'knmi_06391' }, [6.099, 51.447]],
  ['USP_box12', { owner: 'UU', project: 'USP', codegemeente: '344' }, [5.173, 52.086]],
  ['LUC_7', { owner: 'Lucht', project: 'HEI_LUC', codegemeente: '344' }, [5.121, 52.091]],
  ['OHN_gm-2136', { owner: null, project: 'Amersfoort', codegemeente: '307' }, [5.387, 52.155]],
  ['NL10444', { owner: 'RIVM', project: null }, null],
]
const hours = Array.from({ length: 72 }, (_, i) => new Date(Date.UTC(2019, 8, 9, i)).toISOString())  // 9, 10 and 11 September

let peil, root, ids
before(async () => {
  peil = await Peil.start()
  root = `${peil.url}/v1.0`
  ids = { things: {}, quantities: {}, pm25: {} }
  ids.sensor = await peil.make('Sensors', sensor({ name: 'Nova SDS011' }))
  for (const name of ['pm25', 'temp'])
    ids.quantities[name] = await peil.make('ObservedProperties', observedProperty({ name, description: name }))
  for (const [name, properties, at] of stations) {
    const Locations = at ? [location({ name: `loc-name-${name}`, location: point(...at) })] : []
    ids.things[name] = await peil.make('Things', thing({ name, description: name, properties, Locations }))
    ids.pm25[name] = await makeStream(name, 'pm25')
  }
  ids.temp = await makeStream('LTD_68263', 'temp')
  for (const [i, phenomenonTime] of hours.entries()) await observe(ids.pm25.LTD_68263, { phenomenonTime, result: i })
  await observe(ids.pm25.USP_box12, { phenomenonTime: hours[3], result: 12.5 })
})
after(() => peil.stop())

function makeStream(name, quantity) {
  return peil.make('Datastreams', datastream({
    name: `${name}-2-${quantity}`, unitOfMeasurement: { name: 'ug/m3', symbol: 'ug/m3', definition: 'ug/m3' },
    Thing: link(ids.things[name]), Sensor: link(ids.sensor), ObservedProperty: link(ids.quantities[quantity]),
    properties: { serviceName: quantity, days: 1 },
  }))
}
const observe = (stream, body) => peil.make(`Datastreams(${stream})/Observations`, body)

async function ask(query) {
  const { status, body, text } = await peil.get(`${root}/${query}`, { Authorization: '' })
  assert.equal(status, 200, text)
  return body
}
const namesOf = async (query) => pick((await ask(query)).value, 'name')
const resultsOf = async (query) => pick((await ask(query)).value, 'result')
const stream = () => `Datastreams(${ids.pm25.LTD_68263})`
const all = pick(stations, 0)

// ---- Samen Meten ----

const chosenThings = [
  ["Things?$filter=contains(name,'USP')", ['USP_box12']],
  ["Things?$filter=startswith(name,'LUC')", ['LUC_7']],
  ["Things?$filter=name eq 'LTD_68263'", ['LTD_68263']],
  ["Things?$filter=properties/codegemeente eq '984'", ['LTD_68263']],
  ["Things?$filter=(properties/project eq'Amersfoort')", ['OHN_gm-2136']],
  ["Things?$filter=contains(properties/project,'HEI')", ['LUC_7']],
]
for (const [query, names] of chosenThings)
  test(query, async () => assert.deepEqual(await namesOf(query), names))

test('Things?$expand=Locations($select=location),Datastreams($select=id,name,unitOfMeasurement)', async () => {
  const { value } = await ask('Things?$expand=Locations($select=location),Datastreams($select=id,name,unitOfMeasurement)')
  assert.deepEqual(pick(value, 'name'), all)
  for (const [i, [name, properties, at]] of stations.entries()) {
    assert.deepEqual(value[i].properties, properties)
    assert.deepEqual(value[i].Locations, at ? [{ location: point(...at) }] : [])
    const streams = [{ id: ids.pm25[name], quantity: 'pm25' }, ...(name === 'LTD_68263' ? [{ id: ids.temp, quantity: 'temp' }] : [])]
    assert.deepEqual(value[i].Datastreams, streams.map(({ id, quantity }) => (
      { '@iot.id': id, name: `${name}-2-${quantity}`, unitOfMeasurement: { name: 'ug/m3', symbol: 'ug/m3', definition: 'ug/m3' } })))
  }
})

test('Things?$expand=locations', async () => {
  const { value } = await ask('Things?$expand=locations')
  assert.deepEqual(value.map((t) => t.Locations[0]?.location.coordinates ?? null), pick(stations, 2))
  assert.equal(value[0].Locations[0].encodingType, 'application/vnd.geo+json')
})

test("Datastreams(n)/Observations?$filter=phenomenonTime+gt+'20190909'+and+phenomenonTime+lt+'20190912'&$orderby=phenomenonTime", async () => {
  const { value } = await ask(`${stream()}/Observations?$filter=phenomenonTime+gt+'20190909'+and+phenomenonTime+lt+'20190912'&$orderby=phenomenonTime`)
  assert.deepEqual(pick(value, 'phenomenonTime'), hours.slice(1))  // gt: not midnight of the 9th itself
  assert.deepEqual(pick(value, 'result'), hours.map((_, i) => i).slice(1))
})

test('Observations?$filter=phenomenonTime eq <hour>&$expand=Datastream($select=id,name)', async () => {
  const { value } = await ask(`Observations?$filter=phenomenonTime eq ${hours[3]}&$expand=Datastream($select=id,name)`)
  assert.deepEqual(pick(value, 'result'), [3, 12.5])
  assert.deepEqual(pick(value, 'Datastream'), ['LTD_68263', 'USP_box12'].map((n) => ({ '@iot.id': ids.pm25[n], name: `${n}-2-pm25` })))
})

test('Datastreams(n)/Observations?$count=true&$select=phenomenonTime&$orderby=phenomenonTime desc&$top=1', async () => {
  const body = await ask(`${stream()}/Observations?$count=true&$select=phenomenonTime&$orderby=phenomenonTime desc&$top=1`)
  assert.equal(body['@iot.count'], 72)
  assert.deepEqual(body.value, [{ phenomenonTime: '2019-09-11T23:00:00.000Z' }])
})

test("Locations?$filter=geo.distance(location, geography'SRID=4326;POINT(6.099 51.447)') lt 0.02", async () => {
  assert.deepEqual(await namesOf("Locations?$filter=geo.distance(location, geography'SRID=4326;POINT(6.099 51.447)') lt 0.02"),
    ['loc-name-LTD_68263'])
})

test('Things?$select=name,properties/codegemeente', async () => {
  const { value } = await ask('Things?$select=name,properties/codegemeente')
  assert.deepEqual(value[0], { name: 'LTD_68263', properties: { codegemeente: '984' } })
  assert.deepEqual(pick(value, 'name'), all)
})

test('pages of 20 are followed by their nextLink to the end, $select and all', async () => {
  const seen = []
  for (let query = `${root}/${stream()}/Observations?$top=20&$select=result&$orderby=phenomenonTime`; query;) {
    const { body } = await peil.get(query, { Authorization: '' })
    assert.ok(body.value.every((row) => Object.keys(row).join() === 'result'))
    seen.push(...pick(body.value, 'result'))
    query = body['@iot.nextLink']
  }
  assert.deepEqual(seen, hours.map((_, i) => i))
})

// ---- FROST-Server ----

test("Things?$filter=Datastreams/properties/serviceName eq  'temp'&$count=true&$expand=Locations,Datastreams($expand=Observations($top=1;…),…)", async () => {
  const { value, '@iot.count': count } = await ask("Things?$filter=Datastreams/properties/serviceName eq  'temp'&$count=true" +
    '&$expand=Locations,Datastreams($expand=Observations($top=1;$orderby=phenomenonTime desc),Sensor,ObservedProperty)')
  assert.equal(count, 1)
  const [pm25, temp] = value[0].Datastreams
  assert.deepEqual(pick(pm25.Observations, 'result'), [71])
  assert.equal(pm25.Sensor.name, 'Nova SDS011')
  assert.equal(temp.ObservedProperty.name, 'temp')
  assert.deepEqual(temp.Observations, [])
})

test("Things?$filter=st_within(Locations/location,geography'POLYGON ((…))')&$expand=Locations", async () => {
  const box = "geography'POLYGON ((5 52,5.3 52,5.3 52.2,5 52.2,5 52))'"
  assert.deepEqual(await namesOf(`Things?$filter=st_within(Locations/location,${box})&$expand=Locations`), ['USP_box12', 'LUC_7'])
})

test("Datastreams(n)/Observations?$filter=phenomenonTime gt <time> sub duration'P1d'&$orderby=phenomenonTime desc&$top=10000", async () => {
  const results = await resultsOf(`${stream()}/Observations?$filter=phenomenonTime gt ${hours[71]} sub duration'P1d'&$orderby=phenomenonTime desc&$top=10000`)
  assert.deepEqual(results, Array.from({ length: 24 }, (_, i) => 71 - i))
})

test('Datastreams(n)/Observations?$orderby=phenomenonTime asc&$top=1000&$select=phenomenonTime, result&$filter=overlaps(phenomenonTime, <from>/<to>)', async () => {
  const { value } = await ask(`${stream()}/Observations?$orderby=phenomenonTime asc&$top=1000&$select=phenomenonTime, result` +
    '&$filter=overlaps(phenomenonTime, 2019-09-10T07:00:00Z/2019-09-10T10:00:00Z)')
  assert.deepEqual(value, [31, 32, 33].map((i) => ({ phenomenonTime: hours[i], result: i })))
})

test("Datastreams(n)/Observations?$filter=phenomenonTime gt now() sub duration'P1D' mul (Datastream/properties/days)", async () => {
  const phenomenonTime = new Date(Date.now() - 3_600_000).toISOString()
  await observe(ids.pm25.LUC_7, { phenomenonTime: hours[0], result: 1 })
  await observe(ids.pm25.LUC_7, { phenomenonTime, result: 2 })
  const path = `Datastreams(${ids.pm25.LUC_7})/Observations`
  assert.deepEqual(await resultsOf(`${path}?$filter=phenomenonTime gt now() sub duration'P1D' mul (Datastream/properties/days)`), [2])
})

test("Observations?$filter=phenomenonTime gt '2021-01-01'", async () => {
  await observe(ids.temp, { phenomenonTime: '2020-12-31T23:59:59Z', result: -1 })
  await observe(ids.temp, { phenomenonTime: '2021-01-01T00:00:01Z', result: 21 })
  assert.deepEqual(await resultsOf("Observations?$filter=phenomenonTime gt '2021-01-01' and phenomenonTime lt '2022-01-01'"), [21])
})
