// SPDX-License-Identifier: EUPL-1.2
// `peil ingest test` says what peil makes of a message: every kind told by its look, and nothing stored.
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { binary } from './lib/peil.mjs'

const corpus = fileURLToPath(new URL('../../fuzz/corpus', import.meta.url))
const descriptions = fileURLToPath(new URL('../../share/devices', import.meta.url))
const run = (args, input) => {
  const { status, stdout, stderr } = spawnSync(binary, ['ingest', 'test', ...args, '--set', `ingest.payloads_directory=${descriptions}`],
    { encoding: 'utf8', input })
  return { status, stdout, stderr }
}

test('each kind is told by its look', () => {
  for (const [file, format] of [
    ['device_sensor_community/nrz2020_bme280_dnms_noise.json', 'sensor_community'],
    ['device_tts_v3/ws302_noise_raw_only.json', 'tts_v3'],
    ['device_chirpstack_v4/am319_air_raw_only.json', 'chirpstack_v4'],
    ['device_p1_telegram/dsmr50_example_three_phase.txt', 'p1_telegram'],
    ['device_homewizard/v1_p1_all_data.json', 'homewizard'],
    ['device_smart_citizen/readings_post.json', 'smart_citizen'],
    ['device_influx/telegraf', 'influx'],
  ]) {
    const got = run([`${corpus}/${file}`, '--device', 'd1'])
    assert.match(got.stdout, new RegExp(`^format: ${format} `), `${file}: ${got.stdout}${got.stderr}`)
    assert.equal(got.status, 0)
  }
})

test('values, units, doubts and refusals are shown', () => {
  const got = run(['-', '--format', 'sensor_community'], JSON.stringify({ esp8266id: '1', timestamp: '2026-01-01T10:00:00Z', sensordatavalues: [
    { value_type: 'BME280_pressure', value: '1013.25' }, { value_type: 'BME280_temperature', value: '-144.4' },
    { value_type: 'GEIGER_cpm', value: '17' }, { value_type: 'SDS_P1', value: 'oops' }] }))
  assert.equal(got.status, 0, got.stderr)
  assert.match(got.stdout, /^2026-01-01T10:00:00Z +\S+, BME280 {2}pressure {2}101325\.?0* Pa {2}\[converted: taken as hPa\]$/m)
  assert.match(got.stdout, /temperature {2}-144\.4 °C {2}\[implausible: outside -40 to 60 °C\]$/m)
  assert.match(got.stdout, /GEIGER_cpm \(not known to peil\) {2}17$/m)
  assert.match(got.stdout, /^refused: SDS_P1: .* \(byte \d+\)$/m)
  assert.match(got.stdout, /3 readings, 1 values refused; nothing was stored\n$/)
})

test('raw bytes with the description that is named', () => {
  const got = run([`${corpus}/device_tts_v3/ws302_noise_raw_only.json`, '--query', 'decoder=milesight-ws302'])
  assert.match(got.stdout, /noise_laeq {2}47\.4 dB\(A\)$/m)
})

test('what cannot be read says where, and what is unknown says what there is', () => {
  const broken = run(['-', '--format', 'tts_v3'], '{"end_device_ids":')
  assert.equal(broken.status, 65)
  assert.match(broken.stderr, /^peil ingest: as tts_v3: byte 18: /)
  const other = run(['-'], '{"hello":[1]')
  assert.equal(other.status, 65)
  assert.equal(run(['-', '--format', 'fax'], 'x').status, 2)
})
