// SPDX-License-Identifier: EUPL-1.2
// Each form of the pages of staff leaves one line in the audit log, of the right kind and by who sent it.
import assert from 'node:assert/strict'
import { createPrivateKey, sign } from 'node:crypto'
import { execFileSync } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { after, before, test } from 'node:test'
import { Peil, binary, exchange } from './lib/peil.mjs'
import { Staff, makeUser, quick, totp } from './lib/staff.mjs'
import { newFolder } from './lib/folder.mjs'

const PASSWORD = 'vier woorden zijn genoeg'
const ROLES = { ada: 'administrator', olga: 'operator', anna: 'editor', bert: 'editor', vera: 'verifier', carla: 'care', dirk: 'care' }
const apart = newFolder('key')
const staff = {}
let peil, shown

before(async () => {
  peil = await Peil.start({ args: [...quick, '--set', `rules.directory=${resolve('share/rules')}`, '--set', `kpi.directory=${resolve('share/kpi')}`,
    '--set', 'care.enabled=yes', '--set', `care.key_file=${join(apart, 'vault.key')}`] })
  for (const [name, role] of Object.entries(ROLES)) staff[name] = await Staff.first(peil.url, name, makeUser(peil.directory, name, role), PASSWORD)
  for (const device of ['a', 'b', 'c']) await exchange(`${peil.url}/push/sensor_community`, { method: 'POST', headers: { Authorization: `Bearer ${peil.token}`, 'X-Sensor': device }, body: '{"sensordatavalues":[{"value_type":"humidity","value":"55"}]}' })
})
after(async () => {
  await peil?.stop()
})

const lines = () => execFileSync(binary, ['audit', 'list', '--data', peil.directory], { encoding: 'utf8', maxBuffer: 1 << 26 }).trim().split('\n')
  .map((l) => { const [number, , who, what] = l.split(' '); return { number: Number(number), who, what } })

// A home that its meter says is silent, so that there is a case.
function silent() {
  const [, pseudonym, seed] = shown[1].split(':')
  const text = `{"pseudonym":"${pseudonym}","day":"${new Date().toISOString().slice(0, 10)}","state":"look ","quiet":"041","n":"000002","v":"1"}`
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.from(seed, 'base64url')])
  const signature = sign(null, Buffer.from(text), createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })).toString('base64')
  return exchange(`${peil.url}/api/v1/signs-of-life`, { method: 'POST', body: text, headers: { 'Peil-Signature': signature } })
}
const theCase = async () => (await staff.carla.get('/team/zorg')).text.match(/zaak=([\w-]+)/)[1]
let secret
const secretOf = (page) => { secret = page.text.match(/name="geheim" value="([A-Z2-7]+)"/)[1]; return secret }
const upload = async (name, page, fields, text) => {
  const form = new FormData()
  for (const [key, value] of Object.entries({ form_token: staff[name].formToken, ...fields })) form.set(key, value)
  form.set('bestand', new Blob([text]), 'file')
  const answer = await fetch(peil.url + page, { method: 'POST', body: form, headers: { Cookie: staff[name].cookie } })
  return { status: answer.status, text: await answer.text() }
}
const square = JSON.stringify({ type: 'FeatureCollection', features: [{ type: 'Feature', properties: { code: 'BU99990101', name: 'Vak', level: 'neighbourhood', year: 2024 },
  geometry: { type: 'Polygon', coordinates: [[[4, 52], [4.01, 52], [4.01, 52.01], [4, 52.01], [4, 52]]] } }] })
const RULE = { regel: 'koud', naam_nl: 'koude lucht', naam_en: 'cold air', waar: 'meters', meting: 'q:temperature', wanneer: 'below', waarde: '5', stil_van: '22:00', stil_tot: '07:00' }
const VALUE = { invoer: 'households', waarde: '24310', bron: 'telling', methode: 'measured' }

const REPORT = ['kpi-report.keep', 'kpi-report.keep'] // in both languages

// Page of the source, what the form says, by whom, to which address with which fields, and the kind of its line; null: it changes nothing, so there is
// none. A list: what it does is several deeds, of which each has its line: a device that was never heard gets a Thing, then a key, then an owner; a report is
// kept in two languages; a code is used up. In this order, for each form begins where the one before ended.
const FORMS = [
  ['users', 'maken', 'ada', '/team/gebruikers', { naam: 'nieuw', rol: 'editor' }, 'user.create'],
  ['users', 'rol', 'ada', '/team/gebruikers', { naam: 'nieuw', rol: 'reader' }, 'user.role'],
  ['users', 'wachtwoord', 'ada', '/team/gebruikers', { naam: 'nieuw' }, 'user.password'],
  ['users', 'uit', 'ada', '/team/gebruikers', { naam: 'nieuw' }, 'user.disable'],
  ['users', 'aan', 'ada', '/team/gebruikers', { naam: 'nieuw' }, 'user.enable'],
  ['users', 'app', 'ada', '/team/gebruikers', { naam: 'nieuw' }, 'user.authenticator-off'],
  ['users', 'weg', 'ada', '/team/gebruikers', { naam: 'nieuw', zeker: '1' }, 'user.remove'],
  ['tokens', 'maken', 'ada', '/team/sleutels', { naam: 'proef', rol: 'reader' }, 'token.create'],
  ['tokens', 'intrekken', 'ada', '/team/sleutels', { naam: 'proef' }, 'token.withdraw'],
  ['devices', 'toelaten', 'olga', '/team/meters', { sleutel: 'sensor_community/a' }, 'device.approve'],
  ['devices', 'weigeren', 'olga', '/team/meters', { sleutel: 'sensor_community/b' }, 'device.block'],
  ['device', 'toelaten', 'olga', '/team/meter?sleutel=sensor_community%2Fc', {}, 'device.approve'],
  ['device', 'sleutel', 'olga', '/team/meter?sleutel=sensor_community%2Fc', {}, ['device.assign', 'token.create', 'device.assign']],
  ['device', 'weigeren', 'olga', '/team/meter?sleutel=sensor_community%2Fc', {}, 'device.block'],
  ['device', 'vergeten', 'olga', '/team/meter?sleutel=sensor_community%2Fc', { zeker: '1' }, 'device.forget'],
  ['areas', 'invoeren', 'olga', '/team/gebieden', { jaar: '' }, 'area.import', square],
  ['areas', 'postcodes', 'olga', '/team/gebieden', {}, 'postcode.import', 'PC6;Huisnummer;Buurt2024\n2281AB;1;99990101\n'],
  ['feeds', 'maken', 'olga', '/team/bronnen', { naam: 'lucht', soort: 'luchtmeetnet', adres: 'http://127.0.0.1:9', welke: 'NL10404', vanaf: '2024-01-01', elke: '60' }, 'feed.put'],
  ['feeds', 'pauze', 'olga', '/team/bronnen', { naam: 'lucht' }, 'feed.pause'],
  ['feeds', 'verder', 'olga', '/team/bronnen', { naam: 'lucht' }, 'feed.resume'],
  ['feeds', 'nu', 'olga', '/team/bronnen', { naam: 'lucht' }, 'feed.run'],
  ['feeds', 'weg', 'olga', '/team/bronnen', { naam: 'lucht', zeker: '1' }, 'feed.delete'],
  ['rule', 'maand', 'olga', '/team/regel', RULE, null],
  ['rule', 'jaar', 'olga', '/team/regel', RULE, null],
  ['rule', 'bewaren', 'olga', '/team/regel', RULE, 'rule.put'],
  ['rule', 'bewaren', 'olga', '/team/regel?regel=koud', { ...RULE, waarde: '3' }, 'rule.put'],
  ['rule', 'terug', 'olga', '/team/regel?regel=koud', { versie: '1' }, 'rule.put'],
  ['rules', 'aan', 'olga', '/team/regels', { regel: 'koud' }, 'rule.put'],
  ['rules', 'uit', 'olga', '/team/regels', { regel: 'koud' }, 'rule.put'],
  ['kpi', 'taak', 'olga', '/team/kpi?jaar=2025', { afdeling: 'water', wie: 'Waterbeheer', mail: 'water@example.nl', datum: '2026-12-31' }, 'kpi-task.set'],
  ['kpi', 'invoeren', 'anna', '/team/kpi?jaar=2025&invoer=households', { ...VALUE, stand: 'draft' }, 'kpi.enter'],
  ['kpi', 'indienen', 'anna', '/team/kpi?jaar=2025&invoer=households', { invoer: 'households' }, 'kpi.judge'],
  ['kpi', 'afwijzen', 'bert', '/team/kpi?jaar=2025&invoer=households', { invoer: 'households', reden: 'welk jaar?' }, 'kpi.judge'],
  ['kpi', 'invoeren', 'anna', '/team/kpi?jaar=2025&invoer=households', { ...VALUE, stand: 'submitted' }, 'kpi.enter'],
  ['kpi', 'aanvaarden', 'bert', '/team/kpi?jaar=2025&invoer=households', { invoer: 'households' }, 'kpi.judge'],
  ['kpi', 'afsluiten', 'olga', '/team/kpi?jaar=2025', {}, [...REPORT, 'kpi-year.freeze']],
  ['kpi', 'verklaren', 'vera', '/team/kpi?jaar=2025', { reden: 'De cijfers zijn aannemelijk.' }, [...REPORT, 'kpi-year.sign']],
  ['kpi', 'openen', 'ada', '/team/kpi?jaar=2025', { reden: 'Er is een fout gevonden.' }, 'kpi-year.open'],
  ['carenew', 'aanmelden', 'carla', '/team/zorg-aanmelden', { naam: 'Wilhelmina Proefpersoon', adres: 'Verzonnenlaan 12', telefoon: '+31701234567', manier: 'phone', contact: 'Zus', contacttelefoon: '+31707654321', weg: 'watch', toestemming: 'ja' }, 'care.enrol'],
  ['care', 'bereik', 'carla', '/team/zorg', { zaak: theCase }, 'case.reach'],
  ['care', 'stap', 'carla', '/team/zorg', { zaak: theCase, uitkomst: 'not-reached' }, 'case.step'],
  ['care', 'stap', 'carla', '/team/zorg', { zaak: theCase, uitkomst: 'not-reached' }, 'case.step'],
  ['care', 'stap', 'carla', '/team/zorg', { zaak: theCase, uitkomst: 'go-there' }, 'case.step'],
  ['care', 'vraag', 'carla', '/team/zorg', { zaak: theCase, waarom: 'Niemand neemt op' }, 'case.identity.ask'],
  ['care', 'akkoord', 'dirk', '/team/zorg', { zaak: theCase }, 'case.identity.open'],
  ['care', 'inzien', 'carla', '/team/zorg', { zaak: theCase }, 'case.identity.see'],
  ['account', 'wachtwoord', 'bert', '/team/account', { oud: PASSWORD, nieuw: 'vijf andere woorden zijn beter', nogmaals: 'vijf andere woorden zijn beter' }, 'user.password'],
  ['account', 'app', 'anna', '/team/account', { geheim: secretOf, code: () => totp(secret) }, 'user.authenticator'],
  ['account', 'app-weg', 'anna', '/team/account', { code: () => totp(secret, Math.floor(Date.now() / 30000) + 1) }, ['login.code', 'user.authenticator-off']],
]
// Forms of who is not logged in yet: their line is that of the login, tested beside it (team_login.test.mjs).
const BEFORE_LOGIN = ['login inloggen', 'code code']

test('every form that the pages have is in the table', () => {
  const found = new Set()
  for (const file of readdirSync('web/pages').filter((f) => f.startsWith('team_'))) {
    const page = file.replace(/^team_|\.ts$/g, '')
    for (const [, what] of readFileSync(join('web/pages', file), 'utf8').matchAll(/(?:\b(?:form|button)\((?:c, )?'|name="wat" value=")([a-z-]+)['"]/g)) found.add(`${page} ${what}`)
  }
  const listed = new Set([...FORMS.map(([page, what]) => `${page} ${what}`), ...BEFORE_LOGIN])
  assert.deepEqual([...found].filter((f) => !listed.has(f)), [])
  assert.deepEqual([...listed].filter((f) => !found.has(f)), [])
})

test('each leaves exactly one line, of its kind, by who sent it', async () => {
  const wrong = []
  for (const [page, wat, name, path, fields, kind, file] of FORMS) {
    const s = staff[name], filled = { wat }
    const before = await s.get(path)
    for (const [key, value] of Object.entries(fields)) filled[key] = typeof value === 'function' ? await value(before) : value
    const last = lines().at(-1).number
    const made = await (file ? upload(name, path, filled, file) : s.post(path, filled))
    if (made.status !== 200 && made.status !== 303) { wrong.push(`${page} ${wat}: ${made.status} ${made.text.match(/class="team-error[^>]*>(.*?)</)?.[1] ?? made.text.replace(/<[^>]+>|\s+/g, ' ').slice(0, 400)}`); continue }
    if (page === 'carenew') { shown = [...made.text.matchAll(/class="team-key">([^<]+)</g)].map((m) => m[1]); assert.equal((await silent()).status, 200) }
    const told = lines().filter((l) => l.number > last && l.who === `user:${name}` && !l.what.endsWith('.read')).map((l) => l.what)
    if (JSON.stringify(told) !== JSON.stringify([kind ?? []].flat())) wrong.push(`${page} ${wat}: ${told.join(', ')} in place of ${kind}`)
  }
  assert.deepEqual(wrong, [])
})
