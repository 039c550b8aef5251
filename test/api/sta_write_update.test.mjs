// SPDX-License-Identifier: EUPL-1.2
// OGC 18-088 conformance tests A.3.1.2 update-entity and A.3.1.3 sensing-entity-deletion, against the real server.
import { test, describe, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { Peil } from './lib/peil.mjs'
import {
  thing, location, sensor, observedProperty, feature, datastream, multiDatastream, link, point, wholeStream,
} from './lib/entities.mjs'

let peil
before(async () => { peil = await Peil.start() })
after(() => peil.stop())

const ok = (answer) => { assert.equal(answer.status, 200, answer.text); return answer.body }
const refused = (answer, status, pattern) => {
  assert.equal(answer.status, status, answer.text)
  if (pattern) assert.match(answer.body.message, pattern)
}

describe('A.3.1.2 update-entity: PATCH', () => {
  test('changes only what it names', async () => {
    const cases = [
      ['Things', thing({ properties: { a: 1, b: 2 } }), { description: 'new' }],
      ['Locations', location(), { location: point(1, 2) }],
      ['Sensors', sensor(), { metadata: { model: 'x' } }],
      ['ObservedProperties', observedProperty(), { definition: 'http://example.org/other' }],
      ['FeaturesOfInterest', feature(), { name: 'new' }],
      ['Datastreams', wholeStream(), { unitOfMeasurement: { name: 'n', symbol: null, definition: 'd' } }],
    ]
    for (const [set, body, change] of cases) {
      const id = await peil.make(set, body)
      const before = await peil.read(`${set}(${id})`)
      const answer = ok(await peil.patch(`${set}(${id})`, change))
      assert.deepEqual(answer, { ...before, ...change })
      assert.deepEqual(await peil.read(`${set}(${id})`), answer)
    }
  })

  test('of an Observation and of a HistoricalLocation', async () => {
    const id = await peil.make('Observations', { result: 1, parameters: { a: 1 }, Datastream: wholeStream() })
    const before = await peil.read(`Observations(${id})`)
    assert.deepEqual(ok(await peil.patch(`Observations(${id})`, { result: '2' })), { ...before, result: '2' })
    const owner = await peil.make('Things', thing({ Locations: [location()] }))
    const [history] = await peil.read(`Things(${owner})/HistoricalLocations`)
    const changed = ok(await peil.patch(`HistoricalLocations(${history['@iot.id']})`, { time: '2020-01-01T00:00:00Z' }))
    assert.equal(changed.time, '2020-01-01T00:00:00Z')
  })

  test('properties are replaced as a whole, null clears them', async () => {
    const id = await peil.make('Things', thing({ properties: { a: 1, b: 2 } }))
    assert.deepEqual(ok(await peil.patch(`Things(${id})`, { properties: { c: 3 } })).properties, { c: 3 })
    assert.equal('properties' in ok(await peil.patch(`Things(${id})`, { properties: null })), false)
  })

  test('an empty one changes nothing; the id in it is ignored', async () => {
    const id = await peil.make('Things', thing())
    const before = await peil.read(`Things(${id})`)
    assert.deepEqual(ok(await peil.patch(`Things(${id})`, {})), before)
    assert.deepEqual(ok(await peil.patch(`Things(${id})`, { '@iot.id': 5 })), before)
  })

  test('links are changed by @iot.id, inline entities refused', async () => {
    const id = await peil.make('Datastreams', wholeStream())
    const other = await peil.make('Sensors', sensor({ name: 'other' }))
    ok(await peil.patch(`Datastreams(${id})`, { Sensor: link(other) }))
    assert.equal((await peil.read(`Datastreams(${id})/Sensor`)).name, 'other')
    refused(await peil.patch(`Datastreams(${id})`, { Sensor: sensor() }), 400, /Sensor: an update only links/)
    refused(await peil.patch(`Datastreams(${id})`, { Sensor: link(999999) }), 400, /Sensor: there is no Sensor/)
    const owner = await peil.make('Things', thing())
    ok(await peil.patch(`Things(${owner})`, { Datastreams: [link(id)] }))
    assert.equal((await peil.read(`Datastreams(${id})/Thing`))['@iot.id'], owner)
  })

  test('wrong values and missing entities are refused', async () => {
    const id = await peil.make('Things', thing())
    refused(await peil.patch(`Things(${id})`, { name: null }), 400, /name: must not be null/)
    refused(await peil.patch(`Things(${id})`, { name: 5 }), 400)
    refused(await peil.patch(`Things(${id})`, '{'), 400)
    refused(await peil.patch('Things(999999)', { name: 'x' }), 404)
    refused(await peil.patch('Things', { name: 'x' }), 405)
    refused(await peil.patch(`Things(${id})/name`, { name: 'x' }), 405)
    const place = await peil.make('Locations', location())
    refused(await peil.patch(`Locations(${place})`, { location: 'not GeoJSON' }), 400, /location/)
    assert.deepEqual((await peil.read(`Locations(${place})`)).location, location().location)
  })

  test('every hop of the path must be related', async () => {
    const id = await peil.make('Observations', { result: 1, Datastream: wholeStream() })
    const stream = (await peil.read(`Observations(${id})/Datastream`))['@iot.id']
    const owner = (await peil.read(`Datastreams(${stream})/Thing`))['@iot.id']
    const stranger = await peil.make('Things', thing())
    const path = (t) => `Things(${t})/Datastreams(${stream})/Observations(${id})`
    ok(await peil.patch(path(owner), { result: 2 }))
    refused(await peil.patch(path(stranger), { result: 3 }), 404)
    refused(await peil.put(path(stranger), { result: 3 }), 404)
    refused(await peil.delete(path(stranger)), 404)
    assert.equal((await peil.read(`Observations(${id})`)).result, 2)
    ok(await peil.patch(`Observations(${id})/Datastream`, { name: 'by way of the reading' }))
    assert.equal((await peil.read(`Datastreams(${stream})`)).name, 'by way of the reading')
  })

  test('a Datastream keeps its own extent, whatever a client sends', async () => {
    const id = await peil.make('Datastreams', wholeStream({ Observations: [{ result: 1, phenomenonTime: '2026-01-01T00:00:00Z' }] }))
    ok(await peil.patch(`Datastreams(${id})`, { phenomenonTime: '2000-01-01T00:00:00Z/2001-01-01T00:00:00Z' }))
    assert.equal((await peil.read(`Datastreams(${id})`)).phenomenonTime, '2026-01-01T00:00:00Z/2026-01-01T00:00:00Z')
  })

  test('a changed phenomenonTime moves the extent, and an Observation can go to another Datastream', async () => {
    const id = await peil.make('Datastreams', wholeStream({
      Observations: [{ result: 1, phenomenonTime: '2026-01-01T00:00:00Z' }, { result: 2, phenomenonTime: '2026-01-03T00:00:00Z' }],
    }))
    const other = await peil.make('Datastreams', wholeStream())
    const [, last] = await peil.read(`Datastreams(${id})/Observations?$orderby=phenomenonTime`)
    ok(await peil.patch(`Observations(${last['@iot.id']})`, { phenomenonTime: '2026-01-02T00:00:00Z' }))
    assert.equal((await peil.read(`Datastreams(${id})`)).phenomenonTime, '2026-01-01T00:00:00Z/2026-01-02T00:00:00Z')
    ok(await peil.patch(`Observations(${last['@iot.id']})`, { Datastream: link(other) }))
    assert.equal((await peil.read(`Datastreams(${id})`)).phenomenonTime, '2026-01-01T00:00:00Z/2026-01-01T00:00:00Z')
    assert.deepEqual((await peil.read(`Datastreams(${other})/Observations`)).map((o) => o.result), [2])
  })
})

describe('A.3.1.2 update-entity-put', () => {
  test('replaces all properties and leaves the relations', async () => {
    const id = await peil.make('Things', thing({ properties: { a: 1 }, Locations: [location()] }))
    const body = ok(await peil.put(`Things(${id})`, thing({ name: 'put' })))
    assert.equal(body.name, 'put')
    assert.equal('properties' in body, false)
    assert.equal((await peil.read(`Things(${id})/Locations`)).length, 1)
    refused(await peil.put(`Things(${id})`, { name: 'x' }), 400, /description: is missing/)
    refused(await peil.put('Things(999999)', thing()), 404)
    refused(await peil.put('Things', thing()), 405)
  })

  test('of an Observation', async () => {
    const id = await peil.make('Observations', {
      result: 1, resultTime: '2026-01-01T00:00:00Z', parameters: { a: 1 }, Datastream: wholeStream(),
    })
    const body = ok(await peil.put(`Observations(${id})`, { phenomenonTime: '2026-02-01T00:00:00Z', result: 9 }))
    assert.equal(body.result, 9)
    assert.equal(body.resultTime, null)
    assert.equal('parameters' in body, false)
    assert.equal(body.phenomenonTime, '2026-02-01T00:00:00Z')
    refused(await peil.put(`Observations(${id})`, { phenomenonTime: '2026-02-01T00:00:00Z' }), 400, /result/)
  })
})

describe('A.3.1.2 update-entity-jsonpatch', () => {
  const type = { 'Content-Type': 'application/json-patch+json' }

  test('adds, copies, moves, removes, replaces and tests', async () => {
    for (const [set, body] of [['Things', thing()], ['Datastreams', wholeStream()]]) {
      const id = await peil.make(set, body)
      ok(await peil.patch(`${set}(${id})`, [{ op: 'add', path: '/properties', value: { key1: 1 } }], type))
      const changed = ok(await peil.patch(`${set}(${id})`, [
        { op: 'test', path: '/properties/key1', value: 1 },
        { op: 'copy', from: '/properties/key1', path: '/properties/keyCopy1' },
        { op: 'move', from: '/properties/key1', path: '/properties/key2' },
        { op: 'replace', path: '/name', value: 'patched' },
      ], type))
      assert.deepEqual(changed.properties, { keyCopy1: 1, key2: 1 })
      assert.equal(changed.name, 'patched')
      assert.equal('properties' in ok(await peil.patch(`${set}(${id})`, [{ op: 'remove', path: '/properties' }], type)), false)
    }
  })

  test('a failed operation or test changes nothing', async () => {
    const id = await peil.make('Things', thing({ properties: { a: 1 } }))
    const before = await peil.read(`Things(${id})`)
    const all = (operation) => peil.patch(`Things(${id})`, [{ op: 'replace', path: '/name', value: 'x' }, operation], type)
    refused(await all({ op: 'test', path: '/properties/a', value: 2 }), 409, /test/)
    refused(await all({ op: 'remove', path: '/properties/b' }), 400, /operation 1/)
    refused(await all({ op: 'remove', path: '/description' }), 400, /description: is missing/)
    refused(await all({ op: 'add', path: '/name', value: 7 }), 400, /name: expected a text/)
    refused(await all({ op: 'dance', path: '/name' }), 400, /dance/)
    refused(await peil.patch(`Things(${id})`, {}, type), 400, /array/)
    assert.deepEqual(await peil.read(`Things(${id})`), before)
  })

  test('of an Observation keeps the digits of its result', async () => {
    const answer = await peil.post('Observations', `{"result":1.50,"Datastream":${JSON.stringify(wholeStream())}}`)
    const id = answer.body['@iot.id']
    ok(await peil.patch(`Observations(${id})`, [{ op: 'add', path: '/parameters', value: { a: 1 } }], type))
    assert.match((await peil.get(`Observations(${id})`)).text, /"result":1\.50,/)
  })
})

describe('If-Match', () => {
  test('a write with an old tag is 412, with the right one it goes through', async () => {
    const id = await peil.make('Things', thing())
    const { headers: { etag } } = await peil.get(`Things(${id})`)
    assert.ok(etag)
    ok(await peil.patch(`Things(${id})`, { name: 'one' }, { 'If-Match': etag }))
    refused(await peil.patch(`Things(${id})`, { name: 'two' }, { 'If-Match': etag }), 412)
    refused(await peil.put(`Things(${id})`, thing(), { 'If-Match': etag }), 412)
    refused(await peil.delete(`Things(${id})`, { 'If-Match': etag }), 412)
    assert.equal((await peil.read(`Things(${id})`)).name, 'one')
    const now = (await peil.get(`Things(${id})`)).headers.etag
    assert.notEqual(now, etag)
    ok(await peil.delete(`Things(${id})`, { 'If-Match': now }))
  })
})

describe('A.3.1.3 sensing-entity-deletion', () => {
  const there = async (path) => (await peil.get(path)).status === 200
  const gone = async (path) => [404, 410].includes((await peil.get(path)).status)

  // One Thing with everything, and the paths of all of it.
  async function everything() {
    const id = await peil.make('Things', thing({
      Locations: [location()],
      Datastreams: [datastream({ Sensor: sensor(), ObservedProperty: observedProperty(), Observations: [{ result: 1 }] })],
    }))
    const stream = (await peil.read(`Things(${id})/Datastreams`))[0]['@iot.id']
    const observation = (await peil.read(`Datastreams(${stream})/Observations`))[0]['@iot.id']
    const one = async (path, set) => `${set}(${(await peil.read(path))['@iot.id']})`
    const first = async (path, set) => `${set}(${(await peil.read(path))[0]['@iot.id']})`
    return {
      Thing: `Things(${id})`, Datastream: `Datastreams(${stream})`, Observation: `Observations(${observation})`,
      Location: await first(`Things(${id})/Locations`, 'Locations'),
      HistoricalLocation: await first(`Things(${id})/HistoricalLocations`, 'HistoricalLocations'),
      Sensor: await one(`Datastreams(${stream})/Sensor`, 'Sensors'),
      ObservedProperty: await one(`Datastreams(${stream})/ObservedProperty`, 'ObservedProperties'),
      FeatureOfInterest: await one(`Observations(${observation})/FeatureOfInterest`, 'FeaturesOfInterest'),
    }
  }

  // What a deletion takes with it; everything else stays.
  const cascades = {
    Thing: ['Thing', 'Datastream', 'Observation', 'HistoricalLocation'],
    Location: ['Location', 'HistoricalLocation'],
    HistoricalLocation: ['HistoricalLocation'],
    Datastream: ['Datastream', 'Observation'],
    Sensor: ['Sensor', 'Datastream', 'Observation'],
    ObservedProperty: ['ObservedProperty', 'Datastream', 'Observation'],
    Observation: ['Observation'],
    FeatureOfInterest: ['FeatureOfInterest', 'Observation'],
  }
  for (const [entity, taken] of Object.entries(cascades)) {
    test(`a ${entity} takes ${taken.join(', ')} with it and nothing else`, async () => {
      const paths = await everything()
      ok(await peil.delete(paths[entity]))
      for (const [name, path] of Object.entries(paths)) {
        assert.ok(taken.includes(name) ? await gone(path) : await there(path), `${name} after deleting ${entity}`)
      }
      assert.ok([404, 410].includes((await peil.delete(paths[entity])).status))
    })
  }

  test('an ObservedProperty takes the MultiDatastreams that contain it', async () => {
    const id = await peil.make('MultiDatastreams', multiDatastream(2, {
      Thing: thing(), Sensor: sensor(), ObservedProperties: [observedProperty(), observedProperty()],
    }))
    const [, second] = await peil.read(`MultiDatastreams(${id})/ObservedProperties`)
    ok(await peil.delete(`ObservedProperties(${second['@iot.id']})`))
    assert.ok(await gone(`MultiDatastreams(${id})`))
  })

  test('the extent of a Datastream shrinks, and is gone with the last Observation', async () => {
    const id = await peil.make('Datastreams', wholeStream({
      Observations: [{ result: 1, phenomenonTime: '2026-01-01T00:00:00Z', resultTime: '2026-01-01T00:00:00Z' },
        { result: 2, phenomenonTime: '2026-01-02T00:00:00Z', resultTime: '2026-01-02T00:00:00Z' }],
    }))
    const [first, second] = await peil.read(`Datastreams(${id})/Observations?$orderby=phenomenonTime`)
    ok(await peil.delete(`Observations(${second['@iot.id']})`))
    let stream = await peil.read(`Datastreams(${id})`)
    assert.equal(stream.phenomenonTime, '2026-01-01T00:00:00Z/2026-01-01T00:00:00Z')
    assert.equal(stream.resultTime, '2026-01-01T00:00:00Z/2026-01-01T00:00:00Z')
    ok(await peil.delete(`Observations(${first['@iot.id']})`))
    stream = await peil.read(`Datastreams(${id})`)
    for (const name of ['phenomenonTime', 'resultTime', 'observedArea']) assert.equal(stream[name] ?? null, null, name)
  })

  test('a set is deleted by $filter only', async () => {
    const id = await peil.make('Datastreams', wholeStream({ Observations: [{ result: 1 }, { result: 2 }, { result: 3 }] }))
    refused(await peil.delete(`Datastreams(${id})/Observations`), 405, /\$filter/)
    ok(await peil.delete(`Datastreams(${id})/Observations?$filter=${encodeURIComponent('result ge 2')}`))
    assert.deepEqual((await peil.read(`Datastreams(${id})/Observations`)).map((o) => o.result), [1])
  })

  test('a $filter deletes of several Datastreams at once, and says so on their times', async () => {
    const results = Array.from({ length: 3000 }, (_, i) => i)
    const streams = await Promise.all([1, 2].map(() => peil.make('Datastreams', wholeStream())))
    const at = (i) => new Date(Date.UTC(2026, 0, 1) + i * 60_000).toISOString().replace('.000Z', 'Z')
    assert.equal((await peil.post('CreateObservations', streams.map((s) => ({ Datastream: { '@iot.id': s }, components: ['phenomenonTime', 'result'], dataArray: results.map((r) => [at(r), r]) })))).status, 201)
    ok(await peil.delete(`Observations?$filter=${encodeURIComponent(`result mod 3 ne 1 and (Datastream/id eq ${streams[0]} or Datastream/id eq ${streams[1]})`)}`))
    const left = results.filter((r) => r % 3 === 1)
    for (const s of streams) {
      const { body } = await peil.get(`Datastreams(${s})/Observations?$count=true&$top=1000&$orderby=phenomenonTime&$select=result`)
      assert.equal(body['@iot.count'], left.length)
      assert.deepEqual(body.value.map((o) => o.result), left)
      assert.equal((await peil.read(`Datastreams(${s})`)).phenomenonTime, `${at(1)}/${at(2998)}`)
    }
  })

  test('a property or the service itself cannot be deleted', async () => {
    const id = await peil.make('Things', thing())
    refused(await peil.delete(`Things(${id})/name`), 405)
    refused(await peil.delete(''), 405)
    refused(await peil.delete('Things(999999)'), 404)
  })
})

describe('links by $ref', () => {
  test('are made, changed and taken away', async () => {
    const id = await peil.make('Things', thing({ Locations: [location({ name: 'a' })] }))
    const b = await peil.make('Locations', location({ name: 'b' }))
    ok(await peil.post(`Things(${id})/Locations/$ref`, link(b)))
    assert.deepEqual((await peil.read(`Things(${id})/Locations`)).map((l) => l.name), ['b'])
    assert.equal((await peil.read(`Things(${id})/HistoricalLocations`)).length, 2)
    ok(await peil.delete(`Things(${id})/Locations(${b})/$ref`))
    assert.deepEqual(await peil.read(`Things(${id})/Locations`), [])
    const stream = await peil.make('Datastreams', wholeStream())
    const other = await peil.make('Sensors', sensor({ name: 'other' }))
    ok(await peil.put(`Datastreams(${stream})/Sensor/$ref`, link(other)))
    assert.equal((await peil.read(`Datastreams(${stream})/Sensor`)).name, 'other')
    refused(await peil.delete(`Datastreams(${stream})/Sensor/$ref`), 400, /mandatory/)
    refused(await peil.put(`Datastreams(${stream})/Sensor/$ref`, link(999999)), 400)
    refused(await peil.put(`Datastreams(${stream})/Sensor/$ref`, sensor()), 400)
    refused(await peil.put(`Things(${id})/Locations/$ref`, link(b)), 405)
  })
})
