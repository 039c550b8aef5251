// SPDX-License-Identifier: EUPL-1.2
// A real Mosquitto on a free port, and a small MQTT 3.1.1 client to count what it acknowledges.
import { spawn } from 'node:child_process'
import { createServer, connect } from 'node:net'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { newFolder } from './folder.mjs'

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}

const accepts = (port) => new Promise((resolve) => {
  const socket = connect(port, '127.0.0.1', () => { socket.destroy(); resolve(true) })
  socket.on('error', () => resolve(false))
})

// Says who subscribes, in its log topic, as peil's own broker does; keeps all that waits.
export class Broker {
  static async start({ saysWhoSubscribes = true } = {}) {
    const broker = new Broker()
    broker.directory = newFolder('mosquitto')
    broker.port = await freePort()
    const log = saysWhoSubscribes ? ['log_dest topic', 'log_type subscribe'] : ['log_dest none']
    writeFileSync(join(broker.directory, 'mosquitto.conf'), [
      `listener ${broker.port} 127.0.0.1`, 'allow_anonymous true', 'persistence false', 'max_queued_messages 0',
      'max_inflight_messages 500', ...log, ''].join('\n'))
    await broker.open()
    return broker
  }

  async open() {
    this.child = spawn('mosquitto', ['-c', join(this.directory, 'mosquitto.conf')], { stdio: 'ignore' })
    this.ended = new Promise((resolve) => this.child.once('exit', resolve))
    for (let i = 0; !await accepts(this.port); i++) {
      if (i === 200) throw new Error('Mosquitto does not start')
      await sleep(50)
    }
  }

  async close() {
    this.child.kill('SIGTERM')
    await this.ended
  }

  async stop() {
    await this.close()
    rmSync(this.directory, { recursive: true, force: true })
  }
}

const CONNECT = 1, CONNACK = 2, PUBLISH = 3, PUBACK = 4, SUBSCRIBE = 8, SUBACK = 9, DISCONNECT = 14

function text(s) {
  const bytes = Buffer.from(s)
  const head = Buffer.alloc(2)
  head.writeUInt16BE(bytes.length)
  return Buffer.concat([head, bytes])
}

function number(n) {
  const out = Buffer.alloc(2)
  out.writeUInt16BE(n)
  return out
}

function packet(type, flags, ...parts) {
  const body = Buffer.concat(parts)
  const length = []
  for (let n = body.length; ;) {
    length.push((n % 128) | (n >= 128 ? 128 : 0))
    n = Math.floor(n / 128)
    if (n === 0) break
  }
  return Buffer.concat([Buffer.from([(type << 4) | flags, ...length]), body])
}

// The first whole packet of the bytes, or undefined.
function take(bytes) {
  let length = 0
  let at = 1
  for (let shift = 0; ; shift += 7, at++) {
    if (at >= bytes.length) return undefined
    length += (bytes[at] & 127) * 2 ** shift
    if (bytes[at] < 128) break
  }
  const end = at + 1 + length
  if (end > bytes.length) return undefined
  return { type: bytes[0] >> 4, flags: bytes[0] & 15, body: bytes.subarray(at + 1, end), rest: bytes.subarray(end) }
}

export class Client {
  static async connect(port, id = `test-${process.pid}-${Math.random().toString(36).slice(2)}`) {
    const client = new Client()
    client.waiting = new Map()
    client.next = 1
    client.messages = []
    client.socket = connect(port, '127.0.0.1')
    client.socket.setNoDelay(true)
    let bytes = Buffer.alloc(0)
    client.socket.on('data', (piece) => {
      bytes = Buffer.concat([bytes, piece])
      for (let p = take(bytes); p; p = take(bytes)) {
        bytes = p.rest
        client.#handle(p)
      }
    })
    client.socket.on('error', () => {})
    const connected = client.#answer('connack')
    client.socket.write(packet(CONNECT, 0, text('MQTT'), Buffer.from([4, 2]), number(0), text(id)))
    await connected
    return client
  }

  #answer(key) {
    return new Promise((resolve) => { this.waiting.set(key, resolve) })
  }

  #settle(key, value) {
    this.waiting.get(key)?.(value)
    this.waiting.delete(key)
  }

  #handle({ type, flags, body }) {
    if (type === CONNACK) this.#settle('connack')
    else if (type === PUBACK || type === SUBACK) this.#settle(body.readUInt16BE(0), body[2])
    else if (type === PUBLISH) this.#receive(flags, body)
  }

  #receive(flags, body) {
    const end = 2 + body.readUInt16BE(0)
    const qos = (flags >> 1) & 3
    const message = { topic: body.toString('utf8', 2, end), payload: body.toString('utf8', end + (qos ? 2 : 0)) }
    if (qos) this.socket.write(packet(PUBACK, 0, body.subarray(end, end + 2)))
    this.messages.push(message)
    this.onMessage?.(message)
  }

  #id() {
    const id = this.next
    this.next = id === 65_535 ? 1 : id + 1
    return id
  }

  // Resolves when the broker has acknowledged it.
  publish(topic, payload) {
    const id = this.#id()
    const done = this.#answer(id)
    this.socket.write(packet(PUBLISH, 2, text(topic), number(id), Buffer.from(payload)))
    return done
  }

  subscribe(topic) {
    const id = this.#id()
    const done = this.#answer(id)
    this.socket.write(packet(SUBSCRIBE, 2, number(id), text(topic), Buffer.from([1])))
    return done
  }

  // The first message that passes, of those that came and those to come.
  async wait(accept, ms = 60_000) {
    const until = Date.now() + ms
    for (;;) {
      const found = this.messages.find(accept)
      if (found) return found
      if (Date.now() > until) {
        const seen = this.messages.map((m) => `${m.topic} ${m.payload.slice(0, 120)}`).join('\n')
        throw new Error(`no such message within ${ms} ms; there were:\n${seen}`)
      }
      await sleep(10)
    }
  }

  close() {
    this.socket.end(packet(DISCONNECT, 0))
  }
}
