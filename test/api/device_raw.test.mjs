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

test('with ingest.raw_days = 0 nothing is kept', async () => {
  await restart('--set', 'ingest.raw_days=0')
  await push('/push/sensor_community', JSON.stringify({ esp8266id: '79', sensordatavalues: [{ value_type: 'SDS_P1', value: '7' }] }))
  const got = spawnSync(binary, ['ingest', 'replay', '--data', peil.directory], { encoding: 'utf8' })
  assert.match(got.stdout, /^3 messages/)
})
