// SPDX-License-Identifier: EUPL-1.2
// @helgoland/core, the toolbox of 52°North: each call of its SensorThings interface and of its connector, which asks as its pages do.
//
// Two of its calls cannot work anywhere: getCategories({ phenomenon }) sends a quote too many, and deleteObservation deletes the
// Thing of that id (which is therefore not called).
import { after, before, test } from 'node:test'
import assert from 'node:assert/strict'
import { datastream, feature, link, location, observedProperty, point, sensor, thing } from '../api/lib/entities.mjs'
import { Peil } from '../api/lib/peil.mjs'
import { at, makeTown, numbers, pick, words } from '../api/lib/town.mjs'
import { helgoland } from './lib/helgoland.mjs'

let peil, ids, root, sta, connector, allPages, sent
before(async () => {
  peil = await Peil.start();
  ({ ids } = await makeTown(peil))
  root = `${peil.root}/`;
  ({ sta, connector, allPages, sent } = helgoland(peil.token))
})
after(() => peil.stop())

const labels = (rows) => pick(rows, 'label')
const time = (hour) => Date.parse(at(hour))

// ---- The interface: one call per set and verb ----

// set: what the library calls one and many, what the town has of it, a body to make one, and what a PUT changes
const sets = {
  Things: { one: 'Thing', first: 'church', count: 3, body: () => thing() },
  Locations: { one: 'Location', first: 'church', count: 2, body: () => location() },
  Sensors: { one: 'Sensor', first: 'SDS011', count: 1, body: () => sensor() },
  ObservedProperties: { one: 'ObservedProperty', first: 'pm25', count: 2, body: () => observedProperty() },
  FeaturesOfInterest: { one: 'FeatureOfInterest', first: 'church', count: 2, body: () => feature() },
  Datastreams: {
    one: 'Datastream', first: 'numbers', count: 4,
    body: () => datastream({ Thing: link(ids.bare), Sensor: link(ids.sensor), ObservedProperty: link(ids.pm25) }),
  },
}

for (const [set, { one, first, count, body }] of Object.entries(sets)) {
  test(`get${set} and get${one} read what is stored`, async () => {
    const all = await sta[`get${set}`](root, { $count: true, $orderby: 'id' })
    assert.equal(all['@iot.count'], count)
    assert.equal(all.value[0].name, first)
    assert.deepEqual(await sta[`get${one}`](root, all.value[0]['@iot.id']), all.value[0])
    const few = await sta[`get${set}`](root, { $select: { id: true, name: true }, $filter: `name eq '${first}'`, $top: 1 })
    assert.deepEqual(few.value, [{ '@iot.id': all.value[0]['@iot.id'], name: first }])
  })

  test(`insert${one}, update${one} and delete${one} write`, async () => {
    const made = await sta[`insert${one}`](root, body())
    const id = made['@iot.id']
    const stored = (await peil.get(`${set}(${id})`)).body
    assert.deepEqual(made, stored)
    await sta[`update${one}`](root, id, { ...body(), name: 'renamed' })
    assert.deepEqual((await peil.get(`${set}(${id})`)).body, { ...stored, name: 'renamed' })
    await sta[`delete${one}`](root, id)
    assert.equal((await peil.get(`${set}(${id})`)).status, 404)
    await assert.rejects(sta[`get${one}`](root, id), (e) => e.status === 404 && /there is no/.test(e.error.message))
  })
}

test('getObservations and getObservation read results of every type', async () => {
  const { value } = await sta.getObservations(root, {
    $filter: `Datastream/id eq ${ids.words}`, $expand: { Datastream: true, FeatureOfInterest: true }, $orderby: 'phenomenonTime desc' })
  assert.deepEqual(pick(value, 'result'), [...words].reverse())
  assert.ok(value.every((o) => o.Datastream.name === 'words' && o.FeatureOfInterest.name === 'church'))
  const one = await sta.getObservation(root, ids.numbersObservations[4])
  assert.equal(one.result, 3.5)
  assert.deepEqual(one.parameters, { int: 4, text: 'p4' })
})

test('insertObservation and updateObservation write', async () => {
  const made = await sta.insertObservation(root, { phenomenonTime: at(0), result: 1, Datastream: link(ids.empty) })
  await sta.updateObservation(root, made['@iot.id'], { phenomenonTime: at(0), result: 2 })
  assert.equal((await peil.get(`Observations(${made['@iot.id']})`)).body.result, 2)
  await peil.delete(`Observations(${made['@iot.id']})`)
})

test('HistoricalLocations are read, inserted, updated and deleted', async () => {
  const [first] = (await sta.getHistoricalLocations(root, { $expand: 'Thing,Locations', $orderby: 'id' })).value
  assert.equal(first.Thing.name, 'church')
  assert.equal(first.Locations[0].name, 'church')
  const place = first.Locations[0]['@iot.id']
  const { '@iot.id': id } = await sta.insertHistoricalLocation(root, { time: at(1), Thing: link(ids.bare), Locations: [link(place)] })
  assert.equal((await sta.getHistoricalLocation(root, id)).time, at(1))
  await sta.updateHistoricalLocation(root, id, { time: at(2) })
  assert.equal((await peil.get(`HistoricalLocations(${id})`)).body.time, at(2))
  await sta.deleteHistoricalLocation(root, id)
  assert.equal((await peil.get(`HistoricalLocations(${id})`)).status, 404)
})

test('aggregatePaging follows every nextLink, with the options of the first request', async () => {
  sent.length = 0
  const { value } = await allPages((s) => s.getObservations(root, { $top: 3, $select: { result: true }, $orderby: 'result desc,id' }))
  const direct = (await peil.get('Observations?$select=result&$orderby=result desc,id')).body.value
  assert.deepEqual(value, direct)
  assert.equal(sent.length, Math.ceil(direct.length / 3))
})

test('getDatastreamsByNavigationLink and getDatastreamObservationsRelation go by links', async () => {
  const station = await sta.getThing(root, ids.station)
  const { value } = await sta.getDatastreamsByNavigationLink(station['Datastreams@iot.navigationLink'], { $orderby: 'name' })
  assert.deepEqual(pick(value, 'name'), ['empty', 'spans'])
  const observations = await sta.getDatastreamObservationsRelation(root, ids.numbers, { $filter: 'result gt 0', $count: true })
  assert.equal(observations['@iot.count'], 3)
  assert.deepEqual(pick(observations.value, 'result'), [1, 2, 3.5])
})

// ---- The connector ----

test('canHandle knows peil by its root, with and without the slash', async () => {
  assert.equal(await connector.canHandle(root), true)
  assert.equal(await connector.canHandle(peil.root), true)
})

test('getServices and getService count what there is', async () => {
  const { quantities } = await connector.getService('1', root, {})
  assert.deepEqual(quantities, { categories: 2, features: 2, offerings: 3, phenomena: 2, procedures: 1, platforms: 2, datasets: 4 })
  assert.deepEqual((await connector.getServices(root, {}))[0].quantities, quantities)
})

test('lists are whole and in the order asked for', async () => {
  assert.deepEqual(labels(await connector.getCategories(root, {})), ['pm25', 'noise'])
  assert.deepEqual(labels(await connector.getOfferings(root, {})), ['church', 'station', 'bare'])
  assert.deepEqual(labels(await connector.getPhenomena(root, {})), ['noise', 'pm25'])
  assert.deepEqual(labels(await connector.getProcedures(root, {})), ['SDS011'])
  assert.deepEqual(labels(await connector.getFeatures(root, {})), ['church', 'station'])
  const platforms = await connector.getPlatforms(root, {})
  assert.deepEqual(pick(platforms, 'geometry'), [point(8, 52), point(8, 54)])
})

test('lists are filtered by relations, whose ids are sent in quotes', async () => {
  const feature = (await peil.read("Locations?$filter=name eq 'station'"))[0]['@iot.id']
  const other = `${ids.noise}`, procedure = `${ids.sensor}`
  assert.deepEqual(labels(await connector.getCategories(root, { feature, procedure })), ['pm25', 'noise'])
  assert.deepEqual(labels(await connector.getPhenomena(root, { category: other })), ['noise'])
  assert.deepEqual(labels(await connector.getPhenomena(root, { feature, procedure })), ['noise', 'pm25'])
  assert.deepEqual(labels(await connector.getProcedures(root, { feature, category: other, phenomenon: other })), ['SDS011'])
  assert.deepEqual(labels(await connector.getProcedures(root, { feature: '999' })), [])
  assert.deepEqual(labels(await connector.getFeatures(root, { category: other, phenomenon: other, procedure })), ['church', 'station'])
  assert.deepEqual(labels(await connector.getPlatforms(root, { phenomenon: other })), ['church', 'station'])
  assert.deepEqual(labels(await connector.getDatasets(root, { phenomenon: other, procedure, feature })), ['empty'])
})

test('single ones are found by their id', async () => {
  assert.deepEqual(await connector.getCategory(ids.noise, root, {}), { id: ids.noise, label: 'noise' })
  assert.deepEqual(await connector.getOffering(ids.station, root, {}), { id: ids.station, label: 'station' })
  assert.deepEqual(await connector.getPhenomenon(ids.pm25, root, {}), { id: ids.pm25, label: 'pm25' })
  assert.deepEqual(await connector.getProcedure(ids.sensor, root, {}), { id: ids.sensor, label: 'SDS011' })
  assert.deepEqual(await connector.getFeature(1, root, {}), { id: 1, label: 'church' })
})

test('getPlatform expands Things/Datastreams, all or those of a phenomenon', async () => {
  const all = await connector.getPlatform('1', root, {})
  assert.deepEqual(all.datasetIds, [`${ids.numbers}`, `${ids.words}`])
  assert.deepEqual((await connector.getPlatform('1', root, { phenomenon: `${ids.noise}` })).datasetIds, [`${ids.words}`])
})

test('getDatasets and getDataset expand four relations and the first and last Observation', async () => {
  assert.deepEqual(labels(await connector.getDatasets(root, {})), ['numbers', 'words', 'spans', 'empty'])
  const check = ({ label, uom, platform, parameters }) => {
    assert.deepEqual([label, uom, platform.label], ['numbers', 'µg/m³', 'church'])
    assert.deepEqual(parameters.phenomenon, { id: ids.pm25, label: 'pm25' })
    assert.deepEqual(parameters.offering, { id: ids.church, label: 'church' })
    assert.deepEqual(parameters.additional.location, { kind: 'roof' })
    assert.equal(parameters.additional.rank, 1)
  }
  const one = await connector.getDataset({ url: root, id: `${ids.numbers}` }, {})
  check(one)
  assert.deepEqual([one.firstValue.timestamp, one.firstValue.value], [time(0), -1])
  assert.deepEqual([one.lastValue.timestamp, one.lastValue.value], [time(4), 3.5])
  const [expanded] = await connector.getDatasets(root, { expanded: true })
  check(expanded)
  assert.deepEqual([expanded.firstValue.value, expanded.lastValue.value], [3.5, -1])  // the library swaps them here
})

test('getDatasetData reads a span of time, both ends in it', async () => {
  const { values } = await connector.getDatasetData({ url: root, id: ids.numbers }, { from: time(1), to: time(3) })
  assert.deepEqual(values.map(([when, { value }]) => [when, value]), [1, 2, 3].map((i) => [time(i), numbers[i]]))
  assert.deepEqual(values[0][1].parameter, { int: 1, text: 'p1' })
})

test('a fault of the library is answered with its place: getCategories({ phenomenon }) leaves a quote open', async () => {
  await assert.rejects(connector.getCategories(root, { phenomenon: '1' }),
    (e) => e.status === 400 && e.error.message === '$filter, position 8: expected a closing quote for the text that starts here')
})
