// InfluxDB 1.6 from Debian, as its package configures it (in-memory index of series), on free ports.
import { join } from 'node:path'
import { Server, bytesOnDisk, freePort, until, untilStill } from './process.mjs'

const DAY_MS = 86_400_000

export default class InfluxDb {
  name = 'InfluxDB 1.6'
  syncs = 'yes (its log, each request)'
  linePath = '/write?db=bench&precision=ms'

  async start(directory) {
    this.directory = directory
    this.port = await freePort()
    const at = (name) => join(directory, name)
    this.server = new Server('influxd', [], { directory, env: {
      INFLUXDB_REPORTING_DISABLED: 'true', INFLUXDB_META_DIR: at('meta'), INFLUXDB_DATA_DIR: at('data'), INFLUXDB_DATA_WAL_DIR: at('wal'),
      INFLUXDB_BIND_ADDRESS: `127.0.0.1:${await freePort()}`, INFLUXDB_HTTP_BIND_ADDRESS: `127.0.0.1:${this.port}`,
      INFLUXDB_MONITOR_STORE_ENABLED: 'false', INFLUXDB_HTTP_LOG_ENABLED: 'false', INFLUXDB_DATA_QUERY_LOG_ENABLED: 'false' } })
    await until(() => this.say('CREATE DATABASE bench'), this.name)
  }

  async say(q) {
    const answer = await fetch(`http://127.0.0.1:${this.port}/query`, { method: 'POST', body: new URLSearchParams({ q }) })
    if (!answer.ok) throw new Error(await answer.text())
    return true
  }

  // Its cache is written to files, and those are compacted, by itself.
  settle() { return untilStill(this.directory) }

  size() { return bytesOnDisk(this.directory) }

  question(k, stream, { from, to, end }) {
    const one = `device='s${stream}'`, all = 'temperature, humidity, co2', ns = (ms) => `${ms}ms`
    const whole = `time >= ${ns(from)} AND time < ${ns(end)}`
    const q = {
      1: `SELECT last(value) FROM ${all} WHERE ${one}`,
      2: `SELECT last(value) FROM ${all} GROUP BY device`,
      3: `SELECT value FROM ${all} WHERE ${one} AND time >= ${ns(to - DAY_MS)} AND time < ${ns(to)}`,
      4: `SELECT mean(value) FROM ${all} WHERE ${one} AND ${whole} GROUP BY time(1h) fill(none)`,
      5: `SELECT mean(value) FROM ${all} WHERE ${whole} GROUP BY time(1h), device fill(none)`,
      6: `SELECT percentile(value, 95) FROM ${all} WHERE ${whole} GROUP BY time(1d), device fill(none)`,
    }[k]
    return { path: '/query?' + new URLSearchParams({ db: 'bench', epoch: 'ms', q }) }
  }

  // Values as [stream, time in ms, value].
  read(k, stream, text) {
    const series = JSON.parse(text).results[0].series ?? []
    return series.flatMap((s) => s.values.map(([t, v]) => [s.tags ? Number(s.tags.device.slice(1)) : stream, t, v]))
  }

  stop() { return this.server.stop() }
}
