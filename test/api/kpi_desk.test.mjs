// SPDX-License-Identifier: EUPL-1.2
// The desk of staff for the assessment, by its forms: evidence that comes as files, results given by hand, what looks wrong, and reports that stay
// what they were when the year was frozen and signed.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { resolve } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { exchange, makeToken, Peil } from './lib/peil.mjs'
import { makeUser, quick, Staff } from './lib/staff.mjs'

const YEAR = new Date().getUTCFullYear() - 1
const PASSWORD = 'vier woorden zijn genoeg'
const PDF = Buffer.from('%PDF-1.7\n\0\x01\r\n--x\r\nbytes\r')

describe('the desk of the assessment', () => {
  let peil, anna, bert, chief, vera, token
  const page = (input, more = '') => `/team/kpi?jaar=${YEAR}&invoer=${input}${more}`
  const typed = (input, fields) => ({ wat: 'invoeren', invoer: input, stand: 'submitted', bron: 'telling', methode: 'measured', ...fields })
  const enter = async (who, input, fields, more = '') => { await who.get(page(input, more)); return who.post(page(input, more), typed(input, fields)) }
  const values = async (input) => (await peil.get(`${peil.url}/api/v1/kpi/values/history?year=${YEAR}&input=${input}`, { Authorization: `Bearer ${token}` })).body.values

  // As a browser sends a form with files.
  async function send(who, input, fields, files) {
    await who.get(page(input))
    const boundary = '----peil' + Math.random().toString(36).slice(2)
    const parts = []
    for (const [name, value] of [['form_token', who.formToken], ...Object.entries(typed(input, fields)).flatMap(([k, v]) => [v].flat().map((x) => [k, x]))])
      parts.push(Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`))
    for (const [name, bytes] of files)
      parts.push(Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="bestand"; filename="${name}"\r\nContent-Type: application/octet-stream\r\n\r\n`), bytes, Buffer.from('\r\n'))
    parts.push(Buffer.from(`--${boundary}--\r\n`))
    return exchange(who.url + page(input), { method: 'POST', body: Buffer.concat(parts), headers: { Cookie: who.cookie, 'Content-Type': `multipart/form-data; boundary=${boundary}` } })
  }

  before(async () => {
    peil = await Peil.start({ args: [...quick, '--set', `kpi.directory=${resolve('share/kpi')}`], setup: (p) => { token = makeToken(p.directory, 'editor', 'looker') } })
    const person = (name, role) => Staff.first(peil.url, name, makeUser(peil.directory, name, role), PASSWORD)
    anna = await person('anna', 'editor')
    bert = await person('bert', 'editor')
    chief = await person('chief', 'operator')
    vera = await person('vera', 'verifier')
  })
  after(() => peil.stop())

  test('a file comes with the form, byte for byte, under a harmless name', async () => {
    const done = await send(anna, 'pt_stops', { waarde: '94' }, [['../../halte<b>\'s.pdf', PDF], ['', Buffer.alloc(0)]])
    assert.equal(done.status, 303, done.text)
    const [value] = await values('pt_stops')
    assert.deepEqual(value.evidence.map((x) => [x.name, x.mediaType, x.bytes]), [["haltebs.pdf".replace('bs', "b's"), 'application/pdf', PDF.length]])
    const shown = await anna.get(page('pt_stops'))
    const href = shown.text.match(/href="(\/api\/v1\/kpi\/evidence\/[^"]+)"/)[1].replaceAll('&amp;', '&')
    const got = await fetch(peil.url + href, { headers: { Authorization: `Bearer ${token}` } })
    assert.deepEqual(Buffer.from(await got.arrayBuffer()), PDF)
    assert.match(got.headers.get('content-disposition'), /^attachment/)
  })

  test('what is no evidence is refused in words, and nothing is stored', async () => {
    for (const [name, bytes, said] of [['virus.exe', Buffer.from('MZ'), /no kind of file that can be evidence/], ['rapport.pdf', Buffer.from('<html>'), /is not what its name says/],
      ['leeg.csv', Buffer.alloc(0), /is empty/], ['groot.csv', Buffer.alloc(13 << 20, 'x'), /more than 12 MB/]]) {
      const refused = await send(anna, 'pt_stops', { waarde: '95' }, [[name, bytes]])
      assert.ok(refused.status >= 400 && refused.status < 500, `${name}: ${refused.status}`)
      assert.match(refused.text, said)
    }
    assert.equal((await values('pt_stops')).length, 1)
    assert.equal((await send(vera, 'pt_stops', { waarde: '95' }, [['a.pdf', PDF]])).status, 403)
  })

  test('a refused entry keeps its file; without a tick a file goes from the new version and stays with the old', async () => {
    const doubt = await send(anna, 'pt_stops_dynamic_info', { waarde: '200' }, [['telling.csv', Buffer.from('a;b\n')]])
    assert.equal(doubt.status, 409)
    assert.match(doubt.text, /value="part-over-whole"> Het deel \(/)
    const kept = doubt.text.match(/name="bewijs" value="([0-9a-f]{64} telling\.csv)" checked/)[1]
    const codes = [...doubt.text.matchAll(/name="bevestig" value="([^"]+)"/g)].map((m) => m[1])
    assert.equal((await send(anna, 'pt_stops_dynamic_info', { waarde: '200', bewijs: kept, bevestig: codes }, [])).status, 303)
    assert.equal((await enter(anna, 'pt_stops_dynamic_info', { waarde: '60' })).status, 303)
    const [first, second] = await values('pt_stops_dynamic_info')
    assert.deepEqual([first.evidence.length, second.evidence.length], [1, 0])
    assert.deepEqual(first.confirmed.map((c) => c.code).toSorted(), codes.toSorted())
    const old = await peil.get(`${peil.url}/api/v1/kpi/evidence/${first.evidence[0].hash}?input=pt_stops_dynamic_info&year=${YEAR}`, { Authorization: `Bearer ${token}` })
    assert.equal(old.text, 'a;b\n')
    const forged = await send(anna, 'pt_stops', { waarde: '94', bewijs: `${'f'.repeat(64)} x.pdf` }, [])
    assert.equal(forged.status, 404)
  })

  test('a result without its inputs needs a reason, which stays', async () => {
    const bare = await enter(anna, '%3DSC:SH:SA:6C', { invoer: '=SC:SH:SA:6C', waarde: '110' })
    assert.equal(bare.status, 400)
    assert.match(bare.text, /a result without its inputs needs a reason/)
    assert.equal((await enter(anna, '%3DSC:SH:SA:6C', { invoer: '=SC:SH:SA:6C', waarde: '110', reden: 'de politie geeft alleen dit' })).status, 303)
    const [value] = await values('=SC:SH:SA:6C')
    assert.deepEqual([value.value, value.reason], [110, 'de politie geeft alleen dit'])
    assert.match((await anna.get(page('%3DSC:SH:SA:6C'))).text, /110/)
  })

  // Line 7 of the issue: each case over the form, the interface and a file; explained, and taken only when it is confirmed, which stays on record.
  const LAST = YEAR - 1, NEXT = new Date().getUTCFullYear() + 1
  const CASES = [
    ['a wrong unit', { input: 'green_area', value: 3_000_000, unit: 'm2' }, 'unit-converted', /in de eenheid van deze invoer/],
    ['a percentage over 100', { input: 'inhabitants_poverty', value: 70_000 }, 'over-100', /wordt hiermee 140 .{0,10}, meer dan 100/],
    ['a part larger than its whole', { input: 'children_0_3_daycare', value: 900 }, 'part-over-whole', /Het deel .*: 900\) is groter dan het geheel .*: 800/],
    ['a year in the future', { input: 'students', value: 100, year: NEXT }, 'future-year', new RegExp(`Het jaar ${NEXT} ligt in de toekomst`)],
    ['ten times last year', { input: 'traffic_deaths', value: 30 }, 'jump', /30 is tien keer zo veel als vorig jaar \(3\)/],
  ]
  test('bad input is caught by form, interface and file alike', async () => {
    const as = { Authorization: `Bearer ${token}` }
    const post = (body, more = '') => peil.post(`${peil.url}/api/v1/kpi/values${more}`, { status: 'submitted', source: 'x', ...body }, as)
    for (const [input, value, year] of [['inhabitants', 50_000, YEAR], ['children_0_3', 800, YEAR], ['traffic_deaths', 3, LAST]])
      assert.equal((await post({ input, value, year })).status, 201)
    for (const [what, { input, value, unit, year = YEAR }, code, words] of CASES) {
      const form = `/team/kpi?jaar=${year}&invoer=${input}`
      await anna.get(form)
      const fields = typed(input, { waarde: String(value), eenheid: unit ?? '' })
      const asked = await anna.post(form, fields)
      assert.equal(asked.status, 409, `${what}, form: ${asked.status}`)
      assert.match(asked.text, words, `${what}, form`)
      const refused = await post({ input, value, unit, year })
      assert.equal(refused.status, 409, `${what}, interface`)
      const doubt = refused.body.doubts.find((d) => d.code === code)
      assert.match(doubt.nl, words)
      assert.ok(doubt.en.length > 20 && doubt.en !== doubt.nl, what)
      const request = {
        mapping: { peil_kpi_mapping: 1, source: 'bestand', method: 'measured', area: 'area', period: 'year', ...(unit && { units: { [input]: unit } }), inputs: { [input]: 'v' } },
        table: `area;year;v\nGM0603;${year};${value}\n`,
      }
      const shown = await peil.post(`${peil.url}/api/v1/kpi/imports`, request, as)
      assert.deepEqual([shown.status, shown.body.doubt, shown.body.stored], [200, 1, 0], `${what}, file: ${shown.text}`)
      assert.match(shown.body.rows[0].doubts.find((d) => d.code === code).nl, words)
      const unasked = await peil.post(`${peil.url}/api/v1/kpi/imports`, { ...request, confirm: [`${input}:jump-of-another`] }, as)
      assert.equal(unasked.body.stored, 0, what)
      const codes = [...asked.text.matchAll(/name="bevestig" value="([^"]+)"/g)].map((m) => m[1])
      await anna.get(form)
      const body = new URLSearchParams({ form_token: anna.formToken, ...fields })
      for (const c of codes) body.append('bevestig', c)
      const taken = await exchange(anna.url + form, { method: 'POST', body: body.toString(), headers: { Cookie: anna.cookie, 'Content-Type': 'application/x-www-form-urlencoded' } })
      assert.equal(taken.status, 303, `${what}: ${taken.text}`)
      const history = (await peil.get(`${peil.url}/api/v1/kpi/values/history?year=${year}&input=${input}`, as)).body.values
      const record = history.at(-1)
      assert.equal(record.by, 'anna')
      assert.match(record.confirmed.find((c) => c.code === code).text, words, `${what}: on record`)
      if (unit) assert.deepEqual([record.value, record.given], [300, '3000000 m2'])
    }
    assert.equal((await post({ input: 'green_area', value: 3, unit: 'kWh', year: YEAR })).status, 400)  // no way to make it one
  })

  test('a frozen and signed year gives the same report later, byte for byte, with its hash in the log', async () => {
    const list = `/team/kpi?jaar=${YEAR}`
    const take = async (more = '', prefix = '') => Buffer.from(await (await fetch(`${peil.url}${prefix}/kpi/rapport-bestand/${YEAR}${more}`)).arrayBuffer())
    await chief.get(list)
    assert.equal((await chief.post(list, { wat: 'afsluiten' })).status, 303)
    await vera.get(list)
    assert.equal((await vera.post(list, { wat: 'verklaren', reden: 'Aannemelijk.' })).status, 303)
    const signed = await take(), english = await take('', '/en')
    assert.match(signed.toString(), /Aannemelijk\./)
    assert.match(english.toString(), /lang="en"/)
    await new Promise((r) => setTimeout(r, 1100))
    assert.deepEqual(await take(), signed)
    // The year goes on: opened again, another value, another name of the town even.
    const local = (path, body) => peil.post(`${peil.url}/api/v1/kpi${path}`, body)
    assert.equal((await local(`/years/${YEAR}/open`, { reason: 'een typefout' })).status, 204)
    assert.equal((await enter(bert, 'pt_stops', { waarde: '97' })).status, 303)
    const now = await take()
    assert.notDeepEqual(now, signed)
    assert.deepEqual(await take('?versie=2'), signed)  // the second act was the signature
    assert.deepEqual(await take('?versie=2', '/en'), english)
    await peil.server.stop()
    peil.args = [...peil.args, '--set', 'portal.town=Anderstad']
    await peil.open()
    assert.deepEqual(await take('?versie=2'), signed)
    assert.equal((await fetch(`${peil.url}/kpi/rapport-bestand/${YEAR}?versie=9`)).status, 404)
    const year = await peil.get(`${peil.url}/api/v1/kpi/years/${YEAR}`)
    const kept = year.body.reports.filter((r) => r.act === 2)
    assert.deepEqual(kept.map((r) => [r.language, r.bytes]).toSorted(), [['en', english.length], ['nl', signed.length]])
    const boss = await Staff.first(peil.url, 'boss', makeUser(peil.directory, 'boss', 'administrator'), PASSWORD)
    const log = await boss.get('/team/logboek')
    for (const r of kept) assert.ok(log.text.includes(r.hash), `the hash stands in the audit log: ${r.hash}`)
    // BLAKE2b-256 is the store's; what node can check is that the same bytes are the same.
    assert.equal(createHash('sha256').update(await take('?versie=2')).digest('hex'), createHash('sha256').update(signed).digest('hex'))
  })
})
