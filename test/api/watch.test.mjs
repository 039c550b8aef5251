// SPDX-License-Identifier: EUPL-1.2
// `peil watch` itself, beside a meter that speaks over TCP, a serial line and a recording: what it says, what leaves the house, and how
// much memory it takes.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { createPrivateKey, sign } from 'node:crypto'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer, connect } from 'node:net'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { Peil, binary, exchange, makeToken } from './lib/peil.mjs'
import { quick } from './lib/staff.mjs'
import { until } from './lib/until.mjs'
import { newFolder } from './lib/folder.mjs'

const QUARTER = 900e3, DAY = 86400e3
const isSanitized = 'ASAN_OPTIONS' in process.env  // whose own memory would be counted too
let directory, peil, care

before(async () => {
  directory = newFolder('watch')
  peil = await Peil.start({ args: [...quick, '--set', 'care.enabled=yes', '--set', `care.key_file=${join(directory, 'vault.key')}`] })
  care = { Authorization: `Bearer ${makeToken(peil.directory, 'care', 'desk')}`, 'Content-Type': 'application/json' }
})
after(async () => { await peil?.stop() })

// ---- A meter -------------------------------------------------------------------------------------------------------

function checksum(text) {
  let crc = 0
  for (const c of Buffer.from(text, 'latin1')) {
    crc ^= c
    for (let i = 0; i < 8; i++) crc = crc & 1 ? (crc >> 1) ^ 0xa001 : crc >> 1
  }
  return crc.toString(16).toUpperCase().padStart(4, '0')
}

const parts = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/Amsterdam', year: '2-digit', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false, timeZoneName: 'shortOffset' })

function telegram(at, wh) {
  const p = Object.fromEntries(parts.formatToParts(at).map((x) => [x.type, x.value]))
  const season = p.timeZoneName === 'GMT+2' ? 'S' : 'W'
  const body = `/ISK5\\2M550T-1012\r\n\r\n1-3:0.2.8(50)\r\n0-0:1.0.0(${p.year}${p.month}${p.day}${p.hour.replace('24', '00')}${p.minute}${p.second}${season})\r\n` +
    `1-0:1.8.1(${(wh / 1000).toFixed(3).padStart(10, '0')}*kWh)\r\n1-0:1.8.2(000500.000*kWh)\r\n1-0:2.8.1(000000.000*kWh)\r\n1-0:2.8.2(000000.000*kWh)\r\n!`
  return body + checksum(body) + '\r\n'
}

// Telegrams of a home from..to, each quarter of an hour; somebody lives there until `silent`.
function recording(from, to, silent) {
  let text = '', wh = 123456, random = 42
  for (let at = from; at < to; at += QUARTER) {
    text += telegram(at, wh)
    random = (random * 1103515245 + 12345) % 2147483648
    const hour = new Date(at).getUTCHours()
    wh += 20 + (random >> 10) % 4 + (at < silent && hour >= 6 && hour < 22 && (random >> 16) % 100 < 25 ? 300 : 0)
  }
  return { text, wh }
}

const quarterBefore = (t) => Math.floor(t / QUARTER) * QUARTER

function replay(text, ...more) {
  const out = spawnSync(binary, ['watch', '--replay', ...more], { input: text, encoding: 'utf8', timeout: 60_000 })
  assert.equal(out.status, 0, out.stderr)
  return lined(out.stdout)
}

function lined(text) {
  return text.trim().split('\n').map((line) => ({ at: Date.parse(line.split(' ')[0]), said: line.slice(line.indexOf(' ') + 1) }))
}

const stateOf = (line) => line.said.startsWith('{') ? JSON.parse(line.said).state.trim() : line.said

// ---- A recording ---------------------------------------------------------------------------------------------------

describe('a recording of sixty days over the change of the clocks', () => {
  const from = Date.parse('2026-02-01T00:00:00Z'), silent = Date.parse('2026-03-28T12:00:00Z'), end = Date.parse('2026-04-06T00:00:00Z')
  let lines
  before(() => { lines = replay(recording(from, end, silent).text) })

  test('says ok once a day while somebody lives there', () => {
    const lived = lines.filter((l) => l.at < silent)
    assert.deepEqual([...new Set(lived.map(stateOf))], ['ok'])
    assert.ok(Math.abs(lived.length - (silent - from) / DAY) <= 1, `${lived.length} lines`)
  })

  test('asks in the home first and says look at least an hour later, within the hard limit', () => {
    const asked = lines.find((l) => stateOf(l) === 'ask in the home'), look = lines.find((l) => stateOf(l) === 'look')
    assert.ok(asked.at - silent > DAY && asked.at - silent < 4 * DAY, `${(asked.at - silent) / 3600e3} hours`)
    assert.ok(look.at - asked.at >= 3600e3 && look.at - asked.at < 2 * 3600e3)
    assert.ok(lines.filter((l) => stateOf(l) === 'look').at(-1).at - silent > 7 * DAY)
  })

  test('every line has one length and no time in it', () => {
    const said = lines.map((l) => l.said).filter((s) => s.startsWith('{'))
    assert.deepEqual([...new Set(said.map((s) => s.length))], [108])
    for (const s of said) assert.deepEqual(Object.keys(JSON.parse(s)), ['pseudonym', 'day', 'state', 'quiet', 'n', 'v'])
  })

  test('the same in pieces, with a restart between, says the same', () => {
    const { text } = recording(from, end, silent), cut = text.indexOf('/ISK5', text.length * 0.9)
    const state = join(directory, 'pieces.state')
    // The minute of the heartbeat is drawn by each new box; what is said and when it first asks is not.
    const pieces = [...replay(text.slice(0, cut), '--state', state), ...replay(text.slice(cut), '--state', state)]
    const first = (all, what) => all.find((l) => stateOf(l) === what).at
    assert.equal(first(pieces, 'ask in the home'), first(lines, 'ask in the home'))
    assert.equal(first(pieces, 'look'), first(lines, 'look'))
  })

  test('however much of it is read at once, it says the same', () => {
    const { text } = recording(from, end, silent), file = join(directory, 'whole.p1')
    writeFileSync(file, text)
    const at = (all, what) => all.find((l) => stateOf(l) === what).at
    const byPieces = spawnSync('sh', ['-c', `dd if="$1" bs=301 status=none | "$2" watch --replay`, 'sh', file, binary], { encoding: 'utf8', timeout: 60_000 })
    const fromFile = replay('', '--meter', file)
    for (const all of [lined(byPieces.stdout), fromFile])
      for (const what of ['ask in the home', 'look']) assert.equal(at(all, what), at(lines, what))
  })

  test('tells the town nothing', () => {
    const out = spawnSync(binary, ['watch', '--replay', '--town', 'https://peil.example.nl'], { input: '', encoding: 'utf8', timeout: 10_000 })
    assert.notEqual(out.status, 0)
    assert.match(out.stderr, /leave out --town/)
  })
})

// ---- A live meter --------------------------------------------------------------------------------------------------

// Passes everything on to peil, and keeps what the box sent.
async function listenIn() {
  const { hostname, port } = new URL(peil.url.replace('localhost', '127.0.0.1'))
  const sent = []
  const server = createServer((box) => {
    const town = connect(Number(port), hostname)
    box.on('data', (d) => { sent.push(d.toString('latin1')) })
    box.pipe(town).pipe(box)
    for (const s of [box, town]) s.on('error', () => { box.destroy(); town.destroy() })
  })
  await new Promise((r) => server.unref().listen(0, '127.0.0.1', r))
  return { url: `http://127.0.0.1:${server.address().port}`, sent, close: () => server.close() }
}

// A port like that of a P1 reader on the network: repeats the newest telegram, as a meter does.
async function meterOnTcp(first) {
  const meter = { text: first }
  const sockets = new Set()
  const server = createServer((s) => { sockets.add(s); s.on('error', () => {}); s.on('close', () => sockets.delete(s)); s.write(meter.text) })
  await new Promise((r) => server.unref().listen(0, '127.0.0.1', r))
  const timer = setInterval(() => { for (const s of sockets) s.write(meter.text) }, 200)
  return { ...meter, where: `tcp:127.0.0.1:${server.address().port}`, close: () => { clearInterval(timer); for (const s of sockets) s.destroy(); server.close() } }
}

async function enrol() {
  const { body } = await exchange(`${peil.url}/api/v1/care/participants`, {
    method: 'POST', headers: care, body: JSON.stringify({ name: 'Wilhelmina Proefpersoon', address: 'Verzonnenlaan 12', phone: '+31701234567', means: 'phone', way: 'watch', consentVersion: '2026-1' }),
  })
  const key = join(directory, `${body.pseudonym}.key`)
  writeFileSync(key, body.watchKey + '\n', { mode: 0o600 })
  return { ...body, key }
}

// As the box would, signed by node's own Ed25519.
function sendLine(home, n) {
  const [, pseudonym, seed] = home.watchKey.split(':')
  const text = `{"pseudonym":"${pseudonym}","day":"2026-11-26","state":"ok   ","quiet":"000","n":"${String(n).padStart(6, '0')}","v":"1"}`
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.from(seed, 'base64url')])
  const signature = sign(null, Buffer.from(text), createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })).toString('base64')
  return exchange(`${peil.url}/api/v1/signs-of-life`, { method: 'POST', body: text, headers: { 'Content-Type': 'application/json', 'Peil-Signature': signature } })
}

const casesOf = async (home) => (await exchange(`${peil.url}/api/v1/care/cases`, { headers: care })).body.cases.filter((c) => c.pseudonym === home.pseudonym)

const peak = (pid) => Number(readFileSync(`/proc/${pid}/status`, 'utf8').match(/VmHWM:\s+(\d+)/)[1]) / 1024
const bodies = (sent) => sent.join('').split('POST ').slice(1).map((x) => ({ path: x.split(' ')[0], body: x.slice(x.indexOf('\r\n\r\n') + 4) }))

// Twenty days of life and a silence that reached seven days an hour ago, or at most half a day before that: life may have ended with an
// evening. The hours in which that happens come live.
function almostSilent(state) {
  const now = quarterBefore(Date.now()), to = now - 16 * 3600e3, silent = now - 7 * DAY - 3600e3
  const { text, wh } = recording(silent - 20 * DAY, to, silent)
  const lines = replay(text, '--state', state)
  assert.deepEqual([...new Set(lines.map(stateOf))], ['ok'])
  let live = ''
  for (let at = to, r = wh; at <= now; at += QUARTER, r += 21) live += telegram(at, Math.round(r))
  return live
}

describe('a box beside a meter', () => {
  test('tells the town of a silence over TCP, and nothing else leaves the house; in under 20 MB', async () => {
    const home = await enrol(), state = join(directory, 'tcp.state'), live = almostSilent(state)
    const meter = await meterOnTcp(live), town = await listenIn()
    const box = () => spawn(binary, ['watch', '--meter', meter.where, '--key', home.key, '--state', state, '--town', town.url], { stdio: ['ignore', 'ignore', 'pipe'] })
    let watch = box()
    try {
      const [found] = await until(async () => { const c = await casesOf(home); return c.length && c }, 'a case')
      assert.equal(found.cause, 'cap')
      assert.match(found.reason, /al 1[678]\d uur geen teken van leven/)
      const mb = peak(watch.pid)
      assert.ok(mb < 20 || isSanitized, `${mb.toFixed(1)} MB at the most`)
      console.log(`# peil watch took ${mb.toFixed(1)} MB at the most`)
      await until(() => statSync(state).mtimeMs > Date.now() - 20_000, 'its state to be saved')
      await new Promise((r) => setTimeout(r, 500))
      const before = bodies(town.sent).length
      watch.kill('SIGKILL')
      await new Promise((r) => watch.once('exit', r))
      watch = box()
      await new Promise((r) => setTimeout(r, 2000))
      assert.equal(bodies(town.sent).length, before, 'a restart tells nothing again')
      for (const m of bodies(town.sent)) {
        assert.equal(m.path, '/api/v1/signs-of-life')
        assert.equal(m.body.length, 108)
        assert.deepEqual(Object.keys(JSON.parse(m.body)), ['pseudonym', 'day', 'state', 'quiet', 'n', 'v'])
      }
      assert.doesNotMatch(town.sent.join(''), /123456|kWh|ISK5/)
    } finally {
      watch.kill()
      meter.close()
      town.close()
    }
  })

  test('is heard again after it lost what it knew', async () => {
    const home = await enrol()
    const meter = await meterOnTcp(telegram(quarterBefore(Date.now()), 5000)), town = await listenIn()
    assert.equal((await sendLine(home, 5)).status, 200)
    const watch = spawn(binary, ['watch', '--meter', meter.where, '--key', home.key, '--state', join(directory, 'lost.state'), '--town', town.url], { stdio: 'ignore' })
    try {
      await until(() => bodies(town.sent).length >= 2, 'two lines')
      const numbers = bodies(town.sent).map((m) => JSON.parse(m.body).n)
      assert.deepEqual(numbers.slice(0, 2), ['000001', '001001'], 'an older number first, then one well behind')
      await new Promise((r) => setTimeout(r, 1000))
      assert.equal(bodies(town.sent).length, 2, 'and that one was heard')
    } finally {
      watch.kill()
      meter.close()
      town.close()
    }
  })

  test('reads a serial line', async () => {
    const home = await enrol(), state = join(directory, 'serial.state'), helper = join(directory, 'serial')
    const made = spawnSync('cc', ['-O1', '-o', helper, new URL('lib/serial.c', import.meta.url).pathname], { encoding: 'utf8' })
    assert.equal(made.status, 0, made.stderr)
    const live = almostSilent(state), line = spawn(helper, { stdio: ['pipe', 'pipe', 'inherit'] })
    const port = (await new Promise((r) => line.stdout.once('data', r))).toString().trim()
    const watch = spawn(binary, ['watch', '--meter', port, '--key', home.key, '--state', state, '--town', peil.url.replace('localhost', '127.0.0.1')], { stdio: 'ignore' })
    const timer = setInterval(() => line.stdin.write(live), 300)
    try {
      await until(async () => (await casesOf(home)).length === 1, 'a case')
    } finally {
      clearInterval(timer)
      watch.kill()
      line.stdin.end()
      line.kill()
    }
  })

  test('goes on from "all is well", of which the town knows', async () => {
    const home = await enrol(), state = join(directory, 'well.state'), live = almostSilent(state)
    const say = (fields) => exchange(`${peil.url}/teken-van-leven/${home.link}`, { method: 'POST', body: new URLSearchParams(fields).toString(), headers: { 'Content-Type': 'application/x-www-form-urlencoded' } })
    assert.equal((await say({ wat: 'goed' })).status, 303)
    const meter = await meterOnTcp(live), town = await listenIn()
    const watch = spawn(binary, ['watch', '--meter', meter.where, '--key', home.key, '--state', state, '--town', town.url], { stdio: 'ignore' })
    try {
      // It tells of the silence, hears that all is well, and takes it back at once.
      await until(() => {
        const said = bodies(town.sent).map((m) => JSON.parse(m.body).state.trim())
        return said.at(-1) === 'ok' && said.includes('look')
      }, 'it to take back what it said')
    } finally {
      watch.kill()
      meter.close()
      town.close()
    }
  })
})
