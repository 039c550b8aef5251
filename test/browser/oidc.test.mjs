// SPDX-License-Identifier: EUPL-1.2
// Logging in and out through a real identity provider, as a person does it in Chromium, without script on our pages.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { peilWith, realProvider } from '../api/lib/op.mjs'
import { axe, follow, startBrowser } from './lib/browser.mjs'

let op, peil, browser
before(async () => {
  op = await realProvider({ eva: ['peil-admin'] }, 'RS256')
  ;[peil, browser] = await Promise.all([peilWith(op.url), startBrowser()])
  await op.start(peil.url)
})
after(async () => {
  await browser?.close()
  op?.stop()
  await peil?.stop()
})

test('eva logs in with her account of the town, by keyboard, and comes where she was going', async () => {
  const context = await browser.newContext({ javaScriptEnabled: false })
  const page = await context.newPage()
  await page.goto(`${peil.url}/team/gebruikers`)
  assert.match(page.url(), /\/team\/inloggen\?naar=/)
  await follow(page, 'main a.nl-button')
  assert.ok(page.url().startsWith(op.url))
  await page.fill('[name=login]', 'eva')
  await page.fill('[name=password]', 'anything')
  await follow(page, 'button[type=submit]')
  await follow(page, 'button[type=submit]')  // yes, peil may know who I am
  assert.equal(page.url(), `${peil.url}/team/gebruikers`)
  assert.match(await page.textContent('main'), /eva/)
  const cookies = await context.cookies(peil.url)
  assert.deepEqual(cookies.map((c) => [c.name, c.httpOnly, c.sameSite]), [['peil-local', true, 'Lax']], 'nothing of the login is left')

  await follow(page, 'form[action$="/team/uitloggen"] button')
  assert.equal(page.url(), `${peil.url}/team/inloggen?gedaan=team.done.logged-out-here`)
  await follow(page, 'main a[href$="/team/aanbieder/uit"]')
  await follow(page, 'button[value=yes]')
  assert.equal(page.url().split('?')[0], `${peil.url}/team/inloggen`)
  await page.goto(`${peil.url}/team`)
  assert.match(page.url(), /\/team\/inloggen/)
  await context.close()
})

test('the login page with the provider has no fault that axe finds, in both languages and with an error', async () => {
  const page = await (await browser.newContext()).newPage()
  for (const path of ['/team/inloggen', '/en/team/inloggen', '/team/inloggen?fout=team.fault.away', '/en/team/inloggen?gedaan=team.done.logged-out-here']) {
    await page.goto(peil.url + path)
    assert.deepEqual(await axe(page), [], path)
  }
})
