// SPDX-License-Identifier: EUPL-1.2
// TLS of our own, what every answer says about security, limits on requests, and whom to tell of a hole.
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, renameSync } from 'node:fs'
import { Agent, request } from 'node:https'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { Peil, binary, exchange } from '../api/lib/peil.mjs'
import { quick } from '../api/lib/staff.mjs'
import { newFolder } from '../api/lib/folder.mjs'

const scratch = newFolder('tls')
const cert = join(scratch, 'cert.pem'), key = join(scratch, 'key.pem')

function certify(name, suffix = '') {
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', `/CN=${name}`,
    '-addext', 'subjectAltName=DNS:localhost', '-keyout', key + suffix, '-out', cert + suffix], { stdio: 'ignore' })
  chmodSync(key + suffix, 0o600)
}

// One exchange over TLS; answers the certificate's name too.
const ask = (url, options = {}) => new Promise((resolve, reject) => {
  const r = request(url, { rejectUnauthorized: false, ...options }, (answer) => {
    const peer = answer.socket.getPeerCertificate(), protocol = answer.socket.getProtocol(), cipher = answer.socket.getCipher()?.name
    let text = ''
    answer.on('data', (d) => { text += d })
    answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, text, name: peer.subject?.CN, protocol, cipher }))
  })
  r.on('error', reject)
  r.end(options.body)
})

describe('TLS', () => {
  let peil, url, plain
  const freePort = () => new Promise((resolve) => {
    const s = createServer().listen(0, '127.0.0.1', () => { const { port } = s.address(); s.close(() => resolve(port)) })
  })
  before(async () => {
    certify('first')
    plain = await freePort()
    peil = await Peil.start({ args: [...quick, '--set', `http.tls_cert_file=${cert}`, '--set', `http.tls_key_file=${key}`, '--set', `http.redirect_listen=127.0.0.1:${plain}`] })
    url = peil.url.replace(/^http:/, 'https:')
  })
  after(() => peil.stop())

  test('1.2 and 1.3 are spoken with forward secrecy, older ones are not', async () => {
    for (const version of ['TLSv1.2', 'TLSv1.3']) {
      const a = await ask(`${url}/healthz`, { minVersion: version, maxVersion: version, agent: false })
      assert.equal(a.status, 200)
      assert.equal(a.protocol, version)
      assert.match(a.cipher, /^(TLS_|ECDHE-).*(GCM|CHACHA20|POLY1305)/)
    }
    await assert.rejects(ask(`${url}/healthz`, { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0', agent: false }))
    await assert.rejects(ask(`${url}/healthz`, { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2', ciphers: 'AES128-SHA:AES128-GCM-SHA256:ECDHE-ECDSA-AES128-SHA', agent: false }))
  })

  test('long answers and long bodies come whole, many on one connection', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 4 })
    const plainText = await ask(`${url}/v1.1/api`, { agent })
    assert.ok(JSON.parse(plainText.text).paths)
    const all = await Promise.all(Array.from({ length: 60 }, () => ask(`${url}/v1.1/api`, { agent })))
    assert.ok(all.every((a) => a.text === plainText.text))
    const body = JSON.stringify({ name: 'long', description: 'x'.repeat(700_000) })
    const made = await ask(`${url}/v1.1/Things`, { method: 'POST', agent, body, headers: { Authorization: `Bearer ${peil.token}`, 'Content-Type': 'application/json', 'Content-Length': body.length } })
    assert.equal(made.status, 201)
    const back = await ask(made.headers.location.replace(/^https:\/\/localhost/, 'https://127.0.0.1'), { agent, headers: { Authorization: `Bearer ${peil.token}` } })
    assert.equal(JSON.parse(back.text).description.length, 700_000)
    agent.destroy()
  })

  test('every answer asks for https from now on, and the cookie of staff is Secure', async () => {
    assert.equal((await ask(`${url}/healthz`)).headers['strict-transport-security'], 'max-age=31536000')
    assert.match((await ask(`${url}/team/inloggen`)).headers['set-cookie'][0], /^__Host-peil=.*; Secure$/)
  })

  test('plain http leads to https on the same name, and nowhere else', async () => {
    const go = (path, host) => exchange(`http://127.0.0.1:${plain}${path}`, { headers: { Host: host } })
    const a = await go('/en/kaart?laag=no2', 'peil.rijswijk.nl:80')
    assert.deepEqual([a.status, a.headers.location], [301, 'https://peil.rijswijk.nl/en/kaart?laag=no2'])
    assert.equal((await go('/', 'evil.example/x')).status, 400)
  })

  test('what does not speak TLS is let go, and the service goes on', async () => {
    const { port } = new URL(url)
    for (const bytes of ['GET / HTTP/1.1\r\nHost: x\r\n\r\n', '\x16\x03\x01\xff\xff', '\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00', Buffer.alloc(5000, 0x16)])
      await new Promise((resolve) => {
        const s = connect(Number(port), '127.0.0.1', () => s.end(bytes))
        s.on('close', resolve).on('error', resolve).resume()
        setTimeout(() => s.destroy(), 1500).unref()
      })
    assert.equal((await ask(`${url}/healthz`)).status, 200)
  })

  test('a new certificate is taken on SIGHUP, a broken one is not', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    assert.equal((await ask(`${url}/healthz`, { agent })).name, 'first')
    certify('second', '.new')
    renameSync(`${key}.new`, key)
    renameSync(`${cert}.new`, cert)
    process.kill(peil.server.pid, 'SIGHUP')
    let name
    for (let i = 0; i < 50 && name !== 'second'; i++) {
      name = (await ask(`${url}/healthz`, { agent: false })).name
      await new Promise((r) => setTimeout(r, 40))
    }
    assert.equal(name, 'second')
    assert.equal((await ask(`${url}/healthz`, { agent })).status, 200, 'the old connection goes on')
    agent.destroy()
    certify('third', '.new')
    renameSync(`${cert}.new`, cert)  // the key of another
    process.kill(peil.server.pid, 'SIGHUP')
    await new Promise((r) => setTimeout(r, 300))
    assert.equal((await ask(`${url}/healthz`, { agent: false })).name, 'second')
    assert.match(peil.server.log.text, /the certificate stays the old one/)
    assert.doesNotMatch(peil.server.log.text, /PRIVATE KEY/)
  })
})

test('a key that everybody can read is refused', () => {
  certify('open', '.open')
  chmodSync(`${key}.open`, 0o644)
  const directory = mkdtempSync(join(scratch, 'data-'))
  const r = spawnSync(binary, ['serve', '--data', directory, '--port', '0', '--set', `http.tls_cert_file=${cert}.open`, '--set', `http.tls_key_file=${key}.open`], { encoding: 'utf8', timeout: 10_000 })
  assert.equal(r.status, 78)
  assert.match(r.stderr, /everybody can read the key/)
})

describe('limits and whom to tell', () => {
  let peil
  before(async () => {
    peil = await Peil.start({ args: [...quick, '--set', 'http.trusted_proxies=127.0.0.1', '--set', 'rate.address_per_minute=60', '--set', 'rate.token_per_minute=90',
      '--set', 'http.security_contact=mailto:security@rijswijk.example'] })
  })
  after(() => peil.stop())
  const from = (address, more = {}) => exchange(`${peil.url}/healthz`, { headers: { 'X-Forwarded-For': address, ...more }, agent: peil.agent })
  const statuses = async (n, address, more) => {
    const seen = []
    for (let i = 0; i < n; i++) seen.push(await from(typeof address === 'function' ? address(i) : address, more))
    return seen
  }

  test('an address that asks too much is told to wait; others and this machine are not', async () => {
    const answers = await statuses(22, '203.0.113.9')
    assert.deepEqual(answers.map((a) => a.status), [...Array(20).fill(200), 429, 429])
    assert.ok(Number(answers[20].headers['retry-after']) >= 1)
    assert.equal((await from('203.0.113.10')).status, 200)
    for (let i = 0; i < 40; i++) assert.equal((await exchange(`${peil.url}/healthz`, { agent: peil.agent })).status, 200)
  })

  test('IPv6 counts by its network, and a token by itself wherever it is used', async () => {
    assert.equal((await statuses(21, (i) => `2001:db8:0:1::${i + 1}`)).at(-1).status, 429)
    assert.equal((await from('2001:db8:0:2::1')).status, 200)
    const token = { Authorization: `Bearer ${peil.token}` }
    assert.deepEqual((await statuses(32, (i) => `198.51.100.${i}`, token)).map((a) => a.status).filter((s) => s === 429).length > 0, true)
  })

  test('security.txt names a contact and expires within a year', async () => {
    const { status, text, headers } = await exchange(`${peil.url}/.well-known/security.txt`)
    assert.equal(status, 200)
    assert.match(headers['content-type'], /^text\/plain/)
    assert.match(text, /^Contact: mailto:security@rijswijk\.example$/m)
    const expires = new Date(text.match(/^Expires: (.+)$/m)[1])
    assert.ok(expires > Date.now() && expires < Date.now() + 365 * 86400e3)
  })

  test('pages have a policy without inline script or style, and nothing else may frame them', async () => {
    for (const path of ['/', '/team/inloggen', '/bestaat-niet']) {
      const { headers } = await exchange(peil.url + path, { headers: { Accept: 'text/html' } })
      assert.match(headers['content-security-policy'], /default-src 'self'/)
      assert.match(headers['content-security-policy'], /frame-ancestors 'none'/)
      assert.doesNotMatch(headers['content-security-policy'], /unsafe-/)
      assert.equal(headers['x-content-type-options'], 'nosniff')
      assert.equal(headers['strict-transport-security'], undefined, 'not over plain http')
    }
    const behind = await exchange(`${peil.url}/`, { headers: { 'X-Forwarded-Proto': 'https', 'X-Forwarded-For': '203.0.113.77' } })
    assert.equal(behind.headers['strict-transport-security'], 'max-age=31536000')
  })

  test('secrets stand in no log, and files are their owner\'s alone', async () => {
    await exchange(`${peil.url}/push/sensor_community/${peil.token}`, { method: 'POST', body: '{}' })
    assert.doesNotMatch(peil.server.log.text, new RegExp(peil.token))
    const open = execFileSync('find', [peil.directory, '-perm', '/077', '-not', '-type', 'd'], { encoding: 'utf8' })
    assert.equal(open, '')
  })
})
