// peil itself, as `peil serve` runs it, with devices accepted on sight.
import { execFileSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Server, bytesOnDisk, freePort, until, untilIdle } from './process.mjs'

const DAY_MS = 86_400_000
const binary = () => resolve(process.env.PEIL ?? 'build/src/app/peil')

export default class Peil {
  name = 'peil'
  syncs = 'yes (each answer after its sync)'
  linePath = '/push/influx/write?precision=ms'
  arrayPath = '/v1.1/CreateObservations'

  async start(directory) {
    this.directory = join(directory, 'data')
    this.port = await freePort()
    const say = (...args) => execFileSync(binary(), args, { encoding: 'utf8' })
    say('init', '--data', this.directory)
    this.header = `Authorization: Bearer ${say('token', 'create', '--data', this.directory, '--role', 'administrator', 'bench').trim().split('\n').at(-1)}`
    this.serve = ['serve', '--data', this.directory, '--listen', `127.0.0.1:${this.port}`, '--set', 'ingest.accept_new_devices=yes', '--set', 'access.standard=public']
    await this.open(directory)
  }

  async open(directory) {
    this.server = new Server(binary(), this.serve, { directory })
    await until(() => this.ask('/readyz'), this.name)
  }

  async ask(path, options = {}) {
    const answer = await fetch(`http://127.0.0.1:${this.port}${path}`, { ...options, headers: { Authorization: this.header.slice(15), Connection: 'close', ...options.headers } })
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
    return (await answer.text()) || true
  }

  // Datastreams 1 to n, for the forms that do not make them.
  async makeStreams(n) {
    for (let s = 1; s <= n; s++) {
      await this.ask('/v1.1/Datastreams', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({
        name: `s${s}`, description: 'bench', observationType: 'http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement',
        unitOfMeasurement: { name: 'one', symbol: '1', definition: '1' },
        Thing: { name: `s${s}`, description: 'bench', Locations: [{ name: 'here', description: 'bench', encodingType: 'application/geo+json', location: { type: 'Point', coordinates: [4.3, 52] } }] }, Sensor: { name: 'bench', description: 'bench', encodingType: 'text/plain', metadata: 'none' },
        ObservedProperty: { name: 'bench', definition: 'https://example.org/bench', description: 'bench' } }) })
    }
  }

  importCsv(file) {
    const started = process.hrtime.bigint()
    execFileSync(binary(), ['import', '--data', this.directory, file], { stdio: ['ignore', 'ignore', 'pipe'], encoding: 'utf8' })
    return Number(process.hrtime.bigint() - started) / 1e9
  }

  // Readings kept: an answer of success may still refuse single ones.
  async count() { return JSON.parse(await this.ask('/v1.1/Observations?$count=true&$top=0'))['@iot.count'] }

  // Datastreams are numbered as their devices came; the map says which is which.
  // What came in is checked first, and packing works off the sums. A look at its quality may hold the log for some seconds.
  async settle() {
    await untilIdle(this.server.child.pid)
    await until(async () => {
      execFileSync(binary(), ['pack', '--data', this.directory])
      return statSync(join(this.directory, 'peil.db-wal')).size === 0
    }, 'peil: a log that is cut', 300)
    this.ids = new Map()
    for (let path = '/v1.1/Datastreams?$top=1000&$select=id,name'; path;) {
      const { value, '@iot.nextLink': next } = JSON.parse(await this.ask(path))
      for (const d of value) this.ids.set(Number(/^s(\d+)/.exec(d.name)[1]), d['@iot.id'])
      path = next && new URL(next).pathname + new URL(next).search
    }
    this.streams = new Map([...this.ids].map(([stream, id]) => [id, stream]))
  }

  size() { return bytesOnDisk(this.directory) }

  question(k, stream, { from, to, end }) {
    const id = this.ids.get(stream), time = (ms) => new Date(ms).toISOString()
    const whole = (period, statistic) => new URLSearchParams({ period, statistics: statistic, from: time(from), to: time(end), zone: 'UTC', times: 'milliseconds' })
    return { path: {
      1: `/api/v1/datastreams/${id}/latest?times=milliseconds`,
      2: '/api/v1/latest?times=milliseconds',
      3: `/api/v1/datastreams/${id}/observations?` + new URLSearchParams({ from: time(to - DAY_MS), to: time(to), times: 'milliseconds' }),
      4: `/api/v1/datastreams/${id}/statistics?${whole('hour', 'mean')}`,
      5: `/api/v1/statistics?${whole('hour', 'mean')}`,
      6: `/api/v1/statistics?${whole('day', 'p95')}`,
    }[k] }
  }

  read(k, stream, text) {
    const answer = JSON.parse(text)
    if (k === 1) return [[stream, answer.time, answer.result]]
    if (k === 3 || k === 4) return answer.rows.map(([t, v]) => [stream, t, v])
    return answer.rows.map(([id, t, v]) => [this.streams.get(id), t, v])
  }

  stop() { return this.server.stop() }
}
