// SPDX-License-Identifier: EUPL-1.2
// OGC 18-088 conformance tests A.7.1.1 observation-creation and A.8.1.1 receive-updates over MQTT: the real server at a real
// Mosquitto.
import { test, describe, before, after, beforeEach, afterEach } from 'node:test'
import assert from 'node:assert/strict'
import { execFile, execFileSync } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { Peil } from './lib/peil.mjs'
import { Broker, Client } from './lib/mqtt.mjs'
import { until } from './lib/until.mjs'
import {
  thing, location, sensor, observedProperty, feature, datastream, multiDatastream, link, point, wholeStream,
} from './lib/entities.mjs'

let broker
let peil
let client
const settings = () => ['--set', 'mqtt.host=127.0.0.1', '--set', `mqtt.port=${broker.port}`]

before(async () => {
  broker = await Broker.start()
  peil = await Peil.start({ args: settings() })
  await untilSubscribed()
})
after(async () => {
  try {
    await peil.stop()
  } finally {
    await broker.stop()
  }
})
beforeEach(async () => { client = await Client.connect(broker.port) })
afterEach(() => client.close())

async function metric(name, of = peil) {
  const text = execFileSync('curl', ['-s', '--unix-socket', `${of.directory}/admin.sock`, 'http://peil/metrics'], { encoding: 'utf8' })
  const line = text.split('\n').find((l) => l.startsWith(name))
  return line === undefined ? 0 : Number(line.split(' ').at(-1))
}

// peil's session stands when a message that creates something gets through.
async function untilSubscribed() {
  const id = await peil.make('Datastreams', wholeStream({ name: 'first' }))
  const probe = await Client.connect(broker.port)
  await until(async () => {
    if (await peil.count(`Datastreams(${id})/Observations`)) return true
    await probe.publish(`v1.1/Datastreams(${id})/Observations`, '{"result":1}')
    await sleep(100)
  }, 'peil to subscribe')
  probe.close()
}

// Subscribes, and waits until peil has heard of it.
async function subscribe(...topics) {
  for (const topic of topics) await client.subscribe(topic)
  await sleep(300)
}

const json = (message) => JSON.parse(message.payload)

describe('A.7.1.1 observation-creation', () => {
  test('a published Observation is created and linked', async () => {
    const id = await peil.make('Datastreams', wholeStream())
    await client.publish('v1.1/Observations', JSON.stringify({ result: 11, Datastream: link(id) }))
    await client.publish(`v1.1/Datastreams(${id})/Observations`, JSON.stringify({ result: 12, phenomenonTime: '2026-01-01T00:00:00Z' }))
    await until(async () => await peil.count(`Datastreams(${id})/Observations`) === 2, 'both are stored')
    const made = await peil.read(`Datastreams(${id})/Observations?$orderby=result&$expand=FeatureOfInterest,Datastream`)
    assert.deepEqual(made.map((o) => o.result), [11, 12])
    assert.equal(made[1].phenomenonTime, '2026-01-01T00:00:00Z')
    assert.equal(made[0].FeatureOfInterest.name, 'church')
    assert.equal(made[0].Datastream['@iot.id'], id)
  })

  test('through a FeatureOfInterest and a MultiDatastream', async () => {
    const id = await peil.make('Datastreams', wholeStream())
    const foi = await peil.make('FeaturesOfInterest', feature())
    await client.publish(`v1.1/FeaturesOfInterest(${foi})/Observations`, JSON.stringify({ result: 1, Datastream: link(id) }))
    await until(async () => await peil.count(`FeaturesOfInterest(${foi})/Observations`) === 1, 'stored')
    const multi = await peil.make('MultiDatastreams', multiDatastream(2, {
      Thing: thing({ Locations: [location()] }), Sensor: sensor(), ObservedProperties: [observedProperty(), observedProperty()],
    }))
    await client.publish(`v1.1/MultiDatastreams(${multi})/Observations`, JSON.stringify({ result: [1, 2] }))
    await until(async () => await peil.count(`MultiDatastreams(${multi})/Observations`) === 1, 'stored')
  })

  test('with a deep insert, as over HTTP', async () => {
    const before = await peil.count('Datastreams')
    await client.publish('v1.1/Observations', JSON.stringify({ result: 5, Datastream: wholeStream({ name: 'by MQTT' }) }))
    await until(async () => await peil.count('Datastreams') === before + 1, 'the Datastream is made')
    const [made] = await peil.read(`Datastreams?$filter=${encodeURIComponent("name eq 'by MQTT'")}&$expand=Observations`)
    assert.deepEqual(made.Observations.map((o) => o.result), [5])
  })

  test('mosquitto_pub works', async () => {
    const id = await peil.make('Datastreams', wholeStream())
    execFileSync('mosquitto_pub', ['-p', `${broker.port}`, '-q', '1', '-t', `v1.1/Datastreams(${id})/Observations`, '-m', '{"result":3.5}'])
    await until(async () => await peil.count(`Datastreams(${id})/Observations`) === 1, 'stored')
  })

  test('what is refused is counted, logged, and not sent again for ever', async () => {
    const id = await peil.make('Datastreams', wholeStream())
    const before = await metric('peil_mqtt_sensorthings_total{outcome="refused"}')
    const bad = ['{', '', 'hello', '{"result":1,"nonsense":2}', '{"result":NaN}', '[]', '\u0000\u0001',
      JSON.stringify({ result: 1, phenomenonTime: '1700-01-01T00:00:00Z' })]
    for (const payload of bad) await client.publish(`v1.1/Datastreams(${id})/Observations`, payload)
    await client.publish('v1.1/Datastreams(999999)/Observations', '{"result":1}')
    await client.publish('v1.1/Nonsense/Observations', '{"result":1}')
    await client.publish(`v1.1/Datastreams(${id})/Observations`, '{"result":99}')
    await until(async () => await peil.count(`Datastreams(${id})/Observations`) === 1, 'the good one behind them is stored')
    await until(async () => await metric('peil_mqtt_sensorthings_total{outcome="refused"}') === before + bad.length + 2, 'all are counted')
    assert.match(peil.server.log.text, /MQTT messages refused/)
  })

  test('peil does not take its own announcements for new Observations', async () => {
    const id = await peil.make('Datastreams', wholeStream())
    await subscribe(`v1.1/Datastreams(${id})/Observations`)
    await client.publish(`v1.1/Datastreams(${id})/Observations`, '{"result":1}')
    await client.wait((m) => m.payload.includes('@iot.selfLink'))
    await sleep(300)
    assert.equal(await peil.count(`Datastreams(${id})/Observations`), 1)
    assert.ok(await metric('peil_mqtt_sensorthings_total{outcome="own_announcement"}') > 0)
  })

  test('what was published while peil was away is stored when it is back', async () => {
    const id = await peil.make('Datastreams', wholeStream())
    assert.equal(await peil.server.stop(), 0)
    for (let i = 0; i < 100; i++) await client.publish(`v1.1/Datastreams(${id})/Observations`, `{"result":${i}}`)
    await peil.open()
    await until(async () => await peil.count(`Datastreams(${id})/Observations`) === 100, 'all are stored')
    const results = (await peil.read(`Datastreams(${id})/Observations?$orderby=result&$top=100`)).map((o) => o.result)
    assert.deepEqual(results, Array.from({ length: 100 }, (_, i) => i))
  })
})

describe('A.8.1.1 receive-updates', () => {
  // One of each, as POST would make them, and the ids of what they need.
  async function bodies() {
    const stream = await peil.make('Datastreams', wholeStream())
    const owner = (await peil.read(`Datastreams(${stream})/Thing`))['@iot.id']
    const place = await peil.make('Locations', location())
    return {
      Things: thing(), Locations: location(), Sensors: sensor(), ObservedProperties: observedProperty(), FeaturesOfInterest: feature(),
      Datastreams: datastream({ Thing: link(owner), Sensor: sensor(), ObservedProperty: observedProperty() }),
      Observations: { result: 1, Datastream: link(stream) },
      HistoricalLocations: { time: '2020-01-01T00:00:00Z', Thing: link(owner), Locations: [link(place)] },
    }
  }

  test('set insert: every new entity comes as it is read', async () => {
    for (const [set, body] of Object.entries(await bodies())) {
      await subscribe(`v1.1/${set}`)
      const id = await peil.make(set, body)
      const message = await client.wait((m) => m.topic === `v1.1/${set}` && json(m)['@iot.id'] === id)
      assert.deepEqual(json(message), await peil.read(`${set}(${id})`), set)
    }
  })

  test('set update and entity: PATCH and PUT are told', async () => {
    const changes = {
      Things: { name: 'x' }, Locations: { name: 'x' }, Sensors: { name: 'x' }, ObservedProperties: { name: 'x' },
      FeaturesOfInterest: { name: 'x' }, Datastreams: { name: 'x' }, HistoricalLocations: { time: '2021-01-01T00:00:00Z' },
    }
    for (const [set, body] of Object.entries(await bodies())) {
      if (!changes[set]) continue
      const id = await peil.make(set, body)
      await subscribe(`v1.1/${set}`, `v1.1/${set}(${id})`)
      await peil.patch(`${set}(${id})`, changes[set])
      const now = await peil.read(`${set}(${id})`)
      for (const topic of [`v1.1/${set}`, `v1.1/${set}(${id})`]) {
        const message = await client.wait((m) => m.topic === topic && json(m)['@iot.id'] === id
          && Object.keys(changes[set]).every((k) => json(m)[k] === changes[set][k]))
        assert.deepEqual(json(message), now, topic)
      }
    }
  })

  test('nested sets, with paths through relations', async () => {
    const id = await peil.make('Datastreams', wholeStream())
    const owner = (await peil.read(`Datastreams(${id})/Thing`))['@iot.id']
    const other = await peil.make('Datastreams', wholeStream())
    const topics = [`v1.1/Datastreams(${id})/Observations`, `v1.1/Things(${owner})/Datastreams(${id})/Observations`,
      `v1.1/Things(${owner})/Datastreams`]
    await subscribe(...topics)
    await peil.make(`Datastreams(${other})/Observations`, { result: 7 })
    const made = await peil.make(`Datastreams(${id})/Observations`, { result: 8 })
    for (const topic of topics.slice(0, 2)) {
      const message = await client.wait((m) => m.topic === topic)
      assert.deepEqual([json(message)['@iot.id'], json(message).result], [made, 8], topic)
    }
    await peil.patch(`Datastreams(${id})`, { name: 'seen from the Thing' })
    await client.wait((m) => m.topic === topics[2] && json(m).name === 'seen from the Thing')
    await subscribe(`v1.1/Observations(${made})/Datastream`)
    await peil.patch(`Datastreams(${id})`, { name: 'seen from the reading' })
    await client.wait((m) => m.topic === `v1.1/Observations(${made})/Datastream` && json(m).name === 'seen from the reading')
  })

  test('property update: only when it changes', async () => {
    const id = await peil.make('Things', thing({ properties: { a: { b: 1 } } }))
    await subscribe(`v1.1/Things(${id})/name`, `v1.1/Things(${id})/properties/a/b`)
    await peil.patch(`Things(${id})`, { name: 'first' })
    await peil.patch(`Things(${id})`, { description: 'not asked for' })
    await peil.patch(`Things(${id})`, { name: 'second', properties: { a: { b: 2 } } })
    await client.wait((m) => m.payload === '{"b":2}')
    await client.wait((m) => m.payload === '{"name":"second"}')
    assert.deepEqual(client.messages.filter((m) => m.topic.endsWith('/name')).map((m) => json(m)), [{ name: 'first' }, { name: 'second' }])
  })

  test('$select insert and update', async () => {
    const id = await peil.make('Datastreams', wholeStream())
    const onInsert = 'v1.1/Things?$select=name,description'
    const ofReadings = `v1.1/Datastreams(${id})/Observations?$select=result,phenomenonTime`
    await subscribe(onInsert, ofReadings)
    const made = await peil.make('Things', thing({ name: 'selected' }))
    const message = await client.wait((m) => m.topic === onInsert)
    assert.deepEqual(json(message), { name: 'selected', description: 'a meter at the church' })
    await peil.make(`Datastreams(${id})/Observations`, { result: 3, phenomenonTime: '2026-01-01T00:00:00Z' })
    assert.deepEqual(json(await client.wait((m) => m.topic === ofReadings)), { result: 3, phenomenonTime: '2026-01-01T00:00:00Z' })
    const onUpdate = `v1.1/Things(${made})?$select=name`
    await subscribe(onUpdate)
    await peil.patch(`Things(${made})`, { name: 'changed' })
    await client.wait((m) => m.topic === onUpdate && m.payload === '{"name":"changed"}')
  })

  test('a deep insert tells of everything it makes, the automatic feature and the history too', async () => {
    const sets = ['Things', 'Locations', 'HistoricalLocations', 'Datastreams', 'Sensors', 'ObservedProperties', 'Observations',
      'FeaturesOfInterest']
    await subscribe(...sets.map((s) => `v1.1/${s}`))
    await peil.make('Things', thing({
      name: 'deep', Locations: [location()],
      Datastreams: [datastream({ Sensor: sensor(), ObservedProperty: observedProperty(), Observations: [{ result: 1 }] })],
    }))
    for (const set of sets) await client.wait((m) => m.topic === `v1.1/${set}`)
  })

  test('a Datastream is told when its readings change its extent', async () => {
    const id = await peil.make('Datastreams', wholeStream())
    await subscribe(`v1.1/Datastreams(${id})`, `v1.1/Datastreams(${id})/phenomenonTime`, `v1.1/Datastreams(${id})/observedArea`)
    await peil.make(`Datastreams(${id})/Observations`, { result: 1, phenomenonTime: '2026-01-01T00:00:00Z' })
    const time = '2026-01-01T00:00:00Z/2026-01-01T00:00:00Z'
    const whole = await client.wait((m) => m.topic === `v1.1/Datastreams(${id})` && json(m).phenomenonTime === time)
    assert.deepEqual(json(whole), await peil.read(`Datastreams(${id})`))
    await client.wait((m) => m.topic.endsWith('/phenomenonTime') && json(m).phenomenonTime === time)
    const area = await client.wait((m) => m.topic.endsWith('/observedArea'))
    assert.deepEqual(json(area).observedArea.type, 'Point')
  })

  test('v1.0 topics get v1.0 forms', async () => {
    const id = await peil.make('Datastreams', wholeStream())
    await subscribe(`v1.0/Datastreams(${id})/Observations`)
    await peil.make(`Datastreams(${id})/Observations`, { result: 1, phenomenonTime: '2026-01-01T00:00:00Z' })
    const message = await client.wait((m) => m.topic.startsWith('v1.0/'))
    assert.equal(json(message).phenomenonTime, '2026-01-01T00:00:00.000Z')
    assert.match(json(message)['@iot.selfLink'], /\/v1\.0\//)
  })

  test('what was asked for is remembered over a restart of peil', async () => {
    const id = await peil.make('Things', thing())
    const topic = `v1.1/Things(${id})/name`
    await subscribe(topic)
    await sleep(300)
    assert.equal(await peil.server.stop(), 0)
    await peil.open()
    await sleep(500)
    await peil.patch(`Things(${id})`, { name: 'after the restart' })
    await client.wait((m) => m.topic === topic && m.payload === '{"name":"after the restart"}')
  })

  test('mosquitto_sub sees readings', async () => {
    const id = await peil.make('Datastreams', wholeStream())
    const args = ['-p', `${broker.port}`, '-t', `v1.1/Datastreams(${id})/Observations`, '-C', '1', '-W', '10']
    const seen = promisify(execFile)('mosquitto_sub', args)
    await sleep(300)
    await peil.make(`Datastreams(${id})/Observations`, { result: 42 })
    assert.equal(JSON.parse((await seen).stdout).result, 42)
  })
})

test('with mqtt.publish_unasked=no only topics that somebody asked for are announced, wildcards too', async () => {
  const quiet = await Peil.start({ args: [...settings(), '--set', 'mqtt.publish_unasked=no', '--set', 'mqtt.client_id=quiet'] })
  const other = await Client.connect(broker.port)
  try {
    const [one, two] = [await quiet.make('Datastreams', wholeStream()), await quiet.make('Datastreams', wholeStream())]
    await sleep(500)
    const post = (id, result) => quiet.make(`Datastreams(${id})/Observations`, { result })
    const mine = (m) => m.payload.includes(quiet.root)
    await other.subscribe(`v1.1/Datastreams(${one})/Observations`)
    await sleep(300)
    await post(two, 1)
    await post(one, 2)
    await other.wait((m) => mine(m) && json(m).result === 2)
    await other.subscribe('v1.1/+/Observations')
    await sleep(300)
    await post(two, 3)
    await other.wait((m) => mine(m) && json(m).result === 3)
    assert.equal(await metric('peil_mqtt_announced_total', quiet), 2)
  } finally {
    other.close()
    await quiet.stop()
  }
})

test('serverSettings name the MQTT requirements and where the broker is', async () => {
  const root = await peil.read('')
  const { body } = await peil.get('')
  assert.ok(root)
  const text = JSON.stringify(body.serverSettings)
  assert.match(text, /create-observations-via-mqtt\/observations-creation/)
  assert.match(text, /receive-updates-via-mqtt\/receive-updates/)
  assert.match(text, new RegExp(`mqtt://127.0.0.1:${broker.port}`))
})
