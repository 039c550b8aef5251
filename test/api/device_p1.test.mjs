// SPDX-License-Identifier: EUPL-1.2
// Smart meters that peil reads by itself: a real TCP server that plays a P1 reader, with damage and broken lines, and a file.
// Expected values stand in the telegrams.
import { test, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { Peil } from './lib/peil.mjs'
import { until as untilThat } from './lib/until.mjs'

const sample = (name) => readFileSync(new URL(`../../fuzz/corpus/device_p1_telegram/${name}`, import.meta.url), 'latin1')
const three = sample('dsmr50_example_three_phase.txt'), gas = sample('dsmr50_gas_on_channel_2.txt')
const oldest = sample('dsmr22_iskra_mt382.txt'), belgian = sample('fluvius_peak_demand_gas_and_water.txt')

// The first client is cut off in the middle of a telegram; the next one gets noise, damage, and whole telegrams.
let connections = 0
const server = createServer((socket) => {
  socket.on('error', () => {})
  if (++connections === 1) {
    socket.write(three.slice(0, 300))
    setTimeout(() => socket.destroy(), 50)
    return
  }
  for (const piece of ['\xff\x00noise', three.slice(200), three.replace('*kWh', '*kWH'), three.slice(0, 400), three, gas]) socket.write(Buffer.from(piece, 'latin1'))
})

let peil
before(async () => {
  await new Promise((resolve) => server.unref().listen(0, '127.0.0.1', resolve))
  peil = await Peil.start({
    setup: (p) => {
      writeFileSync(join(p.directory, 'telegrams'), oldest + belgian, 'latin1')
      p.sources = `tcp-1=tcp:127.0.0.1:${server.address().port} file-1=file:${p.directory}/telegrams gone=serial:${p.directory}/no-port`
    },
  })
  await peil.server.stop()
  peil.args = ['--set', 'ingest.accept_new_devices=yes', '--set', 'ingest.p1_every_s=0', '--set', `ingest.p1_sources=${peil.sources}`]
  await peil.open()
})
after(async () => {
  await peil.stop()
  server.close()
})

function metric(label) {
  const text = execFileSync('curl', ['-s', '--unix-socket', `${peil.directory}/admin.sock`, 'http://peil/metrics'], { encoding: 'utf8' })
  return Number(text.split('\n').find((l) => l.startsWith(label))?.split(' ').at(-1) ?? 0)
}

async function rows(device, quantity) {
  const found = await peil.read(`Datastreams?$filter=${encodeURIComponent(`Thing/name eq '${device}' and ObservedProperty/name eq '${quantity}'`)}&$expand=Observations($orderby=phenomenonTime)`)
  return (found[0]?.Observations ?? []).map((o) => o.result)
}

const until = (check, what) => untilThat(check, () => `${what}\n${peil.server.log.text.slice(-2000)}`)

const register = (telegram, code) => Number(new RegExp(`1-0:${code.replaceAll('.', '\\.')}\\((\\d+\\.\\d+)\\*kWh\\)`).exec(telegram)[1])

test('a line that breaks is opened again; damage is counted, whole telegrams are stored', async () => {
  await until(async () => (await rows('tcp-1', 'energy_t1')).length === 2, 'telegrams')
  assert.deepEqual(await rows('tcp-1', 'energy_t1'), [register(three, '1.8.1'), register(gas, '1.8.1')].sort((a, b) => 0))
  assert.ok(connections >= 2)
  await until(() => metric('peil_p1_telegrams_total{outcome="damaged"}') >= 3, 'damage')
})

test('a file is read to its end, once', async () => {
  await until(async () => (await rows('file-1', 'energy_t1')).length === 2, 'file')
  assert.deepEqual((await rows('file-1', 'energy_t1')).sort(), [register(oldest, '1.8.1'), register(belgian, '1.8.1')].sort())
})

test('a port that is not there is told of, and tried again', async () => {
  await until(() => /a smart meter cannot be read.*device="gone".*No such file/.test(peil.server.log.text), 'warning')
})

test('without consent one telegram in a quarter of an hour is kept', async () => {
  await peil.server.stop()
  writeFileSync(join(peil.directory, 'telegrams'), three + gas, 'latin1')
  peil.args = ['--set', 'ingest.accept_new_devices=yes', '--set', `ingest.p1_sources=quiet=file:${peil.directory}/telegrams`]
  await peil.open()
  await until(() => metric('peil_p1_telegrams_total{outcome="stored"}') === 1 && metric('peil_p1_telegrams_total{outcome="passed_over"}') === 1, 'passed over')
  assert.deepEqual(await rows('quiet', 'energy_t1'), [register(three, '1.8.1')])
})
