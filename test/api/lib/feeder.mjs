// SPDX-License-Identifier: EUPL-1.2
// A real HTTP server in the place of somebody else's: gives recorded or made-up answers, and fails, stalls and lies as told.
import { createServer } from 'node:http'
import { once } from 'node:events'

export class Feeder {
  // `answer(url)` gives { status, body, headers }, or a string, or undefined for 404.
  static async start(answer) {
    const feeder = new Feeder()
    feeder.answer = answer
    feeder.asked = []        // paths with query, in order
    feeder.conditions = []   // If-None-Match of each
    feeder.faults = []       // taken first: 'stall', 'cut', or an answer
    feeder.server = createServer((request, response) => feeder.handle(request, response))
    feeder.server.unref().listen(0, '127.0.0.1')
    await once(feeder.server, 'listening')
    feeder.url = `http://127.0.0.1:${feeder.server.address().port}`
    return feeder
  }

  handle(request, response) {
    this.asked.push(request.url)
    this.conditions.push(request.headers['if-none-match'])
    const fault = this.faults.shift()
    if (fault === 'stall') return
    if (fault === 'cut') { response.writeHead(200, { 'Content-Length': 1000 }); response.write('{"value":['); setTimeout(() => response.destroy(), 20); return }
    const answer = fault ?? this.answer(new URL(request.url, this.url))
    const { status = 200, body = '', headers = {} } = typeof answer === 'string' ? { body: answer } : answer ?? { status: 404 }
    response.writeHead(status, { 'Content-Type': 'application/json', ...headers })
    response.end(body)
  }

  async stop() {
    this.server.closeAllConnections()
    this.server.close()
    await once(this.server, 'close')
  }
}
