// SPDX-License-Identifier: EUPL-1.2
// `peil import`: what it takes and what it refuses, on a running peil and on a stopped one.
import { test, before, after } from 'node:test'
import assert from 'node:assert/strict'
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { binary, Peil } from './lib/peil.mjs'
import { wholeStream } from './lib/entities.mjs'

let peil
let measured
let said
before(async () => {
  peil = await Peil.start()
  measured = await peil.make('Datastreams', wholeStream({ name: 'measured' }))
  said = await peil.make('Datastreams', wholeStream({ name: 'said',
    observationType: 'http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Observation' }))
})
after(() => peil.stop())

const run = (text, ...args) => {
  const file = join(peil.directory, 'rows.csv')
  writeFileSync(file, text)
  const { status, stdout, stderr } = spawnSync(binary, ['import', '--data', peil.directory, ...args, file], { encoding: 'utf8' })
  return { status, stdout, stderr }
}

const rows = (id) => ['Datastream/id,phenomenonTime,result', `${id},2026-01-01T10:00:00Z,20.5`, `${id},2026-01-01T11:00:00Z,"21,5"`,
  `${id},2026-01-01T12:00:00Z,true`, `${id},2026-01-01T13:00:00Z,22`, ''].join('\n')

test('a Datastream of measurements takes numbers alone; each line that is refused is told', async () => {
  const got = run(rows(measured))
  assert.equal(got.stdout, '2 stored, 2 refused\n')
  assert.equal(got.status, 1)
  assert.match(got.stderr, new RegExp(`rows\\.csv:3: the result is no number, and Datastream ${measured} has measurements`))
  assert.match(got.stderr, /rows\.csv:4: the result is no number/)
  assert.deepEqual((await peil.read(`Datastreams(${measured})/Observations?$orderby=phenomenonTime`)).map((o) => o.result), [20.5, 22])
})

test('a Datastream of anything takes texts and truths', async () => {
  assert.equal(run(rows(said)).stdout, '4 stored, 0 refused\n')
  assert.deepEqual((await peil.read(`Datastreams(${said})/Observations?$orderby=phenomenonTime`)).map((o) => o.result), [20.5, '21,5', true, 22])
})

test('a file without lines is looked at too, and one that ends its lines otherwise is refused', () => {
  for (const [text, why] of [['foo,bar\n', /rows\.csv: the header names no column phenomenonTime/], ['time,result\r2026-01-01T10:00:00Z,1\r', /rows\.csv: .*a carriage return alone ends no line/]]) {
    const got = run(text, '--datastream', String(measured))
    assert.ok(got.status > 1, `${got.status}`)
    assert.match(got.stderr, why)
    assert.equal(got.stdout, '')
  }
  assert.equal(run('time,result\n', '--datastream', String(measured)).stdout, '0 stored, 0 refused\n')
  const missing = spawnSync(binary, ['import', '--data', peil.directory, 'not-there.csv'], { encoding: 'utf8' })
  assert.equal(missing.status, 66)
  assert.match(missing.stderr, /cannot open not-there\.csv/)
})

// More than two batches (CSV_BATCH_LINES), which are read while those before them are stored.
test('a file of many lines is stored whole, in order, and each refused line keeps its number', async () => {
  const many = await peil.make('Datastreams', wholeStream({ name: 'many' }))
  const count = 150_000, start = Date.UTC(2025, 0, 1), time = (k) => new Date(start + k * 1000).toISOString()
  const lines = Array.from({ length: count }, (_, k) => k === 70_000 ? `${many},yesterday,1` : k % 1000 === 7 ? `${many}, ${time(k)} ,"${k % 500}"` : `${many},${time(k)},${k % 500}`)
  const got = run(['Datastream/id,phenomenonTime,result', ...lines].join('\n'))
  assert.equal(got.stdout, `${count - 1} stored, 1 refused\n`)
  assert.match(got.stderr, /rows\.csv:70002: phenomenonTime/)
  const read = await peil.read(`Datastreams(${many})/Observations?$orderby=phenomenonTime%20desc&$top=3&$select=id,result,phenomenonTime`)
  assert.deepEqual(read.map((o) => [o.phenomenonTime, o.result]), [1, 2, 3].map((k) => [time(count - k).replace('.000Z', 'Z'), (count - k) % 500]))
  assert.ok(read[0]['@iot.id'] > read[1]['@iot.id'] && read[1]['@iot.id'] > read[2]['@iot.id'])
})

// ---- What breaks off midway: in a later piece of the file, of which several are under way at once ----

const LONG = 400_000  // lines, of 30 bytes: six pieces
const second = (k) => new Date(Date.UTC(2024, 0, 1) + k * 1000).toISOString().replace('.000Z', 'Z')
const longLines = (id) => Array.from({ length: LONG }, (_, k) => `${id},${second(k)},${k % 500}`)
const header = 'Datastream/id,phenomenonTime,result'

async function isWholeUntil(id, k) {
  const answer = await peil.get(`Datastreams(${id})/Observations?$count=true&$top=0&$filter=phenomenonTime%20lt%20${second(k)}`)
  assert.equal(answer.body['@iot.count'], k)
}

// What it said: [readings stored, line to go on with].
function brokeOff({ status, stdout, stderr }) {
  assert.notEqual(status, 0, stderr)
  const stored = Number(/^(\d+) stored, 0 refused$/m.exec(stdout)[1])
  const told = /all lines before (\d+) are done; go on with --from-line (\d+)/.exec(stderr)
  assert.ok(told, stderr)
  assert.equal(told[1], told[2])
  return [stored, Number(told[1])]
}

for (const runs of [true, false])
  test(`a line in a later piece that nothing can be made of, on a ${runs ? 'running' : 'stopped'} peil: what is before it is kept and counted`, async () => {
    const id = await peil.make('Datastreams', wholeStream({ name: `broken ${runs}` })), lines = longLines(id), at = 300_000
    if (!runs) await peil.server.stop()
    const whole = lines[at]
    lines[at] = `${whole},${'x'.repeat(1 << 22)}`
    const got = run([header, ...lines].join('\n'))
    const [stored, next] = brokeOff(got)
    assert.match(got.stderr, /a line is longer than 1 MiB/)
    assert.equal(stored, next - 2)
    assert.ok(stored > 200_000 && stored <= at, `${stored}`)
    lines[at] = whole
    const rest = run([header, ...lines].join('\n'), '--from-line', String(next))
    assert.equal(rest.stdout, `${LONG - stored} stored, 0 refused\n`)
    if (!runs) await peil.open()
    await isWholeUntil(id, LONG)
  })

test('a peil that is killed midway has all lines that were done, and the import goes on behind them', async () => {
  const id = await peil.make('Datastreams', wholeStream({ name: 'killed' })), lines = longLines(id)
  const text = [header, ...lines].join('\n')
  const child = spawn(binary, ['import', '--data', peil.directory, '-'])
  const said = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr']) child[name].on('data', (piece) => { said[name] += piece })
  const ended = new Promise((resolve) => child.on('close', (status) => resolve({ status, ...said })))
  child.stdin.on('error', () => {})
  // All but the last piece; what is under way is stored soon.
  child.stdin.write(text.slice(0, Math.floor(text.length * 0.8)))
  while (await peil.count(`Datastreams(${id})/Observations`) < LONG / 2) await new Promise((resolve) => setTimeout(resolve, 20))
  await peil.server.kill()
  child.stdin.end(text.slice(Math.floor(text.length * 0.8)))
  const [stored, next] = brokeOff(await ended)
  assert.equal(stored, next - 2)
  assert.ok(stored > 0)
  await peil.open()
  await isWholeUntil(id, stored)
  const rest = run(text, '--from-line', String(next))
  assert.equal(rest.stdout, `${LONG - stored} stored, 0 refused\n`)
})

test('the same on a stopped peil', async () => {
  await peil.server.stop()
  const got = run(rows(measured))
  assert.equal(got.stdout, '2 stored, 2 refused\n')
  await peil.open()
})

test("a logger's own file with a mapping; every line that is refused is told with its number", async () => {
  const map = join(peil.directory, 'logger.map')
  writeFileSync(map, `decimal ,\ndates dmy\nzone Europe/Amsterdam\ntime Datum Tijd\nvalue PM10 ${measured} pm10 mg/m3\nvalue Temp ${said}\n`)
  const file = ['Datum;Tijd;Temp;PM10', '1-7-2026;12:00;21,5;0,0125', '1-7-2026;13:00;22;', 'gisteren;12:00;1;1', '2-7-2026;12:00;x;1', '3-7-2026;12:00;;0,5', ''].join('\n')
  const got = run(file, '--mapping', map)
  assert.equal(got.stdout, '5 stored, 2 refused\n', got.stderr)
  assert.match(got.stderr, /rows\.csv:4: 'gisteren' is no date of that order\n.*rows\.csv:5: Temp: /)
  const july = '$filter=phenomenonTime%20ge%202026-07-01T00:00:00Z&$orderby=phenomenonTime'
  assert.deepEqual((await peil.read(`Datastreams(${measured})/Observations?${july}`)).map((o) => [o.phenomenonTime, o.result]),
    [['2026-07-01T10:00:00Z', 12.5], ['2026-07-02T10:00:00Z', 1000], ['2026-07-03T10:00:00Z', 500]])
  assert.deepEqual((await peil.read(`Datastreams(${said})/Observations?${july}`)).map((o) => o.result), [21.5, 22])
  assert.equal(run(file, '--mapping', map, '--from-line', '6').stdout, '1 stored, 0 refused\n')
  const wrong = run('Datum;Temp\n', '--mapping', map)
  assert.match(wrong.stderr, /rows\.csv: the header has no column 'Tijd'/)
})

test('a long file with a mapping: a line in a later piece keeps its number, and going on passes over what is before it', async () => {
  const id = await peil.make('Datastreams', wholeStream({ name: 'logger' })), count = 100_000, at = 90_000
  const map = join(peil.directory, 'long.map')
  writeFileSync(map, `time Time\nzone UTC\nvalue Value ${id}\n`)
  const lines = Array.from({ length: count }, (_, k) => `${second(k).replace('Z', '')};${k % 500};a remark of some length`)
  lines[at] = 'tomorrow;1;'
  const text = ['Time;Value;Remark', ...lines].join('\n')
  const got = run(text, '--mapping', map)
  assert.equal(got.stdout, `${count - 1} stored, 1 refused\n`, got.stderr)
  assert.match(got.stderr, new RegExp(`rows\\.csv:${at + 2}: `))
  assert.equal(run(text, '--mapping', map, '--from-line', String(count - 8)).stdout, '10 stored, 0 refused\n')
})

// Lines of the audit log that a deed leaves.
const imports = () => execFileSync(binary, ['audit', 'list', '--data', peil.directory], { encoding: 'utf8' }).split('\n').filter((l) => l.includes('readings.import'))
function told(deed) {
  const before = imports().length
  deed()
  return imports().slice(before).map((l) => l.split(' ').slice(2).join(' '))
}

for (const runs of [true, false])
  test(`an import leaves one line in the audit log, from whatever line it goes on, on a ${runs ? 'running' : 'stopped'} peil`, async () => {
    const id = await peil.make('Datastreams', wholeStream({ name: `told ${runs}` })), lines = longLines(id)
    if (!runs) await peil.server.stop()
    const [mapped, devices] = ['mapped', 'devices'].map((name) => join(peil.directory, `${name}.map`))
    writeFileSync(mapped, `time Time\nzone UTC\nvalue Value ${id}\n`)
    writeFileSync(devices, 'time Time\nzone UTC\nvalue Value temperature Cel\n')
    const file = ['Time;Value', ...Array.from({ length: 20 }, (_, k) => `2026-07-01T10:00:${10 + k};${k}`), ''].join('\n')
    const ways = [
      ['all', () => run([header, ...lines.slice(0, 10)].join('\n'))],
      ['from a line of a later piece', () => run([header, ...lines].join('\n'), '--from-line', String(LONG - 5))],
      ['of one Datastream', () => run('time,result\n2026-01-01T00:00:00Z,1\n2026-01-01T00:00:01Z,1\n', '--datastream', String(id), '--from-line', '3')],
      ['with a mapping', () => run(file, '--mapping', mapped)],
      ['with a mapping, from a line', () => run(file, '--mapping', mapped, '--from-line', '15')],
      ['of devices', () => run(file, '--mapping', devices, '--device', 'logger-1')],
      ['of devices, from a line', () => run(file, '--mapping', devices, '--device', 'logger-1', '--from-line', '15')],
    ]
    const seen = ways.map(([name, deed]) => [name, ...told(deed)])
    if (!runs) await peil.open()
    assert.deepEqual(seen, ways.map(([name]) => [name, `local readings.import ${name === 'of one Datastream' ? `Datastreams(${id})` : 'Datastreams'} csv`]))
  })
