// SPDX-License-Identifier: EUPL-1.2
// Webhooks and mails from the real binary to real servers: signed, tried again, once on disk never lost, never inward unasked.
import { test, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { exchange, makeToken, Peil } from './lib/peil.mjs'
import { MailServer, Receiver, signatures } from './lib/receiver.mjs'
import { until } from './lib/until.mjs'

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
let peil, mailServer, operator

before(async () => {
  mailServer = await MailServer.start()
  Object.assign(process.env, {
    PEIL_OUTBOX_PRIVATE_TARGETS: 'yes', PEIL_OUTBOX_FIRST_WAIT_S: '1', PEIL_OUTBOX_ATTEMPTS: '3',
    PEIL_OUTBOX_SMTP_URL: mailServer.url, PEIL_OUTBOX_SMTP_NEEDS_TLS: 'no', PEIL_OUTBOX_MAIL_FROM: 'peil@example.nl',
  })
  peil = await Peil.start()
  operator = makeToken(peil.directory, 'operator')
})
after(() => Promise.all([peil.stop(), mailServer.stop()]))

const api = (path, { method = 'GET', body, token = operator } = {}) => exchange(`${peil.url}/api/v1${path}`, {
  method, headers: { ...(token && { Authorization: `Bearer ${token}` }), ...(body && { 'Content-Type': 'application/json' }) },
  body: body && JSON.stringify(body),
})
const send = async (body) => {
  const answer = await api('/messages', { method: 'POST', body })
  assert.equal(answer.status, 202, answer.text)
  return answer.body.id
}
const state = (id, wanted) => until(async () => {
  const { body } = await api(`/messages/${id}`)
  return body.state === wanted && body
}, `${id} to be ${wanted}`)

test('a webhook arrives signed in both ways, and its id is told', async () => {
  const receiver = await Receiver.start()
  const id = await send({ kind: 'webhook', target: `${receiver.url}/hook`, secret })
  await state(id, 'delivered')
  const [request] = receiver.requests
  assert.equal(request.method, 'POST')
  assert.equal(request.path, '/hook')
  assert.equal(request.headers['webhook-id'], id)
  assert.ok(Math.abs(Date.now() / 1000 - request.headers['webhook-timestamp']) < 30)
  const key = (await api('/webhook-key', { token: null })).body.ed25519
  assert.deepEqual(signatures(request, secret, key), { hmac: true, ed25519: true })
  request.body += ' '
  assert.deepEqual(signatures(request, secret, key), { hmac: false, ed25519: false })
  await receiver.stop()
})

test('what fails is tried again, with the same id, until it arrives', async () => {
  const receiver = await Receiver.start((request, before) => ({ status: before === 0 ? 500 : 200 }))
  const id = await send({ kind: 'webhook', target: receiver.url })
  const done = await state(id, 'delivered')
  assert.equal(done.attempts, 2)
  assert.deepEqual(receiver.requests.map((r) => r.headers['webhook-id']), [id, id])
  assert.ok(receiver.requests[1].at - receiver.requests[0].at >= 900)
  await receiver.stop()
})

test('Retry-After is waited for', async () => {
  const receiver = await Receiver.start((request, before) => (before === 0 ? { status: 429, headers: { 'Retry-After': '2' } } : { status: 200 }))
  await state(await send({ kind: 'webhook', target: receiver.url }), 'delivered')
  assert.ok(receiver.requests[1].at - receiver.requests[0].at >= 1900)
  await receiver.stop()
})

test('a receiver that is gone is not asked again; the reason is there, the address is not', async () => {
  const receiver = await Receiver.start(() => ({ status: 410 }))
  const dead = await state(await send({ kind: 'webhook', target: `${receiver.url}/private-path` }), 'dead')
  assert.equal(dead.attempts, 1)
  assert.match(dead.reason, /410/)
  assert.ok(!JSON.stringify(dead).includes('private-path'))
  const listed = (await api('/messages?state=dead')).body.messages
  assert.ok(listed.some((m) => m.id === dead.id))
  assert.equal(receiver.requests.length, 1)
  await receiver.stop()
})

test('redirects are not followed', async () => {
  const inward = await Receiver.start()
  const receiver = await Receiver.start(() => ({ status: 302, headers: { Location: inward.url } }))
  const id = await send({ kind: 'webhook', target: receiver.url })
  await until(() => receiver.requests.length, 'the first attempt')
  const waiting = await until(async () => { const { body } = await api(`/messages/${id}`); return body.attempts && body }, 'the result')
  assert.match(waiting.reason, /redirects are not followed/)
  assert.equal(inward.requests.length, 0)
  await Promise.all([receiver.stop(), inward.stop()])
})

test('a mail arrives, with its words as they were', async () => {
  await state(await send({ kind: 'mail', target: 'jan@example.nl' }), 'delivered')
  const [mail] = mailServer.mails
  assert.match(mail.from, /<peil@example.nl>/)
  assert.match(mail.to, /<jan@example.nl>/)
  assert.match(mail.head, /^Subject: Testbericht \/ test message\r$/m)
  assert.match(mail.text, /^Dit is een testbericht/)
})

test('a mailbox that does not exist is given up at once, and its address is not told', async () => {
  mailServer.answer = (command) => (command === 'RCPT' ? '550 no such user nobody@example.nl' : undefined)
  const dead = await state(await send({ kind: 'mail', target: 'nobody@example.nl' }), 'dead')
  mailServer.answer = () => undefined
  assert.equal(dead.attempts, 1)
  assert.match(dead.reason, /550/)
  assert.ok(!JSON.stringify(dead).includes('nobody'))
})

test('wrong targets are refused before anything is stored', async () => {
  for (const [kind, target] of [['webhook', 'ftp://a.example/'], ['webhook', 'https://a b/'], ['mail', 'a@b.nl, c@d.nl'], ['mail', 'nobody']]) {
    const answer = await api('/messages', { method: 'POST', body: { kind, target } })
    assert.equal(answer.status, 400, target)
    assert.ok(answer.body.detail)
  }
})

test('the public sees the key and nothing else', async () => {
  assert.equal((await api('/messages', { token: null })).status, 401)
  assert.equal((await api('/messages', { method: 'POST', body: { kind: 'webhook', target: 'https://a.example/' }, token: null })).status, 401)
})

test('a message that waits outlives kill -9', async () => {
  let isOpen = false
  const receiver = await Receiver.start(() => ({ status: isOpen ? 200 : 503 }))
  const id = await send({ kind: 'webhook', target: receiver.url })
  await until(() => receiver.requests.length, 'the first attempt')
  await peil.server.kill()
  isOpen = true
  await peil.open()
  await state(id, 'delivered')
  await receiver.stop()
})

test('without leave of the operator nothing goes to our own network', async () => {
  const receiver = await Receiver.start()
  process.env.PEIL_OUTBOX_PRIVATE_TARGETS = 'no'
  const other = await Peil.start()
  const post = (target) => exchange(`${other.url}/api/v1/messages`, {
    method: 'POST', headers: { Authorization: `Bearer ${other.token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ kind: 'webhook', target }) })
  assert.equal((await post(receiver.url)).status, 400)  // without TLS
  const { id } = (await post(`https://127.0.0.1:${receiver.port}/`)).body
  const dead = await until(async () => {
    const { body } = await exchange(`${other.url}/api/v1/messages/${id}`, { headers: { Authorization: `Bearer ${other.token}` } })
    return body.state === 'dead' && body
  }, 'the refusal')
  assert.match(dead.reason, /public internet/)
  assert.equal(receiver.requests.length, 0)
  await Promise.all([other.stop(), receiver.stop()])
})
