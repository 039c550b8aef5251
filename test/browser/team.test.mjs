// SPDX-License-Identifier: EUPL-1.2
// The pages of staff in Chromium: the same rules as for residents, with script switched off, and nothing asked from elsewhere.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { resolve } from 'node:path'
import { exchange, Peil } from '../api/lib/peil.mjs'
import { makeUser, quick } from '../api/lib/staff.mjs'
import { axe, follow, LOOKS, openPage, shoot, startBrowser } from './lib/browser.mjs'
import { walk, ZOOMED } from './lib/walk.mjs'

const PASSWORD = 'vier woorden zijn genoeg'
let peil, browser, state

before(async () => {
  ;[peil, browser] = await Promise.all([Peil.start({ args: [...quick, '--set', 'access.standard=public', '--set', `rules.directory=${resolve('share/rules')}`, '--set', 'portal.areas_file=share/demo/rijswijk.geojson'] }), startBrowser()])
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
  await fill()
})

// Devices that wait, that were let in, that were refused; a feed that fails; a rule with versions.
async function fill() {
  const headers = { Authorization: `Bearer ${peil.token}`, 'Content-Type': 'application/json' }
  const api = (method, path, body) => exchange(`${peil.url}/api/v1/${path}`, { method, headers, body: JSON.stringify(body) })
  const push = (name) => exchange(`${peil.url}/push/sensor_community`, { method: 'POST', headers: { ...headers, 'X-Sensor': name },
    body: '{"sensordatavalues":[{"value_type":"P2","value":"61"},{"value_type":"GEIGER_cpm","value":"17"}]}' })
  for (const name of ['esp8266-1', 'esp8266-2', 'esp8266-3-met-een-hele-lange-naam-die-niet-past']) await push(name)
  await api('PATCH', 'devices/sensor_community/esp8266-1', { state: 'known' })
  await api('PATCH', 'devices/sensor_community/esp8266-2', { state: 'blocked' })
  await push('esp8266-1')
  await api('PUT', 'feeds/luchtmeetnet', { kind: 'luchtmeetnet', url: 'http://127.0.0.1:9', local: true, stations: ['NL10404'], since: '2024-01-01' })
  const rule = { nameNl: 'veel fijnstof', nameEn: 'much fine dust', on: { meters: 'all' }, quantity: 'pm25', when: 'above', value: 50, deliver: [{ kind: 'mqtt' }] }
  for (const value of [50, 60]) await api('PUT', 'rules/my-rule', { ...rule, value })
}

after(async () => {
  await browser?.close()
  await peil?.stop()
})

const PAGES = ['team', 'team/account', 'team/gebruikers', 'team/sleutels', 'team/systeem', 'team/logboek', 'team/inloggen', 'team/meters', 'team/meters?zoek=zzz',
  'team/meter?sleutel=sensor_community%2Fesp8266-1', 'team/meter?sleutel=sensor_community%2Fesp8266-3-met-een-hele-lange-naam-die-niet-past', 'team/gebieden', 'team/bronnen',
  'team/regels', 'team/regel', 'team/regel?regel=my-rule']

async function look(language, colorScheme, viewport) {
  const { page, faults, close } = await openPage(browser, peil.url, { colorScheme, viewport, storageState: state, reducedMotion: 'reduce' })
  const found = []
  const check = async (name) => {
    await shoot(page, `${name.replaceAll(/[^\w]+/g, '-').slice(0, 60)}-${language}-${colorScheme}-${viewport.width}`)
    found.push(...(await axe(page, colorScheme)).map((f) => `${name}: ${f}`))
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
  await page.goto(`${base}team/regel?regel=my-rule`)
  await follow(page, page.locator('button[value=jaar]'))
  await check('team/regel-proef')
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

for (const [language, scheme, viewport] of LOOKS)
  test(`axe finds nothing on a page of staff: ${language}, ${scheme}, ${viewport.width} px`, () => look(language, scheme, viewport))

test('at 200 % zoom every page of staff is walked by Tab, nothing scrolls sideways, and the focus is seen at every stop', async () => {
  const { page, close } = await openPage(browser, peil.url, { ...ZOOMED, storageState: state })
  const found = [...await walk(page, peil.url, PAGES), ...await walk(page, peil.url, ['en/team/regel', 'en/team/gebruikers'])]
  await close()
  assert.deepEqual(found, [])
})

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

// ---- Sessions that end ---------------------------------------------------------------------------------------------

const idle = (page) => page.locator('[data-idle]')

test('who does nothing is warned two minutes before the session ends, and a key goes on', async () => {
  const { page, faults, close } = await openPage(browser, peil.url, { storageState: state })
  await page.clock.install()
  await page.goto(`${peil.url}/team/regel`)
  await page.clock.runFor(27 * 60_000)
  assert.equal(await idle(page).isVisible(), false)
  await page.clock.runFor(61_000)
  await idle(page).waitFor({ state: 'visible' })
  assert.match(await idle(page).textContent(), /over twee minuten uitgelogd/)
  assert.deepEqual(await axe(page), [])
  const asked = page.waitForResponse((r) => r.url() === `${peil.url}/team/regel` && r.ok())
  await page.keyboard.press('Shift')
  await asked
  await idle(page).waitFor({ state: 'hidden' })
  await page.clock.runFor(27 * 60_000)
  assert.equal(await idle(page).isVisible(), false, 'the time began anew')
  assert.deepEqual(faults, [])
  await close()
})

test('who types for an hour is not logged out', async () => {
  const { page, close } = await openPage(browser, peil.url, { storageState: state })
  await page.clock.install()
  await page.goto(`${peil.url}/team/regel`)
  let asked = 0
  page.on('response', (r) => r.url() === `${peil.url}/team/regel` && asked++)
  for (let minute = 0; minute < 60; minute += 4) {
    await page.locator('[name=naam_nl]').press('x')
    await page.clock.runFor(4 * 60_000)
  }
  assert.equal(await idle(page).isVisible(), false)
  assert.ok(asked >= 6 && asked <= 15, `${asked} requests`)
  assert.equal((await page.locator('[name=naam_nl]').inputValue()).length, 15)
  await close()
})

test('too late, what was typed stays, and after a new login it is sent', async () => {
  const { page, context, close } = await openPage(browser, peil.url, { storageState: state })
  await page.clock.install()
  await page.goto(`${peil.url}/en/team/sleutels`)
  await page.fill('.team-form [name=naam]', 'late')
  await context.clearCookies()
  await page.clock.runFor(31 * 60_000)
  await idle(page).waitFor({ state: 'visible' })
  assert.match(await idle(page).textContent(), /You are logged out/)
  await context.addCookies(state.cookies) // logged in, in another tab
  await idle(page).locator('button').click()
  await idle(page).waitFor({ state: 'hidden' })
  await follow(page, page.locator('.team-form button[type=submit]').last())
  assert.match(await page.textContent('.team-key'), /^peil_/)
  await close()
})
