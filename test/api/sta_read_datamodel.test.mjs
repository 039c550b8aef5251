// SPDX-License-Identifier: EUPL-1.2
// OGC 18-088 Annex A.1: what every entity shows. One test per conformance test, named after it.
import { after, before, test } from 'node:test'
import assert from 'node:assert/strict'
import { Peil } from './lib/peil.mjs'
import { makeTown } from './lib/town.mjs'

let peil
before(async () => { peil = await Peil.start(); await makeTown(peil) })
after(() => peil.stop())

const links = (entity) => Object.keys(entity).filter((k) => k.endsWith('@iot.navigationLink'))
  .map((k) => k.replace('@iot.navigationLink', '')).filter((k) => !k.startsWith('MultiDatastream')).sort()

// Every entity of a set has the mandatory properties, of the right JSON type, and exactly these links.
async function valid(set, mandatory, relations) {
  const entities = await peil.read(set)
  assert.ok(entities.length > 0)
  for (const entity of entities) {
    for (const [key, type] of Object.entries(mandatory)) {
      assert.ok(key in entity, `${set} lacks ${key}`)
      if (type !== 'any') assert.equal(typeof entity[key], type, `${set}.${key}`)
    }
    assert.deepEqual(links(entity), [...relations].sort())
  }
}

test('A.1.1 common control information: id, selfLink and navigation links, which all lead somewhere', async () => {
  const root = await peil.get('')
  for (const { name, url } of root.body.value) {
    assert.equal(url, `${peil.root}/${name}`)
    const set = await peil.get(url)
    assert.equal(set.status, 200)
    for (const entity of set.body.value) {
      assert.equal(typeof entity['@iot.id'], 'number')
      const self = await peil.get(entity['@iot.selfLink'])
      assert.equal(self.status, 200)
      assert.deepEqual(self.body, entity)
      for (const [key, link] of Object.entries(entity)) {
        if (key.endsWith('@iot.navigationLink')) assert.equal((await peil.get(link)).status, 200, link)
      }
    }
  }
})

test('A.1.2 thing-valid', () => valid('Things', { name: 'string', description: 'string' },
  ['Locations', 'HistoricalLocations', 'Datastreams']))

test('A.1.3 location-valid', () => valid('Locations',
  { name: 'string', description: 'string', encodingType: 'string', location: 'object' }, ['Things', 'HistoricalLocations']))

test('A.1.4 historical-location-valid', () => valid('HistoricalLocations', { time: 'string' }, ['Thing', 'Locations']))

test('A.1.5 datastream-valid', async () => {
  await valid('Datastreams', { name: 'string', description: 'string', unitOfMeasurement: 'object', observationType: 'string' },
    ['Thing', 'Sensor', 'ObservedProperty', 'Observations'])
  for (const { unitOfMeasurement } of await peil.read('Datastreams'))
    assert.deepEqual(Object.keys(unitOfMeasurement).sort(), ['definition', 'name', 'symbol'])
})

test('A.1.6 sensor-valid', () => valid('Sensors', { name: 'string', description: 'string', encodingType: 'string', metadata: 'any' },
  ['Datastreams']))

test('A.1.7 observed-property-valid', () => valid('ObservedProperties',
  { name: 'string', definition: 'string', description: 'string' }, ['Datastreams']))

test('A.1.8 observation-valid', () => valid('Observations', { phenomenonTime: 'string', result: 'any', resultTime: 'any' },
  ['Datastream', 'FeatureOfInterest']))

test('A.1.9 feature-of-interest-valid', () => valid('FeaturesOfInterest',
  { name: 'string', description: 'string', encodingType: 'string', feature: 'object' }, ['Observations']))

test('the service root lists every entity set and what of the standard works', async () => {
  for (const path of ['', `${peil.url}/v1.1/`, `${peil.url}/v1.1`]) {
    const { status, body } = await peil.get(path || `${peil.url}/v1.1`)
    assert.equal(status, 200)
    assert.deepEqual(body.value.map((s) => s.name).sort(), ['Datastreams', 'FeaturesOfInterest', 'HistoricalLocations', 'Locations',
      'MultiDatastreams', 'Observations', 'ObservedProperties', 'Sensors', 'Things'])
    assert.ok(body.serverSettings.conformance.includes(
      'http://www.opengis.net/spec/iot_sensing/1.1/req/request-data/pagination'))
  }
})
