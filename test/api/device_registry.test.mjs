// SPDX-License-Identifier: EUPL-1.2
// Which devices are let in, who may write for them, and what staff sees: over /api/v1/devices and `peil device`.
import { test, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { binary, exchange, makeToken, Peil } from './lib/peil.mjs'

let peil
let own
let other
before(async () => {
  peil = await Peil.start({ setup: (p) => {
    own = makeToken(p.directory, 'device', 'household-1')
    other = makeToken(p.directory, 'device', 'household-2')
  } })
})
after(() => peil.stop())

const api = (method, path, body, token = peil.token) => exchange(`${peil.url}/api/v1${path}`, {
  method, body: body && JSON.stringify(body), headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' } })
const push = (device, values, token = peil.token, more = {}) => exchange(`${peil.url}/push/sensor_community`, {
  method: 'POST', headers: { Authorization: `Bearer ${token}`, 'X-Sensor': device },
  body: JSON.stringify({ sensordatavalues: Object.entries(values).map(([value_type, value]) => ({ value_type, value })), ...more }) })
const lines = (text, token) => exchange(`${peil.url}/write?precision=s`, { method: 'POST', body: text, headers: { Authorization: `Token ${token}` } })
const command = (...args) => {
  const { status, stdout, stderr } = spawnSync(binary, ['device', ...args, '--data', peil.directory], { encoding: 'utf8' })
  return { status, stdout, stderr }
}

test('a stranger waits, is shown with what it sends, and is let in', async () => {
  const first = await push('esp8266-1', { humidity: '55', GEIGER_cpm: '17' })
  assert.deepEqual([first.body.stored, first.body.quarantined], [0, true])
  const { body } = await api('GET', '/devices?state=waiting')
  assert.equal(body.devices.length, 1)
  assert.deepEqual([body.devices[0].kind, body.devices[0].name, body.devices[0].messages, body.devices[0].names],
    ['sensor_community', 'esp8266-1', 1, ['humidity', 'GEIGER_cpm']])
  const let_in = await api('PATCH', '/devices/sensor_community/esp8266-1', { state: 'known' })
  assert.deepEqual([let_in.status, let_in.body.state], [200, 'known'])
  assert.equal((await push('esp8266-1', { humidity: '56', GEIGER_cpm: '18' })).body.stored, 2)
  const now = (await api('GET', '/devices/sensor_community/esp8266-1')).body
  assert.deepEqual([now.state, now.messages, now.datastreams, now.names], ['known', 1, 2, ['GEIGER_cpm']])
  assert.ok(now.lastSeen && now.thing)
  assert.equal((await api('GET', '/devices?state=waiting')).body.devices.length, 0)
})

test('the first device token owns it; another is refused until the operator hands it over', async () => {
  assert.equal((await push('esp8266-1', { humidity: '57' }, own)).body.stored, 1)
  const refused = await push('esp8266-1', { humidity: '58' }, other)
  assert.equal(refused.status, 403, refused.text)
  assert.match(refused.body.message, /belongs to another token/)
  assert.equal((await api('GET', '/devices/sensor_community/esp8266-1')).body.owner, 'household-1')
  assert.equal((await push('esp8266-1', { humidity: '59' })).body.stored, 1)  // an administrator writes for all
  assert.equal((await api('PATCH', '/devices/sensor_community/esp8266-1', { owner: 'household-2' })).status, 200)
  assert.equal((await push('esp8266-1', { humidity: '60' }, other)).body.stored, 1)
  assert.equal((await push('esp8266-1', { humidity: '61' }, own)).status, 403)
})

test('lines that are known are held to the same', async () => {
  assert.equal((await api('PATCH', '/devices/influx/roof', { state: 'known', owner: 'household-1' })).status, 200)
  const at = (k) => 1767261600 + k
  for (const k of [0, 1, 2]) assert.equal((await lines(`air,device=roof temperature=2${k} ${at(k)}`, own)).status, 204)
  assert.equal((await lines(`air,device=roof temperature=23 ${at(3)}`, other)).status, 403)
  assert.equal((await api('PATCH', '/devices/influx/roof', { owner: 'household-2' })).status, 200)
  assert.equal((await lines(`air,device=roof temperature=24 ${at(4)}`, own)).status, 403)
  assert.equal((await lines(`air,device=roof temperature=25 ${at(5)}`, other)).status, 204)
  assert.equal((await api('PATCH', '/devices/influx/roof', { state: 'blocked' })).status, 200)
  assert.equal((await lines(`air,device=roof temperature=26 ${at(6)}`, other)).status, 403)
  assert.equal((await lines(`air,device=roof temperature=26 ${at(6)}`, peil.token)).status, 403)
  const [thing] = await peil.read(`Things?$filter=name%20eq%20'roof'&$expand=Datastreams($expand=Observations)`)
  assert.deepEqual(thing.Datastreams[0].Observations.map((o) => o.result).sort(), [20, 21, 22, 25])
})

test('a clock that is wrong is told of, and the reading keeps its receipt', async () => {
  const ahead = new Date(Date.now() + 3_600_000).toISOString()
  const answer = await push('esp8266-1', { humidity: '62' }, peil.token, { timestamp: ahead })
  assert.deepEqual([answer.body.stored, answer.body.flagged], [1, 1])
  assert.match((await api('GET', '/devices/sensor_community/esp8266-1')).body.clock, /ahead/)
  const [o] = await peil.read(`Observations?$filter=result%20eq%2062`)
  assert.equal(o.resultQuality.status, 'clock')
  assert.ok(Math.abs(Date.parse(o.resultTime) - Date.now()) < 60_000)
  await push('esp8266-1', { humidity: '63' })
  assert.equal((await api('GET', '/devices/sensor_community/esp8266-1')).body.clock, undefined)
})

test('peil device does the same, on a running peil and on a stopped one', async () => {
  await push('esp8266-2', { humidity: '1' })
  assert.match(command('list', '--state', 'waiting').stdout, /^waiting .* sensor_community\/esp8266-2$/m)
  assert.equal(command('approve', 'sensor_community/esp8266-2').status, 0)
  assert.equal((await push('esp8266-2', { humidity: '2' })).body.stored, 1)
  assert.equal(command('block', 'sensor_community/esp8266-2').status, 0)
  assert.equal((await push('esp8266-2', { humidity: '3' })).status, 403)
  assert.equal(command('forget', 'sensor_community/nobody').status, 65)
  assert.equal(command('approve', 'fax/1').status, 65)
  assert.equal(command('please').status, 2)
  await peil.server.stop()
  assert.match(command('list').stdout, /^blocked .* sensor_community\/esp8266-2$/m)
  assert.equal(command('forget', 'sensor_community/esp8266-2').status, 0)
  await peil.open()
  assert.equal((await push('esp8266-2', { humidity: '4' })).body.quarantined, true)
})

test('lists come in pages; only operators see them; changes are in the audit log', async () => {
  for (let k = 0; k < 5; k++) await push(`esp32-${k}`, { humidity: '1' })
  const seen = []
  let path = '/devices?limit=2'
  for (let pages = 0; path && pages < 10; pages++) {
    const { body } = await api('GET', path)
    seen.push(...body.devices.map((d) => `${d.kind}/${d.name}`))
    path = body._links.next?.href.split('/api/v1')[1]
  }
  assert.deepEqual(seen, ['influx/roof', 'sensor_community/esp8266-1', ...[0, 1, 2, 3, 4].map((k) => `sensor_community/esp32-${k}`),
    'sensor_community/esp8266-2'])
  assert.equal((await api('GET', '/devices', undefined, own)).status, 403)
  assert.equal((await api('PATCH', '/devices/fax/1', { state: 'known' })).status, 400)
  assert.equal((await api('GET', '/devices/influx/nobody')).status, 404)
  const audit = spawnSync(binary, ['audit', 'list', '--data', peil.directory], { encoding: 'utf8' }).stdout
  assert.match(audit, /device\.approve.*device\/sensor_community\/esp8266-1/)
  assert.match(audit, /device\.assign.*device\/influx\/roof.*household-2/)
})
