// SPDX-License-Identifier: EUPL-1.2
// The site as an attacker meets it: the real binary, byte by byte where that matters.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { connect } from 'node:net'
import { readFileSync, readdirSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { Peil, binary, exchange, makeToken } from './lib/peil.mjs'
import { Staff, makeUser, quick } from './lib/staff.mjs'

let peil, port
before(async () => {
  peil = await Peil.start({ args: [...quick, '--set', 'http.security_contact=mailto:veilig@example.nl', '--set', 'http.trusted_proxies=127.0.0.2, ::1'] })
  port = Number(new URL(peil.url).port)
})
after(() => peil?.stop())

// What comes back for bytes as they are, until the server closes or is quiet.
function raw(text, { quiet = 400, from = '127.0.0.1' } = {}) {
  return new Promise((resolve, reject) => {
    let got = '', timer
    const s = connect({ port, host: '127.0.0.1', localAddress: from })
    const done = () => { clearTimeout(timer); s.destroy(); resolve(got) }
    const wait = () => { clearTimeout(timer); timer = setTimeout(done, quiet) }
    s.on('connect', () => { s.write(text); wait() })
    s.on('data', (d) => { got += d.toString('latin1'); wait() })
    s.on('error', (e) => (e.code === 'ECONNRESET' || e.code === 'EPIPE' ? done() : reject(e)))
    s.on('end', done)
  })
}
const statuses = (text) => [...text.matchAll(/^HTTP\/1\.1 (\d+)/gm)].map((m) => Number(m[1]))

describe('a body that is long', () => {
  const memory = () => Number(readFileSync(`/proc/${peil.server.pid}/status`, 'utf8').match(/VmRSS:\s+(\d+)/)[1])
  const post = (path, length, headers = '') => `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${length}\r\n${headers}\r\n`
  const places = ['/team/kpi', '/en/team/gebieden', '/v1.1/CreateObservations', '/v1.1/$batch', '/api/v1/kpi/imports', '/write', '/push/influx']

  test('is refused to who is not known before it is read, on every address that takes long ones', async () => {
    for (const path of places) {
      const got = await raw(post(path, 4 << 20))
      assert.deepEqual(statuses(got), [401], `${path} ${got.slice(0, 200)}`)
      assert.match(got, /Connection: close/i)
      for (const wrong of ['Authorization: Bearer peil_wrong\r\n', 'Cookie: peil-local=wrong\r\n', 'Authorization: Token wrong\r\n'])
        assert.deepEqual(statuses(await raw(post(path, 4 << 20, wrong))), [401], `${path} ${wrong}`)
    }
  })

  test('of unknown length is cut off', async () => {
    const chunk = `10000\r\n${'x'.repeat(65536)}\r\n`
    for (const path of places.slice(0, 3))
      assert.deepEqual(statuses(await raw(`POST ${path} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n${chunk}${chunk}0\r\n\r\n`)), [413], path)
  })

  test('does not fill the memory, however many send one', async () => {
    const least = memory()
    const sockets = await Promise.all(Array.from({ length: 100 }, () => new Promise((resolve) => {
      const s = connect(port, '127.0.0.1', () => { s.write(post('/team/kpi', 16 << 20)); s.write(Buffer.alloc(1 << 20)); resolve(s) })
      s.on('error', () => {})
    })))
    await new Promise((resolve) => { setTimeout(resolve, 1000) })
    const grown = memory() - least
    sockets.forEach((s) => s.destroy())
    assert.ok(grown < 30_000, `100 senders of 16 MB: ${grown} kB more`)
  })

  test('is taken from who is known: token, session, and a device that shows its token in its own way', async () => {
    const device = makeToken(peil.directory, 'device', 'long'), long = 'x'.repeat(200_000)
    const sent = (path, headers) => exchange(peil.url + path, { method: 'POST', headers, body: long })
    assert.notEqual((await sent('/v1.1/CreateObservations', { Authorization: `Bearer ${peil.token}` })).status, 401)
    for (const [path, headers] of [['/write', { Authorization: `Token ${device}` }], [`/write?u=x&p=${device}`, {}], [`/push/sensor_community/${device}`, {}]])
      assert.ok(![401, 413].includes((await sent(path, headers)).status), path)
    const s = await Staff.first(peil.url, 'sender', makeUser(peil.directory, 'sender', 'operator'), 'een lang wachtwoord')
    const form = `--b\r\nContent-Disposition: form-data; name="form_token"\r\n\r\n${s.formToken}\r\n--b\r\nContent-Disposition: form-data; name="bestand"; filename="x"\r\n\r\n${long}\r\n--b--\r\n`
    const answer = await exchange(`${peil.url}/team/gebieden`, { method: 'POST', body: form, headers: { Cookie: s.cookie, 'Content-Type': 'multipart/form-data; boundary=b' } })
    assert.ok(![401, 413].includes(answer.status), `${answer.status}`)
  })
})

describe('who a request is from', () => {
  // Login attempts are counted per address: the address that is noted is seen by who is stopped after ten of them.
  const head = (lines) => lines.map((l) => `${l}\r\n`).join('')
  const isSecure = async (from, lines) => /^strict-transport-security:/im.test(await raw(`GET /healthz HTTP/1.1\r\nHost: localhost\r\n${head(lines)}\r\n`, { from, quiet: 150 }))

  test('that it came over https is believed of the named proxies alone, and of their own word', async () => {
    assert.equal(await isSecure('127.0.0.2', ['X-Forwarded-Proto: https']), true)
    assert.equal(await isSecure('127.0.0.1', ['X-Forwarded-Proto: https']), false, 'not one of them')
    assert.equal(await isSecure('127.0.0.3', ['X-Forwarded-Proto: https', 'Forwarded: proto=https']), false)
    assert.equal(await isSecure('127.0.0.2', ['X-Forwarded-Proto: http']), false)
    assert.equal(await isSecure('127.0.0.2', ['X-Forwarded-Proto: https', 'X-Forwarded-Proto: http']), false, 'the client wrote the first line')
    assert.equal(await isSecure('127.0.0.2', ['X-Forwarded-Proto: http', 'X-Forwarded-Proto: https']), true)
    for (const odd of ['https, http', 'HTTPS;', 'https https', '', 'ws']) assert.equal(await isSecure('127.0.0.2', [`X-Forwarded-Proto: ${odd}`]), false, odd)
  })

  test('its address is the last one that no proxy of ours has, over all lines', async () => {
    const s = await Staff.first(peil.url, 'count', makeUser(peil.directory, 'count', 'reader'), 'een lang wachtwoord')
    assert.ok(s.cookie)
    let n = 0
    // Ten wrong tries from one address, then the eleventh: 429 where all were of the same address.
    const isOne = async (forms) => {
      n++
      const form = await raw('GET /team/inloggen HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-Proto: https\r\n\r\n', { from: '127.0.0.2', quiet: 300 })
      const cookie = form.match(/set-cookie: ([^;]+)/i)[1], token = form.match(/name="form_token" value="([^"]+)"/)[1]
      let last
      for (let k = 0; k <= 10; k++) {
        const body = new URLSearchParams({ form_token: token, naam: `nobody-${n}-${k}`, wachtwoord: 'fout' }).toString()
        last = statuses(await raw(`POST /team/inloggen HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-Proto: https\r\nCookie: ${cookie}\r\nConnection: close\r\n${head(forms(k))}Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
          { from: '127.0.0.2', quiet: 3000 }))[0]
      }
      return last === 429
    }
    assert.equal(await isOne(() => ['X-Forwarded-For: 203.0.113.1']), true)
    assert.equal(await isOne((k) => [`X-Forwarded-For: 203.0.113.${100 + k}`]), false)
    assert.equal(await isOne((k) => [`X-Forwarded-For: 198.51.100.${k}, 203.0.113.2`]), true, 'what the client wrote before it')
    assert.equal(await isOne((k) => [`X-Forwarded-For: 198.51.100.${k}`, 'X-Forwarded-For: 203.0.113.3']), true, 'in a line of its own')
    assert.equal(await isOne((k) => [`X-Forwarded-For: 198.51.100.${k}, 203.0.113.4, ::1`]), true, 'a chain of proxies of ours')
    assert.equal(await isOne((k) => [`X-Forwarded-For: 198.51.100.${k}, 203.0.113.5`, 'X-Forwarded-For: 127.0.0.2']), true, 'a chain over lines')
    assert.equal(await isOne((k) => [`X-Forwarded-For: 198.51.100.${k}, what, ::1`]), true, 'nothing is believed before what is broken')
    assert.equal(await isOne((k) => [`X-Forwarded-For: [2001:db8::7]:${4000 + k}`]), true, 'the port is no part of an address')
    assert.equal(await isOne((k) => [`Forwarded: for=198.51.100.${k}`, 'X-Forwarded-For: 203.0.113.6']), true, 'another header')
  })

  test('a name that a proxy was asked for is believed of nobody', async () => {
    for (const from of ['127.0.0.1', '127.0.0.2']) {
      const got = await raw('GET / HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-Host: evil.example\r\nX-Host: evil.example\r\nX-Original-URL: /team\r\nX-Rewrite-URL: /team\r\n\r\n', { from })
      assert.match(got, /^HTTP\/1.1 200/)
      assert.doesNotMatch(got, /evil\.example/)
    }
  })
})

describe('what every answer says', () => {
  const paths = ['/', '/en/', '/kaart', '/nergens', '/meter/999', '/data', '/status', '/offline', '/registers/verwerkingen', '/team', '/team/inloggen', '/embed/gebied/GM0603', '/embed/meter/1', '/v1.1', '/v1.1/Nothing', '/api/v1/nothing', '/live/../x', '/healthz', '/assets/none', '/sw.js', '/.well-known/security.txt']
  const get = (path, headers = { Accept: 'text/html' }) => exchange(peil.url + path, { headers })

  test('no script or style stands in a page, and only what is made for it may be framed', async () => {
    let pages = 0
    for (const path of paths) {
      const { headers, text, status } = await get(path)
      const policy = headers['content-security-policy']
      assert.ok(policy, path)
      assert.doesNotMatch(policy, /unsafe/, path)
      const mayBeFramed = path.startsWith('/embed/') && headers['content-type']?.startsWith('text/html')
      assert.match(policy, mayBeFramed ? /frame-ancestors \*/ : /frame-ancestors 'none'/, path)
      assert.equal(headers['x-content-type-options'], 'nosniff', path)
      assert.ok(headers['referrer-policy'], path)
      assert.ok(!headers.server && !headers['x-powered-by'], path)
      assert.ok(!headers['strict-transport-security'], `${path}: only over https`)
      if (!headers['content-type']?.startsWith('text/html')) continue
      pages++
      assert.match(policy, /default-src 'self'.*object-src 'none'.*base-uri 'none'.*form-action 'self'/, path)
      assert.doesNotMatch(text, /<script(?![^>]*\bsrc=)(?![^>]*type="application\/ld\+json")[^>]*>\s*\S|<style|\son\w+=|\sstyle=|javascript:/, `${path} ${status}`)
      assert.ok(headers['permissions-policy'], path)
    }
    assert.ok(pages >= 10, `${pages} pages`)
  })

  test('security.txt is of RFC 9116 and is good for less than a year, from now', async () => {
    const { text, headers } = await get('/.well-known/security.txt')
    assert.match(headers['content-type'], /^text\/plain; charset=utf-8/)
    const fields = Object.fromEntries(text.trim().split('\n').map((l) => l.split(/: (.*)/).slice(0, 2)))
    assert.equal(fields.Contact, 'mailto:veilig@example.nl')
    assert.equal(fields['Preferred-Languages'], 'nl, en')
    assert.match(fields.Canonical, /\/\.well-known\/security\.txt$/)
    const days = (Date.parse(fields.Expires) - Date.now()) / 86400000
    assert.ok(days > 90 && days < 365, `${days}`)
  })

  test('cookies are the host\'s alone: over https with the prefix __Host- and Secure', async () => {
    const set = async (lines, from) => (await raw(`GET /team/inloggen HTTP/1.1\r\nHost: localhost\r\n${lines}\r\n`, { from })).match(/set-cookie: (.*)\r/i)[1]
    const secure = await set('X-Forwarded-Proto: https\r\n', '127.0.0.2')
    assert.match(secure, /^__Host-peil=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Secure$/)
    assert.match(await set('', '127.0.0.1'), /^peil-local=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/)
  })

  test('nobody sets the cookie that somebody else logs in with', async () => {
    const given = makeUser(peil.directory, 'fixed', 'reader')
    const s = await Staff.first(peil.url, 'fixed', given, 'een lang wachtwoord')
    await s.post('/team/uitloggen', {})
    await s.get('/team/inloggen')
    const before = s.cookie
    await s.open('fixed', 'een lang wachtwoord')
    assert.notEqual(s.cookie, before, 'a new secret with the login')
    assert.equal((await exchange(`${peil.url}/team`, { headers: { Cookie: before } })).status, 303, 'the old one is nobody')
  })
})

describe('what goes into a log', () => {
  test('is no secret, also at level debug: tokens, passwords, codes and form tokens in every place', async () => {
    const talks = await Peil.start({ args: [...quick, '--set', 'log.level=debug'] })
    try {
      const secrets = [talks.token, 'een lang wachtwoord', 'mijn-fout-wachtwoord', 'peil_verkeerdetoken', '739182', 'whsec_Z2VoZWlt', '+31612345678']
      const s = await Staff.first(talks.url, 'stil', makeUser(talks.directory, 'stil', 'administrator'), 'een lang wachtwoord')
      secrets.push(s.cookie.split('=')[1], s.formToken)
      const login = new Staff(talks.url)
      await login.open('stil', 'mijn-fout-wachtwoord')
      await login.open('mijn-fout-wachtwoord', 'x')
      await s.post('/team/account', { wat: 'app-aan', code: '739182' })
      for (const token of [talks.token, 'peil_verkeerdetoken'])
        for (const [method, path, headers] of [['GET', '/v1.1/Things', { Authorization: `Bearer ${token}` }], ['GET', `/v1.1/Things?token=${token}`, {}], ['GET', `/nergens/${token}`, {}], ['POST', `/push/sensor_community/${token}`, {}],
          ['POST', `/write?u=a&p=${token}`, {}], ['POST', '/write', { Authorization: `Token ${token}` }], ['GET', '/v1.1/Things', { Authorization: `Basic ${Buffer.from(`a:${token}`).toString('base64')}` }], ['GET', '/', { Cookie: `peil-local=${token}` }],
          ['GET', '/live', { Authorization: `Bearer ${token}x` }], ['POST', '/api/v1/messages', { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' }]])
          await exchange(talks.url + path, { method, headers, body: method === 'POST' ? JSON.stringify({ kind: 'webhook', target: 'https://example.invalid/h', secret: 'whsec_Z2VoZWlt', phone: '+31612345678' }) : undefined })
      const log = talks.server.log.text
      assert.ok(log.includes('level=') || log.length > 0)
      for (const secret of secrets) assert.ok(!log.includes(secret), `the log says ${secret.slice(0, 12)}...`)
      const audit = execFileSync(binary, ['audit', 'list', '--data', talks.directory], { encoding: 'utf8' })
      for (const secret of secrets) assert.ok(!audit.includes(secret), `the audit log says ${secret.slice(0, 12)}...`)
    } finally {
      await talks.stop()
    }
  })
})

describe('files', () => {
  test('are readable by their owner alone', () => {
    const found = execFileSync('find', [peil.directory, '-perm', '/077', '-not', '-type', 'l'], { encoding: 'utf8' }).trim()
    assert.equal(found, '')
    const copy = `${peil.directory}-copy`
    execFileSync(binary, ['backup', '--data', peil.directory, copy])
    try {
      assert.equal(execFileSync('find', [copy, '-perm', '/077'], { encoding: 'utf8' }).trim(), '', 'copies too')
    } finally {
      execFileSync('rm', ['-r', copy])
    }
  })
})

describe('what two readers could read differently', () => {
  const cases = {
    'both lengths': 'POST /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    'two lengths': 'POST /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Length: 5\r\n\r\nGET /x',
    'a list of lengths': 'POST /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 0, 5\r\n\r\n',
    'a signed length': 'POST /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\n',
    'a space before the colon': 'POST /healthz HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n',
    'a folded line': 'POST /healthz HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n',
    'another coding': 'POST /healthz HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n',
    'chunked twice': 'POST /healthz HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    'chunked in HTTP/1.0': 'POST /healthz HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    'a bare LF': 'GET /healthz HTTP/1.1\nHost: a\n\n',
    'a bare CR': 'GET /healthz HTTP/1.1\r\nHost: a\rX: y\r\n\r\n',
    'two names of the host': 'GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n',
    'no name of the host': 'GET /healthz HTTP/1.1\r\n\r\n',
    'a NUL byte': 'GET /healthz HTTP/1.1\r\nHost: a\r\nX: \0\r\n\r\n',
    'a chunk size with a sign': 'POST /v1.1/Things HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n+2\r\n{}\r\n0\r\n\r\n',
    'a chunk that is longer than it says': 'POST /v1.1/Things HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{}\r\n0\r\n\r\n',
  }
  test('is refused, and the connection with it', async () => {
    for (const [name, bytes] of Object.entries(cases)) {
      const got = await raw(`${bytes}GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n`, { quiet: 300 })
      assert.equal(statuses(got).length, 1, `${name}: ${got.slice(0, 300)}`)
      assert.ok([400, 501].includes(statuses(got)[0]), `${name}: ${statuses(got)}`)
      assert.match(got, /connection: close/i, name)
    }
  })
})

describe('what another site sends with the cookie of somebody who is logged in', () => {
  let ada
  before(async () => { ada = await Staff.first(peil.url, 'ada', makeUser(peil.directory, 'ada', 'administrator'), 'een lang wachtwoord') })
  const send = (method, path, headers, body) => exchange(peil.url + path, { method, body, headers: { Cookie: ada.cookie, ...headers } })
  const form = { 'Content-Type': 'application/x-www-form-urlencoded' }

  test('changes nothing on any page of staff', async () => {
    const pages = readdirSync('web/pages').filter((f) => f.startsWith('team_')).map((f) => readFileSync(`web/pages/${f}`, 'utf8').match(/path: '([^']+)'/)?.[1]).filter(Boolean)
    assert.ok(pages.length >= 15)
    const lines = () => execFileSync(binary, ['audit', 'list', '--data', peil.directory], { encoding: 'utf8' }).split('\n').filter((l) => l && !l.includes(' audit.read ') && !l.includes(' login')).length
    const before = lines()
    for (const page of pages.filter((p) => !/inloggen|code/.test(p)))
      for (const [headers, body] of [[form, 'wat=verwijderen&naam=ada'], [form, `form_token=${'A'.repeat(43)}&wat=verwijderen`], [{ ...form, 'Sec-Fetch-Site': 'cross-site' }, `form_token=${ada.formToken}&wat=x`],
        [{ ...form, 'Sec-Fetch-Site': 'same-site' }, `form_token=${ada.formToken}&wat=x`], [{ ...form, Origin: 'https://evil.example' }, `form_token=${ada.formToken}&wat=x`], [{ ...form, Origin: 'null' }, `form_token=${ada.formToken}&wat=x`],
        [{ 'Content-Type': 'text/plain' }, `form_token=${ada.formToken}&wat=x`]]) {
        const { status, headers: got } = await send('POST', `/${page}`, headers, body)
        // Logging out answers by sending back to the page; nobody was logged out, as the next request shows.
        assert.ok(status >= 400 || (page === 'team/uitloggen' && status === 303 && got.location === '/team'), `${page} ${JSON.stringify(headers)}: ${status}`)
      }
    assert.equal(lines(), before)
    assert.equal((await ada.get('/team')).status, 200)
  })

  test('changes nothing by the interfaces', async () => {
    const { paths } = (await exchange(`${peil.url}/api/v1/openapi.json`)).body
    let asked = 0
    const refused = async (method, path, headers = {}) => {
      asked++
      const { status, text } = await send(method, path, { 'Content-Type': 'application/json', ...headers }, method === 'DELETE' ? undefined : '{}')
      assert.equal(status, 403, `${method} ${path} ${JSON.stringify(headers)} ${text}`)
    }
    for (const [path, item] of Object.entries(paths))
      for (const method of Object.keys(item).filter((m) => ['post', 'put', 'patch', 'delete'].includes(m)))
        await refused(method.toUpperCase(), `/api/v1${path.replace(/\{(\w+)\}/g, (_, n) => ({ year: '2024', kind: 'influx' })[n] ?? 'proef')}`)
    for (const [method, path] of [['POST', 'Things'], ['PATCH', 'Things(1)'], ['PUT', 'Things(1)'], ['DELETE', 'Things(1)'], ['POST', '$batch'], ['POST', 'CreateObservations'], ['POST', 'Datastreams(1)/Observations'], ['DELETE', 'Things(1)/Locations(1)/$ref']]) {
      await refused(method, `/v1.1/${path}`)
      await refused(method, `/v1.1/${path}`, { 'X-Form-Token': 'A'.repeat(43), 'Content-Type': 'text/plain' })
    }
    assert.ok(asked > 35, `${asked}`)
    // Devices prove themselves by a token; a cookie is nothing there.
    assert.equal((await send('POST', '/push/sensor_community', { 'X-Sensor': 'x' }, '{"sensordatavalues":[]}')).status, 401)
  })
})
