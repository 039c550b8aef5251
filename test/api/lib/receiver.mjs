// SPDX-License-Identifier: EUPL-1.2
// Where messages arrive: a real HTTP server that checks webhook signatures by itself, and a small SMTP server.
import { createHmac, createPublicKey, verify } from 'node:crypto'
import { createServer as createHttp } from 'node:http'
import { createServer as createTcp } from 'node:net'

const listen = (server) => new Promise((resolve) => server.unref().listen(0, '127.0.0.1', () => resolve(server.address().port)))

export class Receiver {
  // answer(request, how many came before) gives { status, headers }
  static async start(answer = () => ({ status: 204 })) {
    const receiver = new Receiver()
    receiver.requests = []
    receiver.answer = answer
    receiver.server = createHttp((request, response) => {
      let body = ''
      request.on('data', (piece) => { body += piece })
      request.on('end', () => {
        const got = { method: request.method, path: request.url, headers: request.headers, body, at: Date.now() }
        const { status, headers } = receiver.answer(got, receiver.requests.length)
        receiver.requests.push(got)
        response.writeHead(status, headers).end()
      })
    })
    receiver.port = await listen(receiver.server)
    receiver.url = `http://127.0.0.1:${receiver.port}`
    return receiver
  }

  stop() {
    this.server.closeAllConnections()
    return new Promise((resolve) => this.server.close(resolve))
  }
}

// What Standard Webhooks asks a receiver to do; `key` is "whpk_..." or undefined.
export function signatures(request, secret, key) {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': text } = request.headers
  const signed = `${id}.${timestamp}.${request.body}`
  const bytes = secret?.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : secret
  const good = {}
  for (const part of text.split(' ')) {
    const [version, signature] = part.split(',')
    if (version === 'v1') good.hmac = createHmac('sha256', bytes).update(signed).digest('base64') === signature
    if (version === 'v1a') {
      const x = Buffer.from(key.slice(5), 'base64').toString('base64url')
      const open = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
      good.ed25519 = verify(null, Buffer.from(signed), open, Buffer.from(signature, 'base64'))
    }
  }
  return good
}

export class MailServer {
  // answer(command, arguments, mails so far) may give a reply line instead of the usual one.
  static async start(answer = () => undefined) {
    const server = new MailServer()
    server.mails = []
    server.answer = answer
    server.tcp = createTcp((socket) => server.#serve(socket))
    server.port = await listen(server.tcp)
    server.url = `smtp://127.0.0.1:${server.port}`
    return server
  }

  #serve(socket) {
    const mail = {}
    let text = '', isData = false
    const say = (line) => socket.write(`${line}\r\n`)
    const usual = { EHLO: '250 test', HELO: '250 test', MAIL: '250 ok', RCPT: '250 ok', DATA: '354 go on', QUIT: '221 bye', RSET: '250 ok' }
    const command = (line) => {
      const [word, ...rest] = line.split(' ')
      const name = word.toUpperCase(), arguments_ = rest.join(' ')
      const reply = this.answer(name, arguments_, this.mails) ?? usual[name] ?? '500 what?'
      if (name === 'MAIL') mail.from = arguments_
      if (name === 'RCPT') mail.to = arguments_
      isData = name === 'DATA' && reply.startsWith('354')
      say(reply)
      if (name === 'QUIT') socket.end()
    }
    socket.on('error', () => {})
    socket.on('data', (piece) => {
      text += piece
      for (;;) {
        const end = isData ? '\r\n.\r\n' : '\r\n'
        const at = text.indexOf(end)
        if (at < 0) return
        const part = text.slice(0, at)
        text = text.slice(at + end.length)
        if (!isData) { command(part); continue }
        isData = false
        const [head, body] = part.split('\r\n\r\n')
        this.mails.push({ ...mail, head, text: Buffer.from(body, 'base64').toString() })
        say('250 taken')
      }
    })
    say('220 test')
  }

  stop() {
    return new Promise((resolve) => this.tcp.close(resolve))
  }
}
