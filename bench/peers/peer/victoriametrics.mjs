// VictoriaMetrics 1.79 from Debian, single node, its defaults but for a retention that holds the workload's year.
import { Server, bytesOnDisk, freePort, until } from './process.mjs'

const HOUR_MS = 3_600_000, DAY_MS = 86_400_000

export default class VictoriaMetrics {
  name = 'VictoriaMetrics 1.79'
  syncs = 'no (in memory for up to a second, then written without a sync)'
  linePath = '/write?precision=ms'

  async start(directory) {
    this.directory = directory
    this.port = await freePort()
    this.server = new Server('victoria-metrics', [`-storageDataPath=${directory}/data`, `-httpListenAddr=127.0.0.1:${this.port}`,
      '-retentionPeriod=100y', '-search.maxQueryDuration=120s', '-search.maxUniqueTimeseries=200000', '-search.maxPointsPerTimeseries=100000'], { directory })
    await until(() => this.ask('/health'), this.name)
  }

  async ask(path) {
    const answer = await fetch(`http://127.0.0.1:${this.port}${path}`)
    if (!answer.ok) throw new Error(await answer.text())
    return answer.text()
  }

  async settle() {
    await this.ask('/internal/force_flush')
    await this.ask('/internal/force_merge')
    await until(async () => Number(/vm_active_force_merges (\d+)/.exec(await this.ask('/metrics'))?.[1] ?? 0) === 0, 'merge', 300)
    await this.ask('/internal/resetRollupResultCache')
  }

  size() { return bytesOnDisk(`${this.directory}/data/data`) + bytesOnDisk(`${this.directory}/data/indexdb`) }

  // An instant answer has the time it was asked for, so the latest are compared by value alone. A window is (t - range, t]: asked one millisecond before the end of each period, it is the period [start, end).
  question(k, stream, { from, to, end, newest: last }) {
    const one = `{device="s${stream}"}`, all = '{__name__=~"(temperature|humidity|co2)_value"}'
    const range = (query, step) => '/api/v1/query_range?' + new URLSearchParams({
      query, start: (from + step - 1) / 1000, end: (end - 1) / 1000, step: `${step / 1000}s`, nocache: 1 })
    const newest = (query) => '/api/v1/query?' + new URLSearchParams({ query, time: last / 1000, step: '1d', nocache: 1 })
    return { path: {
      1: newest(one),
      2: newest(all),
      3: '/api/v1/export?' + new URLSearchParams({ 'match[]': one, start: (to - DAY_MS) / 1000, end: (to - 1) / 1000 }),
      4: range(`avg_over_time(${one}[1h])`, HOUR_MS),
      5: range(`avg_over_time(${all}[1h])`, HOUR_MS),
      6: range(`quantile_over_time(0.95, ${all}[1d])`, DAY_MS),
    }[k] }
  }

  read(k, stream, text) {
    if (k === 3) {
      return text.trim().split('\n').flatMap((line) => {
        const { values, timestamps } = JSON.parse(line)
        return values.map((v, i) => [stream, timestamps[i], v])
      })
    }
    const step = { 4: HOUR_MS, 5: HOUR_MS, 6: DAY_MS }[k] ?? 0
    return JSON.parse(text).data.result.flatMap((r) => (r.values ?? [r.value]).map(([t, v]) => [
      Number(r.metric.device.slice(1)), Math.round(t * 1000) + (step ? 1 - step : 0), Number(v)]))
  }

  stop() { return this.server.stop() }
}
