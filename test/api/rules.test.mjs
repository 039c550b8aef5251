// SPDX-License-Identifier: EUPL-1.2
// Rules on the real binary: raised once, cleared once, over late data and kill -9; told by webhook, mail, broker, live and feed.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { get } from 'node:http'
import { join, resolve } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { binary, exchange, Peil } from './lib/peil.mjs'
import { Broker, Client } from './lib/mqtt.mjs'
import { MailServer, Receiver, signatures } from './lib/receiver.mjs'
import { misfits } from './lib/schema.mjs'
import { until } from './lib/until.mjs'

const minute = 60_000
const bomenbuurt = [4.3403, 52.0501]
const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'

describe('rules and alerts', () => {
  let peil, document, receiver, mailServer, broker, subscriber
  const start = Math.floor(Date.now() / minute) * minute - 120 * minute  // of the readings that are sent

  before(async () => {
    receiver = await Receiver.start()
    mailServer = await MailServer.start()
    broker = await Broker.start()
    subscriber = await Client.connect(broker.port)
    await subscriber.subscribe('peil/alerts/#')
    Object.assign(process.env, {
      PEIL_OUTBOX_PRIVATE_TARGETS: 'yes', PEIL_OUTBOX_FIRST_WAIT_S: '1', PEIL_OUTBOX_SMTP_URL: mailServer.url,
      PEIL_OUTBOX_SMTP_NEEDS_TLS: 'no', PEIL_OUTBOX_MAIL_FROM: 'peil@example.nl',
    })
    peil = await Peil.start({
      args: ['--set', 'rollup.interval_s=1', '--set', `rules.directory=${resolve('share/rules')}`, '--set', 'mqtt.host=127.0.0.1', '--set', `mqtt.port=${broker.port}`],
      setup: (it) => execFileSync(binary, ['import', '--data', it.directory, 'areas', 'fuzz/corpus/area_geojson/cbs_buurt_2024_rd.geojson']),
    })
    document = (await api('openapi.json')).body
  })
  after(async () => {
    await peil.stop()
    subscriber.socket.destroy()
    await Promise.all([receiver.stop(), mailServer.stop(), broker.stop()])
  })

  const ask = (method, path, body, token) => exchange(`${peil.url}/api/v1/${path}`, {
    method, body: body && JSON.stringify(body),
    headers: { ...(token !== null && { Authorization: `Bearer ${token ?? peil.token}` }), ...(body && { 'Content-Type': 'application/json' }) },
  })
  const api = (path, token = null) => ask('GET', path, undefined, token)
  const fits = (name, body) => assert.deepEqual(misfits(document, document.components.schemas[name], body), [])
  let streams = 0
  const meter = async (properties = {}) => {
    const thing = await peil.make('Things', {
      name: `Meter ${++streams}`, description: 'd', properties,
      Locations: [{ name: 'p', description: 'd', encodingType: 'application/geo+json', location: { type: 'Point', coordinates: bomenbuurt } }],
    })
    const stream = await peil.make('Datastreams', {
      name: 's', description: 'd', observationType: 'http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement',
      unitOfMeasurement: { name: 'u', symbol: 'µg/m³', definition: 'd' }, Thing: { '@iot.id': thing },
      Sensor: { name: 's', description: 'd', encodingType: 'text/plain', metadata: 'm' },
      ObservedProperty: { name: 'pm25', description: 'd', definition: 'http://dd.eionet.europa.eu/vocabulary/aq/pollutant/6001' },
    })
    return { thing, stream }
  }
  const send = async (stream, from, values, time = at) => {
    const rows = values.map((v, k) => [time(from + k), v])
    const answer = await peil.post('CreateObservations', [{ Datastream: { '@iot.id': stream }, components: ['phenomenonTime', 'result'],
      'dataArray@iot.count': rows.length, dataArray: rows }])
    assert.equal(answer.status, 201, answer.text)
  }
  const at = (n) => new Date(start + n * minute).toISOString().replace('.000', '')
  const rule = (thing, extra = {}) => ({ nameNl: 'veel fijnstof', nameEn: 'much fine dust', on: { things: [thing] }, quantity: 'pm25',
    when: 'above', value: 50, clear: 40, isPublic: true, isOn: true, ...extra })
  // A rule looks from the moment that it is made: seconds from then on. They lie a little ahead, as clocks may.
  const seconds = () => {
    const base = Math.ceil(Date.now() / 1000) * 1000
    return (n) => new Date(base + n * 1000).toISOString().replace('.000', '')
  }
  const makeRule = async (id, body) => {
    assert.equal((await ask('PUT', `rules/${id}`, body)).status, 204)
  }
  const clockIn = (minutes) => new Date(Date.now() + minutes * minute).toLocaleTimeString('nl-NL', { timeZone: 'Europe/Amsterdam', hour: '2-digit', minute: '2-digit' })
  const alerts = async (id, wanted) => until(async () => {
    const list = (await api(`alerts?rule=${id}`)).body.alerts
    return wanted(list) && list
  }, `alerts of ${id}`, 30_000)

  test('the rules that peil comes with are there, and off', async () => {
    const { rules } = (await api('rules', peil.token)).body
    for (const r of rules) fits('Rule', r)
    assert.ok(rules.length >= 6)
    assert.ok(rules.every((r) => r.isBuiltIn && r.isOn === false))
    const shown = (await api('rules')).body.rules
    assert.ok(shown.length < rules.length && shown.every((r) => r.isPublic))
  })

  test('wrong rules are refused by the member that is wrong', async () => {
    for (const [body, name] of [[rule(1, { value: 'x' }), 'value'], [rule(1, { clear: 60 }), 'clear'], [rule(1, { colour: 1 }), 'colour'],
      [rule(1, { deliver: [{ kind: 'mail', target: 'a@b, c' }] }), 'mail address']]) {
      const answer = await ask('PUT', 'rules/wrong', body)
      assert.equal(answer.status, 400, answer.text)
      assert.ok(answer.body.detail.includes(name), answer.body.detail)
    }
    assert.equal((await ask('PUT', 'rules/Wrong!', rule(1))).status, 400)
    assert.equal((await ask('PUT', 'rules/right', rule(1), null)).status, 401)
  })

  test('an alert is raised and cleared once, and told by webhook, mail, broker, live stream and feed', async () => {
    const m = await meter()
    await send(m.stream, 100, [10, 10, 10])
    await makeRule('loud-and-clear', rule(m.thing, { deliver: [{ kind: 'webhook', target: `${receiver.url}/alert`, secret },
      { kind: 'mail', target: 'jan@example.nl' }, { kind: 'mqtt' }] }))
    let live = ''
    const stream = get(`${peil.url}/live/alerts`, (response) => response.on('data', (piece) => { live += piece }))
    await until(() => live.includes('retry'), 'the live stream')
    await new Promise((done) => setTimeout(done, 100))
    const t = seconds()
    await send(m.stream, 0, [60, 70], t)
    const [raised] = await alerts('loud-and-clear', (list) => list.length === 1)
    fits('Alert', raised)
    assert.equal(raised.start, t(0))
    assert.equal(raised.isOpen, true)
    assert.equal(raised.area, 'BU06030222')
    assert.match(raised.sentenceNl, /^Meter \d+: veel fijnstof, sinds \d+-\d+-\d+ \d+\.\d\d uur$/)
    await send(m.stream, 2, [45, 39], t)  // 45 is not yet below the clear level
    const [cleared] = await alerts('loud-and-clear', (list) => list.length === 1 && !list[0].isOpen)
    assert.equal(cleared.end, t(3))
    assert.equal(cleared.worst, 70)
    await until(() => receiver.requests.length >= 2 && mailServer.mails.length >= 2 && subscriber.messages.length >= 2, 'all messages')
    const events = receiver.requests.map((r) => JSON.parse(r.body))
    assert.deepEqual(events.map((e) => e.type), ['alert.raised', 'alert.cleared'])
    assert.equal(events[0].data.id, raised.id)
    const key = (await api('webhook-key')).body.ed25519
    for (const r of receiver.requests) assert.deepEqual(signatures(r, secret, key), { hmac: true, ed25519: true })
    assert.match(mailServer.mails[0].text, /veel fijnstof/)
    assert.match(mailServer.mails[0].text, /much fine dust/)
    assert.equal(subscriber.messages[0].topic, `peil/alerts/loud-and-clear/s${m.stream}`)
    await until(() => live.includes('alert.cleared'), 'the live events')
    assert.ok(live.includes('event: alert') && live.includes(raised.id))
    stream.destroy()
    const feed = await exchange(`${peil.url}/feeds/gebied/BU06030222.atom`)
    assert.equal(feed.status, 200)
    assert.match(feed.headers['content-type'], /^application\/atom\+xml/)
    assert.ok(feed.text.includes(`urn:peil:alert:${raised.id}`) && feed.text.includes('voorbij'))
    assert.equal((await exchange(`${peil.url}/feeds/gebied/BU06030222.atom`, { headers: { 'If-None-Match': feed.headers.etag } })).status, 304)
    assert.ok((await exchange(`${peil.url}/en/feeds/regel/loud-and-clear.atom`)).text.includes('much fine dust'))
    assert.ok((await exchange(`${peil.url}/feeds/gebied/GM0603.atom`)).text.includes(raised.id))  // the town hears of its street
    assert.ok(!(await exchange(`${peil.url}/feeds/gebied/BU06030503.atom`)).text.includes(raised.id))
    assert.ok(!feed.text.includes('jan@example.nl'))
  })

  test('a street, a town and a region are followed by feed, without a word about a person; a meter round the corner is not theirs', async () => {
    const line = (code, [x, y]) => ({ type: 'Feature', properties: { code, name: code, level: 'street', year: 2024 },
      geometry: { type: 'LineString', coordinates: [[x - 0.0004, y], [x + 0.0004, y]] } })
    const square = (properties, size) => ({ type: 'Feature', properties, geometry: { type: 'Polygon',
      coordinates: [[[-1, -1], [1, -1], [1, 1], [-1, 1], [-1, -1]].map(([a, b]) => [bomenbuurt[0] + a * size, bomenbuurt[1] + b * size])] } })
    const corner = [bomenbuurt[0], bomenbuurt[1] + 0.001], file = join(peil.directory, 'streets.geojson')
    writeFileSync(file, JSON.stringify({ type: 'FeatureCollection', features: [line('bomenlaan', bomenbuurt), line('hoeklaan', corner),
      square({ statcode: 'WP1234', statnaam: 'Dorp', jrstatcode: '2024WP1234', rubriek: 'woonplaats' }, 0.02), square({ NUTS_ID: 'NL337', LEVL_CODE: 3, NAME_LATN: 'Delft en Westland', CNTR_CODE: 'NL' }, 0.05)] }))
    const said = execFileSync(binary, ['import', '--data', peil.directory, 'areas', file], { encoding: 'utf8' })
    assert.match(said, /^4 areas stored/, said)
    const m = await meter()
    await makeRule('street', rule(m.thing))
    await send(m.stream, 0, [60], seconds())
    const [raised] = await alerts('street', (list) => list.length === 1)
    assert.equal(raised.area, 'BU06030222')
    assert.equal(raised.beside, 'bomenlaan WP1234 NL337')
    const feed = async (code) => exchange(`${peil.url}/feeds/gebied/${code}.atom`)
    for (const code of ['bomenlaan', 'BU06030222', 'WK060302', 'WP1234', 'GM0603', 'NL337', 'NL', 'EU', '001']) {
      const answer = await feed(code)
      assert.equal(answer.status, 200, code)
      assert.ok(answer.text.includes(raised.id), code)
      for (const word of ['set-cookie']) assert.ok(!answer.headers[word], code)
      for (const person of ['@example', 'whsec', 'http://127.0.0.1:' + receiver.url.split(':').at(-1)]) assert.ok(!answer.text.includes(person), `${code}: ${person}`)
    }
    assert.ok(!(await feed('hoeklaan')).text.includes(raised.id))
  })

  test('targets are shown to those who may operate and to nobody else', async () => {
    assert.ok(!(await api('rules/loud-and-clear')).text.includes('jan@example.nl'))
    assert.ok((await api('rules/loud-and-clear', peil.token)).text.includes('jan@example.nl'))
    assert.ok(!(await api('rules/loud-and-clear', peil.token)).text.includes(secret))
  })

  test('who is taken out of a rule is told nothing more of it: what waits is forgotten at once', async () => {
    const m = await meter()
    const to = (...paths) => rule(m.thing, { deliver: paths.map((path) => ({ kind: 'webhook', target: `http://127.0.0.1:9/${path}` })) })
    const waiting = async () => (await api('messages', peil.token)).body.messages.filter((x) => x.about === 'rule:leaving')
    await makeRule('leaving', to('one', 'two'))
    await send(m.stream, 0, [60], seconds())
    await until(async () => (await waiting()).length === 2, 'both messages')
    assert.equal((await ask('PUT', 'rules/leaving', to('two'))).status, 204)
    assert.equal((await waiting()).length, 1)
    assert.equal((await ask('DELETE', 'rules/leaving')).status, 204)
    assert.deepEqual(await waiting(), [])
  })

  test('late readings and kill -9 raise nothing twice and lose nothing', async () => {
    const m = await meter()
    await makeRule('late', rule(m.thing))
    const t = seconds()
    await send(m.stream, 0, [60, 60], t)
    const [before] = await alerts('late', (list) => list.length === 1)
    await peil.server.kill()
    await peil.open()
    await send(m.stream, 2, [60], t)             // still the same
    await send(m.stream, 4, [30, 30], t)         // over
    await alerts('late', (list) => list.length === 1 && !list[0].isOpen)
    await send(m.stream, 7, [80, 30], t)         // another one, between readings that are there already
    const both = await alerts('late', (list) => list.length === 2 && list.every((x) => !x.isOpen))
    assert.equal(both[1].id, before.id)
    assert.equal(both[0].start, t(7))
    await send(m.stream, 3, [55], t)             // late: the first lasted a minute longer
    await new Promise((done) => setTimeout(done, 7000))
    assert.equal((await api('alerts?rule=late')).body.alerts.length, 2)
  })

  test('what held before a rule was made is not raised', async () => {
    const m = await meter()
    await send(m.stream, 0, [90, 90, 30])
    await makeRule('new', rule(m.thing))
    await send(m.stream, 50, [30])
    await new Promise((done) => setTimeout(done, 7000))
    assert.equal((await api('alerts?rule=new')).body.alerts.length, 0)
  })

  test('a trial tells what would have been raised, and raises nothing', async () => {
    const m = await meter()
    await send(m.stream, 0, [10, 60, 70, 30, 10, 55, 10, 10, 51, 45, 39])
    const to = new Date(start + 119 * minute).toISOString(), from = new Date(start - minute).toISOString()
    const path = `rule-trials?from=${from}&to=${to}`
    const got = await until(async () => {
      const { body } = await ask('POST', path, rule(m.thing, { isOn: false }))
      return body.subjects === 1 && body
    }, 'the trial')
    fits('RuleTrial', got)
    assert.equal(got.found, 3)
    assert.deepEqual(got.episodes.map((x) => [x.start, x.end, x.worst]), [[at(1), at(3), 70], [at(5), at(6), 55], [at(8), at(10), 51]])
    assert.equal(got.hours, Math.round((2 + 1 + 2) / 60 * 100) / 100)
    const lasting = (await ask('POST', path, rule(m.thing, { clear: 50, lasting: 'PT2M', within: 'PT3M' }))).body
    assert.deepEqual(lasting.episodes.map((x) => x.start), [at(2)])
    assert.equal((await api('alerts')).body.alerts.filter((x) => x.thing === m.thing).length, 0)
  })

  test('a meter that is silent is told', async () => {
    const m = await meter()
    await send(m.stream, 0, [10, 10])
    const to = new Date(start + 115 * minute).toISOString(), from = new Date(start).toISOString()
    const body = { nameNl: 'stil', nameEn: 'silent', on: { things: [m.thing] }, quantity: 'pm25', when: 'missing', lasting: 'PT30M' }
    const got = await until(async () => {
      const answer = (await ask('POST', `rule-trials?from=${from}&to=${to}`, body)).body
      return answer.found === 1 && answer
    }, 'the trial')
    assert.equal(got.episodes[0].start, at(31))
    assert.equal(got.episodes[0].end, undefined)
  })

  test('in quiet hours nothing is sent, and the feed has it', async () => {
    const m = await meter()
    const count = receiver.requests.length
    await makeRule('hush', rule(m.thing, { quiet: { from: clockIn(-60), to: clockIn(60) }, deliver: [{ kind: 'webhook', target: receiver.url }] }))
    await send(m.stream, 0, [60], seconds())
    await alerts('hush', (list) => list.length === 1)
    await new Promise((done) => setTimeout(done, 3000))
    assert.equal(receiver.requests.length, count)
    assert.ok((await exchange(`${peil.url}/feeds/regel/hush.atom`)).text.includes('urn:peil:alert:'))
    await makeRule('hush', rule(m.thing, { deliver: [{ kind: 'webhook', target: receiver.url }] }))  // quiet hours are over
    await until(() => receiver.requests.length === count + 1, 'the message', 20_000)
  })

  test('a patch changes what it names, keeps secrets, and every version is kept without whom it told', async () => {
    const m = await meter(), hours = new Map([120, 150, 180].map((n) => [n, clockIn(n)])), clock = (n) => hours.get(n)
    const patch = (body, type = 'application/merge-patch+json') => exchange(`${peil.url}/api/v1/rules/grown`, {
      method: 'PATCH', body: JSON.stringify(body), headers: { Authorization: `Bearer ${peil.token}`, 'Content-Type': type } })
    await makeRule('grown', rule(m.thing, { quiet: { from: clock(120), to: clock(180), notFrom: 4 }, deliver: [{ kind: 'webhook', target: `${receiver.url}/grown`, secret }, { kind: 'mail', target: 'els@example.nl' }] }))
    assert.equal((await patch({ value: 80, clear: 70, quiet: { notFrom: null, from: clock(150) } })).status, 204)
    assert.equal((await patch({ nameEn: 'very much fine dust' }, 'application/json')).status, 204)
    const now = (await api('rules/grown', peil.token)).body
    assert.deepEqual([now.value, now.clear, now.nameEn, now.quiet], [80, 70, 'very much fine dust', { from: clock(150), to: clock(180) }])
    const count = receiver.requests.length
    await send(m.stream, 0, [90], seconds())  // told with the secret that no patch named
    await until(() => receiver.requests.length > count, 'the message', 20_000)
    assert.equal(signatures(receiver.requests.at(-1), secret, (await api('webhook-key')).body.ed25519).hmac, true)
    for (const [wrong, detail] of [[{ value: 'x' }, 'value'], [{ clear: 90 }, 'clear'], [{ colour: 1 }, 'colour']]) {
      const answer = await patch(wrong)
      assert.equal(answer.status, 400, answer.text)
      assert.ok(answer.body.detail.includes(detail), answer.body.detail)
    }
    assert.equal((await patch([1])).status, 400)
    assert.equal((await patch({}, 'text/plain')).status, 415)
    assert.equal((await ask('PATCH', 'rules/no-such', { isOn: true })).status, 404)
    assert.equal((await ask('PATCH', 'rules/grown', { isOn: false }, null)).status, 401)
    assert.equal((await ask('DELETE', 'rules/grown')).status, 204)
    const history = (await api('rules/grown/history', peil.token)).body
    fits('RuleHistory', history)
    assert.deepEqual(history.versions.map((v) => [v.version, v.what, v.rule?.value, v.rule?.nameEn]),
      [[1, 'put', 50, 'much fine dust'], [2, 'put', 80, 'much fine dust'], [3, 'put', 80, 'very much fine dust'], [4, 'delete', undefined, undefined]])
    assert.deepEqual(history.late, [])
    for (const told of ['els@example.nl', receiver.url, secret]) assert.ok(!JSON.stringify(history).includes(told), told)
  })

  test('versions that were not public are for those who may operate', async () => {
    await makeRule('shy', rule(1, { isPublic: false }))
    assert.equal((await api('rules/shy/history')).status, 404)
    assert.equal((await ask('PATCH', 'rules/shy', { isPublic: true })).status, 204)
    assert.deepEqual((await api('rules/shy/history')).body.versions.map((v) => v.version), [2])
    assert.deepEqual((await api('rules/shy/history', peil.token)).body.versions.map((v) => v.version), [1, 2])
    assert.equal((await api('rules/fine-dust-high/history', peil.token)).body.versions.length, 0)  // as it came with peil
    assert.equal((await api('rules/never/history', peil.token)).status, 404)
  })

  test('a rule that is taken away is gone; one that peil comes with is only set back', async () => {
    assert.equal((await ask('DELETE', 'rules/new')).status, 204)
    assert.equal((await api('rules/new', peil.token)).status, 404)
    assert.equal((await ask('DELETE', 'rules/fine-dust-high')).status, 404)
  })
})
