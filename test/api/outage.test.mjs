// SPDX-License-Identifier: EUPL-1.2
// Interruptions of peil itself and of meters, as residents read them at /status.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { datastream, link, location, observedProperty, point, sensor, thing } from './lib/entities.mjs'
import { Peil } from './lib/peil.mjs'

const MINUTE = 60_000, HOUR = 60 * MINUTE
let peil

before(async () => { peil = await Peil.start({ args: ['--web', process.env.PEIL_WEB ?? 'build/web'] }) })
after(async () => { await peil?.stop() })

let visits = 0  // each under an address of its own, for a page is kept for a moment
async function status(language = '') {
  const text = await (await fetch(`${peil.url}${language}/status?${visits++}`, { headers: { Accept: 'text/html' } })).text()
  const [service, meters, feeds] = text.split('id="interruptions"')[1].split('</main>')[0].split('<h3>').slice(1)
    .map((part) => [...part.matchAll(/<li>(.*?)<\/li>/g)].map((m) => m[1].replace(/<[^>]+>/g, '').trim()))
  return { service, meters, feeds }
}

async function until(holds, what) {
  for (let k = 0; k < 400; k++) {
    const seen = await holds()
    if (seen) return seen
    await sleep(50)
  }
  assert.fail(what)
}

const ask = (sql) => execFileSync('sqlite3', [join(peil.directory, 'peil.db'), sql], { encoding: 'utf8' }).trim()
const alive = () => JSON.parse(ask("SELECT json FROM document WHERE kind = 'service' AND key = 'alive'") || 'null')
// As if peil had last been at work so long ago.
const backdate = (ago) => ask(`UPDATE document SET json = json_set(json, '$.at', ${(Date.now() - ago) * 1000}) WHERE kind = 'service'`)
const reopen = async () => {
  await peil.open()
  const begun = Date.now() * 1000
  await until(() => alive()?.at > begun - 30e6 && !alive().stopped, 'no sign of life')
}

test('peil says each minute that it is at work; a stop and a failure are told apart, a quick restart is neither', async () => {
  await until(alive, 'no sign of life')
  assert.deepEqual((await status()).service, [])
  await peil.server.stop()
  assert.equal(alive().stopped, true)
  await reopen()
  assert.deepEqual((await status()).service, [], 'a restart of some seconds')

  await peil.server.stop()
  backdate(40 * MINUTE)
  await reopen()
  assert.equal((await status()).service.length, 1)
  assert.match((await status()).service[0], /^van .+ tot .+, gepland$/)

  await peil.server.kill()
  backdate(20 * MINUTE)
  await reopen()
  const { service } = await status()
  assert.equal(service.length, 2)
  assert.match(service[0], /^van .+ tot .+, onverwacht$/, 'the newest first')
  assert.match((await status('/en')).service[0], /^from .+ to .+, unexpected$/)
})

// What the page of a meter says of its interruptions.
async function ofMeter(id, language = '') {
  const text = await (await fetch(`${peil.url}${language}/meter/${id}?${visits++}`, { headers: { Accept: 'text/html' } })).text()
  assert.match(text, /<h1>/)
  const part = text.split('<section class="outages">')[1]
  return part ? [...part.split('</section>')[0].matchAll(/<li>(?:van|from) .+? (?:tot|to) .+?: (.*?)<\/li>/g)].map((m) => m[1]) : []
}

// One meter with a reading each ten minutes of the last 28 hours, except where it is silent.
async function meter(name, isSilent, extra = {}) {
  const id = await peil.make('Things', thing({ name, Locations: [location({ location: point(4.3251234, 52.0401234) })], ...extra }))
  for (const [key, definition] of [['pm25', 6001], ['pm10', 5]]) {
    const stream = await peil.make('Datastreams', datastream({ name: key, Thing: link(id), Sensor: sensor(),
      ObservedProperty: observedProperty({ name: key, definition: `http://dd.eionet.europa.eu/vocabulary/aq/pollutant/${definition}` }) }))
    const now = Date.now(), dataArray = []
    for (let ago = 28 * HOUR; ago > 0; ago -= 10 * MINUTE)
      if (!isSilent(ago / HOUR, key)) dataArray.push([new Date(now - ago).toISOString(), 10 + (ago / MINUTE / 10) % 7])
    const answer = await peil.post('CreateObservations', [{ Datastream: link(stream), components: ['phenomenonTime', 'result'],
      'dataArray@iot.count': dataArray.length, dataArray }])
    assert.equal(answer.status, 201, answer.text)
  }
  return id
}

test('a meter that is silent for longer than it is used to is told by the name of its page, once, and others are not', async () => {
  await meter('Kerk', (ago) => ago < 12 && ago > 8)
  await meter('Half', (ago, key) => key === 'pm10' && ago < 12 && ago > 8)  // its other series reported
  await meter('Kort', (ago) => ago < 8.6 && ago > 8)  // shorter than an hour
  await meter('Nu', (ago) => ago < 5)  // lasts: it is in the list of silent ones
  await meter('Verborgen', (ago) => ago < 12 && ago > 8, { properties: { access: 'internal' } })
  const steady = await meter('Altijd', () => false), none = await meter('Nooit', () => true)
  const home = await meter('Bij een bewoner', (ago) => ago < 20 && ago > 15, { properties: { place: 'coarse' } })
  await peil.server.stop()
  await reopen()
  const meters = await until(async () => { const { meters: m } = await status(); return m.length ? m : null }, 'no meter was told')
  assert.deepEqual(meters.map((m) => m.replace(/ van .*/, '')), ['Kerk', 'Bij een bewoner'])
  for (const m of meters) assert.match(m, / van .+ tot .+$/)
  // Its own page tells it too, beside what peil itself missed since the meter began.
  const down = ['deze website was niet in bedrijf, onverwacht', 'deze website was niet in bedrijf, gepland']
  assert.deepEqual(await ofMeter(home), [...down, 'de meter was stil'])
  assert.deepEqual(await ofMeter(steady), down)
  assert.deepEqual(await ofMeter(none), [])

  // Looked at again nothing changes; readings that come late take it back.
  const church = (await peil.read("Datastreams?$filter=Thing/name eq 'Kerk'"))[0]['@iot.id'], now = Date.now(), dataArray = []
  for (let ago = 12 * HOUR; ago > 8 * HOUR; ago -= 10 * MINUTE) dataArray.push([new Date(now - ago).toISOString(), 12])
  await peil.post('CreateObservations', [{ Datastream: link(church), components: ['phenomenonTime', 'result'], 'dataArray@iot.count': dataArray.length, dataArray }])
  await peil.server.stop()
  await reopen()
  await until(async () => (await status()).meters.length === 1, 'the silence that was none is still told')
  assert.match((await status()).meters[0], /^Bij een bewoner/)
})

test('when peil was down, no meter is said to have been silent', async () => {
  const barn = await meter('Schuur', (ago) => ago < 4 && ago > 2)
  const shed = await meter('Loods', (ago) => ago < 7 && ago > 4.5)
  await peil.server.stop()
  const from = (Date.now() - 4.1 * HOUR) * 1000, to = (Date.now() - 1.9 * HOUR) * 1000
  ask(`INSERT INTO document VALUES('service_outage', '${Math.round(to)}/', '{"from":${Math.round(from)}}')`)
  await reopen()
  await until(async () => (await status()).meters.some((m) => m.startsWith('Loods')), 'the hours were not looked at')
  assert.ok(!(await status()).meters.some((m) => m.startsWith('Schuur')))
  assert.equal((await ofMeter(barn)).at(-1), 'deze website was niet in bedrijf, onverwacht')
  assert.deepEqual((await ofMeter(shed)).slice(-2), ['deze website was niet in bedrijf, onverwacht', 'de meter was stil'], 'the newest first')
  assert.deepEqual((await ofMeter(shed, '/en')).slice(-2), ['this website was down, unexpected', 'the meter was silent'])
})
