// SPDX-License-Identifier: EUPL-1.2
// What is not public is never announced at the broker, on no topic that somebody asked for; where a resident lives neither.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { datastream, feature, link, location, observedProperty, point, sensor, thing } from './lib/entities.mjs'
import { Broker, Client } from './lib/mqtt.mjs'
import { Peil } from './lib/peil.mjs'

const SECRET = 'geheimzinnig', HOME = [4.331234, 52.041234]
let broker, peil
before(async () => {
  broker = await Broker.start()
  peil = await Peil.start({ args: ['--set', 'mqtt.host=127.0.0.1', '--set', `mqtt.port=${broker.port}`] })
})
after(async () => {
  await peil?.stop()
  await broker?.stop()
})

test('secrets planted under a listener to everything are not heard, what is public is', async () => {
  const client = await Client.connect(broker.port)
  for (const topic of ['v1.1/#', 'v1.0/#', 'v1.1/Things?$select=name', 'v1.1/Locations?$select=location', 'v1.1/Observations?$select=result']) await client.subscribe(topic)
  await sleep(500)
  for (const access of ['private', 'internal']) {
    const words = { name: SECRET, description: SECRET }
    const id = await peil.make('Things', thing({ ...words, properties: { access }, Locations: [location({ ...words })] }))
    const stream = await peil.make('Datastreams', datastream({ ...words, Thing: link(id), Sensor: sensor(words), ObservedProperty: observedProperty(words) }))
    const reading = await peil.make(`Datastreams(${stream})/Observations`, { result: 7351.625, parameters: { SECRET }, FeatureOfInterest: feature({ ...words }) })
    await peil.patch(`Observations(${reading})`, { result: 7351.625 })
    await peil.patch(`Things(${id})`, { description: `${SECRET} anders` })
    await peil.delete(`Things(${id})`)
  }
  const home = await peil.make('Things', thing({ name: 'of a resident', properties: { origin: 'citizen' }, Locations: [location({ name: 'home', location: point(...HOME) })] }))
  const stream = await peil.make('Datastreams', datastream({ Thing: link(home), Sensor: sensor(), ObservedProperty: observedProperty() }))
  await peil.make(`Datastreams(${stream})/Observations`, { result: 12.375 })
  await client.wait((m) => String(m.payload).includes('12.375'))
  await sleep(300)
  const heard = client.messages.map((m) => `${m.topic} ${m.payload}`).join('\n')
  client.close()
  assert.ok(heard.includes('of a resident') && heard.includes('"home"'), 'the resident\'s meter is announced')
  assert.doesNotMatch(heard, new RegExp(`${SECRET}|7351`))
  assert.doesNotMatch(heard, /4\.33123|52\.04123/)
})
