// SPDX-License-Identifier: EUPL-1.2
// The real binary on a free port with a store of its own, and what tests say to it.
import { spawn, execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { resolve } from 'node:path'
import { Agent, request as httpRequest } from 'node:http'
import { newFolder } from './folder.mjs'

export const binary = resolve(process.env.PEIL ?? 'build/src/app/peil')

// Most tests read as the public what they wrote: a Thing that says nothing of access is public for them.
export const openly = () => ({ PEIL_ACCESS_STANDARD: 'public', ...process.env })

const READY_MS = 30_000

// Resolves to the first line of stdout, the address.
function address(child, log) {
  return new Promise((resolve, reject) => {
    let text = ''
    const timer = setTimeout(() => reject(new Error('peil is not ready\n' + log.text)), READY_MS)
    child.stdout.on('data', (piece) => {
      text += piece
      if (!text.includes('\n')) return
      clearTimeout(timer)
      resolve(text.split('\n')[0])
    })
    child.once('exit', (code, signal) => {
      clearTimeout(timer)
      reject(new Error(`peil ended: ${code ?? signal}\n${log.text}`))
    })
  })
}

export function makeToken(directory, role = 'administrator', name = `test-${role}`) {
  const out = execFileSync(binary, ['token', 'create', '--data', directory, '--role', role, name], { encoding: 'utf8' })
  return out.trim().split('\n').at(-1)
}

// Starts on an existing directory; `stop` ends it, `kill` does so with -9.
export async function serve(directory, args = []) {
  const log = { text: '' }
  const child = spawn(binary, ['serve', '--data', directory, '--listen', '127.0.0.1:0', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'], env: openly(),
  })
  child.stderr.on('data', (piece) => { log.text = (log.text + piece).slice(-100_000) })
  const ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal)))
  const url = await address(child, log)
  const end = (signal) => { child.kill(signal); return ended }
  return { url, log, pid: child.pid, ended, stop: () => end('SIGTERM'), kill: () => end('SIGKILL') }
}

// One HTTP exchange. Answers { status, headers, text, body }, where body is the parsed JSON, if it is one.
export function exchange(url, { method = 'GET', headers = {}, body, agent } = {}) {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { method, headers, agent }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (piece) => { text += piece })
      response.on('end', () => {
        let parsed
        try { parsed = JSON.parse(text) } catch { /* no JSON */ }
        resolve({ status: response.statusCode, headers: response.headers, text, body: parsed })
      })
      response.on('error', reject)
    })
    request.on('error', reject)
    request.end(body)
  })
}

// A new store and a server on it. Paths are below /v1.1 unless they start with "http".
export class Peil {
  static async start({ args = [], setup } = {}) {
    const peil = new Peil()
    peil.directory = newFolder('test')
    execFileSync(binary, ['init', '--data', peil.directory])
    peil.token = makeToken(peil.directory)
    setup?.(peil)
    peil.args = args
    peil.agent = new Agent({ keepAlive: true })
    await peil.open()
    return peil
  }

  async open() {
    this.server = await serve(this.directory, this.args)
    this.url = this.server.url
    this.root = `${this.url}/v1.1`
  }

  async stop() {
    this.agent.destroy()
    const status = await this.server.stop()
    rmSync(this.directory, { recursive: true, force: true })
    if (status !== 0) throw new Error(`peil ended with ${status}\n${this.server.log.text}`)
  }

  ask(method, path, body, headers = {}) {
    const url = path.startsWith('http') ? path : `${this.root}/${path}`
    const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body)
    const type = text === undefined ? {} : { 'Content-Type': 'application/json' }
    const all = { Authorization: `Bearer ${this.token}`, ...type, ...headers }
    if (all.Authorization === '') delete all.Authorization
    return exchange(url, { method, headers: all, body: text, agent: this.agent })
  }

  get(path, headers) { return this.ask('GET', path, undefined, headers) }
  post(path, body, headers) { return this.ask('POST', path, body, headers) }
  patch(path, body, headers) { return this.ask('PATCH', path, body, headers) }
  put(path, body, headers) { return this.ask('PUT', path, body, headers) }
  delete(path, headers) { return this.ask('DELETE', path, undefined, headers) }

  // The id of an entity that must be made.
  async make(path, body) {
    const answer = await this.post(path, body)
    if (answer.status !== 201) throw new Error(`POST ${path}: ${answer.status} ${answer.text}`)
    return answer.body['@iot.id']
  }

  // The entity, or the entities of a set; they must be there.
  async read(path) {
    const answer = await this.get(path)
    if (answer.status !== 200) throw new Error(`GET ${path}: ${answer.status} ${answer.text}`)
    return answer.body.value ?? answer.body
  }

  async count(path) {
    const answer = await this.get(`${path}?$count=true&$top=0`)
    return answer.body['@iot.count']
  }
}
