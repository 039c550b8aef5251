// SPDX-License-Identifier: EUPL-1.2
// The care desk, a resident's own page and the registers in Chromium: axe, both languages, a phone, without script. The care
// desk's path is photographed step by step.
import assert from 'node:assert/strict'
import { createPrivateKey, sign } from 'node:crypto'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { exchange, Peil } from '../api/lib/peil.mjs'
import { makeUser, quick, Staff } from '../api/lib/staff.mjs'
import { axe, DESK, follow, openPage, PHONE, shoot, startBrowser } from './lib/browser.mjs'
import { walk, ZOOMED } from './lib/walk.mjs'
import { newFolder } from '../api/lib/folder.mjs'

const PASSWORD = 'vier woorden zijn genoeg'
let peil, browser, apart, link
const states = {}

before(async () => {
  apart = newFolder('key')
  ;[peil, browser] = await Promise.all([
    Peil.start({ args: [...quick, '--set', 'care.enabled=yes', '--set', `care.key_file=${join(apart, 'vault.key')}`] }), startBrowser()])
  for (const name of ['anna', 'bert']) {
    states[name] = (await Staff.first(peil.url, name, makeUser(peil.directory, name, 'care'), PASSWORD)).state()
  }
})
after(async () => {
  await browser?.close()
  await peil?.stop()
})

const options = (who, more = {}) => ({ viewport: DESK, storageState: states[who], reducedMotion: 'reduce', ...more })

async function faultsOf(page, name, language) {
  await shoot(page, `${name}-${page.viewportSize().width}`)
  const found = (await axe(page)).map((f) => `${name}: ${f}`)
  const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
  if (over > 0) found.push(`${name}: ${over} pixels too wide`)
  if ((await page.locator('h1').count()) !== 1) found.push(`${name}: not one h1`)
  if ((await page.getAttribute('html', 'lang')) !== language) found.push(`${name}: wrong lang`)
  return found
}

function look(key) {
  const [, pseudonym, seed] = key.split(':')
  const text = `{"pseudonym":"${pseudonym}","day":"${new Date().toISOString().slice(0, 10)}","state":"look ","quiet":"041","n":"000002","v":"1"}`
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.from(seed, 'base64url')])
  const signature = sign(null, Buffer.from(text), createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })).toString('base64')
  return exchange(`${peil.url}/api/v1/signs-of-life`, { method: 'POST', body: text, headers: { 'Peil-Signature': signature } })
}

test('the care desk enrols, reads, calls, goes there, and opens a name with two, all without script', async () => {
  const found = []
  const a = await openPage(browser, peil.url, options('anna', { javaScriptEnabled: false }))
  await a.page.goto(`${peil.url}/team/zorg-aanmelden`)
  for (const [name, value] of Object.entries({ naam: 'Wilhelmina Proefpersoon', adres: 'Verzonnenlaan 12', telefoon: '+31701234567', contact: 'Zus Proefpersoon', contacttelefoon: '+31707654321' }))
    await a.page.fill(`main [name=${name}]`, value)
  await a.page.check('[name=toestemming]')
  await follow(a.page, 'main .team-form button[type=submit]')
  const shown = await a.page.locator('.team-key').allTextContents()
  link = '/teken-van-leven/' + shown[0].split('/').at(-1)
  assert.equal((await look(shown[1])).status, 200)
  await a.page.goto(`${peil.url}/team/zorg`)
  await shoot(a.page, 'care-1-list')
  await follow(a.page, 'section h2 a')
  await shoot(a.page, 'care-2-case')
  const url = a.page.url()
  await follow(a.page, 'form:has([value=bereik]) button')
  assert.match(await a.page.textContent('.team-key'), /\+31701234567/)
  await shoot(a.page, 'care-3-reach')
  for (const outcome of ['not-reached', 'not-reached', 'go-there']) {
    await a.page.goto(url)
    await a.page.selectOption('[name=uitkomst]', outcome)
    await follow(a.page, 'form:has([name=uitkomst]) button')
  }
  await a.page.goto(url)
  await a.page.fill('[name=waarom]', 'Niemand neemt op, en de contactpersoon ook niet')
  await follow(a.page, 'form:has([name=waarom]) button')
  await a.page.goto(url)
  await shoot(a.page, 'care-4-asked')
  const b = await openPage(browser, peil.url, options('bert', { javaScriptEnabled: false }))
  await b.page.goto(url)
  await shoot(b.page, 'care-5-agree')
  await follow(b.page, 'form:has([value=akkoord]) button')
  await a.page.goto(url)
  await follow(a.page, 'form:has([value=inzien]) button')
  assert.match(await a.page.textContent('main'), /Verzonnenlaan 12/)
  await shoot(a.page, 'care-6-identity')
  await a.close()
  await b.close()
  assert.deepEqual(found, [])
})

test('pages of the care desk pass axe in both languages, on a desk and a phone, dark and light', async () => {
  const found = []
  for (const [language, viewport, colorScheme] of [['nl', DESK, 'light'], ['en', PHONE, 'dark'], ['nl', PHONE, 'light']]) {
    const { page, faults, close } = await openPage(browser, peil.url, options('anna', { viewport, colorScheme }))
    const base = peil.url + (language === 'nl' ? '/' : '/en/')
    for (const path of ['team/zorg', 'team/zorg-aanmelden']) {
      await page.goto(base + path)
      found.push(...(await faultsOf(page, `${path.replaceAll('/', '-')}-${language}-${colorScheme}`, language)))
    }
    await page.goto(`${base}team/zorg`)
    await follow(page, 'section h2 a')
    found.push(...(await faultsOf(page, `team-zorg-case-${language}-${colorScheme}`, language)))
    found.push(...faults)
    await close()
  }
  assert.deepEqual(found, [])
})

test('at 200 % zoom the care desk and a resident\'s own page are walked by Tab, and the focus is seen at every stop', async () => {
  const { page, close } = await openPage(browser, peil.url, options('anna', ZOOMED))
  await page.goto(`${peil.url}/team/zorg`)
  const one = await page.getAttribute('section h2 a', 'href')
  const found = await walk(page, peil.url, ['team/zorg', 'en/team/zorg-aanmelden', one.slice(1), link.slice(1)])
  await close()
  assert.deepEqual(found, [])
})

test('a resident reads, goes away and stops, without script; page and registers pass axe', async () => {
  const found = []
  for (const [language, viewport, colorScheme] of [['nl', PHONE, 'light'], ['en', DESK, 'dark']]) {
    const { page, faults, close } = await openPage(browser, peil.url, { viewport, colorScheme, reducedMotion: 'reduce' })
    const base = peil.url + (language === 'nl' ? '' : '/en')
    for (const path of [link, '/registers/verwerkingen', '/registers/algoritmen']) {
      await page.goto(base + path)
      found.push(...(await faultsOf(page, `${path === link ? 'teken-van-leven' : path.slice(1).replaceAll('/', '-')}-${language}-${colorScheme}`, language)))
    }
    found.push(...faults)
    await close()
  }
  assert.deepEqual(found, [])
  const { page, close } = await openPage(browser, peil.url, { viewport: PHONE, javaScriptEnabled: false })
  await page.goto(peil.url + link)
  assert.match(await page.textContent('main'), /anna en bert hebben samen uw naam en adres geopend/)
  await page.fill('[name=tot]', new Date(Date.now() + 5 * 86400e3).toISOString().slice(0, 10))
  await follow(page, 'form:has([value=weg]) button')
  assert.match(await page.textContent('main'), /U bent weg/)
  await follow(page, 'form:has([value=stoppen]) button')
  assert.match(await page.textContent('main'), /Alles over u is gewist/)
  await shoot(page, 'teken-van-leven-gestopt')
  await close()
  assert.equal((await exchange(peil.url + link)).status, 404)
})
