// SPDX-License-Identifier: EUPL-1.2
// The page of rules for staff: a trial, saving, switching on and off, and who may.
import assert from 'node:assert/strict'
import { resolve } from 'node:path'
import { after, before, test } from 'node:test'
import { exchange, Peil } from './lib/peil.mjs'
import { makeUser, quick, Staff } from './lib/staff.mjs'

let peil, operator, auditor
const text = JSON.stringify({ nameNl: 'veel fijnstof', nameEn: 'much fine dust', on: { meters: 'all' }, quantity: 'pm25', when: 'above', value: 50 })
before(async () => {
  peil = await Peil.start({ args: [...quick, '--set', `rules.directory=${resolve('share/rules')}`] })
  operator = await Staff.first(peil.url, 'olga', makeUser(peil.directory, 'olga', 'operator'), 'vier woorden zijn genoeg')
  auditor = await Staff.first(peil.url, 'anne', makeUser(peil.directory, 'anne', 'auditor'), 'vier woorden zijn genoeg')
})
after(() => peil.stop())

const rules = async () => (await exchange(`${peil.url}/api/v1/rules`, { headers: { Authorization: `Bearer ${peil.token}` } })).body.rules

test('the rules that peil comes with are listed, and one is switched on and off', async () => {
  assert.match((await operator.get('/team/regels')).text, /veel ozon/)
  assert.equal((await operator.post('/team/regels', { wat: 'aan', regel: 'ozone-inform' })).status, 303)
  assert.equal((await rules()).find((r) => r.id === 'ozone-inform').isOn, true)
  await operator.get('/team/regels')
  assert.equal((await operator.post('/team/regels', { wat: 'uit', regel: 'ozone-inform' })).status, 303)
  assert.equal((await rules()).find((r) => r.id === 'ozone-inform').isOn, false)
})

test('a trial stores nothing, saving does, and what is wrong is said', async () => {
  await operator.get('/team/regels')
  const trial = await operator.post('/team/regels', { wat: 'proberen', regel: 'my-rule', tekst: text })
  assert.equal(trial.status, 200)
  assert.match(trial.text, /0 meldingen in 30 dagen/)
  assert.ok(!(await rules()).some((r) => r.id === 'my-rule'))
  const wrong = await operator.post('/team/regels', { wat: 'bewaren', regel: 'my-rule', tekst: text.replace('"value"', '"vaalue"') })
  assert.equal(wrong.status, 400)
  assert.match(wrong.text, /vaalue/)
  assert.equal((await operator.post('/team/regels', { wat: 'bewaren', regel: 'my-rule', tekst: text })).status, 303)
  assert.ok((await rules()).some((r) => r.id === 'my-rule' && r.isOn !== true))
  assert.match((await operator.get('/team/regels?regel=my-rule')).text, /much fine dust/)
})

test('who may not operate sees no rules', async () => {
  assert.equal((await auditor.get('/team/regels')).status, 403)
})
