// SPDX-License-Identifier: EUPL-1.2
// Every kind of device pushes its samples to the real server over its own route, and what they say is read back by
// SensorThings. Expected values: the samples' READMEs and the formats' own documentation.
import { test, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { gzipSync, deflateSync, deflateRawSync } from 'node:zlib'
import { fileURLToPath } from 'node:url'
import { exchange, makeToken, Peil } from './lib/peil.mjs'

const sample = (kind, name) => readFileSync(new URL(`../../fuzz/corpus/device_${kind}/${name}`, import.meta.url), 'utf8')
const descriptions = fileURLToPath(new URL('../../share/devices', import.meta.url))

let peil
before(async () => {
  peil = await Peil.start({ args: ['--set', 'ingest.accept_new_devices=yes', '--set', `ingest.payloads_directory=${descriptions}`] })
})
after(() => peil.stop())

const push = (path, body, headers = {}, method = 'POST') => {
  const all = { Authorization: `Bearer ${peil.token}`, 'Content-Type': 'application/json', ...headers }
  if (all.Authorization === '') delete all.Authorization
  return exchange(peil.url + path, { method, body, headers: all })
}

// { quantity: { result, phenomenonTime, ... } } of a device's newest Observations; several Sensors: "quantity SENSOR".
async function shown(device) {
  const things = await peil.read(`Things?$filter=${encodeURIComponent(`name eq '${device}'`)}&$expand=` +
    'Datastreams($expand=Sensor,ObservedProperty,Observations($orderby=phenomenonTime desc,id desc;$top=1))')
  assert.equal(things.length, 1, `${things.length} Things are called ${device}`)
  return Object.fromEntries(things[0].Datastreams.flatMap((d) => [
    [d.ObservedProperty.name, d.Observations[0]], [`${d.ObservedProperty.name} ${d.Sensor.name}`, d.Observations[0]]]))
}

const results = async (device, ...names) => {
  const all = await shown(device)
  return names.map((n) => all[n]?.result)
}

test('The Things Stack: raw bytes of a noise sensor', async () => {
  const answer = await push('/push/tts_v3?decoder=milesight-ws302', sample('tts_v3', 'ws302_noise_raw_only.json'))
  assert.equal(answer.status, 200, answer.text)
  assert.deepEqual(await results('1000000000000001', 'noise_laf', 'noise_laeq', 'noise_la_max'), [57.5, 47.4, 61.8])
  assert.equal((await shown('1000000000000001')).noise_laeq.phenomenonTime, '2023-05-19T05:33:35.641841Z')
})

test('ChirpStack: raw bytes of an air sensor, and the same delivery twice', async () => {
  const body = JSON.parse(sample('chirpstack_v4', 'am319_air_raw_only.json'))
  body.deduplicationId = 'a6a0a1f2-0000-4000-8000-000000000001'
  const first = await push('/push/chirpstack_v4?event=up&decoder=milesight-am319', JSON.stringify(body))
  assert.equal(first.status, 200, first.text)
  assert.ok(first.body.stored >= 6, first.text)
  const again = await push('/push/chirpstack_v4?event=up&decoder=milesight-am319', JSON.stringify(body))
  assert.deepEqual([again.body.stored, again.body.duplicates], [0, first.body.stored + first.body.unknown])
})

test('a P1 telegram, and one that is damaged', async () => {
  const telegram = sample('p1_telegram', 'dsmr50_example_three_phase.txt')
  const answer = await push('/push/p1_telegram?device=home-1', telegram, { 'Content-Type': 'text/plain' })
  assert.equal(answer.status, 200, answer.text)
  const found = await shown('home-1')
  assert.equal(found.energy_t1.result, Number(/1-0:1\.8\.1\((\d+\.\d+)\*kWh\)/.exec(telegram)[1]))
  const damaged = await push('/push/p1_telegram?device=home-1', telegram.replace('*kWh', '*kWH'))
  assert.equal(damaged.status, 400)
  assert.match(damaged.body.message, /checksum/)
})

test('HomeWizard', async () => {
  const text = sample('homewizard', 'v1_p1_all_data.json')
  const answer = await push('/push/homewizard?device=hw-1', text)
  assert.equal(answer.status, 200, answer.text)
  assert.deepEqual(await results('hw-1', 'energy_t1', 'energy_t2'),
    [JSON.parse(text).total_power_import_t1_kwh, JSON.parse(text).total_power_import_t2_kwh])
})

test('openSenseMap: its addresses, a bare token, its answers', async () => {
  const one = await push('/boxes/5a0c2cc89fd3c200111118f0/pm25', '{"value":"12.5","createdAt":"2026-01-01T10:00:00Z"}',
    { Authorization: peil.token })
  assert.deepEqual([one.status, one.body], [201, 'Measurement saved in box'])
  const many = await push('/boxes/5a0c2cc89fd3c200111118f0/data', '{"temperature":[21.5,"2026-01-01T10:05:00Z"],"humidity":"55"}',
    { Authorization: peil.token })
  assert.deepEqual([many.status, many.body], [201, 'Measurements saved in box'])
  const csv = await push('/boxes/5a0c2cc89fd3c200111118f0/data', 'pm10,25.5,2026-01-01T10:10:00Z\n',
    { Authorization: peil.token, 'Content-Type': 'text/csv' })
  assert.equal(csv.status, 201, csv.text)
  assert.deepEqual(await results('5a0c2cc89fd3c200111118f0', 'pm25', 'temperature', 'humidity', 'pm10'), [12.5, 21.5, 55, 25.5])
  const wrong = await push('/boxes/x/data', '{"pm25":1}', { Authorization: 'nobody' })
  assert.deepEqual([wrong.status, wrong.body.code], [401, 'Unauthorized'])
  const bad = await push('/boxes/x/pm25', '{"value":"much"}', { Authorization: peil.token })
  assert.deepEqual([bad.status, bad.body.code], [422, 'UnprocessableEntity'])
})

test('Smart Citizen', async () => {
  const answer = await push('/push/smart_citizen?device=sck-1', sample('smart_citizen', 'readings_post.json'))
  assert.equal(answer.status, 200, answer.text)
  assert.ok(answer.body.stored + answer.body.unknown > 0, answer.text)
})

test('CSV', async () => {
  const answer = await push('/push/csv?device=logger-1', 'time;temperature;humidity\n2026-01-01T10:00:00Z;21,5;55\n',
    { 'Content-Type': 'text/csv' })
  assert.equal(answer.status, 200, answer.text)
  assert.deepEqual(await results('logger-1', 'temperature', 'humidity'), [21.5, 55])
})

test('the old TTN', async () => {
  const [, topic, body] = /^(\S+) (.*)$/s.exec(sample('ttn_v2', 'mqtt_topic_space_payload.txt').trim()) ?? []
  assert.ok(topic, 'the sample is a topic and a payload')
  const answer = await push('/push/ttn_v2', body)
  assert.equal(answer.status, 200, answer.text)
  assert.ok(answer.body.stored > 0, answer.text)
})

test("Sensor.Community's own address", async () => {
  const answer = await push('/v1/push-sensor-data/', sample('sensor_community', 'nrz2020_bme280_dnms_noise.json'), { 'X-Sensor': 'esp8266-55' })
  assert.equal(answer.status, 201, answer.text)
  assert.equal((await shown('esp8266-55'))['noise_laeq DNMS'].result > 30, true)
})

// ---- bodies that are packed ----

test('gzip and deflate bodies are unpacked, and never beyond the limit', async () => {
  const line = (k) => `packed,device=packed-${k} temperature=2${k}.5 1767261600000000000\n`
  const all = [gzipSync, deflateSync, deflateRawSync]
  for (const [k, pack] of all.entries()) {
    const answer = await push('/write', pack(line(k)), { 'Content-Encoding': k === 0 ? 'gzip' : 'deflate' })
    assert.equal(answer.status, 204, answer.text)
    assert.deepEqual(await results(`packed-${k}`, 'temperature'), [Number(`2${k}.5`)])
  }
  const bomb = gzipSync(Buffer.alloc(64 << 20, 0x20), { level: 9 })
  assert.ok(bomb.length < 1 << 20)
  assert.equal((await push('/write', bomb, { 'Content-Encoding': 'gzip' })).status, 413)
  assert.equal((await push('/write', 'x', { 'Content-Encoding': 'br' })).status, 415)
  assert.equal((await push('/write', 'no gzip', { 'Content-Encoding': 'gzip' })).status, 400)
})

// ---- InfluxDB ----

test('what Telegraf asks before it writes', async () => {
  const ping = await push('/ping', undefined, { Authorization: '' }, 'GET')
  assert.equal(ping.status, 204)
  assert.ok(ping.headers['x-influxdb-version'])
  const made = await push('/query', 'q=CREATE+DATABASE+%22telegraf%22', { 'Content-Type': 'application/x-www-form-urlencoded' })
  assert.deepEqual([made.status, made.body.results.length], [200, 1])
  assert.equal((await push('/query?q=SELECT+1', undefined, {}, 'GET')).status, 501)
})

test('a request with many lines of a device is one message of it, the first as those after', async () => {
  const lines = (k) => [0, 1, 2].map((i) => `weather,device=counted temperature=2${i},humidity=5${i} ${1767261600 + 3 * k + i}\n`).join('')
  for (let k = 0; k < 4; k++) assert.equal((await push('/write?precision=s', lines(k))).status, 204)
  const said = async () => JSON.parse((await push('/api/v1/devices/influx/counted', undefined, {}, 'GET')).text).messages
  for (let i = 0; i < 600 && await said() < 4; i++) await new Promise((resolve) => setTimeout(resolve, 100))
  assert.equal(await said(), 4)
})

test('InfluxDB 1 and 2: addresses, credentials, precisions', async () => {
  const ways = [
    ['/write?db=x&precision=s', '1767261600', { Authorization: `Token ${peil.token}` }],
    [`/write?db=x&u=me&p=${peil.token}&precision=ms`, '1767261600000', { Authorization: '' }],
    ['/api/v2/write?org=o&bucket=b&precision=us', '1767261600000000', { Authorization: `Token ${peil.token}` }],
    ['/api/v2/write?org=o&bucket=b', '1767261600000000000', { Authorization: `Basic ${btoa(`me:${peil.token}`)}` }],
  ]
  for (const [k, [path, time, headers]] of ways.entries()) {
    for (const value of ['21.5', '22.5']) {
      const answer = await push(path, `w,device=way-${k} temperature=${value} ${value === '21.5' ? time : Number(time) + 60 * 10 ** (time.length - 10)}`, headers)
      assert.equal(answer.status, 204, answer.text)
    }
    const found = (await shown(`way-${k}`)).temperature
    assert.deepEqual([found.result, found.phenomenonTime], [22.5, '2026-01-01T10:01:00Z'])
  }
})

test("errors in InfluxDB's form", async () => {
  const nobody = await push('/api/v2/write', 'w t=1', { Authorization: 'Token nobody' })
  assert.deepEqual([nobody.status, nobody.body.code], [401, 'unauthorized'])
  const partial = await push('/write', 'w,device=part temperature=20\nbroken\n')
  assert.equal(partial.status, 400)
  assert.match(partial.body.error, /^partial write: .* at byte \d+ dropped=1$/)
  assert.deepEqual(await results('part', 'temperature'), [20])
  assert.equal((await push('/api/v2/write?precision=year', 'w t=1')).status, 400)
})

// The same lines again and again go a short way; nothing of what is stored, refused or doubted may differ.
test('lines that are known are stored as those that are not', async () => {
  const write = async (text) => push('/api/v2/write?precision=s', text)
  const at = (k) => 1767261600 + k
  const first = await write(`air,device=known,sensor=SPS30 pm25=5.0,temperature=20.5 ${at(0)}\n`)
  assert.equal(first.status, 204, first.text)
  const text = [
    `air,device=known,sensor=SPS30 pm25=6.25,temperature=21.0 ${at(1)}`,
    `air,device=known,sensor=SPS30 pm25=7i,temperature=-1.50 ${at(2)}`,
    '# a comment', '',
    `air,device=known,sensor=SPS30 temperature=144.4 ${at(3)}`,          // cannot be
    `air,device=known,sensor=SPS30 temperature=1e1 ${at(4)}`,            // the long way of writing ten
    `air,device=known,sensor=SPS30 pm25=9,pm10=8 ${at(5)}`,              // more fine dust than dust
    `air,device=new-one,sensor=SPS30 pm25=3 ${at(6)}`,
    `air,device=known,sensor=SPS30 temperature=oops ${at(7)}`,
    `air,device=known,sensor=SPS30 temperature=22.5 ${at(0)}`,           // another value for a time that is there
    `air,device=known,sensor=SPS30 temperature=21.0 ${at(1)}`,           // the same again
    `air,device=known,sensor=SPS30 temperature=23 ${at(9)}\r`, ''].join('\n')
  const answer = await write(text)
  assert.equal(answer.status, 400)
  assert.match(answer.body.error, new RegExp(`at byte ${text.indexOf('oops')} dropped=1$`))
  const [thing] = await peil.read(`Things?$filter=name eq 'known'&$expand=Datastreams($expand=ObservedProperty,Observations($orderby=phenomenonTime,id))`.replaceAll(' ', '%20'))
  const rows = (name) => thing.Datastreams.find((d) => d.ObservedProperty.name === name).Observations
    .map((o) => [Date.parse(o.phenomenonTime) / 1000 - at(0), o.result, o.resultQuality?.status ?? ''])
  assert.deepEqual(rows('temperature'), [[0, 20.5, ''], [0, 22.5, 'contradicted'], [1, 21, ''], [2, -1.5, ''],
    [3, 144.4, 'implausible'], [4, 10, ''], [9, 23, '']])
  assert.deepEqual(rows('pm25'), [[0, 5, ''], [1, 6.25, ''], [2, 7, ''], [5, 9, 'implausible']])
  assert.deepEqual(await results('new-one', 'pm25'), [3])
})

test('what peil does not know is stored under its own name, each set of tags by itself', async () => {
  for (const k of [0, 1]) {
    const answer = await push('/write?precision=s', [`cpu,host=server,cpu=cpu0 usage_user=1${k}.5 ${1767261600 + k}`,
      `cpu,host=server,cpu=cpu1 usage_user=2${k}.5,state="busy" ${1767261600 + k}`, `reading,device=x value=${k} ${1767261600 + k}`].join('\n'))
    assert.equal(answer.status, 204, answer.text)
  }
  const found = await shown('server')
  assert.deepEqual([found['usage_user cpu, cpu=cpu0'].result, found['usage_user cpu, cpu=cpu1'].result], [11.5, 21.5])
  assert.deepEqual(await results('x', 'reading'), [1])
})

test('a Datastream that was deleted is made anew', async () => {
  const write = async (k) => push('/write?precision=s', `air,device=gone temperature=2${k} ${1767261600 + k}`)
  for (const k of [0, 1]) assert.equal((await write(k)).status, 204)
  const [thing] = await peil.read(`Things?$filter=name%20eq%20'gone'&$expand=Datastreams`)
  assert.equal((await peil.delete(`Datastreams(${thing.Datastreams[0]['@iot.id']})`)).status, 200)
  assert.equal((await write(2)).status, 204)
  assert.deepEqual(await results('gone', 'temperature'), [22])
})

test('ten thousand lines at once, killed right after the answer, are all there', async () => {
  const lines = (k) => Array.from({ length: 10_000 }, (_, i) => `bulk,device=bulk-${i % 20} temperature=${i % 40}.5 ${1767261600 + k * 1000 + Math.floor(i / 20)}\n`).join('')
  for (const k of [0, 1, 2]) assert.equal((await push('/api/v2/write?precision=s', lines(k))).status, 204)
  await peil.server.kill()
  await peil.open()
  const things = await peil.read(`Things?$filter=startswith(name,'bulk-')&$expand=Datastreams`)
  let count = 0
  for (const t of things) count += await peil.count(`Datastreams(${t.Datastreams[0]['@iot.id']})/Observations`)
  assert.equal(count, 30_000)
})
