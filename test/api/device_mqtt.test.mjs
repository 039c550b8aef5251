// SPDX-License-Identifier: EUPL-1.2
// Devices on MQTT: the real server at a real Mosquitto; each adapter's samples on the topics that its devices use.
import { test, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Peil } from './lib/peil.mjs'
import { Broker, Client } from './lib/mqtt.mjs'
import { wholeStream } from './lib/entities.mjs'
import { until as untilThat } from './lib/until.mjs'

const sample = (path) => readFileSync(new URL(`../../fuzz/corpus/${path}`, import.meta.url), 'utf8')

const descriptions = fileURLToPath(new URL('../../share/devices', import.meta.url))

let broker
let peil
let client
before(async () => {
  broker = await Broker.start()
  peil = await Peil.start({
    setup: (p) => writeFileSync(join(p.directory, 'mapping'), [
      '# a well and a garden', 'well/level - water_level cm device=well',
      'garden/{device}/air /pm25 pm25', 'legacy/+/v /v - datastream=1', ''].join('\n')),
    args: ['--set', 'mqtt.host=127.0.0.1', '--set', `mqtt.port=${broker.port}`, '--set', 'ingest.accept_new_devices=yes'],
  })
  client = await Client.connect(broker.port)
})
after(async () => {
  client.close()
  try { await peil.stop() } finally { await broker.stop() }
})

async function metric(label) {
  const text = execFileSync('curl', ['-s', '--unix-socket', `${peil.directory}/admin.sock`, 'http://peil/metrics'], { encoding: 'utf8' })
  const line = text.split('\n').find((l) => l.startsWith(label))
  return line === undefined ? 0 : Number(line.split(' ').at(-1))
}

const until = (check, what) => untilThat(check, async () => `${typeof what === 'function' ? await what() : what}\n${peil.server.log.text.slice(-2000)}`)

// What peil shows of a device: { 'quantity sensor': newest Observation }.
async function shown(device) {
  const things = await peil.read(`Things?$filter=${encodeURIComponent(`name eq '${device}'`)}&$expand=` +
    'Datastreams($expand=Sensor,ObservedProperty,Observations($orderby=phenomenonTime desc;$top=1))')
  return Object.fromEntries((things[0]?.Datastreams ?? []).map((d) => [
    `${d.ObservedProperty.name} ${d.Sensor.name}`, d.Observations[0]]))
}

// The mapping names Datastream 1, and is read when peil starts.
async function restart(extra = []) {
  await peil.server.stop()
  peil.args = ['--set', 'mqtt.host=127.0.0.1', '--set', `mqtt.port=${broker.port}`, '--set', 'ingest.accept_new_devices=yes',
    '--set', `ingest.mapping_file=${peil.directory}/mapping`, '--set', `ingest.payloads_directory=${descriptions}`, ...extra]
  await peil.open()
  await untilThat(async () => await metric('peil_mqtt_connected ') === 1, 'peil to subscribe')
}

test('each kind of device on its own topics', async () => {
  await peil.make('Datastreams', wholeStream({ name: 'first' }))
  await restart()
  const lines = sample('device_tasmota/lines.txt').split('\n').filter(Boolean)
  // Raw bytes: the device's profile says which description reads them.
  const sound = JSON.parse(sample('device_tts_v3/ws302_noise_raw_only.json'))
  sound.uplink_message.version_ids = { brand_id: 'milesight-iot', model_id: 'ws302' }
  const air = JSON.parse(sample('device_chirpstack_v4/am319_air_raw_only.json'))
  air.deviceInfo.tags = { decoder: 'milesight-am319' }
  await client.publish('v3/town@ttn/devices/sound-1/up', JSON.stringify(sound))
  await client.publish('application/1/device/2/event/up', JSON.stringify(air))
  for (const line of lines) {
    const cut = line.indexOf(' ')
    if (cut > 0) await client.publish(line.slice(0, cut), line.slice(cut + 1))
  }
  await client.publish('dsmr/reading/electricity_delivered_1', '1234.567')
  await client.publish('p1/home-1/telegram', sample('device_p1_telegram/dsmr50_example_three_phase.txt'))
  await client.publish('telegraf/cpu', 'weather,device=station-9 temperature=21.5 1767261600000000000')
  await until(async () => (await shown('station-9'))['temperature weather']?.result === 21.5, 'influx')
  await until(async () => (await shown('dsmr-reader'))['energy_t1 Smart meter (DSMR-reader)']?.result === 1234.567, 'dsmr-reader')
  await until(async () => (await shown('tasmota_000002'))['temperature DHT11']?.result === 23, 'tasmota')
  await until(async () => Object.keys(await shown('home-1')).length >= 10, async () => JSON.stringify(await shown('home-1')))
  const all = await peil.read('Things?$expand=Datastreams')
  const kinds = new Set(all.map((t) => t.properties?.adapter).filter(Boolean))
  assert.deepEqual([...kinds].sort(), ['chirpstack_v4', 'dsmr_reader', 'influx', 'p1_telegram', 'tasmota', 'tts_v3'])
})

test('the mapping file', async () => {
  await client.publish('well/level', '60')
  await client.publish('garden/north/air', '{"pm25":"12.5"}')
  await client.publish('legacy/7/v', '{"v":42}')
  await until(async () => (await shown('well'))['water_level MQTT, as the mapping file says']?.result === 0.6, 'well')
  await until(async () => (await shown('north'))['pm25 MQTT, as the mapping file says']?.result === 12.5, 'garden')
  await until(async () => (await peil.read('Datastreams(1)/Observations')).some((o) => o.result === 42), 'legacy')
})

test('what is announced to Home Assistant is subscribed to', async () => {
  await client.publish('homeassistant/sensor/0x1/humidity/config', JSON.stringify({
    state_topic: 'zigbee2mqtt/cellar', device_class: 'humidity', unit_of_measurement: '%',
    value_template: '{{ value_json.humidity }}', device: { identifiers: ['cellar-1'] },
  }))
  await untilThat(async () => {
    await client.publish('zigbee2mqtt/cellar', '{"humidity":61.5}')
    return (await shown('cellar-1'))['humidity humidity']
  }, 'its reading')
  assert.equal((await shown('cellar-1'))['humidity humidity'].result, 61.5)
})

test('a retained reading without a time of its own is not fresh, one with a time is', async () => {
  const retain = (topic, text) => execFileSync('mosquitto_pub', ['-p', String(broker.port), '-r', '-q', '1', '-t', topic, '-m', text])
  retain('garden/retained/air', '{"pm25":99}')
  retain('tele/old-plug/SENSOR', '{"Time":"2026-01-01T10:00:00","DHT11":{"Temperature":18.5},"TempUnit":"C"}')
  await until(async () => (await shown('old-plug'))['temperature DHT11'], 'published')
  const before = await peil.count('Observations')
  await restart(['--set', 'mqtt.client_id=another'])  // a new session is given what is retained
  await until(async () => await metric('peil_mqtt_device_messages_total{outcome="taken"}') >= 2, 'retained')
  assert.equal(await peil.count('Observations'), before)
  assert.equal((await shown('old-plug'))['temperature DHT11'].phenomenonTime, '2026-01-01T09:00:00Z')
})

test('a broken message is acknowledged and counted; its neighbours are stored', async () => {
  const refused = await metric('peil_mqtt_device_messages_total{outcome="refused"}')
  await client.publish('garden/south/air', '{"pm25":')
  await client.publish('garden/south/air', '{"pm25":3}')
  await until(async () => (await shown('south'))['pm25 MQTT, as the mapping file says']?.result === 3, 'neighbour')
  assert.equal(await metric('peil_mqtt_device_messages_total{outcome="refused"}'), refused + 1)
  assert.match(peil.server.log.text, /MQTT messages refused which="device messages"/)
})

test('shared subscriptions: two subscribers of one group get each message once', async () => {
  await restart(['--set', 'mqtt.share_group=town', '--set', 'mqtt.client_id=shared'])
  const other = await Client.connect(broker.port)
  await other.subscribe('$share/town/garden/+/air')
  const sent = 40
  for (let i = 0; i < sent; i++) await client.publish('garden/shared/air', `{"pm25":${i}}`)
  const mine = async () => {
    const [stream] = await peil.read("Datastreams?$filter=Thing/name%20eq%20'shared'&$expand=Observations($top=1000)")
    return stream?.Observations.map((o) => o.result) ?? []
  }
  const theirs = () => other.messages.filter((m) => m.topic === 'garden/shared/air').map((m) => JSON.parse(m.payload).pm25)
  await until(async () => (await mine()).length + theirs().length === sent, async () => `${await mine()} and ${theirs()}`)
  assert.equal(new Set([...await mine(), ...theirs()]).size, sent)
  assert.ok((await mine()).length > 0 && theirs().length > 0)
  other.close()
})

test('a mapping with a mistake stops peil with file and line', async () => {
  await peil.server.stop()
  writeFileSync(join(peil.directory, 'wrong'), 'a/b /x pm25\na/b /y pm3\n')
  peil.args = ['--set', `ingest.mapping_file=${peil.directory}/wrong`]
  await assert.rejects(peil.open(), /wrong:2: there is no quantity 'pm3'/)
  peil.args = []
  await peil.open()
})
