// SPDX-License-Identifier: EUPL-1.2
// The pages of staff in Chromium: the same rules as for residents, with script switched off, and nothing asked from elsewhere.
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { Peil } from '../api/lib/peil.mjs'
import { makeUser, quick } from '../api/lib/staff.mjs'
import { axe, DESK, follow, openPage, PHONE, startBrowser } from './lib/browser.mjs'

const SHOTS = 'build/screenshots'
const PASSWORD = 'vier woorden zijn genoeg'
let peil, browser, state

before(async () => {
  mkdirSync(SHOTS, { recursive: true })
  ;[peil, browser] = await Promise.all([Peil.start({ args: quick }), startBrowser()])
  const given = makeUser(peil.directory, 'anna', 'administrator')
  makeUser(peil.directory, 'bert.de.lange.naam@rijswijk.nl', 'auditor')
  // The first login as a person does it, by keyboard and without script.
  const { page, context, faults } = await openPage(browser, peil.url, { javaScriptEnabled: false })
  await page.goto(`${peil.url}/team/gebruikers`)
  await page.fill('[name=naam]', 'anna')
  await page.fill('[name=wachtwoord]', given)
  await page.keyboard.press('Enter')
  await page.waitForURL('**/team/account**')
  await page.fill('[name=oud]', given)
  await page.fill('[name=nieuw]', PASSWORD)
  await page.fill('[name=nogmaals]', PASSWORD)
  await page.keyboard.press('Enter')
  await page.waitForURL('**/team/inloggen**')
  await page.fill('[name=naam]', 'anna')
  await page.fill('[name=wachtwoord]', PASSWORD)
  await page.keyboard.press('Enter')
  await page.waitForURL('**/team')
  state = await context.storageState()
  assert.deepEqual(faults, [])
  await context.close()
})

after(async () => {
  await browser?.close()
  await peil?.stop()
})

const PAGES = ['team', 'team/account', 'team/gebruikers', 'team/sleutels', 'team/systeem', 'team/logboek', 'team/inloggen']

async function look(language, colorScheme, viewport) {
  const { page, faults, close } = await openPage(browser, peil.url, { colorScheme, viewport, storageState: state, reducedMotion: 'reduce' })
  const found = []
  const check = async (name) => {
    await page.screenshot({ path: `${SHOTS}/${name.replaceAll('/', '-')}-${language}-${colorScheme}-${viewport.width}.png`, fullPage: true })
    found.push(...(await axe(page)).map((f) => `${name}: ${f}`))
    const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
    if (over > 0) found.push(`${name}: ${over} pixels too wide`)
    if ((await page.locator('h1').count()) !== 1) found.push(`${name}: not one h1`)
    if ((await page.getAttribute('html', 'lang')) !== language) found.push(`${name}: wrong lang`)
  }
  const base = peil.url + (language === 'nl' ? '/' : '/en/')
  for (const path of PAGES) {
    await page.goto(base + path)
    await check(path)
  }
  // A form that fails, and one whose answer shows a secret.
  await page.goto(`${base}team/sleutels`)
  await page.fill('.team-form [name=naam]', 'a b')
  await follow(page, page.locator('.team-form button'))
  await check('team/sleutels-fout')
  await page.fill('.team-form [name=naam]', `meter-${language}-${colorScheme}-${viewport.width}`)
  await follow(page, page.locator('.team-form button'))
  assert.match(await page.textContent('.team-key'), /^peil_[\w-]{43}$/)
  await check('team/sleutels-nieuw')
  await close()
  assert.deepEqual([...found, ...faults.filter((f) => !/400 \(Bad Request\)/.test(f))], [])
}

for (const [language, scheme, viewport] of [['nl', 'light', PHONE], ['nl', 'dark', DESK], ['en', 'light', DESK], ['en', 'dark', PHONE]])
  test(`axe finds nothing on a page of staff: ${language}, ${scheme}, ${viewport.width} px`, () => look(language, scheme, viewport))

test('at 320 pixels nothing scrolls sideways', async () => {
  const { page, close } = await openPage(browser, peil.url, { viewport: { width: 320, height: 640 }, storageState: state })
  const wide = []
  for (const path of PAGES) {
    await page.goto(`${peil.url}/${path}`)
    const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
    if (over > 0) wide.push(`${path}: ${over}`)
  }
  await close()
  assert.deepEqual(wide, [])
})

test('another account is made by keyboard alone, and its password shown once', async () => {
  const { page, close } = await openPage(browser, peil.url, { storageState: state, javaScriptEnabled: false })
  await page.goto(`${peil.url}/en/team/gebruikers`)
  await page.locator('.team-form [name=naam]').focus()
  await page.keyboard.type('carla')
  await page.keyboard.press('Tab')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await page.waitForSelector('.team-secret')
  assert.match(await page.textContent('.team-secret .team-key'), /^([a-z2-9]{5}-){3}[a-z2-9]{5}$/)
  await page.goto(`${peil.url}/en/team/gebruikers`)
  assert.equal(await page.locator('.team-secret').count(), 0)
  assert.equal(await page.locator('tr', { hasText: 'carla' }).locator('select').inputValue(), 'editor')
  await close()
})
