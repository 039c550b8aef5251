// SPDX-License-Identifier: EUPL-1.2
// An airRohr pushes to the real server as its firmware does, and appears by itself where the operator allows it.
import { test, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { exchange, Peil } from './lib/peil.mjs'

const sample = (name) => readFileSync(new URL(`../../fuzz/corpus/device_sensor_community/${name}`, import.meta.url), 'utf8')

let peil
before(async () => {
  process.env.PEIL_INGEST_ACCEPT_NEW_DEVICES = 'yes'
  peil = await Peil.start()
})
after(() => peil.stop())

const push = (body, headers = {}, path = '/push/sensor_community') => exchange(peil.url + path, {
  method: 'POST', body, headers: { Authorization: `Bearer ${peil.token}`, 'Content-Type': 'application/json', ...headers },
})

const latest = async (device) => {
  const [known] = await peil.read(`Things?$filter=${encodeURIComponent(`substringof('${device}',name)`)}&$expand=` +
    'Datastreams($expand=Sensor,Observations($orderby=phenomenonTime desc;$top=1))')
  assert.ok(known, `no Thing of ${device}`)
  return Object.fromEntries(known.Datastreams.map((d) => [
    `${d.Sensor.name} ${d.unitOfMeasurement.symbol}`, { name: d.name, ...d.Observations[0] }]))
}

test('a device that was never seen gets its Thing, Sensors and Datastreams', async () => {
  const answer = await push(sample('nrz2020_bme280_dnms_noise.json'), { 'X-Sensor': 'esp8266-1234567' })
  assert.equal(answer.status, 201, answer.text)
  assert.equal(answer.body.stored, 6)
  const things = await peil.read('Things?$expand=Datastreams')
  assert.equal(things.length, 1)
  assert.equal(things[0].Datastreams.length, 6)
})

test('values, times and doubts arrive in the Observations', async () => {
  const answer = await push(JSON.stringify({
    esp8266id: '7654321', timestamp: '2026-01-01 10:00:00+01:00',
    sensordatavalues: [
      { value_type: 'SDS_P1', value: '5.38' }, { value_type: 'SDS_P2', value: '-1' },
      { value_type: 'BME280_pressure', value: 1018.25 }, { value_type: 'BME280_temperature', value: '-144.4' },
      { value_type: 'GEIGER_cpm', value: '17' },
    ],
  }))
  assert.equal(answer.status, 201, answer.text)
  assert.deepEqual([answer.body.stored, answer.body.refused, answer.body.flagged, answer.body.unknown], [4, 1, 1, 0])
  const found = await latest('7654321')
  assert.equal(found['SDS011 µg/m³'].result, 5.38)
  assert.equal(found['SDS011 µg/m³'].phenomenonTime, '2026-01-01T09:00:00Z')
  assert.equal(found['BME280 Pa'].result, 101825)
  assert.equal(found['BME280 °C'].resultQuality.status, 'implausible')
})

test('the same message twice is stored once', async () => {
  const body = JSON.stringify({ timestamp: '2026-01-02T10:00:00Z', sensordatavalues: [{ value_type: 'SDS_P1', value: '7' }] })
  const headers = { 'X-Sensor': 'esp8266-twice' }
  assert.equal((await push(body, headers)).body.stored, 1)
  const again = await push(body, headers)
  assert.equal(again.status, 201)
  assert.deepEqual([again.body.stored, again.body.duplicates], [0, 1])
})

test('firmware that can send no header names its token in the path', async () => {
  const body = JSON.stringify({ esp8266id: '99', sensordatavalues: [{ value_type: 'humidity', value: '55' }] })
  const answer = await push(body, { Authorization: '' }, `/push/sensor_community/${peil.token}`)
  assert.equal(answer.status, 201, answer.text)
})

test('without a token nothing is stored', async () => {
  const body = sample('one_sensor.json')
  const answer = await push(body, { Authorization: '', 'X-Sensor': 'esp8266-stranger' })
  assert.equal(answer.status, 401)
})

test('a body that cannot be read is refused with its position', async () => {
  const answer = await push('{"sensordatavalues":[', { 'X-Sensor': 'esp8266-1234567' })
  assert.equal(answer.status, 400)
  assert.equal(answer.body.at, 21)
})
