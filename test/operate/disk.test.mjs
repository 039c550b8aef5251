// SPDX-License-Identifier: EUPL-1.2
// What becomes of peil when its disk is full or its file is not its own: a clear error, reads go on, nothing is lost or changed.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { wholeStream } from '../api/lib/entities.mjs'
import { binary, exchange, makeToken, openly } from '../api/lib/peil.mjs'
import { newFolder } from '../api/lib/folder.mjs'

const scratch = newFolder('disk')

const run = (args) => spawnSync(binary, args, { encoding: 'utf8', timeout: 10_000 })
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

// A disk of 20 MB that only a process of ours sees: a tmpfs in a mount namespace. Not every container allows that.
const ALONE = ['-Urm', 'sh', '-c', `mount -t tmpfs -o size=20m tmpfs "$1" && shift && exec "$@"`, 'sh']
const isPossible = spawnSync('unshare', [...ALONE, scratch, 'true']).status === 0

describe('a disk that runs full', { skip: isPossible ? false : 'no mount namespaces here' }, () => {
  const data = join(scratch, 'small')
  let child, url, headers, stream, inside, log = ''
  const post = (path, body) => exchange(`${url}/v1.1/${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
  const count = async () => (await exchange(`${url}/v1.1/Observations?$count=true&$top=0`)).body['@iot.count']
  const ready = () => exchange(`${url}/readyz`)
  let acknowledged = 0

  // Sends until `refusals` blocks were refused; answers the last refusal.
  async function fill(refusals) {
    for (let k = 0, refused = 0; ; k++) {
      const rows = Array.from({ length: 500 }, (_, i) => [new Date(1.7e12 + (k * 500 + i) * 1000).toISOString(), Math.random() * 1e6])
      const answer = await post('CreateObservations', [{ Datastream: { '@iot.id': stream }, components: ['phenomenonTime', 'result'], dataArray: rows }])
      if (answer.status === 201) acknowledged += answer.body.filter((link) => !link.startsWith('error')).length
      else if (++refused === refusals) return answer
    }
  }

  before(async () => {
    mkdirSync(data)
    child = spawn('unshare', [...ALONE, data, binary, 'serve', '--data', data, '--port', '0'], { stdio: ['ignore', 'pipe', 'pipe'], env: openly() })
    child.stderr.on('data', (piece) => { log += piece })
    url = await new Promise((resolve) => child.stdout.once('data', (piece) => resolve(String(piece).trim())))
    inside = join('/proc', String(child.pid), 'root', data)
    headers = { Authorization: `Bearer ${makeToken(inside)}`, 'Content-Type': 'application/json' }
    stream = (await post('Datastreams', wholeStream())).body['@iot.id']
    writeFileSync(join(inside, 'ballast'), Buffer.alloc(14e6))
  })
  after(() => child?.kill('SIGKILL'))

  test('is told to whoever writes, and to /readyz', async () => {
    const refusal = await fill(20)
    assert.equal(refusal.status, 507)
    assert.match(refusal.body.message, /the disk is full: free some space/)
    assert.equal((await ready()).status, 503)
    assert.match((await ready()).text, /readings cannot be stored: the disk is full/)
    assert.match(log, /error: store cannot write/)
    assert.match(run(['doctor', '--data', inside]).stdout, /^- The disk of .* has only \d+ MB left\./m)
  })

  test('keeps what was acknowledged, for reading too', async () => {
    assert.ok(acknowledged > 1000)
    assert.equal(await count(), acknowledged)
    assert.equal((await exchange(`${url}/healthz`)).status, 200)
  })

  test('is over when there is room again, without anybody writing', async () => {
    rmSync(join(inside, 'ballast'))
    for (let k = 0; k < 100 && (await ready()).status !== 200; k++) await sleep(100)
    assert.equal((await ready()).text, 'ready\n')
    assert.equal((await post(`Datastreams(${stream})/Observations`, { result: 1 })).status, 201)
    assert.equal(await count(), acknowledged + 1)
    child.kill('SIGTERM')
    assert.equal(await new Promise((resolve) => child.once('exit', resolve)), 0)
  })
})

test('a disk that is read-only: what is there is shown, nothing is taken in', { skip: isPossible ? false : 'no mount namespaces here' }, async () => {
  const data = join(scratch, 'frozen')
  mkdirSync(data)
  const steps = `"$0" serve --data "$1" --port 0 > "$1/first" & until [ -s "$1/first" ]; do sleep 0.1; done; kill $!; wait
    mount -o remount,ro "$1" && exec "$0" serve --data "$1" --port 0`
  const child = spawn('unshare', [...ALONE, data, 'sh', '-c', steps, binary, data], { stdio: ['ignore', 'pipe', 'inherit'], env: openly() })
  try {
    const url = await new Promise((resolve) => child.stdout.once('data', (piece) => resolve(String(piece).trim())))
    assert.deepEqual((await exchange(`${url}/v1.1/Things`)).body, { value: [] })
    const { status, text } = await exchange(`${url}/readyz`)
    assert.equal(status, 503)
    assert.match(text, /Read-only file system/)
  } finally {
    child.kill()
  }
})

describe('a file in the way', () => {
  const fresh = join(scratch, 'fresh')
  before(() => assert.equal(run(['init', '--data', fresh]).status, 0))
  const ours = () => readFileSync(join(fresh, 'peil.db'))

  // An SQLite file without our table "tail": the name has the same length, so the bytes stay where they are.
  const foreign = () => Buffer.from(ours().toString('latin1')
    .replace('tabletailtail', 'tablelettlett').replace('CREATE TABLE tail(', 'CREATE TABLE lett('), 'latin1')
  const newer = () => {
    const bytes = ours()
    bytes.writeUInt32BE(99, 60)  // user_version: sqlite.org/fileformat.html, 1.3
    return bytes
  }

  for (const [name, bytes, status, sentence] of [
    ['text', () => Buffer.from('no store at all'), 65, /is not a peil store/],
    ['a database of another program', foreign, 65, /a database of another program/],
    ['a store of a newer peil', newer, 74, /made by a newer peil \(layout 99/],
  ])
    test(`${name} is refused and left as it is`, () => {
      const directory = mkdtempSync(join(scratch, 'in-the-way-'))
      const file = join(directory, 'peil.db')
      const content = bytes()
      writeFileSync(file, content)
      for (const args of [['serve', '--port', '0'], ['export', 'Things'], ['backup', join(directory, 'copy')]]) {
        const r = run([args[0], '--data', directory, ...args.slice(1)])
        assert.match(r.stderr, sentence)
        assert.equal(r.status, status)
      }
      const doctor = run(['doctor', '--data', directory])
      assert.equal(doctor.status, 1)
      assert.match(doctor.stdout, sentence)
      assert.deepEqual(readFileSync(file), content)
    })
})
