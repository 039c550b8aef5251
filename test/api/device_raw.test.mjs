// SPDX-License-Identifier: EUPL-1.2
// Messages as they came are kept for a while and can be read again by a better decoder; personal ones never are.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { exchange, binary, Peil } from './lib/peil.mjs'

let peil, own
const sample = (path) => readFileSync(new URL(`../../fuzz/corpus/${path}`, import.meta.url), 'utf8')
before(async () => {
  peil = await Peil.start({ args: ['--set', 'ingest.accept_new_devices=yes'] })
})
after(() => peil.stop())

const push = (path, body, headers = {}) => exchange(peil.url + path, { method: 'POST', body, headers: { Authorization: `Bearer ${peil.token}`, 'Content-Type': 'application/json', ...headers } })
function replay(...args) {
  const got = spawnSync(binary, ['ingest', 'replay', '--data', peil.directory, ...args], { encoding: 'utf8' })
  assert.equal(got.status, 0, got.stderr)
  return Object.fromEntries(got.stdout.trim().split(', ').map((t) => t.split(' ').reverse()).map(([k, n]) => [k, Number(n)]))
}
const restart = async (...args) => {
  await peil.server.stop()
  peil.args = ['--set', 'ingest.accept_new_devices=yes', ...args]
  await peil.open()
}

test('what nobody could decode is decoded once a description is there, though peil was stopped in between', async () => {
  const answer = await push('/push/chirpstack_v4?event=up&decoder=own-air', sample('device_chirpstack_v4/am319_air_raw_only.json'))
  assert.equal(answer.status, 200, answer.text)
  assert.equal(answer.body.stored, 0)
  own = join(peil.directory, 'descriptions')
  mkdirSync(own)
  writeFileSync(join(own, 'own-air.json'), readFileSync(new URL('../../share/devices/milesight-am319.json', import.meta.url), 'utf8').replaceAll('milesight-am319', 'own-air'))
  await restart('--set', `ingest.payloads_directory=${own}`)
  const first = replay()
  assert.equal(first.messages, 1)
  assert.ok(first.stored >= 6, JSON.stringify(first))
  const [co2] = await peil.read(`Datastreams?$filter=ObservedProperty/name eq 'co2'&$expand=Observations`)
  assert.deepEqual(co2.Observations.map((o) => o.result), [936])
  const again = replay()
  assert.deepEqual([again.messages, again.stored], [1, 0])
  assert.equal(again.known, first.stored)
})

test('a reading without a time of its own keeps the time when it came', async () => {
  const body = JSON.stringify({ esp8266id: '77', sensordatavalues: [{ value_type: 'SDS_P1', value: '5.5' }] })
  assert.equal((await push('/push/sensor_community', body)).body.stored, 1)
  const got = replay('--format', 'sensor_community')
  assert.deepEqual([got.messages, got.stored, got.known], [1, 0, 1])
})

test('neither smart meters nor tokens are kept', async () => {
  const telegram = sample('device_p1_telegram/dsmr50_example_three_phase.txt')
  assert.equal((await push('/push/p1_telegram?device=home', telegram, { 'Content-Type': 'text/plain' })).status, 200)
  assert.equal((await exchange(`${peil.url}/push/sensor_community/${peil.token}?p=${peil.token}`, { method: 'POST', body: JSON.stringify({ esp8266id: '78', sensordatavalues: [{ value_type: 'SDS_P1', value: '6' }] }) })).status, 201)
  assert.equal(replay('--format', 'p1_telegram').messages, 0)
  assert.equal(replay('--format', 'sensor_community').messages, 2)
  await peil.server.stop()
  const unpacked = readdirSync(join(peil.directory, 'blobs'), { recursive: true }).map((f) => join(peil.directory, 'blobs', f))
    .map((f) => spawnSync('zstd', ['-dc', f], { encoding: 'utf8' }).stdout ?? '').join('')
  assert.match(unpacked, /SDS_P1/)
  assert.ok(!unpacked.includes(peil.token.slice(0, 12)), 'a token is kept')
  await peil.open()
})

const show = (...args) => {
  const got = spawnSync(binary, ['ingest', 'show', '--data', peil.directory, ...args], { encoding: 'utf8' })
  assert.equal(got.status, 0, got.stderr)
  return got.stdout
}

test('what is kept is shown by time, format and device, of a running peil and a stopped one', async () => {
  const before = new Date().toISOString()
  await new Promise((r) => setTimeout(r, 5))
  const message = (id) => JSON.stringify({ esp8266id: id, sensordatavalues: [{ value_type: 'SDS_P1', value: '4.25' }] })
  for (const id of ['90', '901']) assert.equal((await push('/push/sensor_community', message(id), { 'X-Sensor': `esp8266-${id}` })).status, 201)
  // To the disk.
  await restart()
  const all = show('--since', before)
  assert.match(all, /^\d{4}-\d\d-\d\dT[\d:.]+Z  sensor_community  \d+ bytes  type: application\/json  X-Sensor: esp8266-90\n    \{"esp8266id":"90",/)
  assert.match(all, /\n2 messages, 0 of others passed over\n$/)
  assert.match(show('--since', before, '--device', 'esp8266-90'), /"90",.*\n1 messages, 1 of others passed over\n$/s)
  assert.match(show('--since', before, '--device', '90'), /^0 messages, 2 of others/)
  assert.match(show('--until', before), /chirpstack_v4/)
  assert.doesNotMatch(show('--until', before), /esp8266-901/)
  assert.match(show('--format', 'chirpstack_v4'), /^[^\n]+  chirpstack_v4  \d+ bytes  query: event=up&decoder=own-air.*\n1 messages, /s)
  await peil.server.stop()
  assert.equal(show('--since', before), all)
  await peil.open()
  const wrong = spawnSync(binary, ['ingest', 'show', '--data', peil.directory, '--format', 'no_such'], { encoding: 'utf8' })
  assert.equal(wrong.status, 2)
  assert.match(wrong.stderr, /there is no format 'no_such'/)
})

test('a message that nobody can read is shown harmless, by a part of its bytes, and cut unless asked for whole', async () => {
  const nasty = Buffer.concat([Buffer.from('odd-77 \x1b[2J\x1b]0;owned\x07\n\\ \u202egpj \u009b5n '), Buffer.from([0xff, 0x00]), Buffer.from('z'.repeat(1200))])
  assert.ok((await push('/push/sensor_community', nasty)).status >= 400)
  await restart()
  const cut = show('--device', 'odd-77')
  assert.match(cut, /\n    odd-77 \\u\{1b\}\[2J\\u\{1b\}\]0;owned\\u\{7\}\\n\\\\ \\u\{202e\}gpj \\u\{9b\}5n \\xff\\u\{0\}z+ \.\.\. \d+ bytes more\n1 messages/)
  assert.doesNotMatch(cut, /[\x00-\x09\x0b-\x1f\x7f\u0080-\u009f\u202e]/)
  assert.match(show('--device', 'odd-77', '--whole'), /z{1200}\n1 messages/)
})

test('with ingest.raw_days = 0 nothing is kept', async () => {
  await restart('--set', 'ingest.raw_days=0')
  await push('/push/sensor_community', JSON.stringify({ esp8266id: '79', sensordatavalues: [{ value_type: 'SDS_P1', value: '7' }] }))
  const got = spawnSync(binary, ['ingest', 'replay', '--data', peil.directory], { encoding: 'utf8' })
  assert.match(got.stdout, /^6 messages/)
})
