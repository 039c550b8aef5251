// SPDX-License-Identifier: EUPL-1.2
// The assessment from the first figure to the signed report, as its people see it: who delivers, who judges, the verifier, everyone.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { binary, makeToken, Peil } from './lib/peil.mjs'
import { newFolder } from './lib/folder.mjs'

const KPI = resolve('share/kpi')
const YEAR = 2025

describe('the assessment', () => {
  let peil, anna, bert, vera, chief
  const api = (path) => `${peil.url}/api/v1/kpi${path}`
  const as = (token) => ({ Authorization: token ? `Bearer ${token}` : '' })
  const enter = (token, input, value, more = {}) =>
    peil.post(api('/values'), { year: YEAR, input, value, status: 'submitted', source: 'a letter', method: 'measured', ...more }, as(token))
  const judge = (token, input, status, reason) => peil.post(api('/values/status'), { year: YEAR, input, status, reason }, as(token))
  const indicator = async (id, token, area) =>
    (await peil.get(api(`/indicators/${id}?year=${YEAR}${area ? `&area=${area}` : ''}`), as(token))).body
  const ok = (answer, status = 201) => { assert.equal(answer.status, status, answer.text); return answer.body }

  before(async () => {
    peil = await Peil.start({
      args: ['--set', `kpi.directory=${KPI}`],
      setup: (p) => { [anna, bert, vera, chief] = [['editor', 'anna'], ['editor', 'bert'], ['verifier', 'vera'], ['operator', 'chief']].map(([r, n]) => makeToken(p.directory, r, n)) },
    })
  })
  after(() => peil.stop())

  test('the whole set is there, and what no source confirms is called so', async () => {
    const { indicators } = ok(await peil.get(api(`/indicators?year=${YEAR}`), as()), 200)
    assert.equal(indicators.length, 91)
    assert.equal(indicators.flatMap((k) => k.points).length, 112)
    assert.equal(indicators.filter((k) => k.confirmed).length, 13)
    assert.equal(ok(await peil.get(api('/inputs'), as()), 200).inputs.length, 148)
    assert.deepEqual(new Set(indicators.flatMap((k) => k.points.map((p) => p.state))), new Set(['missing']))
  })

  test('a value changes its indicators at once; drafts are for staff only', async () => {
    ok(await enter(anna, 'households', 24310))
    ok(await enter(anna, 'households_with_internet', 23580, { status: 'draft' }))
    let [point] = (await indicator('EC:ICT:ICT:1C')).points
    assert.deepEqual([point.state, point.missing, point.filled.nl], ['missing', ['households_with_internet'], '100 × ? / 24.310'])
    ;[point] = (await indicator('EC:ICT:ICT:1C', anna)).points
    assert.equal(point.filled.en, '100 × 23,580 / 24,310')
    assert.ok(Math.abs(point.value - (100 * 23580) / 24310) < 1e-9)
    ok(await judge(anna, 'households_with_internet', 'submitted'), 200)
    ;[point] = (await indicator('EC: ICT: ICT: 1C'.replaceAll(' ', '%20'))).points
    assert.equal(point.state, 'reported')
  })

  test('what looks wrong is said in both languages and needs a confirmation that stays', async () => {
    const refused = await enter(anna, 'smart_water_meters', 500)
    ok(refused)  // no whole is known yet
    const over = await enter(anna, 'water_meters', 400)
    assert.equal(over.status, 409)
    assert.equal(over.headers['content-type'], 'application/problem+json')
    assert.deepEqual(over.body.doubts.map((d) => d.code).sort(), ['over-100', 'part-over-whole'])
    for (const d of over.body.doubts) assert.ok(d.nl.length > 20 && d.en.length > 20 && d.nl !== d.en)
    const seen = ok(await peil.post(api('/values?check=true'), { year: YEAR, input: 'water_meters', value: 400 }, as(anna)), 200)
    assert.equal(seen.doubts.length, 2)
    const kept = ok(await enter(anna, 'water_meters', 400, { confirm: ['over-100', 'part-over-whole'] }))
    assert.deepEqual(kept.confirmed.map((x) => x.code).sort(), ['over-100', 'part-over-whole'])
    assert.equal((await enter(anna, 'inhabitants', 5, { unit: 'EUR' })).status, 400)
    assert.equal((await enter(anna, 'inhabitants', 5, { year: 2040 })).body.doubts[0].code, 'future-year')
    assert.equal((await enter(anna, 'no_such_input', 5)).status, 400)
    assert.equal((await enter(anna, 'inhabitants', 5, { source: '' })).status, 400)
    ok(await enter(anna, 'city_area', 1449, { unit: 'ha', confirm: ['unit-converted'] }))
  })

  test('evidence is kept by its hash and goes only to who may see it', async () => {
    const file = ok(await peil.ask('POST', api('/evidence'), 'meters,400\n', { ...as(anna), 'Content-Type': 'text/csv' }))
    assert.match(file.hash, /^[0-9a-f]{64}$/)
    ok(await enter(anna, 'water_meters', 600, { evidence: [{ hash: file.hash, name: 'telling.csv', mediaType: 'text/csv' }] }))
    const path = `/evidence/${file.hash}?input=water_meters&year=${YEAR}`
    const got = await peil.get(api(path), as(vera))
    assert.equal(got.text, 'meters,400\n')
    assert.match(got.headers['content-disposition'], /attachment; filename="telling.csv"/)
    assert.equal((await peil.get(api(path), as())).status, 401)
    assert.equal((await peil.get(api(path.replace('water_meters', 'households')), as(vera))).status, 404)
    assert.equal((await enter(anna, 'pt_stops', 3, { evidence: [{ hash: 'f'.repeat(64), name: 'x.txt' }] })).status, 404)
  })

  test('four eyes: who submitted cannot verify; a rejected value is withheld', async () => {
    assert.equal((await judge(anna, 'households', 'verified')).status, 403)
    ok(await judge(bert, 'households', 'verified'), 200)
    ok(await judge(bert, 'households_with_internet', 'verified'), 200)
    assert.equal((await indicator('EC:ICT:ICT:1C')).points[0].state, 'verified')
    ok(await enter(anna, 'gini', 0.27))
    assert.equal((await judge(bert, 'gini', 'rejected')).status, 400)
    ok(await judge(bert, 'gini', 'rejected', 'of which year?'), 200)
    const [point] = (await indicator('SC:SH:SI:2C')).points
    assert.deepEqual([point.state, point.value, point.filled.nl], ['not-verified', null, '?'])
    ok(await enter(anna, 'disaster_deaths', null, { status: 'not-applicable', reason: 'no natural disasters happen here' }))
    assert.equal((await indicator('SC:SH:SA:1C')).points[0].state, 'missing')  // inhabitants are not there either
  })

  test('a benchmark of the town scores; a falling one needs its worst value', async () => {
    assert.equal((await peil.post(api('/targets'), { point: 'EC:P:EM:1C', target: 3, source: 'x' }, as(chief))).status, 400)
    ok(await peil.post(api('/targets'), { point: 'EC:ICT:ICT:1C', target: 100, source: 'SDG 17.8', date: '2025-01-01' }, as(chief)), 204)
    ok(await peil.post(api('/targets'), { point: 'EC:ICT:ICT:1C', target: 99, year: 2030, source: 'Coalitieakkoord', date: '2024-06-01' }, as(chief)), 204)
    const k = await indicator('EC:ICT:ICT:1C')
    assert.equal(k.points[0].points, 4)
    assert.deepEqual([k.points[0].policy.target, k.points[0].policy.year], [99, 2030])
    const scores = ok(await peil.get(api(`/scores/${YEAR}`), as()), 200)
    assert.deepEqual([scores.score, scores.class, scores.scored], [100, 4, 1])
    assert.equal(scores.groups.find((g) => g.id === 'EN').score, null)  // nothing scored is no zero
    assert.equal((await peil.post(api('/targets'), { point: 'EC:ICT:ICT:1C', target: 1, source: 'x' }, as(anna))).status, 403)
  })

  const KWB = [
    '\ufeff"WijkenEnBuurten";"AantalInwoners_5";"k_0Tot15Jaar_8";"HuishoudensTotaal_29";"Woningvoorraad_35";"GemiddeldeElektriciteitslevering_53";"PersonenInArmoede_81";"GemGestandaardiseerdInkomen_83";"BedrijfsvestigingenTotaal_95";"PersonenautoSTotaal_104";"OppervlakteTotaal_115"',
    '"GM0603    ";57000;8900;28500;28900;2310;4,1;36,2;5200;21000;1449',
    '"BU06030101";1200;150;700;.;.;.;.;90;300;31',
    '"GM0599    ";650000;100000;330000;320000;2100;7,0;33,0;60000;200000;32400',
  ].join('\r\n')

  test('key figures of CBS come in, with a preview of every conflict', async () => {
    const request = { mapping: 'cbs-kwb', table: KWB, year: YEAR, area: 'GM0603' }
    const preview = ok(await peil.post(api('/imports'), { ...request, preview: true }, as(anna)), 200)
    assert.deepEqual([preview.stored, preview.new, preview.conflict, preview.same, preview.missing], [0, 13, 1, 1, 3], JSON.stringify(preview))
    const conflict = preview.rows.find((r) => r.kind === 'conflict')
    assert.deepEqual([conflict.input, conflict.value, conflict.there.value], ['households', 28500, 24310])
    assert.equal(preview.rows.find((r) => r.input === 'city_area' && r.area === 'GM0603').kind, 'same')
    const taken = ok(await peil.post(api('/imports'), request, as(anna)), 200)
    assert.equal(taken.stored, 13)
    const { values } = ok(await peil.get(api(`/values?year=${YEAR}`), as(anna)), 200)
    assert.equal(values.find((v) => v.input === 'households').value, 24310)  // not without asking
    const inhabitants = values.find((v) => v.input === 'inhabitants')
    assert.deepEqual([inhabitants.origin, inhabitants.method, inhabitants.submittedBy], ['import', 'higher-level', 'anna'])
    assert.equal(values.find((v) => v.input === 'inhabitants_poverty').value, 2337)  // 4.1 % of 57 000
    const district = ok(await peil.get(api(`/values?year=${YEAR}&area=BU06030101`), as(anna)), 200)
    assert.equal(district.values.length, 6)
    const file = join(peil.directory, 'kwb.csv')
    writeFileSync(file, KWB)
    const shown = execFileSync(binary, ['kpi', 'import', file, '--data', peil.directory, '--map', 'cbs-kwb', '--year', `${YEAR}`, '--area', 'GM0603', '--preview'], { encoding: 'utf8' })
    assert.match(shown, /conflict +2025 GM0603 households = 28500 \(there: 24310, verified\)/)
    assert.match(shown, /0 new, 14 same, 1 conflict, 0 doubt, 0 fault, 3 missing, 0 stored/)
  })

  test('progress is by department, and tasks have a date', async () => {
    assert.equal((await peil.post(api('/tasks'), { year: YEAR, department: 'water', owner: 'Wim', mail: 'wim@example.nl', due: 'soon' }, as(chief))).status, 400)
    ok(await peil.post(api('/tasks'), { year: YEAR, department: 'water', owner: 'Wim', mail: 'wim@example.nl', due: '2026-03-01' }, as(chief)), 204)
    const { departments } = ok(await peil.get(api(`/progress/${YEAR}`), as(vera)), 200)
    assert.equal(departments.reduce((n, d) => n + d.inputs, 0), 148)
    const water = departments.find((d) => d.department === 'water')
    assert.deepEqual([water.submitted, water.owner, water.due], [2, 'Wim', '2026-03-01'])
  })

  test('the verifier reads everything, changes nothing, and signs a frozen year', async () => {
    assert.equal((await enter(vera, 'pt_stops', 80)).status, 403)
    assert.equal((await judge(vera, 'water_meters', 'verified')).status, 403)
    const sign = (token, reason) => peil.post(api(`/years/${YEAR}/signature`), { reason }, as(token))
    assert.equal((await sign(vera, 'plausible')).status, 409)  // not frozen yet
    ok(await peil.post(api(`/years/${YEAR}/freeze`), {}, as(chief)), 204)
    assert.equal((await enter(anna, 'pt_stops', 80)).status, 409)
    const { values } = ok(await peil.get(api(`/values/history?year=${YEAR}&input=water_meters`), as(vera)), 200)
    assert.deepEqual(values.map((v) => [v.revision, v.value, v.by]), [[1, 400, 'anna'], [2, 600, 'anna']])
    assert.equal((await sign(chief, 'I say so')).status, 403)
    ok(await sign(vera, 'Inputs are plausible and documented; EN:EN:AQ is missing.'), 204)
    const year = ok(await peil.get(api(`/years/${YEAR}`), as(vera)), 200)
    assert.deepEqual(year.acts.map((a) => [a.act, a.by]), [['freeze', 'chief'], ['sign', 'vera']])
    assert.equal(year.acts[1].hash, year.hash)
    assert.equal((await peil.post(api(`/years/${YEAR}/open`), { reason: 'x' }, as(chief))).status, 403)
    ok(await peil.post(api(`/years/${YEAR}/open`), { reason: 'a typing error in water_meters' }), 204)
    ok(await enter(anna, 'water_meters', 601))
    assert.notEqual(ok(await peil.get(api(`/years/${YEAR}`), as(vera)), 200).hash, year.hash)  // the signature was for other values
  })

  test('other towns and earlier years stand beside an indicator', async () => {
    ok(await enter(anna, 'households', 24000, { year: YEAR - 1 }))
    ok(await enter(anna, 'households_with_internet', 22000, { year: YEAR - 1 }))
    const k = await indicator('EC:ICT:ICT:1C')
    assert.deepEqual(k.trend.map((t) => t.year), [YEAR - 1, YEAR])
    assert.deepEqual(k.others.map((o) => [o.town, o.value]), [['Karmøy', 97]])
  })

  test('figures of other towns come in as a table, with a preview of every conflict', async () => {
    const table = ['city;country;published;kpi_id;data_point;value;source_title', 'Delft;NL;2024-09;EC: ICT: ICT: 1C;;98,5;Rapport Delft', 'Delft;NL;2024-09;EN: EN: AQ: 1C;no2;17,2;Rapport Delft',
      'Karmøy;NO;2020-09;EC: ICT: ICT: 1C;main;96;een ander', 'Delft;NL;2024-09;EC: I: WS: 1C;main;130;Rapport Delft', 'Delft;NL;soon;EC: I: WS: 2C;main;99;x', 'Delft;NL;2024-09;XX: 1;main;1;x', ''].join('\n')
    const others = (more) => peil.post(api('/others'), { table, ...more }, as(anna))
    const shown = ok(await others({ preview: true }), 200)
    assert.deepEqual([shown.new, shown.conflict, shown.doubt, shown.fault, shown.stored], [2, 1, 1, 2, 0], JSON.stringify(shown))
    const conflict = shown.rows.find((r) => r.kind === 'conflict')
    assert.deepEqual([conflict.line, conflict.town, conflict.value, conflict.there], [4, 'Karmøy', '96', '97.00'])
    assert.equal(ok(await others({}), 200).stored, 2)
    assert.deepEqual(ok(await others({ preview: true }), 200).same, 2)
    const k = await indicator('EC:ICT:ICT:1C')
    assert.deepEqual(k.others.map((o) => [o.town, o.value]), [['Karmøy', 97], ['Delft', 98.5]])
    assert.equal(ok(await others({ takeConflicts: true, confirmLarge: true }), 200).stored, 2)
    assert.deepEqual((await indicator('EC:ICT:ICT:1C')).others.map((o) => [o.town, o.value]), [['Karmøy', 96], ['Delft', 98.5]])
    assert.equal((await peil.post(api('/others'), { table }, as(vera))).status, 403)
    assert.equal((await peil.post(api('/others'), { table: 'a;b\n1;2\n' }, as(anna))).status, 400)
  })

  test('results leave as CSV, open-sdg and SDMX', async () => {
    const csv = await peil.get(api(`/indicators?year=${YEAR}&format=csv`), as())
    const lines = csv.text.trim().split('\r\n')
    assert.equal(lines.length, 113)
    assert.match(lines[1], /^EC:ICT:ICT:1C,main,Huishoudens met internet,Household Internet Access,2025,GM0603,verified,96.99/)
    const sdg = await peil.get(api(`/indicators/EC:ICT:ICT:1C/open-sdg?year=${YEAR}`), as())
    assert.equal(sdg.text.split('\r\n')[0], 'Year,Series,Units,Value')
    assert.equal(sdg.text.trim().split('\r\n').length, 3)
    const sdmx = await peil.get(api(`/sdmx/${YEAR}`), as())
    const rows = sdmx.text.trim().split('\r\n')
    assert.equal(rows.length, 1 + 2 * 112)
    assert.ok(rows.some((r) => r.startsWith('dataflow,PEIL:KPI_u4ssc(1.0),I,GM0603,EC:ICT:ICT:1C,2025,96.99') && r.endsWith(',%,A')))
    assert.doesNotMatch(csv.text + sdg.text + sdmx.text, /anna|bert/)
  })
})

test('a set with a mistake is named by line and column', () => {
  const file = join(newFolder('kpi'), 'bad.json')
  writeFileSync(file, '{"peil_kpi_set": 1, "id": "x", "name": {"nl": "x", "en": "x"}, "nouns": [],\n "inputs": [{"id": "a b"}]}')
  assert.throws(() => execFileSync(binary, ['kpi', 'check', file], { encoding: 'utf8', stdio: 'pipe' }), /bad\.json:2:20: input 1: an id has/)
  assert.match(execFileSync(binary, ['kpi', 'check', join(KPI, 'u4ssc.json')], { encoding: 'utf8' }), /91 indicators with 112 data points, 148 inputs/)
})
