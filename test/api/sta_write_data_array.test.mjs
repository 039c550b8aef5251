// SPDX-License-Identifier: EUPL-1.2
// OGC 18-088 conformance test A.6.1.1 data-array-valid, the creating half, against the real server.
import { test, describe, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { Peil } from './lib/peil.mjs'
import { thing, location, sensor, observedProperty, feature, multiDatastream, link, wholeStream } from './lib/entities.mjs'

let peil
let one
let two
before(async () => {
  peil = await Peil.start()
  one = await peil.make('Datastreams', wholeStream())
  two = await peil.make('Datastreams', wholeStream())
})
after(() => peil.stop())

const create = (body) => peil.post('CreateObservations', body)
const isLink = (text) => text.startsWith(`${peil.root}/Observations(`)

describe('A.6.1.1 data-array: CreateObservations', () => {
  test('rows of two Datastreams are made and answered in order', async () => {
    const foi = await peil.make('FeaturesOfInterest', feature())
    const answer = await create([
      { Datastream: link(one), components: ['phenomenonTime', 'result', 'FeatureOfInterest/id'], 'dataArray@iot.count': 2,
        dataArray: [['2026-01-01T00:00:00Z', 20, foi], ['2026-01-01T00:01:00-0700', 30, foi]] },
      { Datastream: link(two), components: ['phenomenonTime', 'result'], dataArray: [['2026-01-01T00:02:00Z', 65]] },
    ])
    assert.equal(answer.status, 201, answer.text)
    assert.equal(answer.body.length, 3)
    assert.ok(answer.body.every(isLink))
    const results = await Promise.all(answer.body.map((address) => peil.read(address)))
    assert.deepEqual(results.map((o) => o.result), [20, 30, 65])
    assert.equal(results[1].phenomenonTime, '2026-01-01T07:01:00Z')
    assert.equal((await peil.read(`${answer.body[0]}/FeatureOfInterest`))['@iot.id'], foi)
    assert.equal((await peil.read(`${answer.body[2]}/Datastream`))['@iot.id'], two)
  })

  test('wrong rows are told apart and the good ones stored', async () => {
    const before = await peil.count('Observations')
    const answer = await create([
      { Datastream: link(one), components: ['phenomenonTime', 'result', 'FeatureOfInterest/id'], dataArray: [
        ['2026-01-02T00:00:00Z', 1, 999999], ['yesterday', 2, null], ['2026-01-02T00:00:00Z', 3], ['1700-01-01T00:00:00Z', 4, 1],
        5, { a: 1 }, ['2026-01-02T00:00:00Z', 6, 1, 7]] },
      { Datastream: link(999999), components: ['result'], dataArray: [[1]] },
      { Datastream: link(one), components: ['phenomenonTime', 'result'], dataArray: [['2026-01-02T00:00:01Z', 7]] },
    ])
    assert.equal(answer.status, 201, answer.text)
    assert.equal(answer.body.length, 9)
    for (const text of answer.body.slice(0, 8)) assert.match(text, /^error/)
    assert.ok(isLink(answer.body[8]))
    assert.equal(await peil.count('Observations'), before + 1)
  })

  test('all components, in any order of members and columns', async () => {
    const answer = await create([{
      dataArray: [[{ q: 1 }, [1, 2], '2026-02-01T00:00:00Z', 'ignored', { p: 1 }, '2026-02-01T00:00:00Z/2026-02-02T00:00:00Z', null]],
      components: ['resultQuality', 'result', 'phenomenonTime', 'id', 'parameters', 'validTime', 'resultTime'],
      Datastream: link(one),
    }])
    const made = await peil.read(answer.body[0])
    assert.deepEqual(made.result, [1, 2])
    assert.deepEqual(made.resultQuality, { q: 1 })
    assert.deepEqual(made.parameters, { p: 1 })
    assert.equal(made.validTime, '2026-02-01T00:00:00Z/2026-02-02T00:00:00Z')
    assert.equal(made.resultTime, null)
  })

  test('a missing phenomenonTime is the time of receipt', async () => {
    const answer = await create([{ Datastream: link(one), components: ['result'], dataArray: [[1]] }])
    const made = await peil.read(answer.body[0])
    assert.ok(Math.abs(Date.parse(made.phenomenonTime) - Date.now()) < 60_000)
  })

  test('rows of a MultiDatastream', async () => {
    const id = await peil.make('MultiDatastreams', multiDatastream(2, {
      Thing: thing({ Locations: [location()] }), Sensor: sensor(), ObservedProperties: [observedProperty(), observedProperty()],
    }))
    const answer = await create([{ MultiDatastream: link(id), components: ['result'], dataArray: [[[1, 2]], [[1]], [3]] },
      { Datastream: link(id), components: ['result'], dataArray: [[[1, 2]]] }])
    assert.deepEqual(answer.body.map((text) => text.startsWith('error')), [false, true, true, true])
  })

  test('malformed ones are refused whole and store nothing', async () => {
    const before = await peil.count('Observations')
    const good = { Datastream: link(one), components: ['result'], dataArray: [[1]] }
    const bad = [
      '', '{', '{}', '[1]', JSON.stringify([good]).slice(0, -1), `[${JSON.stringify(good)},]`,
      JSON.stringify([good, { ...good, components: undefined }]), JSON.stringify([good, { ...good, components: ['phenomenonTime'] }]),
      JSON.stringify([good, { ...good, components: ['result', 'nonsense'] }]), JSON.stringify([good, { ...good, Datastream: undefined }]),
      JSON.stringify([good, { ...good, dataArray: undefined }]), JSON.stringify([good, { ...good, dataArray: 5 }]),
      JSON.stringify([good, { ...good, components: ['result', 'result'] }]),
      JSON.stringify([good, { ...good, MultiDatastream: link(1) }]),
      JSON.stringify([good, good]).replace(/}]$/, ',"dataArray":[[2]]}]'), JSON.stringify([good, good]).replace(/}]$/, ',"components":["phenomenonTime"]}]'),
    ]
    for (const body of bad) {
      const answer = await create(body)
      assert.equal(answer.status, 400, `${body} ${answer.text}`)
      assert.ok(answer.body.message)
    }
    assert.equal(await peil.count('Observations'), before)
    assert.deepEqual((await create([])).body, [])
  })

  test('more rows than one block, over many Datastreams, keep their order', async () => {
    const rows = (k) => Array.from({ length: 5000 }, (_, i) => [new Date(1.8e12 + (i * 7 + k) * 1000).toISOString(), i * 10 + k])
    const groups = [one, two, one, two].map((id, k) => ({ Datastream: link(id), components: ['phenomenonTime', 'result'], dataArray: rows(k) }))
    groups[2].dataArray[1500][1] = undefined
    const text = JSON.stringify(groups).replace(/,null\]/, ']')
    const answer = await create(text)
    assert.equal(answer.status, 201, answer.text.slice(0, 300))
    assert.equal(answer.body.length, 20_000)
    const wrong = answer.body.flatMap((address, i) => (isLink(address) ? [] : [i]))
    assert.deepEqual(wrong, [11_500])
    for (const i of [0, 4999, 5000, 9999, 16_383, 16_384, 19_999]) {
      assert.equal((await peil.read(answer.body[i])).result, (i % 5000) * 10 + Math.floor(i / 5000))
    }
  })

  test('a row says the same in whatever form it is written', async () => {
    const stream = await peil.make('Datastreams', wholeStream())
    const plain = '["2026-03-01T12:00:00.250Z",-0.50]'
    const forms = [plain, '[ "2026-03-01T12:00:00.250Z" ,\n-0.50 ]', '["2026-03-01T13:00:00.25+01:00",-0.50]', '["2026-03-01T12:00:00.2500009Z",-5.0e-1]',
      '["20260301T120000.25Z",-0.50]', '["2026-03-01 12:00:00,25Z",-0.50]', '["\\u0032026-03-01T12:00:00.250Z",-0.50]']
    const swapped = '[-0.50,"2026-03-01T12:00:00.250Z"]'
    const body = `[{"Datastream":{"@iot.id":${stream}},"components":["phenomenonTime","result"],"dataArray":[${forms}]},` +
      `{"dataArray":[${plain}],"components":["phenomenonTime","result"],"Datastream":{"@iot.id":${stream}}},` +
      `{"Datastream":{"@iot.id":"${stream}"},"components":["result","phenomenonTime"],"dataArray":[${swapped}]}]`
    const answer = await create(body)
    assert.equal(answer.status, 201, answer.text)
    for (const address of answer.body) {
      const made = await peil.read(address)
      assert.deepEqual([made.phenomenonTime, made.result, made.resultTime], ['2026-03-01T12:00:00.250Z', -0.5, null])
    }
    assert.equal(new Set(answer.body).size, 9)
    assert.equal(await peil.count(`Datastreams(${stream})/Observations`), 9)
  })

  test('what is wrong with a row is said in the same words wherever it stands', async () => {
    const rows = ['["2026-02-30T00:00:00Z",1]', '["2026-03-01T00:00:60.5Z",1]', '["1700-01-01T00:00:00Z",1]', '["2026-03-01T00:00:00Z",1,2]',
      '["2026-03-01T00:00:00",1]', '["2026-03-01T24:00:00Z",1]', '[]', '["2026-03-01T00:00:00Z"]', '"2026-03-01T00:00:00Z"']
    const group = (list, start, end) => `{${start}"dataArray":[${list}]${end}}`
    const what = `"Datastream":{"@iot.id":${one}},"components":["phenomenonTime","result"]`
    const reasons = async (list) => {  // components last: then every row is read the long way
      const texts = await Promise.all([group(list, `${what},`, ''), group(list, '', `,${what}`)].map((g) => create(`[${g}]`)))
      return texts.map((t) => t.body.map((text) => isLink(text) ? 'stored' : text.replace(/byte \d+/, 'byte N')))
    }
    const [short, long] = await reasons(rows)
    assert.deepEqual(short, long)
    assert.match(short[0], /no such date or time: 2026-02-30/)
    assert.equal(short[1], 'stored')  // second 60 becomes the next minute
    assert.match(short[2], /^error: phenomenonTime: before 1800/)
    for (const n of [3, 4, 5, 6, 7, 8]) assert.match(short[n], /^error: /, rows[n])
    for (const bad of ['["2026-03-01T00:00:00Z",01]', '["2026-03-01T00:00:00Z",1.]', '["2026-03-01T00:00:00Z" 1]', '["2026-03-01T00:00:00Z",.5]', '["2026-03-01T00:00:00Z",1,]']) {
      const [a, b] = await Promise.all([group(bad, `${what},`, ''), group(bad, '', `,${what}`)].map((g) => create(`[${g}]`)))
      assert.equal(a.status, 400, a.text)
      assert.equal(a.body.message.replace(/byte \d+/g, 'byte N'), b.body.message.replace(/byte \d+/g, 'byte N'))
    }
  })

  test('needs a token', async () => {
    assert.equal((await peil.post('CreateObservations', [], { Authorization: '' })).status, 401)
  })
})
