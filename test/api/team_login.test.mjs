// SPDX-License-Identifier: EUPL-1.2
// Logging in to the pages of staff, and what protects their forms.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { after, before, describe, test } from 'node:test'
import { Peil, binary, exchange } from './lib/peil.mjs'
import { Staff, makeUser, quick, totp } from './lib/staff.mjs'

let peil, given
const PASSWORD = 'vier woorden zijn genoeg'

before(async () => {
  peil = await Peil.start({ args: [...quick, '--set', 'http.trusted_proxies=127.0.0.1'] })
  given = makeUser(peil.directory, 'anna', 'administrator')
})
after(() => peil.stop())

const log = () => spawnSync(binary, ['audit', 'list', '--data', peil.directory], { encoding: 'utf8' }).stdout

describe('logging in', () => {
  test('a page of staff leads to the login page and back', async () => {
    const s = new Staff(peil.url)
    const away = await s.get('/en/team/logboek?wie=anna&wat=x')
    assert.equal(away.status, 303)
    assert.equal(away.headers.location, '/en/team/inloggen?naar=/en/team/logboek%3Fwie%3Danna%26wat%3Dx')
    await s.get(away.headers.location)
    const back = await s.post('/en/team/inloggen', { naam: 'anna', wachtwoord: given, naar: '/en/team/logboek?wie=anna&wat=x' })
    assert.equal(back.status, 303)
    assert.equal(back.headers.location, '/en/team/logboek?wie=anna&wat=x')
    assert.match(log(), /user:anna login user\/anna password$/m)
  })

  test('a password that was given out must be changed first', async () => {
    const s = new Staff(peil.url)
    await s.open('anna', given)
    assert.equal((await s.get('/team/gebruikers')).headers.location, '/team/account?gedaan=team.done.must-change')
    await s.get('/team/account')
    const short = await s.post('/team/account', { wat: 'wachtwoord', oud: given, nieuw: 'kort', nogmaals: 'kort' })
    assert.equal(short.status, 400)
    const wrong = await s.post('/team/account', { wat: 'wachtwoord', oud: 'x', nieuw: PASSWORD, nogmaals: PASSWORD })
    assert.equal(wrong.status, 401)
    const good = await s.post('/team/account', { wat: 'wachtwoord', oud: given, nieuw: PASSWORD, nogmaals: PASSWORD })
    assert.equal(good.status, 303)
    assert.equal((await s.get('/team')).status, 303, 'the old session has ended')
    assert.equal((await s.open('anna', given)).status, 401)
    assert.equal((await s.open('anna', PASSWORD)).status, 303)
    assert.equal((await s.get('/team/gebruikers')).status, 200)
  })

  test('the cookie is for this site alone, and Secure over https', async () => {
    const local = await exchange(`${peil.url}/team/inloggen`)
    assert.match(local.headers['set-cookie'][0], /^peil-local=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/)
    const secure = await exchange(`${peil.url}/team/inloggen`, { headers: { 'X-Forwarded-Proto': 'https', 'X-Forwarded-For': '203.0.113.7' } })
    assert.match(secure.headers['set-cookie'][0], /^__Host-peil=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Secure$/)
    assert.equal(secure.headers['cache-control'], 'no-store')
  })

  test('over plain http from elsewhere nobody can log in', async () => {
    const s = new Staff(peil.url)
    const elsewhere = { 'X-Forwarded-For': '203.0.113.7' }
    const page = await s.get('/team/inloggen', elsewhere)
    assert.doesNotMatch(page.text, /name="wachtwoord"/)
    assert.equal((await s.post('/team/inloggen', { naam: 'anna', wachtwoord: PASSWORD }, elsewhere)).status, 403)
  })

  test('the way back never leads to another site', async () => {
    for (const way of ['https://evil.example/team', '//evil.example', '/\\evil.example', '/kaart', '/team\\@evil', 'javascript:1']) {
      const s = new Staff(peil.url)
      const answer = await s.open('anna', PASSWORD, { naar: way })
      assert.equal(answer.headers.location, '/team', way)
    }
  })

  test('logging out ends the session, and only by the button', async () => {
    const s = new Staff(peil.url)
    await s.open('anna', PASSWORD)
    await s.get('/team')
    const cookie = s.cookie
    await s.get('/team/uitloggen')
    assert.equal((await s.get('/team')).status, 200)
    assert.equal((await s.post('/team/uitloggen', {})).headers.location, '/team/inloggen?gedaan=team.done.logged-out')
    s.cookie = cookie
    assert.equal((await s.get('/team')).status, 303)
  })
})

describe('forms', () => {
  test('a form without its token, of another session or from another site changes nothing', async () => {
    const s = new Staff(peil.url), other = new Staff(peil.url)
    await s.open('anna', PASSWORD)
    await other.open('anna', PASSWORD)
    await other.get('/team/gebruikers')
    await s.get('/team/gebruikers')
    const make = (fields, headers) => s.post('/team/gebruikers', { wat: 'maken', naam: 'mallory', rol: 'administrator', ...fields }, headers)
    assert.equal((await make({ form_token: '' })).status, 403)
    assert.equal((await make({ form_token: other.formToken })).status, 403)
    await s.get('/team/gebruikers')
    assert.equal((await make({}, { 'Sec-Fetch-Site': 'cross-site' })).status, 403)
    await s.get('/team/gebruikers')
    assert.equal((await make({}, { Origin: 'https://evil.example' })).status, 403)
    await s.get('/team/gebruikers')
    assert.equal((await s.ask('/team/gebruikers', { method: 'POST', headers: { 'Content-Type': 'text/plain' } })).status, 415)
    assert.doesNotMatch((await s.get('/team/gebruikers')).text, /mallory/)
    assert.equal((await make({})).status, 200)
    assert.match((await s.get('/team/gebruikers')).text, /mallory/)
  })

  test('what somebody typed is never HTML', async () => {
    const s = new Staff(peil.url)
    await s.open('anna', PASSWORD)
    await s.get('/team/sleutels')
    const answer = await s.post('/team/sleutels', { wat: 'maken', naam: '"><script>x</script>', rol: 'device' })
    assert.equal(answer.status, 400)
    assert.doesNotMatch(answer.text, /<script>x/)
    assert.doesNotMatch((await s.get('/team/logboek?wie=%22%3E%3Cscript%3Ex')).text, /<script>x/)
    assert.doesNotMatch((await s.get('/team?gedaan=%3Cscript%3Ex')).text, /<script>x/)
  })
})

describe('two steps', () => {
  test('the app is asked for after the password, a code counts once, a recovery code too', async () => {
    const first = makeUser(peil.directory, 'bert', 'auditor')
    const s = await Staff.first(peil.url, 'bert', first, PASSWORD)
    const page = await s.get('/team/account')
    const secret = page.text.match(/<code class="team-key">([A-Z2-7]{32})<\/code>/)[1]
    assert.equal((await s.post('/team/account', { wat: 'app', geheim: secret, code: '000000' })).status, 401)
    const step = Math.floor(Date.now() / 30000)
    const on = await s.post('/team/account', { wat: 'app', geheim: secret, code: totp(secret, step) })
    assert.equal(on.status, 200)
    const codes = [...on.text.matchAll(/<li><code>([a-z2-9]{4}-[a-z2-9]{4})<\/code>/g)].map((m) => m[1])
    assert.equal(codes.length, 8)

    const again = new Staff(peil.url)
    const half = await again.open('bert', PASSWORD)
    assert.match(half.headers.location, /^\/team\/code\?naar=/)
    assert.equal((await again.get('/team/logboek')).headers.location.split('?')[0], '/team/inloggen', 'the password alone is nobody')
    await again.get('/team/code')
    assert.equal((await again.post('/team/code', { code: totp(secret, step) })).status, 401, 'used when it was set up')
    await again.get('/team/code')
    assert.equal((await again.post('/team/code', { code: totp(secret, step + 1), naar: '/team/logboek' })).headers.location, '/team/logboek')
    assert.equal((await again.get('/team/logboek')).status, 200)

    for (const [code, status] of [[codes[0].toUpperCase().replace('-', ' '), 303], [codes[0], 401], [codes[1], 303]]) {
      const s2 = new Staff(peil.url)
      await s2.open('bert', PASSWORD)
      await s2.get('/team/code')
      assert.equal((await s2.post('/team/code', { code })).status, status, code)
    }
  })
})

describe('guessing', () => {
  test('an unknown name and a wrong password look the same, and are logged without what was typed', async () => {
    const known = new Staff(peil.url), unknown = new Staff(peil.url)
    const a = await known.open('anna', 'wrong'), b = await unknown.open('my secret password', 'wrong')
    const plain = (t) => t.replace(/value="[^"]*"/g, '')
    assert.equal(a.status, 401)
    assert.equal(b.status, 401)
    assert.equal(plain(a.text), plain(b.text))
    assert.match(log(), /public login\.fail user\/anna$/m)
    assert.match(log(), /public login\.fail user\/\?$/m)
    assert.doesNotMatch(log(), /my secret/)
  })

  test('after ten tries an address has to wait, another address has not', async () => {
    const from = (address) => ({ 'X-Forwarded-For': address, 'X-Forwarded-Proto': 'https' })
    const tries = async (address, name, n) => {
      const seen = []
      for (let i = 0; i < n; i++) {
        const s = new Staff(peil.url)
        await s.get('/team/inloggen', from(address))
        seen.push(await s.post('/team/inloggen', { naam: name, wachtwoord: 'wrong' }, from(address)))
      }
      return seen
    }
    const answers = await tries('198.51.100.1', 'nobody-1', 11)
    assert.deepEqual(answers.map((a) => a.status), [...Array(10).fill(401), 429])
    assert.ok(Number(answers[10].headers['retry-after']) > 60)
    assert.equal((await tries('198.51.100.2', 'nobody-2', 1))[0].status, 401)
    // One account from many addresses: twenty.
    const many = []
    for (let i = 0; i < 21; i++) many.push((await tries(`198.51.100.${10 + i}`, 'nobody-3', 1))[0].status)
    assert.deepEqual(many, [...Array(20).fill(401), 429])
  })
})

describe('roles', () => {
  test('each role gets the pages of its role and no others', async () => {
    const pages = { '/team': 'all', '/team/account': 'all', '/team/gebruikers': ['administrator'], '/team/sleutels': ['administrator'],
      '/team/systeem': ['operator', 'administrator'], '/team/logboek': ['auditor', 'administrator'] }
    for (const role of ['reader', 'editor', 'operator', 'care', 'auditor', 'verifier', 'administrator']) {
      const s = await Staff.first(peil.url, `role-${role}`, makeUser(peil.directory, `role-${role}`, role), PASSWORD)
      for (const [path, who] of Object.entries(pages)) {
        const answer = await s.get(path)
        assert.equal(answer.status, who === 'all' || who.includes(role) ? 200 : 403, `${role} ${path}`)
      }
    }
  })

  test('a changed role ends the sessions of its account', async () => {
    const s = await Staff.first(peil.url, 'carla', makeUser(peil.directory, 'carla', 'operator'), PASSWORD)
    assert.equal((await s.get('/team/systeem')).status, 200)
    assert.match((await s.get('/team/systeem')).text, /<th scope="row">Berichten versturen<\/th>/)
    spawnSync(binary, ['user', 'role', '--data', peil.directory, '--role', 'reader', 'carla'])
    assert.equal((await s.get('/team/systeem')).status, 303)
  })

  test('what changes an entity is a line of it, new readings are not', async () => {
    const id = await peil.make('Things', { name: 'told', description: 'x', Locations: [{ name: 'l', description: 'x', encodingType: 'application/geo+json', location: { type: 'Point', coordinates: [4.3, 52] } }] })
    const stream = await peil.make('Datastreams', { name: 's', description: 'x', observationType: 'http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement', unitOfMeasurement: { name: 'a', symbol: 'a', definition: 'a' },
      Thing: { '@iot.id': id }, Sensor: { name: 's', description: 'x', encodingType: 'text/plain', metadata: 'x' }, ObservedProperty: { name: 'o', description: 'x', definition: 'urn:o' } })
    const reading = await peil.make(`Datastreams(${stream})/Observations`, { result: 1 })
    await peil.patch(`Things(${id})`, { name: 'a name of somebody' })
    await peil.patch(`Observations(${reading})`, { result: 2 })
    await peil.delete(`Observations(${reading})`)
    await peil.delete(`Things(${id})`)
    const lines = log().split('\n').filter((l) => l.includes('token:test-administrator entity.'))
    const told = (what) => lines.filter((l) => l.includes(what)).length
    assert.equal(told(`entity.create Things(${id})`), 1)
    assert.equal(told(`entity.create Datastreams(${stream})`), 1)
    assert.ok(told('entity.create Locations(') && told('entity.create Sensors(') && told('entity.create ObservedProperties('), 'what came along')
    assert.equal(told('entity.create Observations'), 0)
    assert.equal(told(`entity.update Things(${id}) name`), 1)
    assert.equal(told(`entity.update Observations(${reading}) result`), 1)
    assert.equal(told(`entity.delete Observations(${reading})`), 1)
    assert.equal(told(`entity.delete Things(${id})`), 1)
    assert.doesNotMatch(log(), /a name of somebody/)
  })

  test('no password, token, cookie, form or question stands in the log of the service', async () => {
    const s = new Staff(peil.url)
    await s.open('anna', PASSWORD)
    await s.get('/team?sleutel=geheimeSleutel123', { Authorization: 'Bearer peil_verzonnenToken' })
    await peil.get('Things?$filter=geheimeVraag123')
    const text = peil.server.log.text
    for (const secret of [PASSWORD, peil.token, s.cookie.split('=')[1], s.formToken, 'geheimeSleutel123', 'verzonnenToken', 'geheimeVraag123']) assert.ok(!text.includes(secret), 'a secret in the log')
  })

  test('the log of all this is whole', () => {
    const verified = spawnSync(binary, ['audit', 'verify', '--data', peil.directory], { encoding: 'utf8' })
    assert.equal(verified.status, 0, verified.stdout)
  })
})
