// SPDX-License-Identifier: EUPL-1.2
// Names survive what towns do with servers: a copy made in mid-load, a kill in mid-load, a copy put back.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, readFileSync, readdirSync, rmSync, statSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { binary, exchange, makeToken, Peil, serve } from './lib/peil.mjs'
import { quick } from './lib/staff.mjs'
import { newFolder } from './lib/folder.mjs'

let apart, peil, care, device, args
before(async () => {
  apart = newFolder('vault')
  args = [...quick, '--set', 'care.enabled=yes', '--set', `care.key_file=${join(apart, 'one.key')}`, '--set', `care.key_share_file=${join(apart, 'two.key')}`]
  peil = await Peil.start({ args })
  care = { Authorization: `Bearer ${makeToken(peil.directory, 'care', 'desk')}`, 'Content-Type': 'application/json' }
  device = { Authorization: `Bearer ${makeToken(peil.directory, 'device', 'meters')}`, 'Content-Type': 'application/json' }
})
after(async () => { await peil.server.kill(); rmSync(peil.directory, { recursive: true, force: true }) })

const page = (server, home) => exchange(`${server.url}/teken-van-leven/${home.link}`)
const stop = (home) => exchange(`${peil.url}/teken-van-leven/${home.link}`, { method: 'POST', body: 'wat=stoppen', headers: { 'Content-Type': 'application/x-www-form-urlencoded' } })

async function enrol(n) {
  const { status, body } = await exchange(`${peil.url}/api/v1/care/participants`, {
    method: 'POST', headers: care, body: JSON.stringify({ name: `Persoon Proef${n}`, address: `Verzonnenlaan ${n}`, phone: '+31701234567', means: 'phone', way: 'stream', consentVersion: '2026-1' }),
  })
  assert.equal(status, 201)
  return { ...body, name: `Persoon Proef${n}` }
}

const send = (home, at, kwh) => exchange(`${peil.url}/api/v1/care/readings`, {
  method: 'POST', headers: device, body: JSON.stringify({ readings: [{ pseudonym: home.pseudonym, channel: 'electricity', at: new Date(at).toISOString(), in: kwh }] }),
})

// Enrols and sends readings until the server is gone or `ends` says so.
async function load(homes, ends) {
  for (let n = 0; !ends(); n++) {
    try {
      const home = await enrol(`-${n}`)
      homes.push(home)
      await send(home, Date.now() - 900e3, 10)
      await send(home, Date.now(), 10.1)
    } catch { return }
  }
}

const holds = (directory, text) => readdirSync(directory, { recursive: true }).map((f) => join(directory, f))
  .filter((f) => statSync(f).isFile() && readFileSync(f).includes(text))

test('a copy made in mid-load has every name acknowledged before it, and no key', async () => {
  const before = [], during = [], left = []
  for (let n = 0; n < 6; n++) before.push(await enrol(n))
  left.push(before.pop())
  assert.equal((await stop(left[0])).status, 200)
  let ends = false
  const loading = load(during, () => ends)
  const copy = join(apart, 'copy')
  const backup = spawn(binary, ['backup', '--data', peil.directory, copy], { stdio: ['ignore', 'pipe', 'inherit'] })
  let said = ''
  backup.stdout.on('data', (d) => { said += d })
  const status = await new Promise((r) => backup.once('exit', r))
  ends = true
  await loading
  assert.equal(status, 0)
  assert.match(said, /needs the key, which is not in it/)
  assert.deepEqual(holds(copy, 'Persoon Proef'), [])
  for (const share of ['one.key', 'two.key']) assert.deepEqual(holds(copy, readFileSync(join(apart, share), 'latin1').trim()), [])
  const restored = await serve(copy, args)
  try {
    for (const home of before) assert.match((await page(restored, home)).text, new RegExp(home.name))
    assert.equal((await page(restored, left[0])).status, 404)
  } finally {
    assert.equal(await restored.stop(), 0)
  }
})

const command = (...words) => spawnSync(binary, words, { encoding: 'utf8', timeout: 60_000 })

test('who stopped after a copy was made stays away when it is put back with the file of who stopped', async () => {
  const gone = await enrol('-gone'), stays = await enrol('-stays')
  for (const home of [gone, stays]) for (const ago of [900e3, 0]) assert.equal((await send(home, Date.now() - ago, 10 - ago / 1e7)).status, 200)
  const copy = join(apart, 'before'), bare = join(apart, 'bare-before')
  for (const to of [copy, bare]) assert.equal(command('backup', '--data', peil.directory, to).status, 0)
  assert.equal((await stop(gone)).status, 200)
  const file = readFileSync(join(peil.directory, 'withdrawn'), 'utf8')
  assert.ok(!file.includes(gone.pseudonym) && !file.includes('Proef'), file)
  assert.equal(statSync(join(peil.directory, 'withdrawn')).mode & 0o777, 0o600)
  assert.match(command('doctor', '--data', peil.directory).stdout, /Nothing is wrong/)

  // As it was copied: told, before and after the start.
  const told = command('doctor', '--data', bare)
  assert.equal(told.status, 1)
  assert.match(told.stdout, /may be back: the file of those who did is that of a copy/)
  const alone = await serve(bare, args)
  assert.match((await page(alone, gone)).text, new RegExp(gone.name))
  assert.equal(await alone.stop(), 0)
  assert.equal(command('doctor', '--data', bare).status, 1)
  assert.match(alone.log.text, /who stopped taking part may be back/)

  copyFileSync(join(peil.directory, 'withdrawn'), join(copy, 'withdrawn'))
  assert.ok(holds(copy, gone.pseudonym).some((f) => f.endsWith('vault.db')), 'the copy does hold the home')
  const restored = await serve(copy, args)
  try {
    assert.equal((await page(restored, gone)).status, 404)
    assert.match((await page(restored, stays)).text, new RegExp(stays.name))
    assert.deepEqual(holds(copy, gone.pseudonym).filter((f) => /vault\.db/.test(f)), [])
    const answer = await exchange(`${restored.url}/api/v1/care/readings`, { method: 'POST', headers: device, body: JSON.stringify({ readings: [{ pseudonym: gone.pseudonym, channel: 'electricity', at: new Date().toISOString(), in: 11 }] }) })
    assert.deepEqual(answer.body, { stored: 0, unknown: 1 })
  } finally {
    assert.equal(await restored.stop(), 0)
  }
  const lines = command('audit', 'list', '--data', copy).stdout.split('\n').filter((l) => l.includes('put-back=yes'))
  assert.equal(lines.length, 1, lines.join('\n'))
  assert.match(lines[0], /care\.withdraw home put-back=yes homes=1/)
  assert.ok(!lines[0].includes(gone.pseudonym))
  assert.match(command('doctor', '--data', copy).stdout, /Nothing is wrong/)
})

test('killed between withdrawals, whoever was told to be gone stays gone, in the store and in a copy from before', async () => {
  const homes = []
  for (let n = 0; n < 25; n++) homes.push(await enrol(`-kill-${n}`))
  const copy = join(apart, 'all')
  assert.equal(command('backup', '--data', peil.directory, copy).status, 0)
  const gone = []
  const leaving = Promise.all(homes.map(async (home) => {
    try { if ((await stop(home)).status === 200) gone.push(home) } catch { /* the server is gone */ }
  }))
  while (gone.length < 5) await new Promise((r) => setTimeout(r, 1))
  assert.equal(await peil.server.kill(), 'SIGKILL')
  await leaving
  // A power cut in the middle of a line.
  writeFileSync(join(peil.directory, 'withdrawn'), '2026-11-2', { flag: 'a' })
  copyFileSync(join(peil.directory, 'withdrawn'), join(copy, 'withdrawn'))
  await peil.open()
  for (const home of gone) assert.equal((await page(peil, home)).status, 404)
  const restored = await serve(copy, args)
  try {
    for (const home of gone) assert.equal((await page(restored, home)).status, 404)
    const left = homes.filter((h) => !gone.includes(h))
    const here = await Promise.all(left.map(async (h) => (await page(peil, h)).status))
    const there = await Promise.all(left.map(async (h) => (await page(restored, h)).status))
    // Who was marked and not told yet has left too; the others are whole, and both say the same.
    assert.deepEqual(here, there)
  } finally {
    assert.equal(await restored.stop(), 0)
  }
})

test('killed in mid-load, all that was acknowledged is there', async () => {
  const homes = []
  const loading = load(homes, () => false)
  while (homes.length < 12) await new Promise((r) => setTimeout(r, 20))
  assert.equal(await peil.server.kill(), 'SIGKILL')
  await loading
  await peil.open()
  for (const home of homes) assert.match((await page(peil, home)).text, new RegExp(home.name))
  const readings = homes.slice(0, -1)
  for (const home of readings) assert.match((await page(peil, home)).text, /Nu bewaard: [12] dagen/)
})

test('a copy without its vault, and a vault with one share of its key, are refused', async () => {
  const copy = join(apart, 'bare')
  assert.equal(spawnSync(binary, ['backup', '--data', peil.directory, copy]).status, 0)
  const one = ['serve', '--data', copy, '--listen', '127.0.0.1:0', ...args.slice(0, -2)]
  const shared = spawnSync(binary, one, { encoding: 'utf8', timeout: 20_000 })
  assert.equal(shared.status, 78)
  assert.match(shared.stderr, /not the one that vault.db was sealed with/)
  for (const f of ['vault.db', 'vault.db-wal', 'vault.db-shm']) if (existsSync(join(copy, f))) unlinkSync(join(copy, f))
  const bare = spawnSync(binary, ['serve', '--data', copy, '--listen', '127.0.0.1:0', ...args], { encoding: 'utf8', timeout: 20_000 })
  assert.equal(bare.status, 78)
  assert.match(bare.stderr, /put back the vault.db of the same backup/)
})
