// PostgreSQL 15 from Debian: one table with its primary key (stream, time), COPY of 100,000 rows a transaction, memory settings by
// its documentation's rules of thumb for a machine of its own. It does not speak HTTP: asked by psql, which times the answer.
import { execFileSync, spawn } from 'node:child_process'
import { chownSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { totalmem } from 'node:os'
import { join } from 'node:path'
import { Server, freePort, until } from './process.mjs'

const DAY_MS = 86_400_000
const programs = `/usr/lib/postgresql/15/bin`

// The user that Debian's package makes; the server refuses to run as root.
function serverUser() {
  if (process.getuid() !== 0) return undefined
  return Number(execFileSync('id', ['-u', 'postgres'], { encoding: 'utf8' }))
}

export default class PostgreSql {
  name = 'PostgreSQL 15'
  syncs = 'yes (each COPY is a transaction)'

  async start(directory) {
    this.uid = serverUser()
    this.home = join(directory, 'home')
    mkdirSync(this.home)
    if (this.uid) { chownSync(directory, this.uid, this.uid); chownSync(this.home, this.uid, this.uid) }
    execFileSync(`${programs}/initdb`, ['-D', `${this.home}/data`, '-U', 'bench', '--auth=trust', '-E', 'UTF8', '--locale=C'],
      { cwd: this.home, uid: this.uid, gid: this.uid, stdio: 'ignore' })
    const memory = Math.floor(totalmem() / 4 / 2 ** 20)
    this.port = await freePort()
    this.server = new Server(`${programs}/postgres`, ['-D', `${this.home}/data`, '-p', this.port, '-c', 'listen_addresses=127.0.0.1',
      '-c', `unix_socket_directories=${this.home}`, '-c', `shared_buffers=${memory}MB`, '-c', `effective_cache_size=${3 * memory}MB`,
      '-c', 'work_mem=256MB', '-c', 'max_wal_size=4GB', '-c', 'checkpoint_timeout=15min', '-c', 'wal_compression=on'], { directory: this.home, uid: this.uid })
    await until(async () => this.say('SELECT 1'), this.name)
    this.say('CREATE TABLE r (stream int, t timestamptz, v float8, PRIMARY KEY (stream, t))')
  }

  psql(args, options) {
    return execFileSync('psql', ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-h', '127.0.0.1', '-p', this.port, '-U', 'bench', '-d', 'postgres', ...args],
      { encoding: 'utf8', maxBuffer: 2 ** 30, stdio: ['ignore', 'pipe', 'pipe'], ...options })
  }

  say(query) { return this.psql(['-A', '-t', '-c', query]) }

  // `file` has bare rows; in one psql, a transaction each 100,000.
  load(file, directory) {
    execFileSync('split', ['-l', '100000', file, join(directory, 'part-')])
    const parts = readdirSync(directory).filter((name) => name.startsWith('part-')).sort()
    const script = join(directory, 'copy.sql')
    writeFileSync(script, parts.map((name) => `\\copy r FROM '${join(directory, name)}' (FORMAT csv)\n`).join(''))
    const started = process.hrtime.bigint()
    this.psql(['-f', script])
    return Number(process.hrtime.bigint() - started) / 1e9
  }

  settle() { this.say('VACUUM ANALYZE r'); this.say('CHECKPOINT') }

  size() { return Number(this.say("SELECT pg_total_relation_size('r')")) }

  query(k, stream, { from, to, end }) {
    const time = (ms) => `to_timestamp(${ms / 1000})`
    const ms = '(extract(epoch FROM t) * 1000)::bigint'
    const whole = `t >= ${time(from)} AND t < ${time(end)}`
    const period = (p) => `(extract(epoch FROM date_bin('${p}', t, ${time(from)})) * 1000)::bigint`
    const rows = {
      1: `SELECT stream, ${ms}, v FROM r WHERE stream = ${stream} ORDER BY t DESC LIMIT 1`,
      // One descent of the index per stream: what its wiki calls a loose index scan.
      2: `WITH RECURSIVE s AS ((SELECT stream FROM r ORDER BY stream LIMIT 1) UNION ALL
          SELECT (SELECT stream FROM r WHERE stream > s.stream ORDER BY stream LIMIT 1) FROM s WHERE s.stream IS NOT NULL)
          SELECT n.stream, ${ms.replace('t)', 'n.t)').replace('FROM t', 'FROM n.t')}, n.v FROM s, LATERAL (SELECT * FROM r WHERE r.stream = s.stream ORDER BY t DESC LIMIT 1) n`,
      3: `SELECT stream, ${ms}, v FROM r WHERE stream = ${stream} AND t >= ${time(to - DAY_MS)} AND t < ${time(to)} ORDER BY t`,
      4: `SELECT stream, ${period('1 hour')} AS p, avg(v) FROM r WHERE stream = ${stream} AND ${whole} GROUP BY 1, 2 ORDER BY 2`,
      5: `SELECT stream, ${period('1 hour')} AS p, avg(v) FROM r WHERE ${whole} GROUP BY 1, 2 ORDER BY 1, 2`,
      6: `SELECT stream, ${period('1 day')} AS p, percentile_disc(0.95) WITHIN GROUP (ORDER BY v) FROM r WHERE ${whole} GROUP BY 1, 2 ORDER BY 1, 2`,
    }[k]
    return `SELECT json_agg(json_build_array(a, b, c)) FROM (${rows}) AS x(a, b, c)`
  }

  read(k, stream, text) { return JSON.parse(text) }

  // The questions over one connection, each timed by psql from sending it to having the whole answer.
  ask(questions) {
    return new Promise((resolve, reject) => {
      const child = spawn('psql', ['-X', '-q', '-A', '-t', '-h', '127.0.0.1', '-p', this.port, '-U', 'bench', '-d', 'postgres'], { stdio: ['pipe', 'pipe', 'inherit'] })
      const pieces = []
      child.stdout.on('data', (piece) => pieces.push(piece))
      child.on('error', reject)
      child.on('close', () => {
        const lines = Buffer.concat(pieces).toString().split('\n').filter((line) => line)
        const took = [], answers = []
        for (const line of lines) {
          const time = /^Time: ([\d.]+) ms/.exec(line)
          if (time) took.push(Number(time[1])); else answers.push(line)
        }
        resolve({ took, answers })
      })
      child.stdin.end('\\timing on\n' + questions.map((q) => q.replace(/\s+/g, ' ') + ';\n').join(''))
    })
  }

  stop() { return this.server.stop() }
}
