// SPDX-License-Identifier: EUPL-1.2
// OGC 18-088 conformance test A.3.1.1, create-update-delete/sensing-entity-creation, against the real server.
import { test, describe, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { Peil } from './lib/peil.mjs'
import {
  thing, location, sensor, observedProperty, feature, datastream, multiDatastream, link, point, wholeStream,
} from './lib/entities.mjs'

let peil
before(async () => { peil = await Peil.start() })
after(() => peil.stop())

const refused = async (path, body, status, pattern) => {
  const answer = await peil.post(path, body)
  assert.equal(answer.status, status, answer.text)
  assert.equal(answer.body.code, status)
  assert.equal(answer.body.type, 'error')
  if (pattern) assert.match(answer.body.message, pattern)
}

// Ids of a Datastream and what it belongs to.
async function makeStream(extra = {}) {
  const id = await peil.make('Datastreams', wholeStream(extra))
  const things = await peil.read(`Datastreams(${id})/Thing`)
  return { id, thing: things['@iot.id'] }
}

describe('A.3.1.1 create-entity', () => {
  test('each independent entity is made and answered with its address', async () => {
    for (const [set, body] of [['Things', thing()], ['Locations', location()], ['Sensors', sensor()],
      ['ObservedProperties', observedProperty()], ['FeaturesOfInterest', feature()]]) {
      const answer = await peil.post(set, body)
      assert.equal(answer.status, 201, answer.text)
      const address = answer.headers.location
      assert.equal(address, answer.body['@iot.selfLink'])
      assert.equal(address, `${peil.root}/${set}(${answer.body['@iot.id']})`)
      const read = await peil.get(address)
      assert.equal(read.status, 200)
      assert.deepEqual(read.body, answer.body)
      for (const [name, value] of Object.entries(body)) assert.deepEqual(read.body[name], value, `${set} ${name}`)
    }
  })

  test('Prefer: return=minimal answers without a body', async () => {
    const answer = await peil.post('Things', thing(), { Prefer: 'return=minimal' })
    assert.equal(answer.status, 201)
    assert.equal(answer.text, '')
    assert.ok(answer.headers.location)
  })

  test('every kind of result comes back as it was sent', async () => {
    const { id } = await makeStream()
    for (const text of ['1', '1.0', '"1"', 'true', 'false', 'null', '"x"', '{"a":[1,2]}', '[1,"2",null]', '-0.50', '1e3',
      '12345678901234567890.125', '0.1']) {
      const answer = await peil.post(`Datastreams(${id})/Observations`, `{"result":${text}}`)
      assert.equal(answer.status, 201, answer.text)
      const read = await peil.get(`Observations(${answer.body['@iot.id']})`)
      assert.ok(read.text.includes(`"result":${text}`), `${text} came back in ${read.text}`)
    }
  })

  test('an Observation without resultTime shows it as null, one without phenomenonTime gets now', async () => {
    const { id } = await makeStream()
    const before = Date.now()
    const answer = await peil.post('Observations', { result: 1, Datastream: link(id) })
    assert.equal(answer.body.resultTime, null)
    const made = Date.parse(answer.body.phenomenonTime)
    assert.ok(made >= before - 1000 && made <= Date.now() + 1000, answer.body.phenomenonTime)
  })

  test('an Observation keeps all its properties', async () => {
    const { id } = await makeStream()
    const body = {
      phenomenonTime: '2026-01-01T00:00:00Z/2026-01-01T01:00:00Z', resultTime: '2026-01-01T01:00:05Z', result: 4.2,
      resultQuality: { status: 'good' }, validTime: '2026-01-01T00:00:00Z/2027-01-01T00:00:00Z', parameters: { height: 3 },
    }
    const made = await peil.make('Observations', { ...body, Datastream: link(id) })
    const read = await peil.read(`Observations(${made})`)
    for (const [name, value] of Object.entries(body)) assert.deepEqual(read[name], value, name)
  })

  test('what a client sends as id or link is ignored', async () => {
    const answer = await peil.post('Things', thing({ '@iot.id': 4711, '@iot.selfLink': 'x', 'Locations@iot.navigationLink': 'y' }))
    assert.equal(answer.status, 201)
    assert.notEqual(answer.body['@iot.id'], 4711)
  })
})

describe('A.3.1.1 link-to-existing-entities', () => {
  test('a Datastream is linked to what is there', async () => {
    const ids = {
      Thing: await peil.make('Things', thing()), Sensor: await peil.make('Sensors', sensor()),
      ObservedProperty: await peil.make('ObservedProperties', observedProperty()),
    }
    const links = Object.fromEntries(Object.entries(ids).map(([name, id]) => [name, link(id)]))
    const id = await peil.make('Datastreams', datastream(links))
    for (const name of Object.keys(ids)) {
      assert.equal((await peil.read(`Datastreams(${id})/${name}`))['@iot.id'], ids[name])
    }
  })

  test('POST through a parent links to it', async () => {
    const thingId = await peil.make('Things', thing())
    const body = datastream({ Sensor: sensor(), ObservedProperty: observedProperty() })
    const id = await peil.make(`Things(${thingId})/Datastreams`, body)
    assert.equal((await peil.read(`Datastreams(${id})/Thing`))['@iot.id'], thingId)
    const observation = await peil.make(`Things(${thingId})/Datastreams(${id})/Observations`,
      { result: 5, FeatureOfInterest: feature() })
    assert.equal((await peil.read(`Observations(${observation})/Datastream`))['@iot.id'], id)
    const sensorId = (await peil.read(`Datastreams(${id})/Sensor`))['@iot.id']
    const second = await peil.make(`Sensors(${sensorId})/Datastreams`,
      datastream({ Thing: link(thingId), ObservedProperty: observedProperty() }))
    assert.equal((await peil.read(`Datastreams(${second})/Sensor`))['@iot.id'], sensorId)
  })

  test('a body that contradicts the path is refused, one that agrees is fine', async () => {
    const { id } = await makeStream()
    const other = await makeStream()
    const observations = await peil.count('Observations')
    await refused(`Datastreams(${id})/Observations`, { result: 1, Datastream: link(other.id) }, 400, /contradicts/)
    await refused(`Things(${other.thing})/Datastreams`,
      datastream({ Thing: link(other.thing + 1000), Sensor: sensor(), ObservedProperty: observedProperty() }), 400)
    assert.equal(await peil.count('Observations'), observations)
    await peil.make(`Datastreams(${id})/Observations`, { result: 1, Datastream: link(id) })
  })

  test('POST through a wrong parent is 404', async () => {
    const { id } = await makeStream()
    const other = await makeStream()
    await refused(`Things(${other.thing})/Datastreams(${id})/Observations`, { result: 1 }, 404)
    await refused('Datastreams(999999)/Observations', { result: 1 }, 404)
    await refused(`MultiDatastreams(${id})/Observations`, { result: [1] }, 404)
    await refused('Things(999999)/Datastreams', datastream({ Sensor: sensor(), ObservedProperty: observedProperty() }), 404)
  })

  test('a link to what is not there is refused with its place', async () => {
    await refused('Observations', { result: 1, Datastream: link(999999) }, 400, /Datastream/)
    await refused('Datastreams', wholeStream({ Sensor: link(999999) }), 400, /Sensor: there is no Sensor with the id 999999/)
    const { id } = await makeStream()
    await refused('Observations', { result: 1, Datastream: link(id), FeatureOfInterest: link(999999) }, 400, /FeatureOfInterest/)
  })
})

describe('A.3.1.1 deep-insert', () => {
  test('a Thing brings everything with it', async () => {
    const id = await peil.make('Things', thing({
      Locations: [location()],
      Datastreams: [
        datastream({ Sensor: sensor(), ObservedProperty: observedProperty(), Observations: [{ result: 1 }, { result: 2 }] }),
        datastream({ name: 'second', Sensor: sensor(), ObservedProperty: observedProperty() }),
      ],
    }))
    const streams = await peil.read(`Things(${id})/Datastreams?$orderby=id&$expand=Observations($orderby=id),Sensor,ObservedProperty`)
    assert.deepEqual(streams.map((s) => s.name), ['fine dust', 'second'])
    assert.deepEqual(streams[0].Observations.map((o) => o.result), [1, 2])
    assert.equal(streams[1].Sensor.name, 'SDS011')
    assert.equal((await peil.read(`Things(${id})/Locations`)).length, 1)
    assert.equal((await peil.read(`Things(${id})/HistoricalLocations`)).length, 1)
    const features = await peil.read(`Datastreams(${streams[0]['@iot.id']})/Observations?$expand=FeatureOfInterest`)
    assert.equal(new Set(features.map((o) => o.FeatureOfInterest['@iot.id'])).size, 1)
  })

  test('an Observation brings its Datastream, and that its Thing', async () => {
    const id = await peil.make('Observations', { result: 7, Datastream: wholeStream() })
    const read = await peil.read(`Observations(${id})?$expand=Datastream($expand=Thing($expand=Locations)),FeatureOfInterest`)
    assert.equal(read.Datastream.Thing.Locations[0].name, 'church')
    assert.deepEqual(read.FeatureOfInterest.feature, point(4.32, 52.04))
  })

  test('a Location brings its Things', async () => {
    const id = await peil.make('Locations', location({ Things: [thing({ name: 'one' }), thing({ name: 'two' })] }))
    const things = await peil.read(`Locations(${id})/Things?$orderby=name&$expand=HistoricalLocations`)
    assert.deepEqual(things.map((t) => [t.name, t.HistoricalLocations.length]), [['one', 1], ['two', 1]])
  })

  test('a deep insert that fails anywhere leaves nothing', async () => {
    const sets = ['Things', 'Locations', 'HistoricalLocations', 'Datastreams', 'Sensors', 'ObservedProperties', 'Observations',
      'FeaturesOfInterest']
    const counts = async () => Promise.all(sets.map((s) => peil.count(s)))
    const before = await counts()
    const good = datastream({ Sensor: sensor(), ObservedProperty: observedProperty(), Observations: [{ result: 1 }] })
    for (const [bad, pattern] of [
      [datastream({ Sensor: sensor() }), /Datastreams\[1\].ObservedProperty: is missing/],
      [datastream({ Sensor: link(999999), ObservedProperty: observedProperty() }), /Datastreams\[1\].Sensor/],
      [datastream({ Sensor: sensor(), ObservedProperty: observedProperty(), Observations: [{ result: 1, phenomenonTime: '1700-01-01T00:00:00Z' }] }),
        /Datastreams\[1\].Observations\[0\]/],
      [datastream({ Sensor: sensor(), ObservedProperty: observedProperty(), unitOfMeasurement: 5 }),
        /^Datastreams\[1\].unitOfMeasurement: expected an object .* found a number \(byte \d+\)$/],
    ]) {
      await refused('Things', thing({ Locations: [location()], Datastreams: [good, bad] }), 400, pattern)
    }
    assert.deepEqual(await counts(), before)
  })
})

describe('A.3.1.1 invalid bodies create nothing', () => {
  const cases = [
    ['a missing mandatory property', 'Things', { description: 'd' }, /name: is missing/],
    ['a wrong type', 'Things', thing({ name: 5 }), /name: expected a text, found a number \(byte \d+\)/],
    ['null for a mandatory property', 'Things', thing({ name: null }), /name: must not be null/],
    ['an unknown member', 'Things', thing({ nmae: 'x' }), /nmae/],
    ['malformed JSON', 'Things', '{"name":"n",}', /byte 12/],
    ['no JSON at all', 'Things', 'hello', /byte 0/],
    ['an empty body', 'Things', '', /./],
    ['an array', 'Things', '[]', /expected an object/],
    ['a name twice', 'Things', '{"name":"a","name":"b","description":"d"}', /twice/],
    ['NaN', 'Observations', '{"result":NaN,"Datastream":{"@iot.id":1}}', /NaN/],
    ['Infinity', 'Observations', '{"result":-Infinity,"Datastream":{"@iot.id":1}}', /Infinity/],
    ['a bad time', 'Observations', '{"result":1,"phenomenonTime":"yesterday","Datastream":{"@iot.id":1}}', /phenomenonTime/],
    ['a time without a zone', 'Observations', '{"result":1,"phenomenonTime":"2026-01-01T00:00:00","Datastream":{"@iot.id":1}}', /zone/],
    ['an Observation of nothing', 'Observations', { result: 1 }, /Datastream: is missing/],
    ['an Observation without a result', 'Observations', { Datastream: link(1) }, /result: is missing/],
    ['a point without a latitude', 'Locations', location({ location: { type: 'Point', coordinates: [4] } }), /location: a position/],
    ['a HistoricalLocation without Locations', 'HistoricalLocations', { time: '2026-01-01T00:00:00Z', Thing: link(1) }, /Locations/],
  ]
  for (const [name, path, body, pattern] of cases) {
    test(name, async () => {
      const before = await peil.count(path)
      await refused(path, body, 400, pattern)
      assert.equal(await peil.count(path), before)
    })
  }

  test('times before 1800 and a hundred years ahead are refused', async () => {
    const { id } = await makeStream()
    for (const time of ['1799-12-31T23:59:59Z', '2999-01-01T00:00:00Z', '1700-01-01T00:00:00Z/2026-01-01T00:00:00Z']) {
      await refused(`Datastreams(${id})/Observations`, { result: 1, phenomenonTime: time }, 400, /phenomenonTime/)
    }
    assert.equal(await peil.count(`Datastreams(${id})/Observations`), 0)
  })

  test('deeply nested JSON is refused', async () => {
    await refused('Things', `${'['.repeat(100_000)}`, 413)
  })

  test('a POST where nothing can be made is 405, an unknown set 404', async () => {
    const id = await peil.make('Things', thing())
    const { id: stream } = await makeStream()
    await refused(`Things(${id})`, thing(), 405)
    await refused(`Datastreams(${stream})/Sensor`, sensor(), 405)
    await refused('Nothings', thing(), 404)
  })

  test('another media type is 415', async () => {
    const answer = await peil.post('Things', '<thing/>', { 'Content-Type': 'application/xml' })
    assert.equal(answer.status, 415)
  })

  test('writing needs a token that may', async () => {
    assert.equal((await peil.post('Things', thing(), { Authorization: '' })).status, 401)
    assert.equal((await peil.post('Things', thing(), { Authorization: 'Bearer wrong' })).status, 401)
  })
})

describe('A.3.1.1 automatic FeatureOfInterest', () => {
  const featureOf = async (stream) => {
    const id = await peil.make(`Datastreams(${stream})/Observations`, { result: 1 })
    return (await peil.read(`Observations(${id})/FeatureOfInterest`))
  }

  test('it is made from the Location and used again', async () => {
    const { id } = await makeStream()
    const first = await featureOf(id)
    assert.deepEqual(first.feature, point(4.32, 52.04))
    assert.equal(first.encodingType, 'application/geo+json')
    assert.equal((await featureOf(id))['@iot.id'], first['@iot.id'])
  })

  test('two Things at one Location share it', async () => {
    const place = await peil.make('Locations', location())
    const at = { Thing: thing({ Locations: [link(place)] }) }
    const one = await makeStream(at)
    const two = await makeStream(at)
    assert.equal((await featureOf(one.id))['@iot.id'], (await featureOf(two.id))['@iot.id'])
  })

  test('after the Thing moved, new Observations get a new one and old ones keep theirs', async () => {
    const { id, thing: thingId } = await makeStream()
    const before = await peil.make(`Datastreams(${id})/Observations`, { result: 1 })
    const old = (await peil.read(`Observations(${before})/FeatureOfInterest`))['@iot.id']
    await peil.make(`Things(${thingId})/Locations`, location({ location: point(4.4, 52.1) }))
    const fresh = await featureOf(id)
    assert.notEqual(fresh['@iot.id'], old)
    assert.deepEqual(fresh.feature, point(4.4, 52.1))
    assert.equal((await peil.read(`Observations(${before})/FeatureOfInterest`))['@iot.id'], old)
  })

  test('deleted, it is made anew', async () => {
    const { id } = await makeStream()
    const first = await featureOf(id)
    assert.equal((await peil.delete(`FeaturesOfInterest(${first['@iot.id']})`)).status, 200)
    assert.notEqual((await featureOf(id))['@iot.id'], first['@iot.id'])
  })

  test('of several Locations the GeoJSON one is taken', async () => {
    const places = [
      location({ encodingType: 'text/plain', location: 'at the church' }), location({ location: point(8, 51) }),
      location({ encodingType: 'text/plain', location: 'left' }),
    ]
    const { id } = await makeStream({ Thing: thing({ Locations: places }) })
    assert.deepEqual((await featureOf(id)).feature, point(8, 51))
  })

  test('an edited Location gives a new one', async () => {
    const { id, thing: thingId } = await makeStream()
    const first = await featureOf(id)
    const [place] = await peil.read(`Things(${thingId})/Locations`)
    assert.equal((await peil.patch(`Locations(${place['@iot.id']})`, { location: point(5, 53) })).status, 200)
    const second = await featureOf(id)
    assert.notEqual(second['@iot.id'], first['@iot.id'])
    assert.deepEqual(second.feature, point(5, 53))
  })

  test('without a Location it is 400', async () => {
    const { id } = await makeStream({ Thing: thing() })
    await refused(`Datastreams(${id})/Observations`, { result: 1 }, 400, /Location/)
    await peil.make(`Datastreams(${id})/Observations`, { result: 1, FeatureOfInterest: feature() })
  })
})

describe('A.3.1.1 HistoricalLocation', () => {
  const history = (id) => peil.read(`Things(${id})/HistoricalLocations?$orderby=time&$expand=Locations`)
  const places = async (id) => (await peil.read(`Things(${id})/Locations`)).map((l) => l.name)

  test('historical-location-auto-creation: every change of the Locations is written down', async () => {
    const id = await peil.make('Things', thing({ Locations: [location({ name: 'a' })] }))
    assert.equal((await history(id)).length, 1)
    await peil.make(`Things(${id})/Locations`, location({ name: 'b' }))
    assert.deepEqual(await places(id), ['b'])
    const c = await peil.make('Locations', location({ name: 'c' }))
    assert.equal((await peil.patch(`Things(${id})`, { Locations: [link(c)] })).status, 200)
    assert.deepEqual(await places(id), ['c'])
    await peil.make('Locations', location({ name: 'd', Things: [link(id)] }))
    assert.deepEqual(await places(id), ['d'])
    assert.deepEqual((await history(id)).map((h) => h.Locations[0].name), ['a', 'b', 'c', 'd'])
  })

  test('editing a Location in place writes nothing down', async () => {
    const id = await peil.make('Things', thing({ Locations: [location()] }))
    const [place] = await peil.read(`Things(${id})/Locations`)
    await peil.patch(`Locations(${place['@iot.id']})`, { location: point(1, 2) })
    assert.equal((await history(id)).length, 1)
  })

  test('historical-location-manual-creation: one later than all others moves the Thing', async () => {
    const id = await peil.make('Things', thing({ Locations: [location({ name: 'now' })] }))
    const [automatic] = await history(id)
    await peil.patch(`HistoricalLocations(${automatic['@iot.id']})`, { time: '2016-01-01T06:00:00Z' })
    const later = await peil.make('Locations', location({ name: 'later' }))
    const earlier = await peil.make('Locations', location({ name: 'earlier' }))
    await peil.make('HistoricalLocations', { time: '2016-01-01T07:00:00Z', Thing: link(id), Locations: [link(later)] })
    assert.deepEqual(await places(id), ['later'])
    await peil.make('HistoricalLocations', { time: '2016-01-01T05:00:00Z', Thing: link(id), Locations: [link(earlier)] })
    assert.deepEqual(await places(id), ['later'])
    assert.equal((await history(id)).length, 3)
    await peil.make(`Things(${id})/HistoricalLocations`, { time: '2016-01-01T08:00:00Z', Locations: [location({ name: 'made' })] })
    assert.deepEqual(await places(id), ['made'])
  })
})

describe('A.5.1.1 multi-datastream-valid', () => {
  const properties = (n) => Array.from({ length: n }, (_, i) => observedProperty({ name: `property ${i}` }))
  const whole = (n, extra = {}) => multiDatastream(n, {
    Thing: thing({ Locations: [location()] }), Sensor: sensor(), ObservedProperties: properties(n), ...extra,
  })

  test('it is made with its ordered ObservedProperties and takes arrays of their number', async () => {
    const id = await peil.make('MultiDatastreams', whole(3))
    const read = await peil.read(`MultiDatastreams(${id})`)
    assert.equal(read.observationType, 'http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_ComplexObservation')
    assert.deepEqual((await peil.read(`MultiDatastreams(${id})/ObservedProperties`)).map((p) => p.name),
      ['property 0', 'property 1', 'property 2'])
    const made = await peil.make(`MultiDatastreams(${id})/Observations`, { result: [1, 'x', null] })
    assert.deepEqual((await peil.read(`Observations(${made})`)).result, [1, 'x', null])
    assert.equal((await peil.read(`Observations(${made})/MultiDatastream`))['@iot.id'], id)
    const linked = await peil.make('Observations', { result: [1, 2, 3], MultiDatastream: link(id) })
    assert.ok(linked)
  })

  test('lengths that differ are refused', async () => {
    await refused('MultiDatastreams', whole(2, { ObservedProperties: properties(3) }), 400, /as many/)
    await refused('MultiDatastreams', whole(2, { unitOfMeasurements: [] }), 400, /as many/)
    await refused('MultiDatastreams', whole(2, { observationType: 'other' }), 400, /OM_ComplexObservation/)
  })

  test('a result that is no array of that length is refused', async () => {
    const id = await peil.make('MultiDatastreams', whole(2))
    for (const result of [[1], [1, 2, 3], 5, 'x', null, { a: 1 }]) {
      await refused(`MultiDatastreams(${id})/Observations`, { result }, 400, /result/)
    }
    await refused('Observations', { result: 1, Datastream: link(id) }, 400)
  })

  test('an update keeps the lengths equal, and the type as it is', async () => {
    const id = await peil.make('MultiDatastreams', whole(2))
    const answer = await peil.patch(`MultiDatastreams(${id})`, { unitOfMeasurements: [{}] })
    assert.equal(answer.status, 400, answer.text)
    assert.match(answer.body.message, /as many/)
    const three = await Promise.all([1, 2, 3].map(() => peil.make('ObservedProperties', observedProperty())))
    const grown = await peil.patch(`MultiDatastreams(${id})`, { ...multiDatastream(3), ObservedProperties: three.map(link) })
    assert.equal(grown.status, 200, grown.text)
    const put = await peil.put(`MultiDatastreams(${id})`, multiDatastream(3, { name: 'put' }))
    assert.equal(put.status, 200, put.text)
    assert.equal(put.body.observationType, 'http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_ComplexObservation')
    await peil.make(`MultiDatastreams(${id})/Observations`, { result: [1, 2, 3] })
  })

  test('its ObservedProperties stay as they are once it has Observations', async () => {
    const id = await peil.make('MultiDatastreams', whole(2))
    const others = [await peil.make('ObservedProperties', observedProperty({ name: 'p' })), await peil.make('ObservedProperties', observedProperty({ name: 'q' }))]
    const replace = () => peil.patch(`MultiDatastreams(${id})`, { ObservedProperties: others.map(link) })
    assert.equal((await replace()).status, 200)
    assert.deepEqual((await peil.read(`MultiDatastreams(${id})/ObservedProperties`)).map((p) => p.name), ['p', 'q'])
    await peil.make(`MultiDatastreams(${id})/Observations`, { result: [1, 2] })
    assert.equal((await replace()).status, 400)
  })
})
