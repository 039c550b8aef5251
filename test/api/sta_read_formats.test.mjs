// SPDX-License-Identifier: EUPL-1.2
// The other forms of an answer: dataArray (A.6.1.1, reading), CSV, GeoJSON, v1.0; and what HTTP adds: HEAD, ETag, gzip, CORS.
import { after, before, test } from 'node:test'
import assert from 'node:assert/strict'
import { gunzipSync } from 'node:zlib'
import { request } from 'node:http'
import { Peil } from './lib/peil.mjs'
import { at, enc, makeTown, numbers, pick, words } from './lib/town.mjs'

let peil, ids
before(async () => { peil = await Peil.start(); ({ ids } = await makeTown(peil)) })
after(() => peil.stop())

// RFC 4180, as another reader would do it.
function parseCsv(text) {
  const rows = [[]]
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/gy
  while (cell.lastIndex < text.length) {
    const [, quoted, plain, end] = cell.exec(text)
    rows.at(-1).push(quoted === undefined ? plain : quoted.replaceAll('""', '"'))
    if (end === '\r\n') rows.push([])
  }
  assert.deepEqual(rows.pop(), [])
  return rows
}

const csv = async (path) => {
  const { status, text, headers } = await peil.get(path)
  assert.equal(status, 200, text)
  assert.match(headers['content-type'], /^text\/csv/)
  return parseCsv(text)
}

test('A.6.1.1 dataArray: rows of values under their components, grouped by Datastream', async () => {
  const { body } = await peil.get(`Observations?$resultFormat=dataArray&$count=true&$filter=${enc('result ge 3')}&$orderby=id`)
  assert.equal(body['@iot.count'], body.value.flatMap((g) => g.dataArray).length)
  const byStream = Object.fromEntries(body.value.map((g) => [g['Datastream@iot.navigationLink'], g]))
  assert.deepEqual(byStream[`${peil.root}/Datastreams(${ids.numbers})`], {
    'Datastream@iot.navigationLink': `${peil.root}/Datastreams(${ids.numbers})`,
    components: ['id', 'phenomenonTime', 'resultTime', 'result'],
    dataArray: [[ids.numbersObservations[4], at(4), null, 3.5]],
    'dataArray@iot.count': 1,
  })
})

test('A.6.1.1 dataArray: $select picks the components; pages go on', async () => {
  let next = `Datastreams(${ids.numbers})/Observations?$resultFormat=dataArray&$select=result,phenomenonTime&$top=2`
  const rows = []
  while (next) {
    const { body } = await peil.get(next)
    for (const group of body.value) {
      assert.deepEqual(group.components, ['phenomenonTime', 'result'])
      rows.push(...group.dataArray)
    }
    next = body['@iot.nextLink']
  }
  assert.deepEqual(rows, numbers.map((n, i) => [at(i), n]))
})

test('dataArray refuses $expand, single entities and other sets', async () => {
  for (const path of ['Observations?$resultFormat=dataArray&$expand=Datastream', 'Things?$resultFormat=dataArray',
    `Observations(${ids.numbersObservations[0]})?$resultFormat=dataArray`]) assert.equal((await peil.get(path)).status, 400, path)
})

test('CSV: a header, CRLF, and every row without paging', async () => {
  const [header, ...rows] = await csv(`Datastreams(${ids.numbers})/Observations?$resultFormat=CSV&$select=id,result,phenomenonTime`)
  assert.deepEqual(header, ['id', 'phenomenonTime', 'result'])
  assert.deepEqual(rows, numbers.map((n, i) => [`${ids.numbersObservations[i]}`, at(i), `${n}`]))
})

test('CSV: texts, JSON and nothing; quotes where they are needed', async () => {
  const [, ...rows] = await csv(`Datastreams(${ids.words})/Observations?$resultFormat=CSV&$select=result`)
  assert.deepEqual(rows.map(([cell]) => cell), words.map((w) => (w === null ? '' : typeof w === 'string' ? w : JSON.stringify(w))))
  await peil.make('Things', { name: 'a "b",\nc', description: ' x' })
  const [[name, description]] = (await csv(`Things?$resultFormat=csv&$select=name,description&$filter=${enc("description eq ' x'")}`)).slice(1)
  assert.deepEqual([name, description], ['a "b",\nc', ' x'])
})

test('CSV: units in three columns, related entities by their path, members of JSON', async () => {
  const [header, first] = await csv('Datastreams?$resultFormat=CSV&$orderby=id&$select=name,unitOfMeasurement,properties/rank' +
    '&$expand=Thing($select=name),Observations($top=1;$orderby=phenomenonTime%20desc;$select=result)')
  assert.deepEqual(header, ['name', 'unitOfMeasurement/name', 'unitOfMeasurement/symbol', 'unitOfMeasurement/definition',
    'properties/rank', 'Thing/name', 'Observations/result'])
  assert.deepEqual(first, ['numbers', 'microgram per cubic metre', 'µg/m³', 'ug/m3', '1', 'church', '3.5'])
  const rows = await csv('Datastreams?$resultFormat=CSV&$select=name&$expand=Observations($top=1;$select=result)&$filter=name%20eq%20%27empty%27')
  assert.deepEqual(rows[1], ['empty', ''])
  assert.equal((await peil.get('Things?$resultFormat=CSV&$expand=Datastreams')).status, 400)
})

test('GeoJSON: a Feature per entity, flat properties, the first geometry found', async () => {
  const { body, headers } = await peil.get(`Things?$resultFormat=GeoJSON&$expand=Locations&$filter=id%20le%20${ids.bare}&$orderby=id`)
  assert.match(headers['content-type'], /^application\/geo\+json/)
  assert.equal(body.type, 'FeatureCollection')
  assert.deepEqual(body.features.map((f) => f.geometry?.coordinates ?? null), [[8, 52], [8, 54], null])
  const [church] = body.features
  assert.equal(church.type, 'Feature')
  assert.equal(church.id, ids.church)
  assert.equal(church.properties.name, 'church')
  assert.equal(church.properties['properties/nested/deep'], 'x')
  assert.equal(church.properties['properties/list/2/y'], 3)
  assert.equal(church.properties['Locations/0/name'], 'church')
  for (const value of Object.values(church.properties)) assert.notEqual(typeof value, 'object')
  const page = await peil.get('Locations?$resultFormat=geojson&$top=1')
  assert.equal((await peil.get(page.body['@iot.nextLink'])).body.type, 'FeatureCollection')
})

test('v1.0 answers in its own forms', async () => {
  const v1 = `${peil.url}/v1.0`
  const root = (await peil.get(v1)).body
  assert.deepEqual(Object.keys(root), ['value'])
  assert.ok(!root.value.some((s) => s.name === 'MultiDatastreams'))
  assert.equal(root.value[0].url, `${v1}/Things`)
  const [place] = (await peil.get(`${v1}/Locations?$top=1`)).body.value
  assert.equal(place.encodingType, 'application/vnd.geo+json')
  assert.equal(place.properties, undefined)
  assert.equal(place['@iot.selfLink'], `${v1}/Locations(${place['@iot.id']})`)
  const thing = (await peil.get(`${v1}/Things(${ids.church})`)).body
  assert.equal(thing.properties.project, 'HEI_1')
  assert.equal(thing['MultiDatastreams@iot.navigationLink'], undefined)
  const observation = (await peil.get(`${v1}/Datastreams(${ids.numbers})/Observations?$top=1`)).body
  assert.equal(observation.value[0].phenomenonTime, '2026-01-01T00:00:00.000Z')
  assert.ok(observation['@iot.nextLink'].startsWith(`${v1}/Datastreams(${ids.numbers})/Observations?`))
  assert.equal((await peil.get(observation['@iot.nextLink'])).body.value[0].result, 0)
})

test('HEAD answers as GET does, without a body', async () => {
  for (const path of ['', '/Things', `/Things(${ids.church})`, '/Observations?$resultFormat=CSV', '/Things(9999)']) {
    const url = `${peil.root}${path}`
    const get = await peil.get(url), head = await peil.ask('HEAD', url)
    assert.equal(head.status, get.status)
    assert.equal(head.text, '')
    assert.equal(head.headers['content-type'], get.headers['content-type'])
    assert.equal(head.headers.etag, get.headers.etag)
  }
})

test('an ETag that is still good is answered 304, until something changes', async () => {
  for (const path of ['Things?$expand=Datastreams', `Things(${ids.bare})`, `Datastreams(${ids.numbers})/Observations?$top=1`,
    `Things(${ids.bare})?$expand=Datastreams`]) {
    const first = await peil.get(path)
    const { etag } = first.headers
    assert.ok(etag, path)
    assert.equal(first.headers['cache-control'], 'private, no-store', 'an administrator is shown more than others')
    assert.equal((await peil.get(path, { Authorization: '' })).headers['cache-control'], 'no-cache')
    const again = await peil.get(path, { 'If-None-Match': etag })
    assert.equal(again.status, 304)
    assert.equal(again.text, '')
    assert.equal(again.headers.etag, etag)
    assert.equal((await peil.get(path, { 'If-None-Match': '"other"' })).status, 200)
    await peil.patch(`Things(${ids.bare})`, { description: `changed for ${path}` })
    assert.equal((await peil.get(path, { 'If-None-Match': etag })).status, 200)
  }
  assert.equal((await peil.get(`Observations?$filter=${enc('phenomenonTime lt now()')}`)).headers.etag, undefined)
})

test('an answer is compressed for those who can read it', async () => {
  const plain = await peil.get('Observations')
  const zipped = await new Promise((resolve, reject) => {
    request(`${peil.root}/Observations`, { headers: { 'Accept-Encoding': 'gzip' } }, (response) => {
      const pieces = []
      response.on('data', (p) => pieces.push(p))
      response.on('end', () => resolve({ headers: response.headers, body: Buffer.concat(pieces) }))
    }).on('error', reject).end()
  })
  assert.equal(zipped.headers['content-encoding'], 'gzip')
  assert.equal(gunzipSync(zipped.body).toString(), plain.text)
})

test('any page may read (CORS), and no method is a surprise', async () => {
  const answer = await peil.get('Things', { Origin: 'https://example.org' })
  assert.equal(answer.headers['access-control-allow-origin'], '*')
  const preflight = await peil.ask('OPTIONS', 'Things', undefined, { Origin: 'https://example.org', 'Access-Control-Request-Method': 'POST' })
  assert.ok(preflight.status === 200 || preflight.status === 204)
  assert.match(preflight.headers['access-control-allow-methods'], /POST/)
})

test('a long CSV is streamed whole, and equals its pages', async () => {
  const stream = await peil.make('Datastreams', { name: 'long', description: 'x', observationType: 'x',
    unitOfMeasurement: { name: null, symbol: null, definition: null }, Thing: { '@iot.id': ids.church },
    Sensor: { '@iot.id': ids.sensor }, ObservedProperty: { '@iot.id': ids.pm25 } })
  const count = 20_000
  const dataArray = Array.from({ length: count }, (_, i) => [new Date(Date.UTC(2026, 1, 1) + i * 60_000).toISOString(), (i % 1000) / 10])
  const made = await peil.post('CreateObservations', [{ Datastream: { '@iot.id': stream }, components: ['phenomenonTime', 'result'], dataArray }])
  assert.equal(made.status, 201, made.text)
  const [, ...rows] = await csv(`Datastreams(${stream})/Observations?$resultFormat=CSV&$select=phenomenonTime,result`)
  assert.equal(rows.length, count)
  for (const [i, [time, result]] of rows.entries()) {
    assert.equal(Date.parse(time), Date.parse(dataArray[i][0]))
    assert.equal(Number(result), dataArray[i][1])
  }
  const paged = []
  for (let next = `Datastreams(${stream})/Observations?$top=9000&$select=result`; next;) {
    const { body } = await peil.get(next)
    paged.push(...pick(body.value, 'result'))
    next = body['@iot.nextLink']
  }
  assert.deepEqual(paged, dataArray.map(([, r]) => r))
})
