// SPDX-License-Identifier: EUPL-1.2
// What the audit log tells: every route that changes something, who read what is private, and changed settings.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { datastream, location, observedProperty, sensor, thing } from './lib/entities.mjs'
import { Peil, binary, exchange, makeToken } from './lib/peil.mjs'
import { Staff, makeUser, quick } from './lib/staff.mjs'

const stream = (more) => datastream({ Sensor: sensor(), ObservedProperty: observedProperty(), ...more })
let peil
const args = [...quick, '--set', 'portal.areas_file=share/demo/rijswijk.geojson', '--set', `rules.directory=${resolve('share/rules')}`,
  '--set', 'ingest.accept_new_devices=yes', '--set', 'outbox.private_targets=yes']
before(async () => { peil = await Peil.start({ args }) })
after(() => peil?.stop())

const run = (...words) => execFileSync(binary, [...words, '--data', peil.directory], { encoding: 'utf8', maxBuffer: 1 << 26 })
const lines = () => run('audit', 'list').trim().split('\n').map((l) => { const [number, at, who, what, which, ...detail] = l.split(' '); return { number: Number(number), at, who, what, which, detail: detail.join(' ') } })
const since = async (deed) => {
  const last = lines().at(-1)?.number ?? 0
  const answer = await deed()
  await new Promise((done) => { setTimeout(done, 150) })
  return [lines().filter((l) => l.number > last), answer]
}
const api = (method, path, body, headers = {}) => exchange(`${peil.url}/api/v1${path}`, { method, body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
  headers: { Authorization: `Bearer ${peil.token}`, ...(body !== undefined && { 'Content-Type': 'application/json' }), ...headers } })

describe('every route that changes something', () => {
  // By operationId of the interface: what it writes, and how it is done here. Without a deed the line is looked for in the source, and the deed is in the
  // tests of that part; null: it changes nothing, or what it brings is exempt, for the reason beside it.
  const operations = {
    putFeed: ['feed.put', () => api('PUT', '/feeds/proef', { kind: 'luchtmeetnet', url: 'http://127.0.0.1:9', stations: ['NL49551'] })],
    deleteFeed: ['feed.delete', () => api('DELETE', '/feeds/proef')],
    putRule: ['rule.put'], patchRule: ['rule.put'], deleteRule: ['rule.delete'],
    sendTestMessage: ['message.test', () => api('POST', '/messages', { kind: 'webhook', target: 'http://127.0.0.1:9/none' })],
    retryMessage: ['message.retry'],
    changeDevice: ['device.block', () => api('PATCH', '/devices/sensor_community/esp8266-9', { state: 'blocked' })],
    forgetDevice: ['device.forget', () => api('DELETE', '/devices/sensor_community/esp8266-9')],
    enterKpiValue: ['kpi.enter'], judgeKpiValue: ['kpi.judge'], putKpiEvidence: ['kpi-evidence.put'], importKpiValues: ['kpi.import'], importKpiOthers: ['kpi-others.import'],
    setKpiTarget: ['kpi.target'], setKpiTask: ['kpi.task'], freezeKpiYear: ['kpi-year.%.*s'], openKpiYear: ['kpi-year.%.*s'], signKpiYear: ['kpi-year.%.*s'],
    enrol: ['care.enrol'], postCareStep: ['case.step'],
    tryRule: null, // stores nothing
    postSignOfLife: null, postCareReadings: null, // readings: they come by the thousand and are counted, not told (identity/audit.h)
  }
  const sources = (directory) => readdirSync(directory, { withFileTypes: true }).map((f) => (f.isDirectory() ? sources(join(directory, f.name))
    : f.name.endsWith('.c') && !f.name.endsWith('_test.c') ? readFileSync(join(directory, f.name), 'utf8') : '')).join('')

  test('of the interface writes its line: done here, or named in the source', async () => {
    const text = sources('src')
    const document = (await api('GET', '/openapi.json')).body
    const changing = Object.values(document.paths).flatMap((item) => Object.entries(item).filter(([m]) => ['post', 'put', 'patch', 'delete'].includes(m)).map(([, o]) => o.operationId))
    assert.ok(changing.length >= 20)
    assert.deepEqual(changing.filter((id) => !(id in operations)), [], 'a new operation is listed here')
    assert.deepEqual(Object.keys(operations).filter((id) => !changing.includes(id)), [])
    await exchange(`${peil.url}/push/sensor_community`, { method: 'POST', headers: { Authorization: `Bearer ${peil.token}`, 'X-Sensor': 'esp8266-9' }, body: '{"sensordatavalues":[{"value_type":"humidity","value":"55"}]}' })
    let done = 0
    for (const [id, of] of Object.entries(operations)) {
      if (!of) continue
      const [what, deed] = of
      if (!deed) {
        assert.ok(text.includes(`"${what}"`), `${id}: ${what}`)
        continue
      }
      const [told, answer] = await since(deed)
      assert.ok(answer.status < 300, `${id}: ${answer.status} ${answer.text}`)
      assert.ok(told.some((l) => l.what === what && l.who === 'token:test-administrator'), `${id}: ${JSON.stringify(told)}`)
      done++
    }
    assert.ok(done >= 5)
  })

  test('of SensorThings writes its line, but for new Observations', async () => {
    const id = await peil.make('Things', thing({ Datastreams: [stream()], Locations: [location()] }))
    const [measured] = await peil.read(`Things(${id})/Datastreams`), [place] = await peil.read(`Things(${id})/Locations`)
    const deeds = [
      ['entity.create', () => peil.post('Things', thing())],
      ['entity.update', () => peil.patch(`Things(${id})`, { name: 'other' })],
      ['entity.update', () => peil.put(`Things(${id})`, thing({ name: 'put' }))],
      ['entity.access', () => peil.patch(`Things(${id})`, { properties: { access: 'private' } })],
      ['entity.unlink', () => peil.delete(`Things(${id})/Locations(${place['@iot.id']})/$ref`)],
      ['entity.link', () => peil.post(`Things(${id})/Locations/$ref`, { '@iot.id': place['@iot.id'] })],
      ['entity.create', () => peil.post('$batch', { requests: [{ id: '1', method: 'post', url: 'Things', body: thing() }] })],
      [null, () => peil.post(`Datastreams(${measured['@iot.id']})/Observations`, { result: 1 })],
      ['entity.delete', () => peil.delete(`Things(${id})`)],
    ]
    for (const [what, deed] of deeds) {
      const [told, answer] = await since(deed)
      assert.ok(answer.status < 300, `${what}: ${answer.status} ${answer.text}`)
      assert.equal(what === null ? told.length === 0 : told.some((l) => l.what === what), true, `${what}: ${JSON.stringify(told)}`)
    }
  })

  test('of the commands writes its line, whether peil runs or not', async () => {
    const csv = join(peil.directory, 'in.csv')
    const id = await peil.make('Datastreams', stream({ Thing: thing({ Locations: [location()] }) }))
    execFileSync('sh', ['-c', `printf 'time,result\\n2026-01-01T00:00:00Z,1\\n' > ${csv}`])
    const deeds = [
      ['token.create', () => makeToken(peil.directory, 'reader', 'brief')],
      ['token.withdraw', () => run('token', 'withdraw', 'brief')],
      ['user.create', () => makeUser(peil.directory, 'piet', 'reader')],
      ['user.role', () => run('user', 'role', '--role', 'editor', 'piet')],
      ['user.remove', () => run('user', 'remove', 'piet')],
      ['readings.import', () => run('import', '--datastream', String(id), csv)],
      ['area.import', () => execFileSync(binary, ['import', '--data', peil.directory, 'areas', 'share/demo/rijswijk.geojson'])],
    ]
    for (const [what, deed] of deeds) {
      const [told] = await since(deed)
      assert.ok(told.some((l) => l.what === what && l.who === 'local'), `${what}: ${JSON.stringify(told)}`)
    }
  })
})

describe('who reads what is private', () => {
  test('is told once an hour per reader and Datastream, in whatever form, and nobody else is', async () => {
    const make = (access) => peil.make('Things', thing({ properties: { access }, Datastreams: [stream()], Locations: [location()] }))
    const streamOf = async (id) => (await peil.read(`Things(${id})/Datastreams`))[0]['@iot.id']
    const [secret, inner, open] = [await streamOf(await make('private')), await streamOf(await make('internal')), await streamOf(await make('public'))]
    for (const s of [secret, inner, open]) await peil.make(`Datastreams(${s})/Observations`, { result: 7 })
    const as = Object.fromEntries(['operator', 'editor', 'reader'].map((r) => [r, { Authorization: `Bearer ${makeToken(peil.directory, r, `reads-${r}`)}` }]))
    const reads = async (deed) => (await since(deed))[0].filter((l) => l.what === 'data.read').map((l) => [l.who, l.which, l.detail].join(' '))

    assert.deepEqual(await reads(() => peil.get(`Datastreams(${secret})/Observations?$resultFormat=CSV`, as.operator)), [`token:reads-operator Datastreams(${secret}) csv`])
    assert.deepEqual(await reads(() => peil.get(`Datastreams(${secret})/Observations?$resultFormat=CSV`, as.operator)), [], 'again within the hour')
    assert.deepEqual(await reads(() => peil.get(`Datastreams(${secret})?$expand=Observations`, as.operator)), [`token:reads-operator Datastreams(${secret}) json`])
    assert.deepEqual(await reads(() => peil.get('Observations?$top=1', as.operator)), ['token:reads-operator Observations json'])
    for (const path of ['Observations', 'Datastreams?$expand=Observations', 'Things?$expand=Datastreams/Observations', 'ObservedProperties(1)/Datastreams?$expand=Observations'])
      assert.deepEqual(await reads(() => peil.get(path, as.operator)), [], `${path}: of the whole set, once an hour and form is enough`)
    const owner = (await peil.read(`Datastreams(${secret})/Thing`))['@iot.id']
    assert.deepEqual(await reads(() => peil.get(`Things(${owner})?$expand=Datastreams/Observations`, as.operator)), [`token:reads-operator Things(${owner}) json`])
    assert.deepEqual(await reads(() => peil.get(`Things(${owner})/Datastreams?$expand=Observations`, as.operator)), [], 'the same Thing')
    assert.deepEqual(await reads(() => api('GET', `/datastreams/${secret}/observations`, undefined, as.operator)), [`token:reads-operator Datastreams(${secret}) api`])
    for (const path of [`Datastreams(${open})/Observations`, `Datastreams(${inner})/Observations`, 'Things', `Datastreams(${secret})`])
      assert.deepEqual(await reads(() => peil.get(path, as.operator)), [], path)
    for (const role of ['editor', 'reader']) assert.deepEqual(await reads(() => peil.get(`Datastreams(${secret})/Observations`, as[role])), [], role)
    const olga = await Staff.first(peil.url, 'olga', makeUser(peil.directory, 'olga', 'operator'), 'een lang wachtwoord')
    const thingOf = (await peil.read(`Datastreams(${secret})/Thing`))['@iot.id']
    assert.deepEqual(await reads(() => olga.get(`/meter/${thingOf}`)), [`user:olga Datastreams(${secret}) page`])
    assert.deepEqual(await reads(() => run('export', `Datastreams(${secret})/Observations?$resultFormat=CSV`)), [`local Datastreams(${secret}) csv`])
    assert.deepEqual(await reads(() => run('export', `Datastreams(${open})/Observations?$resultFormat=CSV`)), [])
  })

  test('is told of the audit log itself', async () => {
    const ada = await Staff.first(peil.url, 'ada', makeUser(peil.directory, 'ada', 'auditor'), 'een lang wachtwoord')
    const [told] = await since(() => ada.get('/team/logboek'))
    assert.ok(told.some((l) => l.what === 'audit.read' && l.who === 'user:ada'), JSON.stringify(told))
    assert.deepEqual((await since(() => ada.get('/en/team/logboek')))[0].filter((l) => l.what === 'audit.read' && l.who === 'user:ada'), [], 'the same page in another language')
    assert.ok(lines().some((l) => l.what === 'audit.read' && l.who === 'local'))
  })
})

test('settings that differ from those of the last start are told by name, without what they say', async () => {
  const other = await Peil.start({ args: ['--set', 'http.security_contact=mailto:geheim@example.nl'] })
  try {
    const told = () => execFileSync(binary, ['audit', 'list', '--data', other.directory], { encoding: 'utf8' }).split('\n').filter((l) => l.includes(' settings.')).map((l) => l.split(' ').slice(2).join(' '))
    assert.deepEqual(told(), ['peil settings.first settings'])
    await other.server.stop()
    await other.open()
    assert.equal(told().length, 1, 'the same again is no change')
    await other.server.stop()
    other.args = ['--set', 'http.security_contact=mailto:anders@example.nl', '--set', 'rate.token_per_minute=5000']
    await other.open()
    assert.deepEqual(told().slice(1), ['peil settings.change settings rate.token_per_minute http.security_contact'])
    const all = execFileSync(binary, ['audit', 'list', '--data', other.directory], { encoding: 'utf8' })
    assert.doesNotMatch(all, /geheim@|anders@|5000/)
  } finally {
    await other.stop()
  }
})

test('every kind of document has a row in the table of what is kept, or holds nothing about persons', () => {
  const files = (d) => readdirSync(d, { withFileTypes: true }).flatMap((f) => (f.isDirectory() ? files(join(d, f.name)) : /\.[ch]$/.test(f.name) && !/_test\.c$/.test(f.name) ? [join(d, f.name)] : []))
  const kinds = new Set()
  for (const file of files('src')) {
    const text = readFileSync(file, 'utf8')
    // The first argument behind the transaction: a name of this file's or its headers', or the text itself.
    for (const [, kind] of text.matchAll(/store_document_put\(\w+(?:->\w+|\.\w+)?,\s*(?:STR\("([^"]+)"\))/g)) if (kind) kinds.add(kind)
    if (!text.includes('store_document_put') && !file.endsWith('.h')) continue
    for (const [, kind] of text.matchAll(/^#define [A-Z_]*(?:KIND|DEVICES|QUARANTINE|FEATURES|SECRET|RULES|VERSIONS|LATE|ALERTS|PLACES|UNTOLD|TARGETS|MESSAGES|KEYS|FEED|FEED_STATE|STREAM|TOPICS|STATES)[A-Z_]* +(?:STR\()?"([a-z._-]+)"\)?/gm)) kinds.add(kind)
    for (const [, kind] of text.matchAll(/static const str \w*kind = \{"([a-z._-]+)"/g)) kinds.add(kind)
  }
  // Nothing of a person: what the town's areas, feeds, checks and sums are, secrets of the service, and signs of life, which care/processing.c lists.
  const others = /^(care\..*|feed.*|area.*|rollup.*|quality.*|postcode|secret|service|settings|alert.*|rule_late|rule_since|outbox_key|mqtt_topic|generated_feature|kpi\.other|audit-head|home|identity|pseudonyms|day|head|last|unit|.*correct.*|stream.*)$/
  const rows = [...readFileSync('src/identity/retention.c', 'utf8').matchAll(/^ {4}\{STR\("([^"]+)"\)/gm)].map((m) => m[1])
  assert.ok(kinds.size >= 20, [...kinds].join(' '))
  assert.deepEqual([...kinds].filter((k) => !rows.includes(k) && !others.test(k)), [])
  for (const must of ['user', 'session', 'failed login', 'token', 'raw', 'readings', 'withdrawn', 'copies', 'audit']) assert.ok(rows.includes(must), must)
})
