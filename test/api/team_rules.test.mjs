// SPDX-License-Identifier: EUPL-1.2
// The page of rules for staff: switching on and off, and who may; the form: team_operate.test.mjs.
import assert from 'node:assert/strict'
import { resolve } from 'node:path'
import { after, before, test } from 'node:test'
import { exchange, Peil } from './lib/peil.mjs'
import { makeUser, quick, Staff } from './lib/staff.mjs'

let peil, operator, auditor
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

test('who may not operate sees no rules', async () => {
  assert.equal((await auditor.get('/team/regels')).status, 403)
})
