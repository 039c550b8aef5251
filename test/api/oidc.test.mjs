// SPDX-License-Identifier: EUPL-1.2
// Logging in through the town's identity provider: with a real one, and with one that lies in each way that a provider can.
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { CLIENT, key, liar, peilWith, realProvider, SECRET, token } from './lib/op.mjs'
import { binary, exchange } from './lib/peil.mjs'
import { Staff } from './lib/staff.mjs'
import { newFolder } from './lib/folder.mjs'

// A browser's memory of cookies, per host and port.
class Browser {
  constructor() { this.jars = {} }
  async ask(url, { method = 'GET', fields } = {}) {
    const jar = (this.jars[new URL(url).host] ??= {})
    const body = fields && new URLSearchParams(fields).toString()
    const cookie = Object.entries(jar).map(([n, v]) => `${n}=${v}`).join('; ')
    const answer = await exchange(url, { method, body, headers: { ...(cookie && { Cookie: cookie }), ...(body && { 'Content-Type': 'application/x-www-form-urlencoded' }) } })
    for (const set of answer.headers['set-cookie'] ?? []) {
      const [, name, value] = set.match(/^([^=]+)=([^;]*)/)
      if (!value || /max-age=0|1970/i.test(set)) delete jar[name]
      else jar[name] = value
    }
    const to = answer.headers.location
    return { ...answer, url, to: to && new URL(to, url).href }
  }
  async follow(url, until) {
    let answer = await this.ask(url)
    for (let n = 0; answer.to && !until?.(answer.to) && n < 12; n++) answer = await this.ask(answer.to)
    return answer
  }
}

const audit = (peil) => execFileSync(binary, ['audit', 'list', '--data', peil.directory], { encoding: 'utf8' })

// Goes through the real provider's pages: who, and yes.
async function loginAtProvider(browser, peil, name, path = '/team') {
  let answer = await browser.follow(`${peil.url}/team/aanbieder?naar=${encodeURIComponent(path)}`, (to) => to.startsWith(peil.url))
  for (const fields of [{ prompt: 'login', login: name, password: 'x' }, { prompt: 'consent' }]) {
    const form = answer.text.match(/<form[^>]*action="([^"]+)"/)
    if (!form) break
    answer = await browser.ask(new URL(form[1], answer.url).href, { method: 'POST', fields })
    while (answer.to && !answer.to.startsWith(peil.url)) answer = await browser.ask(answer.to)
  }
  return answer
}

describe('a real provider', () => {
  let op, peil
  before(async () => {
    op = await realProvider({ eva: ['peil-admin'], otto: ['peil-audit', 'other'], nobody: ['other'] })
    peil = await peilWith(op.url)
    await op.start(peil.url)
  })
  after(async () => { op?.stop(); await peil?.stop() })

  test('lets in who has a group, with the role of the group, and back to where he was going', async () => {
    const b = new Browser()
    const back = await loginAtProvider(b, peil, 'eva', '/team/gebruikers')
    assert.match(back.to, /\/team\/aanbieder\/terug\?code=/)
    const done = await b.ask(back.to)
    assert.deepEqual([done.status, done.to], [303, `${peil.url}/team/gebruikers`])
    assert.match(done.headers['set-cookie'][0], /^peil-local=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/)
    assert.equal((await b.ask(`${peil.url}/team/gebruikers`)).status, 200)
    assert.match(audit(peil), /user:eva login user\/eva provider/)

    const auditor = new Browser()
    const second = await auditor.ask((await loginAtProvider(auditor, peil, 'otto')).to)
    assert.equal(second.status, 303)
    assert.equal((await auditor.ask(`${peil.url}/team/logboek`)).status, 200)
    assert.equal((await auditor.ask(`${peil.url}/team/gebruikers`)).status, 403)
  })

  test('does not let in who has no group of ours', async () => {
    const b = new Browser()
    const end = await b.ask((await loginAtProvider(b, peil, 'nobody')).to)
    assert.equal(end.to, `${peil.url}/team/inloggen?fout=team.fault.role`)
    assert.match((await b.ask(end.to)).text, /Uw account mag hier nog niets/)
    assert.equal((await b.ask(`${peil.url}/team`)).status, 303)
  })

  test('a code counts once', async () => {
    const b = new Browser()
    const back = await loginAtProvider(b, peil, 'eva')
    const kept = { ...b.jars[new URL(peil.url).host] }
    assert.equal((await b.ask(back.to)).to, `${peil.url}/team`)
    b.jars[new URL(peil.url).host] = kept
    assert.equal((await b.ask(back.to)).to, `${peil.url}/team/inloggen?fout=team.fault.old`)
    assert.equal((await new Browser().ask(back.to)).to, `${peil.url}/team/inloggen?fout=team.fault.old`, 'of another browser')
  })

  test('logging out here offers logging out there, and the provider\'s word ends the session here', async () => {
    const b = new Browser()
    await b.ask((await loginAtProvider(b, peil, 'eva')).to)
    const other = new Browser()
    await other.ask((await loginAtProvider(other, peil, 'eva')).to)
    const page = await b.ask(`${peil.url}/team`)
    const out = await b.ask(`${peil.url}/team/uitloggen`, { method: 'POST', fields: { form_token: page.text.match(/name="form_token" value="([^"]+)"/)[1] } })
    assert.equal(out.to, `${peil.url}/team/inloggen?gedaan=team.done.logged-out-here`)
    assert.match((await b.ask(out.to)).text, /href="\/team\/aanbieder\/uit"/)
    assert.match(audit(peil), /user:eva logout user\/eva/)

    // The other browser logs out at the provider, who tells us by the back channel.
    assert.equal((await other.ask(`${peil.url}/team`)).status, 200)
    const ask = await other.follow(`${peil.url}/team/aanbieder/uit`)
    const xsrf = ask.text.match(/name="xsrf" value="([^"]+)"/)[1]
    const end = await other.ask(`${op.url}/session/end/confirm`, { method: 'POST', fields: { xsrf, logout: 'yes' } })
    assert.equal(end.to, `${peil.url}/team/inloggen`)
    assert.equal((await other.ask(`${peil.url}/team`)).status, 303, 'the session here has ended')
  })

  test('the secret stands in no log', () => {
    assert.ok(!peil.server.log.text.includes(SECRET) && !peil.server.log.text.includes('code='))
    assert.ok(!audit(peil).includes(SECRET))
  })
})

describe('a provider that lies', () => {
  let op, peil
  before(async () => {
    op = await liar()
    peil = await peilWith(op.url)
  })
  after(async () => { op?.stop(); await peil?.stop() })

  // Leaves for the provider and comes back with `query`; answers where it ended.
  async function attempt({ lie = (t) => t, query = (q) => q } = {}) {
    const b = new Browser()
    const left = await b.ask(`${peil.url}/team/aanbieder`)
    if (!left.to.startsWith(op.url)) return left.to.split('=').at(-1)
    const asked = new URL(left.to).searchParams
    op.nonce = asked.get('nonce')
    op.lie = lie
    op.challenge = undefined  // until the code is handed in
    const back = query({ code: 'good', state: asked.get('state') })
    const done = await b.ask(`${peil.url}/team/aanbieder/terug?${new URLSearchParams(back)}`)
    if (op.challenge) assert.equal(op.challenge, asked.get('code_challenge'), 'the verifier belongs to the challenge')
    const inside = (await b.ask(`${peil.url}/team`)).status === 200
    assert.equal(inside, done.to === `${peil.url}/team`)
    return inside ? 'in' : done.to.split('=').at(-1)
  }
  const claims = (change) => (t) => ({ ...t, claims: { ...t.claims, ...change(t.claims) } })
  const trust = 'team.fault.trust'

  test('an honest answer is taken, with the secret and the verifier where they belong', async () => {
    assert.equal(await attempt(), 'in')
    assert.ok(op.authenticated && op.challenge)
  })

  const lies = {
    'wrong nonce': claims(() => ({ nonce: 'another' })), 'no nonce': claims(() => ({ nonce: undefined })),
    'wrong audience': claims(() => ({ aud: 'somebody' })), 'several audiences': claims(() => ({ aud: [CLIENT, 'x'] })),
    'wrong azp': claims(() => ({ azp: 'x' })), 'wrong issuer': claims(() => ({ iss: 'https://evil.example' })),
    expired: claims((c) => ({ exp: c.iat - 61 })), 'no end': claims(() => ({ exp: undefined })), 'not yet': claims((c) => ({ nbf: c.iat + 600 })),
    old: claims((c) => ({ iat: c.iat - 3600 })), 'nobody': claims(() => ({ sub: '' })),
    'alg none': (t) => token(t.key, t.claims, { alg: 'none' }).replace(/[^.]*$/, ''),
    'alg none with a signature': (t) => ({ ...t, header: { alg: 'none' } }),
    'alg HS256': (t) => ({ ...t, header: { alg: 'HS256' } }),
    'crit': (t) => ({ ...t, header: { crit: ['b64'], b64: false } }),
    'another key of the same name': (t) => ({ ...t, key: key('ES256', 'k1') }),
    'changed after signing': (t) => token(t.key, t.claims).replace(/\.[^.]*\./, (m) => `.${Buffer.from(JSON.stringify({ ...t.claims, groups: ['peil-admin'], sub: 'x' })).toString('base64url')}.`),
    'no token at all': () => '', 'rubbish': () => 'a.b.c', 'a token of 40 KB': claims(() => ({ more: 'x'.repeat(40_000) })),
  }
  for (const [name, lie] of Object.entries(lies)) test(`${name} is refused`, async () => assert.equal(await attempt({ lie }), trust))

  test('a failed login of this kind is in the audit log, without what was said', () => {
    assert.match(audit(peil), /public login\.fail user\/\?/)
    assert.doesNotMatch(audit(peil), /evil\.example|somebody/)
  })

  test('state, code, error and issuer of the way back are looked at', async () => {
    assert.equal(await attempt({ query: (q) => ({ ...q, state: 'x'.repeat(43) }) }), 'team.fault.old')
    assert.equal(await attempt({ query: ({ code }) => ({ code }) }), 'team.fault.old')
    assert.equal(await attempt({ query: (q) => ({ ...q, code: 'used' }) }), 'team.fault.old')
    assert.equal(await attempt({ query: ({ state }) => ({ state, error: 'access_denied' }) }), 'team.fault.stopped')
    assert.equal(await attempt({ query: (q) => ({ ...q, iss: 'https://evil.example' }) }), trust)
    assert.equal(await attempt({ query: (q) => ({ ...q, iss: op.url }) }), 'in')
  })

  test('a name that belongs to another account is not taken over', async () => {
    assert.equal(await attempt({ lie: claims(() => ({ sub: 'not eva' })) }), 'team.fault.name')
  })

  test('a role that the provider takes away ends what was open', async () => {
    await attempt({ lie: claims(() => ({ sub: 'frits', preferred_username: 'frits' })) })
    assert.equal(await attempt({ lie: claims(() => ({ sub: 'frits', preferred_username: 'frits', groups: [] })) }), 'team.fault.role')
  })

  test('new keys are found, of each algorithm that is taken', async () => {
    for (const alg of ['RS256', 'EdDSA', 'ES256']) {
      await new Promise((resolve) => { setTimeout(resolve, 1100) })
      op.keys = [key(alg, `new-${alg}`)]
      assert.equal(await attempt(), 'in', alg)
    }
  })

  test('a logout token is checked as a login is', async () => {
    const event = { 'http://schemas.openid.net/event/backchannel-logout': {} }, now = Math.floor(Date.now() / 1000)
    const honest = { iss: op.url, aud: CLIENT, iat: now, exp: now + 60, sid: 'sid-1', sub: 'eva', events: event }
    const say = (t) => exchange(`${peil.url}/team/aanbieder/uitgelogd`, { method: 'POST', body: new URLSearchParams({ logout_token: t }).toString(), headers: { 'Content-Type': 'application/x-www-form-urlencoded' } })
    const b = new Browser()
    const left = await b.ask(`${peil.url}/team/aanbieder`)
    op.nonce = new URL(left.to).searchParams.get('nonce')
    op.lie = (t) => t
    await b.ask(`${peil.url}/team/aanbieder/terug?code=good&state=${new URL(left.to).searchParams.get('state')}`)
    for (const wrong of [token(key('ES256', op.keys[0].kid), honest), token(op.keys[0], { ...honest, aud: 'x' }), token(op.keys[0], { ...honest, events: {} }), token(op.keys[0], { ...honest, nonce: 'n' }), 'x', '']) {
      assert.equal((await say(wrong)).status, 400)
      assert.equal((await b.ask(`${peil.url}/team`)).status, 200)
    }
    const done = await say(token(op.keys[0], honest, { typ: 'logout+jwt' }))
    assert.deepEqual([done.status, done.headers['cache-control']], [200, 'no-store'])
    assert.equal((await b.ask(`${peil.url}/team`)).status, 303)
  })

  test('a provider that is away is said so in plain words, and other pages go on', async () => {
    op.broken = true
    assert.equal(await attempt(), 'team.fault.away')
    op.broken = false
    op.stop()
    const b = new Browser()
    const left = await b.ask(`${peil.url}/en/team/aanbieder`)
    assert.ok(left.to.startsWith(op.url), 'its addresses are known for an hour')
    const back = await b.ask(`${peil.url}/team/aanbieder/terug?code=good&state=${new URL(left.to).searchParams.get('state')}`)
    assert.equal(back.to, `${peil.url}/en/team/inloggen?fout=team.fault.away`)
    assert.match((await b.ask(back.to)).text, /login system does not answer/)
  })
})

describe('settings', () => {
  const start = (...set) => spawnSync(binary, ['serve', '--data', newFolder('oidc'), '--listen', '127.0.0.1:0', ...set.flatMap((s) => ['--set', s])], { encoding: 'utf8', timeout: 20_000, env: {} })

  test('a secret that others can read, plain http elsewhere and unknown roles are refused at the start', () => {
    const file = join(newFolder('secret'), 'secret')
    writeFileSync(file, 'x\n')
    chmodSync(file, 0o640)
    assert.match(start('oidc.issuer=https://op.example', 'oidc.client_id=x', `oidc.client_secret_file=${file}`).stderr, /chmod 600/)
    assert.match(start('oidc.issuer=http://op.example').stderr, /https address/)
    assert.match(start('oidc.role_map=a=boss').stderr, /roles of people/)
    assert.match(start('oidc.issuer=https://op.example').stderr, /client_id/)
  })

  test('accounts with a password can be shut out', async () => {
    const op = await liar()
    const peil = await peilWith(op.url, ['--set', 'staff.local_accounts=no'])
    const s = new Staff(peil.url)
    const page = await s.get('/team/inloggen')
    assert.doesNotMatch(page.text, /name="wachtwoord"/)
    assert.match(page.text, /href="\/team\/aanbieder\?naar=\/team"/)
    assert.equal((await s.post('/team/inloggen', { naam: 'x', wachtwoord: 'y' })).status, 403)
    op.stop()
    await peil.stop()
  })
})
