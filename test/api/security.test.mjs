// SPDX-License-Identifier: EUPL-1.2
// The site as an attacker meets it: the real binary, byte by byte where that matters.
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { connect } from 'node:net'
import { readFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { datastream, location, thing } from './lib/entities.mjs'
import { Peil, binary, exchange, makeToken } from './lib/peil.mjs'
import { Staff, makeUser, quick, totp } from './lib/staff.mjs'

let peil, port
before(async () => {
  peil = await Peil.start({ args: [...quick, '--set', 'http.security_contact=mailto:veilig@example.nl', '--set', 'http.trusted_proxies=127.0.0.2, ::1'] })
  port = Number(new URL(peil.url).port)
})
after(() => peil?.stop())

// What comes back for bytes as they are, until the server closes or is quiet.
function raw(text, { quiet = 400, from = '127.0.0.1' } = {}) {
  return new Promise((resolve, reject) => {
    let got = '', timer
    const s = connect({ port, host: '127.0.0.1', localAddress: from })
    const done = () => { clearTimeout(timer); s.destroy(); resolve(got) }
    const wait = () => { clearTimeout(timer); timer = setTimeout(done, quiet) }
    s.on('connect', () => { s.write(text); wait() })
    s.on('data', (d) => { got += d.toString('latin1'); wait() })
    s.on('error', (e) => (e.code === 'ECONNRESET' || e.code === 'EPIPE' ? done() : reject(e)))
    s.on('end', done)
  })
}
const statuses = (text) => [...text.matchAll(/^HTTP\/1\.1 (\d+)/gm)].map((m) => Number(m[1]))

describe('a body that is long', () => {
  const memory = () => Number(readFileSync(`/proc/${peil.server.pid}/status`, 'utf8').match(/VmRSS:\s+(\d+)/)[1])
  const post = (path, length, headers = '') => `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${length}\r\n${headers}\r\n`
  const places = ['/team/kpi', '/en/team/gebieden', '/v1.1/CreateObservations', '/v1.1/$batch', '/api/v1/kpi/imports', '/write', '/push/influx']

  test('is refused to who is not known before it is read, on every address that takes long ones', async () => {
    for (const path of places) {
      const got = await raw(post(path, 4 << 20))
      assert.deepEqual(statuses(got), [401], `${path} ${got.slice(0, 200)}`)
      assert.match(got, /Connection: close/i)
      for (const wrong of ['Authorization: Bearer peil_wrong\r\n', 'Cookie: peil-local=wrong\r\n', 'Authorization: Token wrong\r\n'])
        assert.deepEqual(statuses(await raw(post(path, 4 << 20, wrong))), [401], `${path} ${wrong}`)
    }
  })

  test('of unknown length is cut off', async () => {
    const chunk = `10000\r\n${'x'.repeat(65536)}\r\n`
    for (const path of places.slice(0, 3))
      assert.deepEqual(statuses(await raw(`POST ${path} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n${chunk}${chunk}0\r\n\r\n`)), [413], path)
  })

  test('does not fill the memory, however many send one', async () => {
    const least = memory()
    const sockets = await Promise.all(Array.from({ length: 100 }, () => new Promise((resolve) => {
      const s = connect(port, '127.0.0.1', () => { s.write(post('/team/kpi', 16 << 20)); s.write(Buffer.alloc(1 << 20)); resolve(s) })
      s.on('error', () => {})
    })))
    await new Promise((resolve) => { setTimeout(resolve, 1000) })
    const grown = memory() - least
    sockets.forEach((s) => s.destroy())
    assert.ok(grown < 30_000, `100 senders of 16 MB: ${grown} kB more`)
  })

  test('is taken from who is known: token, session, and a device that shows its token in its own way', async () => {
    const device = makeToken(peil.directory, 'device', 'long'), long = 'x'.repeat(200_000)
    const sent = (path, headers) => exchange(peil.url + path, { method: 'POST', headers, body: long })
    assert.notEqual((await sent('/v1.1/CreateObservations', { Authorization: `Bearer ${peil.token}` })).status, 401)
    for (const [path, headers] of [['/write', { Authorization: `Token ${device}` }], [`/write?u=x&p=${device}`, {}], [`/push/sensor_community/${device}`, {}]])
      assert.ok(![401, 413].includes((await sent(path, headers)).status), path)
    const s = await Staff.first(peil.url, 'sender', makeUser(peil.directory, 'sender', 'operator'), 'een lang wachtwoord')
    const form = `--b\r\nContent-Disposition: form-data; name="form_token"\r\n\r\n${s.formToken}\r\n--b\r\nContent-Disposition: form-data; name="bestand"; filename="x"\r\n\r\n${long}\r\n--b--\r\n`
    const answer = await exchange(`${peil.url}/team/gebieden`, { method: 'POST', body: form, headers: { Cookie: s.cookie, 'Content-Type': 'multipart/form-data; boundary=b' } })
    assert.ok(![401, 413].includes(answer.status), `${answer.status}`)
  })
})
