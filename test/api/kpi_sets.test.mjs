// SPDX-License-Identifier: EUPL-1.2
// A set of indicators that peil has never seen: a file and nothing else. What is wrong with one is said with line and column. And the mail that asks
// colleagues for their figures really arrives.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { MailServer } from './lib/receiver.mjs'
import { binary, makeToken, Peil } from './lib/peil.mjs'
import { until } from './lib/until.mjs'
import { newFolder } from './lib/folder.mjs'

const both = (nl, en) => ({ nl, en })
// Some of what broad prosperity is about, in made-up wording: shares, a mean, a conditional, days above a level, a sum over areas.
const SET = {
  peil_kpi_set: 1, id: 'welvaart', version: '1', source: 'test', name: both('Brede welvaart', 'Broad prosperity'),
  nouns: ['person', 'home'], population: 'people',
  inputs: [
    { id: 'people', name: both('inwoners', 'inhabitants'), definition: both('wie er woont', 'who lives there'), unit: 'person', whole: true, department: 'stad' },
    { id: 'content', name: both('tevreden inwoners', 'content inhabitants'), definition: both('tevreden', 'content'), unit: 'person', part_of: 'people', department: 'stad' },
    { id: 'income', name: both('inkomen', 'income'), definition: both('van alle huishoudens', 'of all households'), unit: 'EUR/year', department: 'geld' },
    { id: 'debt', name: both('schuld', 'debt'), definition: both('van de gemeente', 'of the town'), unit: 'EUR', least: -1e9, department: 'geld' },
    { id: 'dust_days', name: both('dagen met veel fijnstof', 'days with much dust'), definition: both('boven 45', 'above 45'), unit: 'day/year', department: 'milieu',
      measured: { quantity: 'pm10', statistic: 'days-above', above: 45 } },
  ],
  groups: [{ id: 'HN', name: both('Hier en nu', 'Here and now') }, { id: 'HN/W', name: both('Welzijn', 'Well-being') }, { id: 'L', name: both('Later', 'Later') }],
  indicators: [
    { id: 'BW 1', name: both('Tevredenheid', 'Contentment'), definition: both('deel', 'share'), group: 'HN/W', kind: 'core', type: 'wellbeing', sdg: ['3'],
      points: [{ id: 'main', unit: '%', formula: '100 * content / people', direction: 'up', most: 100 }] },
    { id: 'BW 2', name: both('Inkomen', 'Income'), definition: both('per inwoner', 'per inhabitant'), group: 'HN', points: [{ id: 'main', unit: 'EUR/year/person', formula: 'per_capita(income)', direction: 'up' }] },
    { id: 'BW 3', name: both('Schuld', 'Debt'), definition: both('of niets', 'or nothing'), group: 'L', points: [{ id: 'main', unit: 'EUR/person', formula: 'if(debt > 0, debt / people, 0)', direction: 'down' }] },
    { id: 'BW 4', name: both('In de wijken', 'In the districts'), definition: both('opgeteld', 'added up'), group: 'L', points: [{ id: 'main', unit: '%', formula: '100 * sum(content) / people', direction: 'up' }] },
    { id: 'BW 5', name: both('Fijnstof', 'Dust'), definition: both('dagen', 'days'), group: 'L', points: [{ id: 'main', unit: 'day/year', formula: 'dust_days', direction: 'down' }] },
  ],
  checks: [{ claim: 'income / people >= 1000', text: both('Wel erg weinig inkomen.', 'Very little income.') }],
}
const directory = () => {
  const d = join(newFolder('sets'), 'kpi')
  cpSync(resolve('share/kpi'), d, { recursive: true })
  return d
}
const check = (d, name, text) => {
  const file = join(d, name)
  writeFileSync(file, text)
  return spawnSync(binary, ['kpi', 'check', file], { encoding: 'utf8' })
}

test('a set that no program has heard of is a file: checked, used, computed by hand the same', async () => {
  const d = directory()
  const seen = check(d, 'welvaart.json', JSON.stringify(SET, null, 1))
  assert.equal(seen.status, 0, seen.stderr)
  assert.match(seen.stdout, /5 indicators with 5 data points, 5 inputs/)
  let anna
  const peil = await Peil.start({
    args: ['--set', `kpi.directory=${d}`, '--set', 'kpi.set=welvaart', '--set', `portal.areas_file=${resolve('share/demo/rijswijk.geojson')}`],
    setup: (p) => { anna = makeToken(p.directory, 'editor', 'anna') },
  })
  try {
    const enter = async (input, value, area) => {
      const answer = await peil.post(`${peil.url}/api/v1/kpi/values`, { year: 2025, area, input, value, status: 'submitted', source: 'x' }, { Authorization: `Bearer ${anna}` })
      assert.equal(answer.status, 201, answer.text)
    }
    for (const [input, value] of [['people', 50_000], ['content', 41_000], ['income', 1.5e9], ['debt', -4e6]]) await enter(input, value)
    const { indicators } = (await peil.get(`${peil.url}/api/v1/kpi/indicators?year=2025`, { Authorization: '' })).body
    const value = (id) => indicators.find((k) => k.id === id).points[0].value
    assert.deepEqual(['BW1', 'BW2', 'BW3', 'BW4', 'BW5'].map(value), [82, 30_000, 0, null, null])
    const [point] = indicators.find((k) => k.id === 'BW1').points
    assert.equal(point.filled.nl, '100 × 41.000 / 50.000')
    const low = await peil.post(`${peil.url}/api/v1/kpi/values`, { year: 2025, input: 'income', value: 1.5e6, status: 'submitted', source: 'x' }, { Authorization: `Bearer ${anna}` })
    assert.deepEqual([low.status, low.body.doubts.find((x) => x.code === 'rule-1').nl], [409, 'Wel erg weinig inkomen.'])
    const { departments } = (await peil.get(`${peil.url}/api/v1/kpi/progress/2025`)).body
    assert.deepEqual(departments.map((x) => [x.department, x.inputs]), [['stad', 2], ['geld', 2], ['milieu', 1]])
  } finally {
    await peil.stop()
  }
})

test('what is wrong with a set is said with file, line and column', () => {
  const d = directory(), text = JSON.stringify(SET, null, 1)
  const cases = [
    ['100 * content / people', 'content / people', /multiply by 100/],               // a forgotten 100
    ['per_capita(income)', 'income + people', /./],                                  // euros and people
    ['if(debt > 0, debt / people, 0)', 'if(debt > 0, debt / people', /./],           // a bracket
    ['100 * sum(content) / people', '100 * sum(contents) / people', /contents/],     // no such input
    ['"part_of": "people"', '"part_of": "income"', /other units/],
    ['"quantity": "pm10"', '"quantity": "pm11"', /peil measures no 'pm11'/],
    ['"statistic": "days-above"', '"statistic": "median"', /"statistic" is/],
    ['"group": "HN/W"', '"group": "XX"', /there is no group 'XX'/],
    ['"direction": "up"', '"direction": "left"', /"direction" is/],
    ['"unit": "person"', '"unit": "parsec"', /parsec/],
    ['"id": "BW 2"', '"id": "BW1"', /two indicators have the id/],
    ['"peil_kpi_set": 1', '"peil_kpi_set": 2', /reads version 1/],
  ]
  for (const [from, to, said] of cases) {
    const at = text.indexOf(from)
    assert.ok(at > 0, from)
    const broken = text.slice(0, at) + to + text.slice(at + from.length)
    const answer = check(d, 'broken.json', broken)
    assert.notEqual(answer.status, 0, `${to} was taken`)
    const [, line] = answer.stderr.match(/broken\.json:(\d+):\d+: /) ?? assert.fail(`${to}: ${answer.stderr}`)
    assert.match(answer.stderr, said, to)
    // Within the object that is wrong: an indicator or input spreads over some lines.
    assert.ok(Math.abs(Number(line) - text.slice(0, at).split('\n').length) <= 30, `${to}: line ${line}`)
  }
})

test('a colleague whose figures are missing gets a mail, once', async () => {
  const mail = await MailServer.start()
  let chief
  const peil = await Peil.start({
    args: ['--set', `kpi.directory=${resolve('share/kpi')}`, '--set', `outbox.smtp_url=${mail.url}`, '--set', 'outbox.mail_from=peil@example.nl', '--set', 'outbox.smtp_needs_tls=no', '--set', 'outbox.private_targets=yes'],
    setup: (p) => { chief = makeToken(p.directory, 'operator', 'chief') },
  })
  try {
    const year = new Date().getFullYear() - 1
    const due = new Date(Date.now() + 5 * 86_400_000).toISOString().slice(0, 10)
    const answer = await peil.post(`${peil.url}/api/v1/kpi/tasks`, { year, department: 'water', owner: 'Wim', mail: 'wim@example.nl', due }, { Authorization: `Bearer ${chief}` })
    assert.equal(answer.status, 204, answer.text)
    await peil.server.stop()
    await peil.open()  // the job looks when the service starts, and each hour
    await until(() => mail.mails.length === 1)
    assert.match(mail.mails[0].to, /wim@example\.nl/)
    const text = JSON.stringify(mail.mails[0])
    assert.ok(text.includes('Wim') && text.includes(due), text)
    await peil.server.stop()
    await peil.open()
    await new Promise((r) => setTimeout(r, 1500))
    assert.equal(mail.mails.length, 1)
  } finally {
    await peil.stop()
    await mail.stop()
  }
})
