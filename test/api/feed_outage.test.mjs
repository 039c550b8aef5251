// SPDX-License-Identifier: EUPL-1.2
// A source that fails and comes back, as residents read it at /status.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Feeder } from './lib/feeder.mjs'
import { Peil } from './lib/peil.mjs'

let peil, feeder

// A server with one Thing that measures one quantity, of which there is one reading.
const works = (url) => {
  if (url.pathname !== '/Things') return JSON.stringify({ value: url.searchParams.get('$skip') ? [] : [{ '@iot.id': 1, phenomenonTime: '2026-01-01T00:00:00Z', result: 1.5 }] })
  const Datastreams = [{ '@iot.id': 11, name: 'kit', description: 'd', observationType: 'http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement',
    unitOfMeasurement: { name: 'u', definition: 'https://qudt.org/vocab/unit/DEG_C', symbol: '°C' }, Sensor: { '@iot.id': 7, name: 'kit', description: 's', encodingType: 'text/plain', metadata: 'm' },
    ObservedProperty: { '@iot.id': 3, name: 't', definition: 'https://example.org/t', description: 't' } }]
  return JSON.stringify({ value: [{ '@iot.id': 1, '@iot.selfLink': `${feeder.url}/Things(1)`, name: 'KIT', description: 'one', Locations: [], Datastreams }] })
}
before(async () => {
  peil = await Peil.start({ args: ['--web', process.env.PEIL_WEB ?? 'build/web'] })
  feeder = await Feeder.start(works)
})
after(async () => {
  await feeder?.stop()
  await peil?.stop()
})

// Its turn begins at once; waits until that is over.
async function turn(holds) {
  const path = `${peil.url}/api/v1/feeds/wankel`
  const before = (await peil.get(path)).body
  assert.equal((await peil.put(path, { kind: 'sensorthings', url: feeder.url, pauseMs: 0, local: true, everyMinutes: 1440 })).status, 200)
  for (let k = 0; k < 400; k++) {
    const { body } = await peil.get(path)
    if (body.state !== 'running' && body.next && body.lastTried !== before?.lastTried && holds(body)) return
    await sleep(25)
  }
  assert.fail(`no turn: ${JSON.stringify((await peil.get(path)).body)}`)
}

let visits = 0  // each under an address of its own, for a page is kept for a moment
async function interruptions(language = '') {
  const text = await (await fetch(`${peil.url}${language}/status?${visits++}`, { headers: { Accept: 'text/html' } })).text()
  assert.match(text, /id="interruptions"/, text.slice(0, 3000))
  const part = text.split('id="interruptions"')[1]
  return [...part.split('</main>')[0].matchAll(/<li>(.*?) <span class="area">(.*?)<\/span><\/li>/g)].map((m) => [m[1], m[2]])
}

test('nothing was interrupted; then a source fails, and it says since when; then it is back, and both ends are kept', async () => {
  await turn((s) => s.lastWorked && s.failures === 0)
  assert.deepEqual(await interruptions(), [])
  feeder.answer = () => ({ status: 503 })
  await turn((s) => s.failures > 0)
  const [[name, lasts]] = await interruptions()
  assert.equal(name, 'wankel')
  assert.match(lasts, /^sinds \d\d\.\d\d uur, wij proberen het opnieuw$/)
  assert.match((await interruptions('/en'))[0][1], /^since \d\d:\d\d, we keep trying$/)
  const since = lasts.match(/\d\d\.\d\d/)[0]
  await turn((s) => s.failures > 0)
  assert.deepEqual(await interruptions(), [['wankel', lasts]], 'a second failure begins no second interruption')
  feeder.answer = works
  await turn((s) => s.failures === 0 && s.lastWorked)
  const after = await interruptions()
  assert.equal(after.length, 1)
  assert.match(after[0][1], new RegExp(`^van ${since} uur tot \\d\\d\\.\\d\\d uur$`))
})
