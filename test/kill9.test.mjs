// SPDX-License-Identifier: EUPL-1.2
// Kill -9 in the middle of HTTP and MQTT load, again and again: no reading that was acknowledged is lost, none is stored twice
// (over MQTT the broker sends again what was under way), and the store opens each time. PEIL_KILLS=10 makes it shorter.
import { test, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { Agent } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { Peil, binary, exchange } from './api/lib/peil.mjs'
import { Broker, Client } from './api/lib/mqtt.mjs'
import { wholeStream } from './api/lib/entities.mjs'

const KILLS = Number(process.env.PEIL_KILLS ?? 100)
const HTTP_CLIENTS = 8
const MQTT_CLIENTS = 2
const MQTT_IN_FLIGHT = 20
const LOAD_MS = [100, 500]  // between two kills

let broker
let peil
before(async () => {
  broker = await Broker.start()
  peil = await Peil.start({ args: ['--set', 'mqtt.host=127.0.0.1', '--set', `mqtt.port=${broker.port}`] })
})
after(async () => {
  try {
    await peil.stop()
  } finally {
    await broker.stop()
  }
})

// Numbers that were sent, and of them those that were acknowledged.
const ledger = () => ({ sent: 0, acknowledged: new Set() })

async function httpLoad(stream, book, load) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const headers = { Authorization: `Bearer ${peil.token}`, 'Content-Type': 'application/json', Prefer: 'return=minimal' }
  while (load.runs) {
    const number = ++book.sent
    const body = `{"result":${number}}`
    const url = `${peil.root}/Datastreams(${stream})/Observations`
    try {
      const { status } = await exchange(url, { method: 'POST', headers, body, agent })
      if (status === 201) book.acknowledged.add(number)
      else assert.ok([408, 503].includes(status), `status ${status}`)
    } catch (error) {
      assert.ok(error.code, error.stack)  // the connection broke: nobody knows what became of it
      await sleep(5)
    }
  }
  agent.destroy()
}

async function mqttLoad(stream, book, load) {
  const client = await Client.connect(broker.port)
  const one = async () => {
    while (load.runs) {
      const number = ++book.sent
      const time = new Date(1.8e12 + number * 1000).toISOString()
      await client.publish(`v1.1/Datastreams(${stream})/Observations`, `{"phenomenonTime":"${time}","result":${number}}`)
      book.acknowledged.add(number)
      await sleep(2)
    }
  }
  await Promise.all(Array.from({ length: MQTT_IN_FLIGHT }, one))
  client.close()
}

// How often each number is stored.
async function stored(stream) {
  const { status, text } = await peil.get(`Datastreams(${stream})/Observations?$select=result&$resultFormat=CSV`)
  assert.equal(status, 200, text.slice(0, 300))
  const counts = new Map()
  for (const line of text.split('\r\n').slice(1).filter(Boolean)) counts.set(Number(line), (counts.get(Number(line)) ?? 0) + 1)
  return counts
}

async function untilSubscribed(stream) {
  const client = await Client.connect(broker.port)
  for (let i = 0; await peil.count(`Datastreams(${stream})/Observations`) === 0; i++) {
    assert.ok(i < 200, 'peil does not subscribe')
    await client.publish(`v1.1/Datastreams(${stream})/Observations`, '{"result":0}')
    await sleep(100)
  }
  client.close()
}

const missing = (book, counts) => [...book.acknowledged].filter((number) => !counts.has(number))

test(`killed ${KILLS} times under load, peil has everything that was acknowledged`, { timeout: 60_000 + KILLS * 10_000 }, async () => {
  const http = await Promise.all(Array.from({ length: HTTP_CLIENTS }, () => peil.make('Datastreams', wholeStream())))
  const mqtt = await Promise.all(Array.from({ length: MQTT_CLIENTS }, () => peil.make('Datastreams', wholeStream())))
  for (const stream of mqtt) await untilSubscribed(stream)
  const httpBooks = http.map(ledger)
  const mqttBooks = mqtt.map(ledger)
  const load = { runs: true }
  const loads = [...http.map((stream, i) => httpLoad(stream, httpBooks[i], load)), ...mqtt.map((stream, i) => mqttLoad(stream, mqttBooks[i], load))]

  const openings = []
  for (let i = 0; i < KILLS; i++) {
    await sleep(LOAD_MS[0] + Math.random() * (LOAD_MS[1] - LOAD_MS[0]))
    assert.equal(await peil.server.kill(), 'SIGKILL')
    const start = Date.now()
    await peil.open()
    openings.push(Date.now() - start)
  }
  await sleep(LOAD_MS[1])
  load.runs = false
  await Promise.all(loads)

  // What the broker acknowledged comes to peil when it is back.
  for (let i = 0; ; i++) {
    const left = (await Promise.all(mqtt.map(stored))).reduce((sum, counts, k) => sum + missing(mqttBooks[k], counts).length, 0)
    if (left === 0) break
    assert.ok(i < 300, `${left} messages that the broker acknowledged did not arrive`)
    await sleep(100)
  }

  const total = { httpSent: 0, httpAcknowledged: 0, httpFound: 0, mqttAcknowledged: 0, mqttFound: 0, mqttTwice: 0 }
  for (const [i, stream] of http.entries()) {
    const counts = await stored(stream)
    total.httpSent += httpBooks[i].sent
    total.httpAcknowledged += httpBooks[i].acknowledged.size
    total.httpFound += counts.size
    assert.deepEqual(missing(httpBooks[i], counts), [], `acknowledged over HTTP and lost in Datastream ${stream}`)
    assert.ok([...counts.values()].every((n) => n === 1), 'a reading sent once is stored once')
  }
  for (const [i, stream] of mqtt.entries()) {
    const counts = await stored(stream)
    total.mqttAcknowledged += mqttBooks[i].acknowledged.size
    total.mqttFound += counts.size - 1  // the probe of untilSubscribed
    for (const [number, n] of counts) if (number > 0) total.mqttTwice += n - 1
  }
  assert.equal(total.mqttTwice, 0, 'what the broker sends again is known by its time and result')
  openings.sort((a, b) => a - b)
  console.log(`# kills ${KILLS}; HTTP: sent ${total.httpSent}, acknowledged ${total.httpAcknowledged}, found ${total.httpFound}, lost 0; `
    + `MQTT: acknowledged ${total.mqttAcknowledged}, found ${total.mqttFound}, lost 0, stored twice ${total.mqttTwice}; `
    + `reopened in ${openings[openings.length >> 1]} ms (median), ${openings.at(-1)} ms (most)`)

  assert.equal(await peil.server.stop(), 0)
  const doctor = execFileSync(binary, ['doctor', '--data', peil.directory], { encoding: 'utf8' })
  assert.match(doctor, /Nothing is wrong/)
  await peil.open()
})
