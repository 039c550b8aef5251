// SPDX-License-Identifier: EUPL-1.2
// OGC 18-088 conformance test A.4.1.1 batch-request, against the real server; the JSON form as FROST-Server offers it.
import { test, describe, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { Peil } from './lib/peil.mjs'
import { thing, sensor, observedProperty, datastream, link, wholeStream } from './lib/entities.mjs'

let peil
before(async () => { peil = await Peil.start() })
after(() => peil.stop())

const crlf = (lines) => lines.join('\r\n')
const post = (boundary, body) => peil.post('$batch', body, { 'Content-Type': `multipart/mixed;boundary=${boundary}` })

// A multipart body as a list of { headers, body }, where body is text.
function takeApart(text, contentType) {
  const [, boundary] = /boundary="?([^";]+)"?/.exec(contentType)
  const pieces = text.split(new RegExp(`(?:^|\r\n)--${boundary}(?:--)?(?:\r\n|$)`)).slice(1, -1)
  return pieces.map((piece) => {
    const [head, ...rest] = piece.split('\r\n\r\n')
    const headers = Object.fromEntries(head.split('\r\n').filter(Boolean).map((line) => {
      const at = line.indexOf(':')
      return [line.slice(0, at).toLowerCase(), line.slice(at + 1).trim()]
    }))
    return { headers, body: rest.join('\r\n\r\n') }
  })
}

// "HTTP/1.1 201 Created\r\nLocation: x\r\n\r\n{...}"
function answerOf(part) {
  assert.equal(part.headers['content-type'], 'application/http')
  const [head, ...rest] = part.body.split('\r\n\r\n')
  const [line, ...headers] = head.split('\r\n')
  const [, status] = /^HTTP\/1\.1 (\d{3})/.exec(line)
  const text = rest.join('\r\n\r\n').trim()
  const location = headers.find((h) => /^location:/i.test(h))?.slice(9).trim()
  return { status: Number(status), id: part.headers['content-id'], location, text, body: text ? JSON.parse(text) : undefined }
}

const answers = (response) => {
  assert.equal(response.status, 200, response.text)
  return takeApart(response.text, response.headers['content-type']).map((part) => (
    part.headers['content-type'].startsWith('multipart/mixed')
      ? takeApart(part.body, part.headers['content-type']).map(answerOf)
      : answerOf(part)))
}

const part = (lines) => crlf(['Content-Type: application/http', '', ...lines])

describe('A.4.1.1 batch-request: multipart', () => {
  test('the example of the standard: a GET, a change set, a GET of what is not there', async () => {
    const id = await peil.make('Things', thing({ name: 'before' }))
    const body = crlf([
      '--batch_36522ad7', 'Content-Type: application/http', '',
      `GET /v1.1/Things(${id})?$select=name HTTP/1.1`, 'Host: localhost', '', '',
      '--batch_36522ad7', 'Content-Type: multipart/mixed;boundary=changeset_77162fcd', '',
      '--changeset_77162fcd', 'Content-Type: application/http', 'Content-ID: 1', '',
      'POST /v1.1/Things HTTP/1.1', 'Host: localhost', 'Content-Type: application/json', 'Content-Length: 36', '',
      '{"name":"New","description":"Thing"}',
      '--changeset_77162fcd', 'Content-Type: application/http', 'Content-ID: 2', '',
      `PATCH /v1.1/Things(${id}) HTTP/1.1`, 'Host: localhost', 'Content-Type: application/json', 'Content-Length: 18', '',
      '{"name":"Patched"}',
      '--changeset_77162fcd--',
      '--batch_36522ad7', 'Content-Type: application/http', '', 'GET /v1.1/Things(999999) HTTP/1.1', 'Host: localhost', '', '',
      '--batch_36522ad7--',
    ])
    const [first, set, last] = answers(await post('batch_36522ad7', body))
    assert.deepEqual([first.status, first.body], [200, { name: 'before' }])
    assert.deepEqual(set.map((a) => [a.status, a.id]), [[201, '1'], [200, '2']])
    assert.equal((await peil.read(set[0].location)).name, 'New')
    assert.equal(last.status, 404)
    assert.equal((await peil.read(`Things(${id})`)).name, 'Patched')
  })

  test('later requests of a change set refer to what earlier ones make, in bodies and addresses', async () => {
    const owner = await peil.make('Things', thing())
    const property = await peil.make('ObservedProperties', observedProperty())
    const body = crlf([
      '--b', 'Content-Type: multipart/mixed; boundary="c"', '',
      '--c', 'Content-Type: application/http', 'Content-ID: sensor1', '', 'POST /v1.1/Sensors HTTP/1.1',
      'Content-Type: application/json', '', JSON.stringify(sensor({ name: 'referred to' })),
      '--c', 'Content-Type: application/http', 'Content-ID: any', '', `POST /v1.1/Things(${owner})/Datastreams HTTP/1.1`, '',
      JSON.stringify(datastream({ Sensor: { '@iot.id': '$sensor1' }, ObservedProperty: link(property) })),
      '--c', 'Content-Type: application/http', 'Content-ID: more', '', 'POST $sensor1/Datastreams HTTP/1.1', '',
      JSON.stringify(datastream({ Thing: link(owner), ObservedProperty: link(property) })),
      '--c', 'Content-Type: application/http', 'Content-ID: patch', '', 'PATCH /v1.1/$more HTTP/1.1', '', '{"name":"changed"}',
      '--c--', '--b--',
    ])
    const [set] = answers(await post('b', body))
    assert.deepEqual(set.map((a) => a.status), [201, 201, 201, 200])
    for (const { location } of set.slice(1, 3)) assert.equal((await peil.read(`${location}/Sensor`)).name, 'referred to')
    assert.equal((await peil.read(set[2].location)).name, 'changed')
  })

  test('a change set that fails changes nothing and gives one error', async () => {
    const before = await peil.count('Things')
    const set = (second) => crlf([
      '--b', 'Content-Type: multipart/mixed;boundary=c', '',
      '--c', part(['POST Things HTTP/1.1', '', JSON.stringify(thing())]),
      '--c', part(second), '--c--',
      '--b', part(['GET Things?$top=0&$count=true HTTP/1.1', '', '']), '--b--',
    ])
    for (const [second, status] of [
      [['POST Datastreams HTTP/1.1', '', JSON.stringify(datastream())], 400],
      [['PATCH Things(999999) HTTP/1.1', '', '{}'], 404],
      [['GET Things HTTP/1.1', '', ''], 405],
      [['POST Things HTTP/1.1', '', '{"name"'], 400],
      [['POST $nobody/Datastreams HTTP/1.1', '', '{}'], 404],
    ]) {
      const [failed, count] = answers(await post('b', set(second)))
      assert.equal(failed.status, status, failed.text)
      assert.equal(count.body['@iot.count'], before)
    }
  })

  test('addresses may be absolute, from the host, or relative, and percent-encoded', async () => {
    await peil.make('Things', thing({ name: 'ten', properties: { int: 10 } }))
    const query = 'Things?$filter=properties/int%20eq%2010&$select=name'
    for (const url of [`${peil.root}/${query}`, `/v1.1/${query}`, query]) {
      const [answer] = answers(await post('b', crlf(['--b', part([`GET ${url} HTTP/1.1`, '', '']), '--b--'])))
      assert.deepEqual(answer.body.value, [{ name: 'ten' }], url)
    }
  })

  test('lines may end in LF alone', async () => {
    const body = ['--b', 'Content-Type: application/http', '', 'POST Things HTTP/1.1', '', JSON.stringify(thing()), '--b--'].join('\n')
    const [answer] = answers(await post('b', body))
    assert.equal(answer.status, 201)
  })

  test('parts outside of change sets stand alone', async () => {
    const before = await peil.count('Things')
    const body = crlf([
      '--b', part(['POST Things HTTP/1.1', '', JSON.stringify(thing())]),
      '--b', part(['POST Things HTTP/1.1', '', '{}']),
      '--b', part(['DELETE Things(999999) HTTP/1.1', '', '']),
      '--b', part(['FLY Things HTTP/1.1', '', '']),
      '--b', part(['POST $batch HTTP/1.1', '', '{}']), '--b--',
    ])
    assert.deepEqual(answers(await post('b', body)).map((a) => a.status), [201, 400, 404, 405, 405])
    assert.equal(await peil.count('Things'), before + 1)
  })

  test('malformed ones are refused whole', async () => {
    for (const body of ['', 'nothing', '--b\r\n\r\nx', '--b\r\nContent-Type: text/plain\r\n\r\nx\r\n--b--']) {
      const answer = await post('b', body)
      assert.ok([400, 415].includes(answer.status), `${answer.status} ${answer.text}`)
    }
    assert.equal((await peil.post('$batch', 'x', { 'Content-Type': 'multipart/mixed' })).status, 400)
    assert.equal((await peil.get('$batch')).status, 405)
    const parts = Array.from({ length: 1001 }, () => `--b\r\n${part(['GET Things HTTP/1.1', '', ''])}`)
    assert.equal((await post('b', `${parts.join('\r\n')}\r\n--b--`)).status, 413)
  })

  test('a batch needs the rights of its parts', async () => {
    const body = crlf(['--b', part(['POST Things HTTP/1.1', '', JSON.stringify(thing())]), '--b', part(['GET Things?$top=1 HTTP/1.1', '', '']), '--b--'])
    const answer = await peil.post('$batch', body, { 'Content-Type': 'multipart/mixed;boundary=b', Authorization: '' })
    assert.deepEqual(answers(answer).map((a) => a.status), [401, 200])
  })
})

describe('A.4.1.1 batch-request: JSON', () => {
  const run = async (requests) => {
    const answer = await peil.post('$batch', { requests })
    assert.equal(answer.status, 200, answer.text)
    return answer.body.responses
  }

  test('requests are answered in order by their ids', async () => {
    const id = await peil.make('Things', thing({ name: 'before' }))
    const responses = await run([
      { id: '0', method: 'get', url: `Things(${id})?$select=name` },
      { id: '1', atomicityGroup: 'group1', method: 'post', url: 'Things', body: { name: 'New', description: 'Thing' } },
      { id: '2', atomicityGroup: 'group1', method: 'patch', url: `Things(${id})`, body: { name: 'Json Patched' } },
      { id: '3', method: 'get', url: 'Things(null)' },
    ])
    assert.deepEqual(responses[0], { id: '0', status: 200, body: { name: 'before' } })
    assert.deepEqual(Object.keys(responses[1]), ['id', 'status', 'location'])
    assert.equal((await peil.read(responses[1].location)).name, 'New')
    assert.deepEqual(responses[2], { id: '2', status: 200 })
    assert.deepEqual([responses[3].id, responses[3].status, responses[3].body.code], ['3', 404, 404])
  })

  test('a request refers to what an earlier one of its group makes', async () => {
    const owner = await peil.make('Things', thing())
    const responses = await run([
      { id: 'sensor1', atomicityGroup: 'g', method: 'POST', url: 'Sensors', body: sensor({ name: 'by reference' }) },
      { id: 'any', atomicityGroup: 'g', method: 'POST', url: `Things(${owner})/Datastreams`,
        body: datastream({ Sensor: { '@iot.id': '$sensor1' }, ObservedProperty: observedProperty() }) },
    ])
    assert.deepEqual(responses.map((r) => r.status), [201, 201])
    assert.equal((await peil.read(`${responses[1].location}/Sensor`)).name, 'by reference')
  })

  test('a group that fails changes nothing and says which request did it', async () => {
    const before = await peil.count('Things')
    const responses = await run([
      { id: 'a', atomicityGroup: 'g', method: 'post', url: 'Things', body: thing() },
      { id: 'b', atomicityGroup: 'g', method: 'post', url: 'Things', body: {} },
      { id: 'c', method: 'get', url: 'Things?$count=true&$top=0' },
    ])
    assert.deepEqual(responses.map((r) => [r.id, r.status]), [['a', 409], ['b', 400], ['c', 200]])
    assert.match(responses[0].body.message, /'b'/)
    assert.equal(responses[2].body['@iot.count'], before)
  })

  test('readings of a device in one batch', async () => {
    const id = await peil.make('Datastreams', wholeStream())
    const responses = await run(Array.from({ length: 500 }, (_, i) => (
      { id: `${i}`, atomicityGroup: 'g', method: 'post', url: `Datastreams(${id})/Observations`, body: { result: i } })))
    assert.ok(responses.every((r) => r.status === 201))
    assert.equal(await peil.count(`Datastreams(${id})/Observations`), 500)
  })

  test('malformed ones are refused whole', async () => {
    for (const body of [{}, { requests: {} }, { requests: [1] }, { requests: [{ id: 'ü', method: 'get', url: 'Things' }] },
      { requests: [{ method: 'get', url: 'Things' }] }]) {
      assert.equal((await peil.post('$batch', body)).status, 400)
    }
  })
})
