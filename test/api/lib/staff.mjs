// SPDX-License-Identifier: EUPL-1.2
// A member of staff with a browser's cookie and forms, over plain HTTP.
import { execFileSync } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { resolve } from 'node:path'
import { binary, exchange } from './peil.mjs'

export const web = process.env.PEIL_WEB ?? resolve('build/web')
// Passwords cost next to nothing here: what is tested is not the cost.
export const quick = ['--web', web, '--set', 'staff.password_memory_kb=64', '--set', 'staff.password_passes=1']

// Makes an account; answers the password that was given out.
export function makeUser(directory, name, role) {
  const out = execFileSync(binary, ['user', 'create', '--data', directory, '--role', role, name], { encoding: 'utf8' })
  return out.trim().split('\n').at(-1)
}

// The code of RFC 6238 for a base32 secret, by node's own HMAC.
export function totp(base32, step = Math.floor(Date.now() / 30000)) {
  const bits = [...base32].map((c) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0')).join('')
  const key = Buffer.from(bits.match(/.{8}/g).map((b) => parseInt(b, 2)))
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(step))
  const hash = createHmac('sha1', key).update(counter).digest()
  const at = hash.at(-1) & 15
  return String((hash.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}

export class Staff {
  constructor(url) { this.url = url; this.cookie = ''; this.formToken = '' }

  async ask(path, { method = 'GET', fields, headers = {} } = {}) {
    const form = fields && new URLSearchParams(fields).toString()
    const answer = await exchange(this.url + path, {
      method, body: form,
      headers: { ...(this.cookie && { Cookie: this.cookie }), ...(form !== undefined && { 'Content-Type': 'application/x-www-form-urlencoded' }), ...headers },
    })
    const set = answer.headers['set-cookie']?.[0]
    if (set) this.cookie = set.split(';')[0]
    const token = answer.text.match(/name="form_token" value="([^"]+)"/)
    if (token) this.formToken = token[1]
    return answer
  }

  get(path, headers) { return this.ask(path, { headers }) }
  post(path, fields, headers) { return this.ask(path, { method: 'POST', fields: { form_token: this.formToken, ...fields }, headers }) }

  async open(name, password, more = {}) {
    await this.get('/team/inloggen')
    return this.post('/team/inloggen', { naam: name, wachtwoord: password, ...more })
  }

  // What a browser starts with to be logged in likewise (storageState of playwright).
  state() {
    const [name, value] = this.cookie.split('=')
    return { cookies: [{ name, value, domain: new URL(this.url).hostname, path: '/', httpOnly: true, secure: false, sameSite: 'Lax', expires: -1 }], origins: [] }
  }

  // Logs in for the first time and chooses the password.
  static async first(url, name, given, password) {
    const s = new Staff(url)
    await s.open(name, given)
    await s.get('/team/account')
    await s.post('/team/account', { wat: 'wachtwoord', oud: given, nieuw: password, nogmaals: password })
    const answer = await s.open(name, password)
    if (answer.status !== 303) throw new Error(`login: ${answer.status} ${answer.text}`)
    await s.get('/team')
    return s
  }
}
