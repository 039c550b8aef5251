// SPDX-License-Identifier: EUPL-1.2
// Devices that are known by a client certificate: at our own HTTPS, by its fingerprint, and at a real Mosquitto with TLS, which asks for
// certificates and lets each write under its own name.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { chmodSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { binary, Peil } from './lib/peil.mjs'
import { newFolder } from './lib/folder.mjs'
import { until } from './lib/until.mjs'

const scratch = newFolder('certificate')
const file = (name) => join(scratch, name)
const openssl = (...args) => execFileSync('openssl', args, { stdio: 'ignore' })
const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2']

function selfSigned(name) {
  openssl('req', '-x509', ...ec, '-subj', `/CN=${name}`, '-addext', 'subjectAltName=DNS:localhost', '-keyout', file(`${name}.key`), '-out', file(`${name}.pem`))
  chmodSync(file(`${name}.key`), 0o600)
}
function signed(name) {
  openssl('req', ...ec, '-subj', `/CN=${name}`, '-keyout', file(`${name}.key`), '-out', file(`${name}.csr`))
  chmodSync(file(`${name}.key`), 0o600)
  writeFileSync(file('names'), 'subjectAltName=DNS:localhost,IP:127.0.0.1')
  openssl('x509', '-req', '-in', file(`${name}.csr`), '-CA', file('authority.pem'), '-CAkey', file('authority.key'), '-CAcreateserial', '-days', '2', '-extfile', file('names'), '-out', file(`${name}.pem`))
}
const freePort = () => new Promise((resolve) => { const s = createServer().listen(0, '127.0.0.1', () => { const { port } = s.address(); s.close(() => resolve(port)) }) })

let peil, broker, port
before(async () => {
  for (const name of ['server', 'meter-1', 'meter-2', 'authority']) selfSigned(name)
  for (const name of ['mosquitto', 'peil', 'plug-1']) signed(name)
  port = await freePort()
  writeFileSync(file('acl'), 'user peil\ntopic readwrite #\npattern write tele/%u/#\n')
  writeFileSync(file('mosquitto.conf'), [`listener ${port} 127.0.0.1`, 'persistence false', `cafile ${file('authority.pem')}`, `certfile ${file('mosquitto.pem')}`,
    `keyfile ${file('mosquitto.key')}`, 'require_certificate true', 'use_identity_as_username true', `acl_file ${file('acl')}`, ''].join('\n'))
  if (process.getuid() === 0) { chmodSync(scratch, 0o755); for (const f of ['mosquitto.key', 'acl']) chmodSync(file(f), 0o644) }  // Mosquitto gives root up
  broker = spawn('mosquitto', ['-c', file('mosquitto.conf')], { stdio: 'ignore' })
  await sleep(300)
  peil = await Peil.start({ args: ['--set', 'ingest.accept_new_devices=yes', '--set', `http.tls_cert_file=${file('server.pem')}`, '--set', `http.tls_key_file=${file('server.key')}`,
    '--set', 'http.tls_client_certificates=yes', '--set', 'mqtt.host=localhost', '--set', `mqtt.port=${port}`, '--set', `mqtt.ca_file=${file('authority.pem')}`,
    '--set', `mqtt.cert_file=${file('peil.pem')}`, '--set', `mqtt.key_file=${file('peil.key')}`, '--set', 'mqtt.publish=no'] })
})
after(async () => {
  await peil?.stop()
  broker?.kill()
})

const send = (path, { who, body, method = 'POST', headers = {}, version } = {}) => new Promise((resolve, reject) => {
  const r = request(peil.url.replace(/^http:/, 'https:') + path, { method, rejectUnauthorized: false, agent: false, headers: { 'Content-Type': 'application/json', ...headers },
    ...who && { cert: readFileSync(file(`${who}.pem`)), key: readFileSync(file(`${who}.key`)) }, ...version && { minVersion: version, maxVersion: version } }, (answer) => {
    let text = ''
    answer.on('data', (d) => { text += d })
    answer.on('end', () => resolve({ status: answer.statusCode, text, body: (() => { try { return JSON.parse(text) } catch { return undefined } })() }))
  })
  r.on('error', reject)
  r.end(body)
})
const token = (...args) => spawnSync(binary, ['token', ...args, '--data', peil.directory], { encoding: 'utf8' })
const reading = (device, value) => JSON.stringify({ esp8266id: device, sensordatavalues: [{ value_type: 'SDS_P1', value: String(value) }] })

test('a certificate that nobody has made known opens nothing, and reading what is public needs none', async () => {
  assert.equal((await send('/push/sensor_community', { who: 'meter-1', body: reading('1', 5) })).status, 401)
  assert.equal((await send('/push/sensor_community', { body: reading('1', 5) })).status, 401)
  for (const who of ['meter-1', undefined]) assert.equal((await send('/v1.1/Things', { who, method: 'GET' })).status, 200)
})

test('once it is made known its device writes, over TLS 1.2 and 1.3, and only its own', async () => {
  const made = token('create', '--certificate', file('meter-1.pem'), 'meter-1')
  assert.deepEqual([made.status, made.stdout], [0, ''], made.stderr)
  assert.equal(token('create', '--certificate', file('meter-2.pem'), 'meter-2').status, 0)
  for (const [version, value] of [['TLSv1.2', 5], ['TLSv1.3', 6]]) {
    const answer = await send('/push/sensor_community', { who: 'meter-1', body: reading('1', value), version })
    assert.deepEqual([answer.status, answer.body?.stored], [201, 1], answer.text)
  }
  const other = await send('/push/sensor_community', { who: 'meter-2', body: reading('1', 7) })
  assert.equal(other.status, 403, other.text)
  assert.match(other.text, /belongs to another token/)
  assert.equal((await send('/push/sensor_community', { who: 'meter-2', body: reading('2', 7) })).body.stored, 1)
})

test('its fingerprint is no secret and opens nothing by itself; a token goes before it', async () => {
  const print = execFileSync('openssl', ['x509', '-in', file('meter-1.pem'), '-noout', '-fingerprint', '-sha256'], { encoding: 'utf8' }).split('=')[1].trim()
  for (const text of [print, print.replaceAll(':', '').toLowerCase(), Buffer.from(print.replaceAll(':', ''), 'hex').toString('base64url')])
    assert.equal((await send('/push/sensor_community', { body: reading('1', 8), headers: { Authorization: `Bearer ${text}` } })).status, 401)
  assert.equal((await send('/push/sensor_community', { who: 'meter-1', body: reading('1', 8), headers: { Authorization: 'Bearer wrong' } })).status, 401)
  assert.match(token('create', '--certificate', file('meter-1.pem'), 'again').stderr, /is that of 'meter-1' already/)
  assert.match(token('create', '--certificate', file('meter-1.key'), 'key').stderr, /is no certificate/)
})

test('withdrawn it opens nothing any more', async () => {
  assert.equal(token('withdraw', 'meter-2').status, 0)
  assert.equal((await send('/push/sensor_community', { who: 'meter-2', body: reading('2', 9) })).status, 401)
})

test('Mosquitto with TLS and certificates: a plug writes under its own name and no other', async () => {
  const publish = (topic, message, who = 'plug-1') => spawnSync('mosquitto_pub', ['-h', 'localhost', '-p', String(port), '--cafile', file('authority.pem'),
    ...who ? ['--cert', file(`${who}.pem`), '--key', file(`${who}.key`)] : [], '-q', '1', '-V', 'mqttv5', '-t', topic, '-m', message], { encoding: 'utf8', timeout: 10_000 })
  const say = (power) => JSON.stringify({ Time: new Date().toISOString().slice(0, 19), ENERGY: { Power: power } })
  assert.equal(publish('tele/plug-1/SENSOR', say(41)).status, 0)
  publish('tele/plug-2/SENSOR', say(42))
  assert.notEqual(publish('tele/plug-1/SENSOR', say(43), null).status, 0)
  const plugs = async () => (await send("/v1.1/Things?$filter=startswith(name,'plug')&$expand=Datastreams($expand=Observations)", { method: 'GET' })).body.value
  await until(async () => (await plugs()).length, 'the first plug')
  await sleep(200)
  const things = await plugs()
  assert.deepEqual(things.map((t) => [t.name, t.Datastreams.flatMap((d) => d.Observations.map((o) => o.result))]), [['plug-1', [41]]])
})
