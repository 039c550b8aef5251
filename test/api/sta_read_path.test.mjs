// SPDX-License-Identifier: EUPL-1.2
// OGC 18-088 A.1.10 resource-path-to-entities: every form of address of section 9.2.
import { after, before, test } from 'node:test'
import assert from 'node:assert/strict'
import { Peil } from './lib/peil.mjs'
import { makeTown, words } from './lib/town.mjs'

let peil, ids
before(async () => { peil = await Peil.start(); ({ ids } = await makeTown(peil)) })
after(() => peil.stop())

const self = (set, id) => ({ '@iot.selfLink': `${peil.root}/${set}(${id})` })

async function isAbsent(path) {
  const { status, body } = await peil.get(path)
  assert.equal(status, 404, path)
  assert.equal(body.code, 404)
  assert.equal(body.type, 'error')
  assert.ok(body.message.length > 0)
}

test('A.1.10 usage 1 and 2: the service root, entity sets; an empty set is empty, not absent', async () => {
  assert.equal((await peil.get('Things')).body.value.length, 3)
  assert.deepEqual((await peil.get(`Datastreams(${ids.empty})/Observations`)).body, { value: [] })
  assert.equal((await peil.get('Things/')).status, 200)
})

test('A.1.10 usage 3: one entity, without a value around it', async () => {
  const { body } = await peil.get(`Things(${ids.church})`)
  assert.equal(body.name, 'church')
  assert.equal(body.value, undefined)
})

test('A.1.10 usage 4: a property as an object of its own', async () => {
  assert.deepEqual((await peil.get(`Things(${ids.church})/name`)).body, { name: 'church' })
  assert.deepEqual((await peil.get(`Observations(${ids.numbersObservations[3]})/result`)).body, { result: 2 })
  assert.deepEqual((await peil.get(`Things(${ids.church})/properties/nested/deep`)).body, { deep: 'x' })
  assert.deepEqual((await peil.get(`Datastreams(${ids.numbers})/unitOfMeasurement/symbol`)).body, { symbol: 'µg/m³' })
  assert.deepEqual((await peil.get(`Things(${ids.church})/properties/list[2]/y`)).body, { y: 3 })
  assert.deepEqual((await peil.get(`Things(${ids.church})/@iot.id`)).body, { '@iot.id': ids.church })
})

test('A.1.10 usage 4: a property that is null is 204, an unknown one 404', async () => {
  const nothing = await peil.get(`Observations(${ids.numbersObservations[4]})/resultTime`)
  assert.equal(nothing.status, 204)
  assert.equal(nothing.text, '')
  assert.equal((await peil.get(`Observations(${ids.wordsObservations[3]})/result`)).status, 204)
  assert.equal((await peil.get(`Datastreams(${ids.empty})/phenomenonTime`)).status, 204)
  await isAbsent(`Things(${ids.church})/nonsense`)
  await isAbsent(`Things(${ids.church})/properties/nonsense`)
  await isAbsent(`Things(${ids.church})/name/first`)
})

test('A.1.10 usage 5: $value is the bare text', async () => {
  const name = await peil.get(`Things(${ids.church})/name/$value`)
  assert.equal(name.text, 'church')
  assert.match(name.headers['content-type'], /^text\/plain/)
  assert.equal((await peil.get(`Observations(${ids.numbersObservations[4]})/result/$value`)).text, '3.5')
  assert.equal((await peil.get(`Observations(${ids.numbersObservations[0]})/phenomenonTime/$value`)).text, '2026-01-01T00:00:00Z')
  assert.equal((await peil.get(`Things(${ids.station})/properties/$value`)).text, '{"type":"sign","int":9,"truth":false}')
  assert.equal((await peil.get(`Observations(${ids.numbersObservations[4]})/resultTime/$value`)).status, 204)
  await isAbsent(`Things(${ids.church})/$value`)
})

test('A.1.10 usage 6: what an entity is related to', async () => {
  const observations = await peil.read(`Datastreams(${ids.numbers})/Observations`)
  assert.deepEqual(observations.map((o) => o['@iot.id']), ids.numbersObservations)
  assert.equal((await peil.read(`Observations(${ids.numbersObservations[0]})/Datastream`)).name, 'numbers')
  assert.equal((await peil.read(`Datastreams(${ids.spans})/Thing`)).name, 'station')
})

test('A.1.10 usage 7: $ref gives selfLinks and nothing else', async () => {
  assert.deepEqual((await peil.get(`Things(${ids.church})/Datastreams/$ref`)).body,
    { value: [self('Datastreams', ids.numbers), self('Datastreams', ids.words)] })
  assert.deepEqual((await peil.get(`Datastreams(${ids.numbers})/Thing/$ref`)).body, self('Things', ids.church))
  const page = (await peil.get('Things/$ref?$top=2')).body
  assert.deepEqual(page.value, [self('Things', ids.church), self('Things', ids.station)])
  assert.deepEqual((await peil.get(page['@iot.nextLink'])).body, { value: [self('Things', ids.bare)] })
})

test('A.1.10 usage 8: chains, whose every hop must be related', async () => {
  const [first] = ids.numbersObservations
  assert.deepEqual((await peil.get(`Things(${ids.church})/Datastreams(${ids.numbers})/Observations(${first})/FeatureOfInterest/name`)).body,
    { name: 'church' })
  assert.equal((await peil.get(`Observations(${first})/Datastream/Thing/Locations`)).body.value[0].name, 'church')
  assert.equal((await peil.get(`Observations(${first})/Datastream/Thing/Datastreams(${ids.words})/ObservedProperty/name/$value`)).text, 'noise')
  await isAbsent(`Things(${ids.station})/Datastreams(${ids.numbers})`)
  await isAbsent(`Things(${ids.station})/Datastreams(${ids.numbers})/Observations`)
  await isAbsent(`Datastreams(${ids.words})/Observations(${first})/FeatureOfInterest`)
  await isAbsent(`Things(${ids.bare})/Locations(${1})`)
  await isAbsent(`Observations(${first})/MultiDatastream`)
})

test('keys: numbers, quoted or not; texts and UUIDs are nobody', async () => {
  assert.equal((await peil.get(`Things('${ids.church}')`)).status, 200)
  assert.equal((await peil.get(`Things(%27${ids.church}%27)`)).status, 200)
  for (const key of ['0', '-1', '999999', "'abc'", "'a%2Fb''c%25'", '550e8400-e29b-41d4-a716-446655440000',
    "'550e8400-e29b-41d4-a716-446655440000'", '99999999999999999999']) await isAbsent(`Things(${key})`)
})

test('paths that name nothing are 404', async () => {
  for (const path of ['Foo', 'things', 'Things(', 'Things()', 'Things(1', 'Things(1))', 'Things//name', 'Things/name', 'Things/$value',
    'Things(1)/Datastream', 'Things(1)/Datastreams/name', '$metadata', 'Things(%ZZ)', 'Things(1)/%00']) await isAbsent(path)
})

test('every result comes back as it was sent', async () => {
  for (const [i, word] of words.entries()) {
    const { body } = await peil.get(`Observations(${ids.wordsObservations[i]})`)
    assert.deepEqual(body.result, word)
  }
})

test('methods that are not possible are 405', async () => {
  assert.equal((await peil.get('$batch')).status, 405)
  assert.match((await peil.get('CreateObservations')).headers.allow, /POST/)
})
