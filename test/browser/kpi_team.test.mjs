// SPDX-License-Identifier: EUPL-1.2
// The verifier's path from login to a signed report, and what comes before it: two people of the town, with forms and no script.
import assert from 'node:assert/strict'
import { resolve } from 'node:path'
import { after, before, test } from 'node:test'
import { makeToken, Peil } from '../api/lib/peil.mjs'
import { makeUser, quick, Staff } from '../api/lib/staff.mjs'
import { axe, DESK, follow, openPage, PHONE, shoot, startBrowser } from './lib/browser.mjs'
import { walk, ZOOMED } from './lib/walk.mjs'

const PASSWORD = 'vier woorden zijn genoeg'
let peil, browser, anna, bert, chief, given, hash, verifier

before(async () => {
  ;[peil, browser] = await Promise.all([Peil.start({ args: [...quick, '--set', `kpi.directory=${resolve('share/kpi')}`] }), startBrowser()])
  const person = (name, role) => Staff.first(peil.url, name, makeUser(peil.directory, name, role), PASSWORD)
  anna = await person('anna', 'editor')
  bert = await person('bert', 'editor')
  chief = await person('chief', 'operator')
  given = makeUser(peil.directory, 'vera', 'verifier')
})

after(async () => {
  await browser?.close()
  await peil?.stop()
})

const enter = async (input, fields) => {
  await anna.get(`/team/kpi?jaar=2025&invoer=${input}`)
  return anna.post(`/team/kpi?jaar=2025&invoer=${input}`, { wat: 'invoeren', invoer: input, stand: 'submitted', bron: 'telling', methode: 'measured', ...fields })
}

test('a doubtful value comes back with each doubt to tick, and is taken when they are', async () => {
  assert.equal((await enter('households', { waarde: '24.310' })).status, 303)
  const back = await enter('households_with_internet', { waarde: '25000' })
  assert.equal(back.status, 409)
  assert.match(back.text, /name="bevestig" value="part-over-whole"> Het deel \(huishoudens met internettoegang: 25\.000\) is groter dan het geheel/)
  assert.match(back.text, /name="waarde"[^>]* value="25000"/)
  assert.equal((await enter('households_with_internet', { waarde: '23.580' })).status, 303)
  const page = await anna.get('/team/kpi?jaar=2025&invoer=households_with_internet')
  assert.match(page.text, /100 × 23\.580 \/ 24\.310 = 96,99/)
})

test('who delivered cannot check; the other can', async () => {
  const judge = async (who, fields) => { await who.get('/team/kpi?jaar=2025&invoer=households'); return who.post('/team/kpi?jaar=2025&invoer=households', { invoer: 'households', ...fields }) }
  assert.equal((await judge(anna, { wat: 'aanvaarden' })).status, 403)
  const done = await judge(bert, { wat: 'aanvaarden' })
  assert.equal(done.status, 303)
  assert.equal(done.headers.location, '/team/kpi?jaar=2025&invoer=households&gedaan=team.done.saved')
  assert.equal((await judge(bert, { wat: 'afsluiten' })).status, 403)
})

test('the verifier logs in, sees value, history and evidence, changes nothing, and signs the closed year', async () => {
  const token = makeToken(peil.directory, 'editor', 'uploader')
  const file = await peil.ask('POST', `${peil.url}/api/v1/kpi/evidence`, 'telling van januari', { Authorization: `Bearer ${token}`, 'Content-Type': 'text/plain' })
  await peil.post(`${peil.url}/api/v1/kpi/values`, { year: 2025, input: 'households', value: 24320, status: 'submitted', source: 'telling', evidence: [{ hash: file.body.hash, name: 'telling.txt' }] }, { Authorization: `Bearer ${token}` })
  await chief.get('/team/kpi?jaar=2025')
  assert.equal((await chief.post('/team/kpi?jaar=2025', { wat: 'afsluiten' })).status, 303)

  const { page, context, faults, close } = await openPage(browser, peil.url, { javaScriptEnabled: false })
  await page.goto(`${peil.url}/team/kpi?jaar=2025`)
  await page.fill('[name=naam]', 'vera')
  await page.fill('[name=wachtwoord]', given)
  await page.keyboard.press('Enter')
  await page.waitForURL('**/team/account**')
  await page.fill('[name=oud]', given)
  await page.fill('[name=nieuw]', PASSWORD)
  await page.fill('[name=nogmaals]', PASSWORD)
  await page.keyboard.press('Enter')
  await page.waitForURL('**/team/inloggen**')
  await page.fill('[name=naam]', 'vera')
  await page.fill('[name=wachtwoord]', PASSWORD)
  await page.keyboard.press('Enter')
  await page.waitForURL('**/team')
  await page.goto(`${peil.url}/team/kpi?jaar=2025`)
  await shoot(page, 'kpi-verifier-list')
  await follow(page, page.getByRole('link', { name: 'huishoudens', exact: true }))
  const text = await page.innerText('main')
  for (const part of ['24.320', '24.310', 'anna', 'bert', 'gecontroleerd', 'telling.txt']) assert.ok(text.includes(part), part)
  assert.equal(await page.getByRole('button', { name: 'Opslaan' }).count(), 0)
  await shoot(page, 'kpi-verifier-input')
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'telling.txt' }).click()])
  assert.equal(download.suggestedFilename(), 'telling.txt')

  await page.goto(`${peil.url}/team/kpi?jaar=2025`)
  await page.getByLabel('Uw oordeel').fill('De cijfers zijn aannemelijk.')
  await follow(page, page.getByRole('button', { name: 'Verklaring ondertekenen' }))
  await page.waitForURL('**gedaan=team.done.saved')
  await page.goto(`${peil.url}/kpi/rapport/2025`)
  const report = await page.innerText('main')
  assert.ok(report.includes('De cijfers zijn aannemelijk.') && report.includes('De cijfers zijn nog dezelfde.'), report)
  assert.doesNotMatch(report, /\bvera\b/)
  hash = report.match(/[0-9a-f]{64}/)[0]
  await shoot(page, 'kpi-signed-report')
  assert.equal((await enter('households', { waarde: '1' })).status, 409)
  assert.deepEqual(faults, [])

  verifier = await context.storageState()
  const looked = await openPage(browser, peil.url, { storageState: verifier })  // axe needs script
  for (const [language, viewport] of [['nl', DESK], ['en', PHONE]]) {
    await looked.page.setViewportSize(viewport)
    for (const path of ['team/kpi?jaar=2025', 'team/kpi?jaar=2025&afdeling=water', 'team/kpi?jaar=2025&invoer=households']) {
      await looked.page.goto(`${peil.url}/${language === 'nl' ? '' : 'en/'}${path}`)
      assert.deepEqual(await axe(looked.page), [], path)
      assert.ok((await looked.page.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0, path)
    }
  }
  await looked.close()
  await close()
})

test('at 200 % zoom the desk of indicators is walked by Tab by who enters and by who verifies, and the focus is seen at every stop', async () => {
  const walked = async (storageState, paths) => {
    const { page, close } = await openPage(browser, peil.url, { ...ZOOMED, storageState })
    const found = await walk(page, peil.url, paths)
    await close()
    return found
  }
  assert.deepEqual(await walked(anna.state(), ['team/kpi?jaar=2025&afdeling=water', 'team/kpi?jaar=2024&invoer=households', 'team/kpi?jaar=2024&invoer=plan_compact']), [])
  assert.deepEqual(await walked(verifier, ['team/kpi?jaar=2025', 'en/team/kpi?jaar=2025&invoer=households']), [])
})

test('each act stands in the audit log', async () => {
  const out = await peil.get(`${peil.url}/api/v1/kpi/years/2025`)
  assert.deepEqual(out.body.acts.map((a) => [a.act, a.by]), [['freeze', 'chief'], ['sign', 'vera']])
  assert.equal(out.body.acts[1].hash, hash)
})
