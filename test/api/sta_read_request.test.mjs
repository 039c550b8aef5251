// SPDX-License-Identifier: EUPL-1.2
// OGC 18-088 A.2.1.1 to A.2.1.5 and A.2.1.7: order of evaluation, $expand, $select, status codes, sorting, paging.
import { after, before, test } from 'node:test'
import assert from 'node:assert/strict'
import { Peil } from './lib/peil.mjs'
import { at, enc, makeTown, numbers, pick } from './lib/town.mjs'

let peil, ids
before(async () => { peil = await Peil.start(); ({ ids } = await makeTown(peil)) })
after(() => peil.stop())

const observations = (options) => `Datastreams(${ids.numbers})/Observations?${options}`
const results = async (options) => pick(await peil.read(observations(options)), 'result')

async function refused(path, status, pattern) {
  const answer = await peil.get(path)
  assert.equal(answer.status, status, `${path}: ${answer.text}`)
  assert.equal(answer.body.code, status)
  assert.match(answer.body.message, pattern)
}

// All pages, by nextLink.
async function pages(path) {
  const all = []
  for (let next = path; next;) {
    const { status, body } = await peil.get(next)
    assert.equal(status, 200, next)
    all.push(body)
    next = body['@iot.nextLink']
    assert.ok(all.length < 100)
  }
  return all
}

test('A.2.1.1 order: filter, count, orderby, skip, top, select, expand, whatever their order in the URL', async () => {
  const options = ['$filter=result ge 0', '$count=true', '$orderby=result desc', '$skip=1', '$top=2', '$select=result', '$expand=Datastream($select=name)']
  for (const order of [options, [...options].reverse()]) {
    const { body } = await peil.get(observations(order.map((o) => o.replaceAll(' ', '%20')).join('&')))
    assert.equal(body['@iot.count'], 4)
    assert.deepEqual(body.value, [{ result: 2, Datastream: { name: 'numbers' } }, { result: 1, Datastream: { name: 'numbers' } }])
  }
})

test('A.2.1.2 expand: one relation, several, many levels, with options of their own', async () => {
  const [church] = await peil.read(`Things?$filter=name%20eq%20'church'&$expand=Locations,Datastreams`)
  assert.deepEqual(pick(church.Locations, 'name'), ['church'])
  assert.deepEqual(pick(church.Datastreams, 'name'), ['numbers', 'words'])
  assert.equal(church['Datastreams@iot.navigationLink'], undefined)
  const deep = await peil.read(`Observations(${ids.numbersObservations[0]})?$expand=Datastream/Thing/Locations,Datastream/ObservedProperty`)
  assert.equal(deep.Datastream.Thing.Locations[0].name, 'church')
  assert.equal(deep.Datastream.ObservedProperty.name, 'pm25')
  const nested = await peil.read(`Things(${ids.church})?$select=name&$expand=Datastreams($select=name;$filter=${enc("name eq 'numbers'")};` +
    '$expand=Observations($filter=result%20gt%200;$orderby=result%20desc;$top=2;$skip=1;$count=true;$select=result))')
  assert.deepEqual(nested.Datastreams.map(({ Observations }) => Observations), [[{ result: 2 }, { result: 1 }]])
  assert.equal(nested.Datastreams[0]['Observations@iot.count'], 3)
  assert.equal(nested.Datastreams[0]['Observations@iot.nextLink'], undefined)
  const cycle = await peil.read(`Things(${ids.church})?$expand=Datastreams/Thing($select=name)`)
  assert.deepEqual(cycle.Datastreams.map((d) => d.Thing.name), ['church', 'church'])
  const options = await peil.read(`Observations(${ids.numbersObservations[0]})?$expand=Datastream($select=name)/Thing($select=name)`)
  assert.deepEqual(options.Datastream, { name: 'numbers', Thing: { name: 'church' } })
})

test('A.2.1.2 expand: an expansion that is cut goes on by its own nextLink', async () => {
  const [numbers] = await peil.read(`Datastreams?$filter=${enc("name eq 'numbers'")}&$expand=Observations($orderby=phenomenonTime%20desc;$top=2;$select=result)`)
  assert.deepEqual(pick(numbers.Observations, 'result'), [3.5, 2])
  const rest = await pages(numbers['Observations@iot.nextLink'])
  assert.deepEqual(rest.flatMap((p) => p.value), [{ result: 1 }, { result: 0 }, { result: -1 }])
})

test('A.2.1.2 expand: the default page counts for each parent, and lower case is understood', async () => {
  const things = await peil.read('Things?$expand=datastreams($top=1)&$orderby=id')
  assert.deepEqual(things.map((t) => pick(t.Datastreams, 'name')), [['numbers'], ['spans'], []])
})

test('A.2.1.2 select: exactly what is named', async () => {
  assert.deepEqual(await peil.read('Things?$select=name&$orderby=id'), [{ name: 'church' }, { name: 'station' }, { name: 'bare' }])
  assert.deepEqual(await peil.read(`Things(${ids.bare})?$select=id`), { '@iot.id': ids.bare })
  assert.deepEqual(await peil.read(`Things(${ids.bare})?$select=@iot.id,name,Datastreams`), { '@iot.id': ids.bare, name: 'bare',
    'Datastreams@iot.navigationLink': `${peil.root}/Things(${ids.bare})/Datastreams` })
  assert.deepEqual(await peil.read(`Things(${ids.church})?$select=name,properties/codegemeente,properties/nested/deep`),
    { name: 'church', properties: { codegemeente: '984', nested: { deep: 'x' } } })
  assert.deepEqual(await peil.read(`Things(${ids.bare})?$select=name&$expand=Datastreams`), { name: 'bare', Datastreams: [] })
})

test('A.2.1.2 select distinct: every value once', async () => {
  assert.deepEqual(await peil.read('Datastreams?$select=distinct:observationType').then((rows) => rows.length), 1)
  const kinds = await peil.read('Things?$select=distinct:properties/type&$orderby=properties/type')
  assert.deepEqual(kinds, [{}, { properties: { type: 'meter' } }, { properties: { type: 'sign' } }])
})

test('A.2.1.3 status codes: absent 404, unsupported option 501, malformed 400 with option and position', async () => {
  await refused('Things(9999)', 404, /9999/)
  await refused('Things?$search=x', 501, /\$search/)
  await refused('Things?$foo=x', 501, /\$foo/)
  await refused('Things?$top=-1', 400, /\$top, position 1/)
  await refused('Things?$top=x', 400, /\$top/)
  await refused('Things?$skip=-1', 400, /\$skip/)
  await refused('Things?$count=yes', 400, /true or false/)
  await refused('Things?$orderby=nonsense', 400, /nonsense/)
  await refused('Things?$select=nonsense', 400, /nonsense/)
  await refused('Things?$expand=nonsense', 400, /nonsense/)
  await refused('Things?$filter=nonsense%20eq%201', 400, /\$filter, position 1/)
  await refused('Things?$filter=name%20eq', 400, /position 8/)
  await refused(`Things(${ids.church})?$filter=id%20eq%201`, 400, /single/)
  await refused('Things?$top=1&$top=2', 400, /twice/)
  await refused(`Things?$filter=${'('.repeat(500)}`, 400, /deep/)
  await refused(`Things?$filter=${enc(Array(300).fill('true').join(' and '))}`, 400, /operators, paths and literals/)
  await refused(`Things?$expand=${Array(9).fill('Datastreams/Thing').join('/')}`, 400, /more than \d+ levels/)
  await refused(`Things?$filter=${'x'.repeat(10_000)}`, 414, /bytes/)
  assert.equal((await peil.get('Things?apikey=1&_=2&unknown')).status, 200)
})

test('A.2.1.4 sorting: every property of every set, both ways, is the reverse of the other', async () => {
  for (const set of ['Things', 'Locations', 'HistoricalLocations', 'Datastreams', 'Sensors', 'ObservedProperties', 'Observations',
    'FeaturesOfInterest']) {
    const [one] = await peil.read(`${set}?$top=1`)
    for (const key of ['id', ...Object.keys(one).filter((k) => !k.includes('@'))]) {
      const up = await peil.read(`${set}?$orderby=${key}`), down = await peil.read(`${set}?$orderby=${key}%20desc`)
      assert.deepEqual(pick(up, '@iot.id').reverse(), pick(down, '@iot.id'), `${set} by ${key}`)
    }
  }
})

test('A.2.1.4 sorting: several keys, paths, functions, JSON; null first, last when descending', async () => {
  assert.deepEqual(await results('$orderby=result%20desc'), [3.5, 2, 1, 0, -1])
  assert.deepEqual(pick(await peil.read('Datastreams?$orderby=Thing/name,name%20desc'), 'name'), ['words', 'numbers', 'spans', 'empty'])
  assert.deepEqual(pick(await peil.read('Datastreams?$orderby=length(name)%20desc,name'), 'name'), ['numbers', 'empty', 'spans', 'words'])
  assert.deepEqual(pick(await peil.read('Things?$orderby=properties/int%20desc'), 'name'), ['station', 'church', 'bare'])
  assert.deepEqual(pick(await peil.read('Things?$orderby=properties/int'), 'name'), ['bare', 'church', 'station'])
  assert.deepEqual(pick(await peil.read(observations('$orderby=resultTime')), 'result'), [3.5, -1, 0, 1, 2])
  assert.deepEqual(pick(await peil.read(observations('$orderby=resultTime%20desc')), 'result'), [2, 1, 0, -1, 3.5])
  assert.equal((await peil.get('Observations?$orderby=Datastreams/id')).status, 200)
})

test('A.2.1.5 client-driven pagination: top, skip, count', async () => {
  assert.deepEqual(await results('$top=2'), [-1, 0])
  assert.deepEqual(await results('$skip=3'), [2, 3.5])
  assert.deepEqual(await results('$skip=1&$top=2'), [0, 1])
  assert.deepEqual(await results('$skip=99'), [])
  const none = await peil.get(observations('$top=0&$count=true'))
  assert.deepEqual(none.body, { '@iot.count': 5, value: [] })
  assert.equal((await peil.get(observations('$count=false'))).body['@iot.count'], undefined)
  assert.equal((await peil.get(observations(''))).body['@iot.count'], undefined)
  assert.equal((await peil.get(observations('$count=true&$filter=result%20gt%200&$top=1'))).body['@iot.count'], 3)
})

test('A.2.1.7 server-driven pagination: pages hold everything once, in order; the last has no nextLink', async () => {
  for (const top of [1, 2, 3, 5, 6]) {
    for (const [order, expected] of [['phenomenonTime', numbers], ['result%20desc', [...numbers].reverse()], ['', numbers],
      ['phenomenonTime%20desc', [...numbers].reverse()]]) {
      const orderby = order ? `&$orderby=${order}` : ''
      const all = await pages(observations(`$top=${top}&$count=true${orderby}&$select=result`))
      assert.deepEqual(all.flatMap((p) => pick(p.value, 'result')), expected, `$top=${top} ${order}`)
      assert.equal(all.length, Math.ceil(5 / top))
      for (const page of all) {
        assert.equal(page['@iot.count'], 5)
        for (const row of page.value) assert.deepEqual(Object.keys(row), ['result'])
      }
      assert.ok(!('@iot.nextLink' in all.at(-1)))
    }
  }
})

test('A.2.1.7 pages are stable with equal sort keys and with nulls among them', async () => {
  const all = (await pages('Observations?$top=2&$orderby=resultTime&$select=id')).flatMap((p) => pick(p.value, '@iot.id'))
  assert.equal(all.length, 16)
  assert.equal(new Set(all).size, 16)
  const down = (await pages('Observations?$top=3&$orderby=resultTime%20desc&$select=id')).flatMap((p) => pick(p.value, '@iot.id'))
  assert.deepEqual(down, [...all].reverse())
  const byResult = (await pages('Observations?$top=3&$orderby=result&$select=id')).flatMap((p) => pick(p.value, '@iot.id'))
  assert.equal(new Set(byResult).size, 16)
  const kinds = (await pages('Things?$select=distinct:properties/type&$top=1&$orderby=properties/type')).flatMap((p) => p.value)
  assert.deepEqual(kinds, [{}, { properties: { type: 'meter' } }, { properties: { type: 'sign' } }])
})

test('A.2.1.7 pages are stable while data arrives', async () => {
  const stream = await peil.make('Datastreams', { name: 'busy', description: 'x', observationType: 'x',
    unitOfMeasurement: { name: null, symbol: null, definition: null }, Thing: { '@iot.id': ids.church },
    Sensor: { '@iot.id': ids.sensor }, ObservedProperty: { '@iot.id': ids.pm25 } })
  const path = `Datastreams(${stream})/Observations`
  const send = (minute) => peil.make(path, { phenomenonTime: at(1, minute), result: minute })
  for (let minute = 10; minute < 20; minute++) await send(minute)
  const first = (await peil.get(`${path}?$orderby=phenomenonTime&$top=4&$select=result`)).body
  for (const early of [1, 2, 3]) await send(early)   // before the place where the reader stands
  await send(30)                                      // and behind it
  const rest = (await pages(first['@iot.nextLink'])).flatMap((p) => pick(p.value, 'result'))
  assert.deepEqual([...pick(first.value, 'result'), ...rest], [10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 30])
})

test('A.2.1.7 a nextLink keeps every option, well encoded', async () => {
  const filter = enc("phenomenonTime ge 2026-01-01T01:00:00+01:00 and contains('a+b&c=d', '+b&')")
  const all = await pages(`Observations?$filter=${filter}&$top=5&$select=id&$expand=Datastream($select=name)&$orderby=id`)
  assert.equal(all.flatMap((p) => p.value).length > 10, true)
  for (const { value } of all) for (const row of value) assert.deepEqual(Object.keys(row), ['@iot.id', 'Datastream'])
  assert.ok(all[0]['@iot.nextLink'].includes('a%2Bb%26c=d'))
})

test('a nextLink of another query is refused', async () => {
  await refused('Things?$skiptoken=abc', 400, /skiptoken/)
  await refused('Things?$skiptoken=1,2,3', 400, /./)
  await refused("Things?$orderby=name&$skiptoken='a'", 400, /./)
})
