// ClickHouse 18.16 from Debian: one MergeTree table ordered by (stream, time), partitioned by month, as its documentation advises.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Server, bytesOnDisk, freePort, until } from './process.mjs'

const DAY_MS = 86_400_000

const configuration = (directory, http, tcp) => `<?xml version="1.0"?><yandex>
<logger><level>warning</level><log>${directory}/server.log</log><errorlog>${directory}/error.log</errorlog></logger>
<http_port>${http}</http_port><tcp_port>${tcp}</tcp_port><listen_host>127.0.0.1</listen_host><keep_alive_timeout>60</keep_alive_timeout>
<max_concurrent_queries>100</max_concurrent_queries><mark_cache_size>5368709120</mark_cache_size>
<path>${directory}/data/</path><tmp_path>${directory}/tmp/</tmp_path><user_files_path>${directory}/files/</user_files_path>
<users_config>users.xml</users_config><default_profile>default</default_profile><default_database>default</default_database><timezone>UTC</timezone>
</yandex>`
const users = `<?xml version="1.0"?><yandex><profiles><default><max_memory_usage>10000000000</max_memory_usage></default></profiles>
<users><default><password></password><networks><ip>127.0.0.1</ip></networks><profile>default</profile><quota>default</quota></default></users>
<quotas><default></default></quotas></yandex>`

export default class ClickHouse {
  name = 'ClickHouse 18.16'
  syncs = 'no (written, left to the system to sync)'
  tsvPath = '/?' + new URLSearchParams({ query: 'INSERT INTO r FORMAT TabSeparated' })

  async start(directory) {
    this.directory = directory
    this.port = await freePort()
    writeFileSync(join(directory, 'config.xml'), configuration(directory, this.port, await freePort()))
    writeFileSync(join(directory, 'users.xml'), users)
    this.server = new Server('clickhouse-server', [`--config-file=${directory}/config.xml`], { directory })
    await until(() => this.say('SELECT 1'), this.name)
    await this.say('CREATE TABLE r (stream UInt32, t Int64, v Float64) ENGINE = MergeTree PARTITION BY toYYYYMM(toDateTime(intDiv(t, 1000))) ORDER BY (stream, t)')
  }

  async say(query) {
    const answer = await fetch(`http://127.0.0.1:${this.port}/`, { method: 'POST', body: query })
    if (!answer.ok) throw new Error(await answer.text())
    return (await answer.text()) || true
  }

  settle() { return this.say('OPTIMIZE TABLE r FINAL') }

  // The parts that are in use: replaced ones are deleted minutes later.
  async size() { return Number(await this.say("SELECT sum(bytes_on_disk) FROM system.parts WHERE active AND table = 'r'")) }

  question(k, stream, { from, to, end }) {
    const whole = `t >= ${from} AND t < ${end}`
    const query = {
      1: `SELECT stream, t, v FROM r WHERE stream = ${stream} ORDER BY stream DESC, t DESC LIMIT 1`,
      2: 'SELECT stream, max(t), argMax(v, t) FROM r GROUP BY stream',
      3: `SELECT stream, t, v FROM r WHERE stream = ${stream} AND t >= ${to - DAY_MS} AND t < ${to} ORDER BY t`,
      4: `SELECT stream, intDiv(t, 3600000) * 3600000 AS p, avg(v) FROM r WHERE stream = ${stream} AND ${whole} GROUP BY stream, p ORDER BY p`,
      5: `SELECT stream, intDiv(t, 3600000) * 3600000 AS p, avg(v) FROM r WHERE ${whole} GROUP BY stream, p ORDER BY stream, p`,
      6: `SELECT stream, intDiv(t, 86400000) * 86400000 AS p, quantileExact(0.95)(v) FROM r WHERE ${whole} GROUP BY stream, p ORDER BY stream, p`,
    }[k] + ' FORMAT JSONCompact'
    return { path: '/?' + new URLSearchParams({ query, output_format_json_quote_64bit_integers: 0 }) }
  }

  read(k, stream, text) { return JSON.parse(text).data }

  stop() { return this.server.stop() }
}
