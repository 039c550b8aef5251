// SPDX-License-Identifier: EUPL-1.2
// The pages that run the service, over plain HTTP as a browser without script uses them: devices with their keys, areas from a file,
// feeds, and rules with trials and versions.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createServer } from 'node:http'
import { resolve } from 'node:path'
import { after, before, test } from 'node:test'
import { binary, exchange, Peil } from './lib/peil.mjs'
import { makeUser, quick, Staff } from './lib/staff.mjs'
import { until } from './lib/until.mjs'

const PASSWORD = 'vier woorden zijn genoeg'
let peil, olga, source

before(async () => {
  source = createServer((q, r) => r.setHeader('Content-Type', 'application/json').end('{"value":[]}')).unref().listen(0, '127.0.0.1')
  peil = await Peil.start({ args: [...quick, '--set', 'access.standard=public', '--set', 'rollup.interval_s=1', '--set', `rules.directory=${resolve('share/rules')}`] })
  olga = await Staff.first(peil.url, 'olga', makeUser(peil.directory, 'olga', 'operator'), PASSWORD)
})
after(async () => {
  await peil?.stop()
  source?.close()
})

const api = (path) => exchange(`${peil.url}/api/v1${path}`, { headers: { Authorization: `Bearer ${peil.token}` } })
const push = (device, values, token = peil.token) => exchange(`${peil.url}/push/sensor_community`, {
  method: 'POST', headers: { Authorization: `Bearer ${token}`, 'X-Sensor': device },
  body: JSON.stringify({ sensordatavalues: Object.entries(values).map(([value_type, value]) => ({ value_type, value })) }) })
const audited = async (auditor, what) => (await auditor.get(`/team/logboek?wat=${what}`)).text.includes(`<code>${what}</code>`)

// ---- Devices -------------------------------------------------------------------------------------------------------

const PAGE = '/team/meter?sleutel=sensor_community%2Fesp8266-1'
const keyOf = (answer) => answer.text.match(/class="team-key">(peil_[\w-]+)</)[1]

test('a stranger waits in the list, shows what it sends, and is let in', async () => {
  assert.match((await olga.get('/team/meters')).text, /nog geen meter iets gestuurd/)
  await push('esp8266-1', { humidity: '55', GEIGER_cpm: '17' })
  const list = await olga.get('/team/meters?staat=waiting')
  assert.match(list.text, /esp8266-1/)
  assert.match((await olga.get(PAGE)).text, /GEIGER_cpm/)
  const answer = await olga.post('/team/meters?staat=waiting', { wat: 'toelaten', sleutel: 'sensor_community/esp8266-1' })
  assert.equal(answer.status, 303)
  assert.match(answer.headers.location, /staat=waiting.*gedaan=team\.done\.let-in/)
  assert.equal((await api('/devices/sensor_community/esp8266-1')).body.state, 'known')
  assert.equal((await push('esp8266-1', { humidity: '56' })).body.stored, 1)
})

test('it gets a key; a new one ends the old one', async () => {
  await olga.get(PAGE)
  const first = keyOf(await olga.post(PAGE, { wat: 'sleutel' }))
  assert.equal((await push('esp8266-1', { humidity: '57' }, first)).body.stored, 1)
  await olga.get(PAGE)
  const second = keyOf(await olga.post(PAGE, { wat: 'sleutel' }))
  assert.notEqual(second, first)
  assert.equal((await push('esp8266-1', { humidity: '58' }, first)).status, 401)
  assert.equal((await push('esp8266-1', { humidity: '59' }, second)).body.stored, 1)
  assert.equal((await push('esp8266-2', { humidity: '59' }, second)).body.stored ?? 0, 0)
  assert.ok(!(await olga.get(PAGE)).text.includes(second), 'a key is shown once')
})

test('a new key ends every other one for that device, and leaves them their other devices', async () => {
  await push('esp8266-9', { humidity: '50' })
  assert.equal((await olga.post('/team/meters', { wat: 'toelaten', sleutel: 'sensor_community/esp8266-9' })).status, 303)
  assert.equal((await push('esp8266-9', { humidity: '51' })).body.stored, 1)
  const thing = async (name) => (await api(`/devices/sensor_community/${name}`)).body.thing
  const things = [await thing('esp8266-1'), await thing('esp8266-9')]
  const bind = (name, ...to) => {
    const made = spawnSync(binary, ['token', 'create', '--data', peil.directory, '--role', 'device', '--thing', to.join(','), name], { encoding: 'utf8' })
    assert.equal(made.status, 0, made.stderr)
    return made.stdout.trim().split('\n').at(-1)
  }
  const both = bind('gateway', ...things), alone = bind('alone', things[0])
  let n = 60
  const stores = async (name, token) => {
    const { status, body } = await push(name, { humidity: String(n++) }, token)
    return status < 300 ? body.stored : status
  }
  assert.deepEqual([await stores('esp8266-1', both), await stores('esp8266-9', both), await stores('esp8266-1', alone)], [1, 1, 1])
  await olga.get(PAGE)
  const fresh = keyOf(await olga.post(PAGE, { wat: 'sleutel' }))
  assert.equal(await stores('esp8266-1', fresh), 1)
  assert.equal(await stores('esp8266-9', both), 1)
  assert.equal(await stores('esp8266-1', both), 403)
  assert.equal(await stores('esp8266-1', alone), 401)
  // The same when the interface gives it an owner.
  const other = bind('again', ...things)
  assert.equal(await stores('esp8266-1', other), 1)
  const given = await exchange(`${peil.url}/api/v1/devices/sensor_community/esp8266-1`, { method: 'PATCH', headers: { Authorization: `Bearer ${peil.token}`, 'Content-Type': 'application/json' }, body: JSON.stringify({ owner: 'gateway' }) })
  assert.equal(given.status, 200, given.text)
  assert.equal(await stores('esp8266-1', other), 403)
  assert.equal(await stores('esp8266-9', other), 1)
  assert.match(spawnSync(binary, ['audit', 'list', '--data', peil.directory], { encoding: 'utf8' }).stdout, new RegExp(`token\\.unbind token/gateway thing=${things[0]}`))
})

test('refused it stores nothing; forgotten it is a stranger; that is only done when it was ticked', async () => {
  await olga.get(PAGE)
  assert.equal((await olga.post(PAGE, { wat: 'weigeren' })).status, 303)
  assert.equal((await push('esp8266-1', { humidity: '60' })).status, 403)
  assert.equal((await olga.post(PAGE, { wat: 'vergeten' })).status, 400)
  assert.equal((await olga.post(PAGE, { wat: 'vergeten', zeker: '1' })).status, 303)
  assert.equal((await olga.get(PAGE)).status, 404)
})

test('a long list comes in pages, is searched, and its names are not markup', async () => {
  for (let n = 0; n < 53; n++) await push(`meter-${String(n).padStart(2, '0')}`, { humidity: '50' })
  await push('<b>x</b>', { humidity: '50' })
  const first = await olga.get('/team/meters?staat=waiting&zoek=METER-')
  assert.match(first.text, /1 tot en met 50 van 53/)
  assert.match((await olga.get('/team/meters?staat=waiting&zoek=METER-&pagina=2')).text, /51 tot en met 53 van 53/)
  assert.match((await olga.get('/team/meters?zoek=zzz')).text, /Geen meter past hierbij/)
  assert.ok(!(await olga.get('/team/meters?zoek=x')).text.includes('<b>x</b>'))
})

// ---- Areas ---------------------------------------------------------------------------------------------------------

const square = (code, west) => ({ type: 'Feature', properties: { code, name: `Vak ${code}`, level: 'neighbourhood', year: 2024 },
  geometry: { type: 'Polygon', coordinates: [[[west, 52], [west + 0.01, 52], [west + 0.01, 52.01], [west, 52.01], [west, 52]]] } })

async function upload(text, fields = {}) {
  await olga.get('/team/gebieden')
  const form = new FormData()
  for (const [name, value] of Object.entries({ form_token: olga.formToken, wat: 'invoeren', jaar: '', ...fields })) form.set(name, value)
  form.set('bestand', new Blob([text], { type: 'application/json' }), 'a "b"; c.json')
  const answer = await fetch(`${peil.url}/team/gebieden`, { method: 'POST', body: form, headers: { Cookie: olga.cookie } })
  return { status: answer.status, text: await answer.text() }
}

test('a file of areas is imported, with a report of what was refused', async () => {
  const file = { type: 'FeatureCollection', features: [square('BU99990101', 4), { ...square('BU99990102', 4.02), geometry: null }, square('BU99990103', 4.04)] }
  const answer = await upload(JSON.stringify(file))
  assert.equal(answer.status, 200, answer.text)
  assert.match(answer.text, /2 gebieden bewaard, waarvan 0 hersteld\. 1 geweigerd\./)
  assert.match(answer.text, /Gebied 2:/)
  const list = await olga.get('/team/gebieden?niveau=neighbourhood&jaar=2024&zoek=vak')
  assert.match(list.text, /1 tot en met 2 van 2/)
  assert.match((await olga.get('/team/gebieden?zoek=BU99990103')).text, /1 tot en met 1 van 1/)
})

test('what is no file of areas is refused, and so is a form without its token; postcodes are a table', async () => {
  assert.equal((await upload('{"type":')).status, 400)
  assert.equal((await upload('')).status, 400)
  assert.equal((await upload('{}', { form_token: 'x' })).status, 403)
  assert.match((await upload('PC6;Huisnummer;Buurt2024\n2281AB;1;99990101\n2281AC;1;1\n', { wat: 'postcodes' })).text, /1 postcodes bewaard\. 1 regels geweigerd/)
  assert.equal((await upload('x;y\n', { wat: 'postcodes' })).status, 400)
})

// ---- Feeds ---------------------------------------------------------------------------------------------------------

test('a feed is made, paused, run and ended', async () => {
  const feeds = async () => (await api('/feeds')).body.feeds
  assert.match((await olga.get('/team/bronnen')).text, /nog geen bronnen/)
  const wrong = await olga.post('/team/bronnen', { wat: 'maken', naam: 'lucht', soort: 'luchtmeetnet', adres: 'ftp://x', vanaf: '2024-01-01' })
  assert.equal(wrong.status, 400)
  assert.match(wrong.text, /value="ftp:\/\/x"/, 'what was typed is kept')
  assert.equal((await olga.post('/team/bronnen', { wat: 'maken', naam: 'lucht', soort: 'luchtmeetnet', adres: `http://127.0.0.1:${source.address().port}`, welke: 'NL10404, NL10446', vanaf: '2024-01-01', elke: '60' })).status, 303)
  assert.equal((await feeds())[0].name, 'lucht')
  assert.equal((await olga.post('/team/bronnen', { wat: 'pauze', naam: 'lucht' })).status, 303)
  assert.equal((await feeds())[0].state, 'paused')
  assert.match((await olga.get('/team/bronnen')).text, /staat stil/)
  assert.equal((await olga.post('/team/bronnen', { wat: 'verder', naam: 'lucht' })).status, 303)
  assert.notEqual((await feeds())[0].state, 'paused')
  assert.equal((await olga.post('/team/bronnen', { wat: 'nu', naam: 'lucht' })).status, 303)
  assert.equal((await olga.post('/team/bronnen', { wat: 'nu', naam: 'bodem' })).status, 404)
  assert.equal((await olga.post('/team/bronnen', { wat: 'weg', naam: 'lucht' })).status, 400)
  assert.equal((await olga.post('/team/bronnen', { wat: 'weg', naam: 'lucht', zeker: '1' })).status, 303)
  assert.deepEqual(await feeds(), [])
})

// ---- Rules ---------------------------------------------------------------------------------------------------------

// Of temperature, which no other test here sends.
const RULE = { regel: 'koud', naam_nl: 'koude lucht', naam_en: 'cold air', waar: 'meters', meting: 'q:temperature', wanneer: 'below', waarde: '5,5', einde: '', duur: '', binnen: '', mail: '', webhook: '', stil_van: '22:00', stil_tot: '07:00', stil_niet: '' }
const rule = async () => (await api('/rules')).body.rules.find((r) => r.id === 'koud')

test('a rule is made by form, comes back the same, and is tried on a year of readings', async () => {
  for (const [device, celsius] of [['trial-1', '4'], ['trial-2', '6']]) {
    await push(device, { temperature: celsius })
    await olga.post('/team/meters', { wat: 'toelaten', sleutel: `sensor_community/${device}` })
    assert.equal((await push(device, { temperature: celsius })).body.stored, 1)
  }
  await olga.get('/team/regel')
  const trial = await until(async () => { // new series are looked for now and then
    const made = await olga.post('/team/regel', { ...RULE, wat: 'jaar' })
    assert.equal(made.status, 200, made.text)
    return made.text.includes('van 2 plekken') && made
  }, 'both places')
  assert.match(trial.text, /1 meldingen in 365 dagen, van 2 plekken/)
  assert.equal(await rule(), undefined, 'a trial stores nothing')
  assert.equal((await olga.post('/team/regel', { ...RULE, waarde: 'x', wat: 'bewaren' })).status, 400)
  assert.equal((await olga.post('/team/regel', { ...RULE, wat: 'bewaren' })).status, 303)
  const made = await rule()
  assert.deepEqual([made.value, made.when, made.isOn], [5.5, 'below', false])
  const page = await olga.get('/team/regel?regel=koud')
  assert.match(page.text, /name="waarde" value="5.5"/)
  assert.match(page.text, /<option value="q:temperature" selected>/)
})

test('each change is a version, and an earlier one comes back', async () => {
  await olga.get('/team/regel?regel=koud')
  assert.equal((await olga.post('/team/regel?regel=koud', { ...RULE, waarde: '3', wat: 'bewaren' })).status, 303)
  assert.equal((await rule()).value, 3)
  const page = await olga.get('/team/regel?regel=koud')
  assert.match(page.text, /Versie 1 terugzetten/)
  assert.ok(!page.text.includes('Versie 2 terugzetten'), 'the newest is what it is')
  assert.equal((await olga.post('/team/regel?regel=koud', { wat: 'terug', versie: '1' })).status, 303)
  assert.equal((await rule()).value, 5.5)
  assert.equal((await olga.post('/team/regel?regel=koud', { wat: 'terug', versie: '9' })).status, 404)
})

// ---- Who may -------------------------------------------------------------------------------------------------------

test('who may not operate sees none of these pages; what was done is in the log', async () => {
  const anne = await Staff.first(peil.url, 'anne', makeUser(peil.directory, 'anne', 'auditor'), PASSWORD)
  for (const path of ['meters', 'meter?sleutel=sensor_community/meter-01', 'gebieden', 'bronnen', 'regels', 'regel'])
    assert.equal((await anne.get(`/team/${path}`)).status, 403, path)
  assert.equal((await anne.post('/team/meters', { wat: 'toelaten', sleutel: 'sensor_community/meter-01' })).status, 403)
  for (const what of ['device.approve', 'device.forget', 'token.create', 'token.withdraw', 'area.import', 'feed.put', 'feed.pause', 'feed.delete', 'rule.put'])
    assert.ok(await audited(anne, what), what)
})
