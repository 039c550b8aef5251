// SPDX-License-Identifier: EUPL-1.2
// The program as its operator meets it: subcommands, settings, signals, backup, doctor, import, export.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { wholeStream } from '../api/lib/entities.mjs'
import { Peil, binary, exchange, serve } from '../api/lib/peil.mjs'
import { newFolder } from '../api/lib/folder.mjs'

const scratch = newFolder('operate')

const run = (args, options = {}) => spawnSync(binary, args, { encoding: 'utf8', ...options })

describe('the command line', () => {
  test('--version names the version, --help every command', () => {
    assert.match(run(['--version']).stdout, /^peil \d+\.\d+\.\d+\n$/)
    const help = run(['--help'])
    assert.equal(help.status, 0)
    for (const name of ['serve', 'init', 'token', 'audit', 'import', 'export', 'backup', 'pack', 'doctor', 'demo']) {
      assert.match(help.stdout, new RegExp(`^  ${name} `, 'm'))
      const one = run([name, '--help'])
      assert.equal(one.status, 0)
      assert.match(one.stdout, /^usage: peil /)
      assert.match(one.stdout, /\nExamples\n {2}\S/)
    }
  })

  for (const [args, status, message] of [
    [[], 2, /usage: peil COMMAND/],
    [['sreve'], 2, /there is no command 'sreve'/],
    [['serve', '--prot', '1'], 2, /unknown flag '--prot'/],
    [['serve', '--port'], 2, /--port needs a value/],
    [['serve', 'word'], 2, /'word' is one word too many/],
    [['backup'], 2, /expected DIRECTORY/],
    [['token', 'create', '--data', 'x', 'a b'], 2, /expected the token's name/],
    [['token', 'create', '--data', 'x', '--role', 'king', 'a'], 2, /there is no role 'king'/],
    [['serve', '--set', 'http.lisen=1'], 78, /unknown key 'lisen' in \[http\]; did you mean 'listen'\?/],
    [['serve', '--port', 'x'], 78, /--port: '127\.0\.0\.1:x' is not an address/],
    [['serve', '--port', '70000'], 78, /--port: '127\.0\.0\.1:70000' is not an address/],
    [['serve', '--set', 'portal.zone=Mars/Phobos'], 78, /Mars\/Phobos/],
    [['serve', '--data', 'm', '--set', 'mqtt.host=localhost', '--set', 'mqtt.ca_file=/none'], 78, /mqtt\.ca_file: cannot read \/none: No such file/],
    [['export', '--data', '/nonexistent', 'Things'], 66, /nonexistent/],
  ]) {
    test(`${args.join(' ') || 'nothing'}: exit ${status}`, () => {
      const r = run(args, { cwd: scratch })
      assert.match(r.stderr, message)
      assert.equal(r.status, status)
    })
  }
})

describe('settings', () => {
  test('init makes a store and a commented file, for the owner alone, and never writes over one', () => {
    const directory = join(scratch, 'init')
    assert.equal(run(['init', '--data', directory]).status, 0)
    assert.match(readFileSync(join(directory, 'peil.conf'), 'utf8'), /# .*\n#listen = 127\.0\.0\.1:8080/)
    for (const file of ['', 'peil.db', 'peil.conf']) assert.equal(statSync(join(directory, file)).mode & 0o077, 0, file)
    const again = run(['init', '--data', directory])
    assert.notEqual(again.status, 0)
    assert.match(again.stderr, /peil\.conf/)
  })

  test('a wrong line is refused with file and number', () => {
    const directory = join(scratch, 'wrong')
    run(['init', '--data', directory])
    writeFileSync(join(directory, 'peil.conf'), '[http]\n# fine\nlisten = 127.0.0.1:0\nworkers = many\n')
    const r = run(['serve', '--data', directory])
    assert.equal(r.status, 78)
    assert.match(r.stderr, /peil\.conf:4: 'workers' is a whole number, not 'many'/)
  })

  test('the environment goes over the file', () => {
    const r = run(['serve', '--data', join(scratch, 'env')], { env: { ...process.env, PEIL_HTTP_WORKERS: '0' } })
    assert.equal(r.status, 78)
    assert.match(r.stderr, /environment PEIL_HTTP_WORKERS: 'workers' is from 1 to 256, not 0/)
  })
})

describe('a running peil', () => {
  let peil, stream
  before(async () => {
    peil = await Peil.start()
    stream = await peil.make('Datastreams', wholeStream())
    for (let k = 0; k < 50; k++)
      await peil.make(`Datastreams(${stream})/Observations`, { phenomenonTime: new Date(1.7e12 + k * 60000).toISOString(), result: k + 0.5 })
  })
  after(() => peil.stop())

  // GET over the admin socket.
  const admin = (path) => new Promise((resolve, reject) => {
    request({ socketPath: join(peil.directory, 'admin.sock'), path }, (answer) => {
      let text = ''
      answer.on('data', (piece) => { text += piece })
      answer.on('end', () => resolve({ status: answer.statusCode, text }))
    }).on('error', reject).end()
  })

  test('says that it lives and is ready', async () => {
    assert.equal((await exchange(`${peil.url}/healthz`)).text, 'ok\n')
    assert.equal((await exchange(`${peil.url}/readyz`)).text, 'ready\n')
  })

  test('gives metrics on the admin socket and nowhere else', async () => {
    assert.equal((await exchange(`${peil.url}/metrics`)).status, 404)
    assert.equal(statSync(join(peil.directory, 'admin.sock')).mode & 0o077, 0)
    const { status, text } = await admin('/metrics')
    assert.equal(status, 200)
    assert.match(text, /^# TYPE process_resident_memory_bytes gauge$/m)
    assert.match(text, /^peil_http_/m)
    assert.match(text, /^peil_store_/m)
  })

  for (const command of ['serve', 'demo'])
    test(`lets no second peil at its store: ${command}`, () => {
      const r = run([command, '--data', peil.directory, '--port', '0'], { timeout: 5000 })
      assert.equal(r.status, 75)
      assert.match(r.stderr, /another peil is using the store/)
    })

  test('a token made and withdrawn meanwhile counts at once', async () => {
    const thing = (await peil.read(`Datastreams(${stream})/Thing`))['@iot.id']
    const token = run(['token', 'create', '--data', peil.directory, '--role', 'device', '--thing', String(thing), 'late']).stdout.trim()
    const post = () => peil.post(`Datastreams(${stream})/Observations`, { phenomenonTime: '2024-01-01T00:00:00Z', result: 1 }, { Authorization: `Bearer ${token}` })
    assert.equal((await post()).status, 201)
    assert.match(run(['token', 'list', '--data', peil.directory]).stdout, /^late +device /m)
    assert.equal(run(['token', 'withdraw', '--data', peil.directory, 'late']).status, 0)
    assert.equal((await post()).status, 401)
    assert.notEqual(run(['token', 'withdraw', '--data', peil.directory, 'late']).status, 0)
  })

  test('a device token writes readings, and no entities', async () => {
    const token = run(['token', 'create', '--data', peil.directory, 'narrow']).stdout.trim()
    const as = { Authorization: `Bearer ${token}` }
    assert.equal((await peil.post('Things', { name: 'a', description: 'b' }, as)).status, 403)
    assert.equal((await peil.post('Things', { name: 'a', description: 'b' }, { Authorization: '' })).status, 401)
  })

  // In chunks that hold whole numbers or tenths, and the newest with something said about it.
  test('is sound to the doctor when the newest reading has more digits than those before it', async () => {
    for (const [before, newest] of [['1.5', '2.50'], ['21.50', '22'], ['7', '0.125']]) {
      const id = await peil.make('Datastreams', wholeStream())
      const rows = Array.from({ length: 51 }, (_, i) => `["2026-01-01T00:00:${String(i).padStart(2, '0')}Z",${i < 50 ? `${before},null` : `${newest},{"status":"implausible"}`}]`)
      const sent = await peil.post('CreateObservations', `[{"Datastream":{"@iot.id":${id}},"components":["phenomenonTime","result","resultQuality"],"dataArray":[${rows}]}]`)
      assert.equal(sent.status, 201, sent.text)
    }
    run(['pack', '--data', peil.directory])
    const copy = join(scratch, 'digits')
    assert.equal(run(['backup', '--data', peil.directory, copy]).status, 0)
    const told = run(['doctor', '--data', copy])
    assert.equal(told.status, 0, told.stdout + told.stderr)
  })

  test('is copied while it writes, and the copy serves what was there', async () => {
    const count = await peil.count('Observations')
    const copy = join(scratch, 'copy')
    const r = run(['backup', '--data', peil.directory, copy])
    assert.equal(r.status, 0, r.stderr)
    assert.equal(run(['doctor', '--data', copy]).status, 0)
    assert.deepEqual(readFileSync(join(copy, 'peil.conf')), readFileSync(join(peil.directory, 'peil.conf')))
    const restored = await serve(copy)
    try {
      const found = await exchange(`${restored.url}/v1.1/Observations?$count=true&$top=0`)
      assert.ok(found.body['@iot.count'] >= count)
    } finally {
      assert.equal(await restored.stop(), 0)
    }
    assert.match(run(['backup', '--data', peil.directory, copy]).stderr, /copy/)
  })

  test('is packed when asked, running or not: smaller, and nothing is gone', async () => {
    const sizes = (r) => /^([\d.]+) MB, was ([\d.]+) MB\n$/.exec(r.stdout).slice(1).map(Number)
    const rows = Array.from({ length: 60_000 }, (_, i) => `${new Date(1577836800000 + 60_000 * i).toISOString()};${i % 7}`)
    const file = join(scratch, 'many.csv'), before = await peil.count(`Datastreams(${stream})/Observations`)
    writeFileSync(file, ['time;value', ...rows].join('\n'))
    assert.equal(run(['import', '--data', peil.directory, '--datastream', String(stream), file]).status, 0)
    const first = run(['pack', '--data', peil.directory])
    assert.equal(first.status, 0, first.stderr)
    const [packed, was] = sizes(first)
    assert.ok(packed < was, `${packed} MB, was ${was} MB`)
    assert.equal(await peil.count(`Datastreams(${stream})/Observations`), before + 60_000)
    const copy = join(scratch, 'packed')
    assert.equal(run(['backup', '--data', peil.directory, copy]).status, 0)
    const stopped = run(['pack', '--data', copy])
    assert.equal(stopped.status, 0, stopped.stderr)
    assert.ok(sizes(stopped)[0] <= sizes(stopped)[1])
    assert.equal(run(['doctor', '--data', copy]).status, 0)
    assert.equal(run(['pack', '--data', join(scratch, 'none')]).status, 66)
  })

  test('imports CSV, reports each refused line, keeps the others', async () => {
    const before = await peil.count(`Datastreams(${stream})/Observations`)
    const file = join(scratch, 'readings.csv')
    writeFileSync(file, 'time;value;remark\n2023-05-01T00:00:00Z;1.50;a\n2023-05-01;2;b\n"2023-05-01T00:02:00+02:00";"3";"c ""d"""\n2023-05-01T00:03:00Z;;\n')
    const r = run(['import', '--data', peil.directory, '--datastream', String(stream), file])
    assert.equal(r.status, 1)
    assert.match(r.stdout, /2 stored, 2 refused/)
    assert.match(r.stderr, /readings\.csv:3: phenomenonTime: /)
    assert.match(r.stderr, /readings\.csv:5: the result is empty/)
    assert.equal(await peil.count(`Datastreams(${stream})/Observations`), before + 2)
    const [kept] = await peil.read(`Datastreams(${stream})/Observations?$filter=phenomenonTime eq 2023-05-01T00:00:00Z`.replaceAll(' ', '%20'))
    assert.equal(kept.result, 1.5)
  })

  test('exports what a query answers', async () => {
    const r = run(['export', '--data', peil.directory, `Datastreams(${stream})/Observations?$resultFormat=CSV&$select=result`])
    assert.equal(r.status, 0, r.stderr)
    assert.equal(r.stdout.trim().split('\r\n').length, 1 + await peil.count(`Datastreams(${stream})/Observations`))
    const wrong = run(['export', '--data', peil.directory, 'Thing'])
    assert.equal(wrong.status, 66)
    assert.match(wrong.stderr, /^peil export: the path leads nowhere: there is no 'Thing' here$/m)
  })

  test('reads its settings again on SIGHUP, and keeps the old ones when the new are wrong', async () => {
    const config = join(peil.directory, 'peil.conf')
    writeFileSync(config, '[ingest]\naccept_new_devices = perhaps\n')
    process.kill(peil.server.pid, 'SIGHUP')
    await waitFor(() => /settings not taken over.*peil\.conf:2/.test(peil.server.log.text))
    writeFileSync(config, '[log]\nlevel = debug\n')
    process.kill(peil.server.pid, 'SIGHUP')
    await waitFor(() => /settings read again/.test(peil.server.log.text))
    assert.equal((await exchange(`${peil.url}/readyz`)).status, 200)
  })
})

async function waitFor(holds) {
  for (let k = 0; k < 100 && !holds(); k++) await new Promise((resolve) => setTimeout(resolve, 50))
  assert.ok(holds())
}

// node has no Unix datagram sockets; perl is on every Debian.
function spawnPerl(path, said) {
  const program = 'use Socket; socket(S, PF_UNIX, SOCK_DGRAM, 0); bind(S, sockaddr_un($ARGV[0])) or die; $| = 1; while (defined recv(S, $m, 4096, 0)) { print "$m\\n" }'
  const child = spawn('perl', ['-e', program, path], { stdio: ['ignore', 'pipe', 'inherit'] })
  child.stdout.on('data', (piece) => said.push(String(piece)))
  return child
}

describe('stopping and starting', () => {
  test('SIGTERM in the middle of writing ends with 0, and every answered reading is there', async () => {
    const peil = await Peil.start()
    const stream = await peil.make('Datastreams', wholeStream())
    let answered = 0, refused = false
    const writers = Array.from({ length: 8 }, async () => {
      while (!refused) {
        try {
          const answer = await peil.post(`Datastreams(${stream})/Observations`, { result: 1 })
          if (answer.status === 201) answered++
          else refused = true
        } catch { refused = true }
      }
    })
    await new Promise((resolve) => setTimeout(resolve, 400))
    assert.equal(await peil.server.stop(), 0)
    await Promise.all(writers)
    await peil.open()
    assert.ok(answered > 0)
    assert.ok(await peil.count('Observations') >= answered)
    await peil.stop()
  })

  test('tells systemd when it is ready and when it stops', async () => {
    const directory = join(scratch, 'systemd')
    const said = []
    const path = join(scratch, 'notify.sock')
    const listener = spawnPerl(path, said)
    await waitFor(() => existsSync(path))
    process.env.NOTIFY_SOCKET = path
    try {
      const server = await serve(directory)
      await waitFor(() => said.join('').includes('READY=1'))
      await server.stop()
      await waitFor(() => said.join('').includes('STOPPING=1'))
    } finally {
      delete process.env.NOTIFY_SOCKET
      listener.kill()
    }
  })
})

describe('a store that is damaged', () => {
  test('doctor says what is wrong in plain words, with status 1, and changes nothing', async () => {
    const peil = await Peil.start()
    const stream = await peil.make('Datastreams', wholeStream())
    const rows = Array.from({ length: 3000 }, (_, k) => [new Date(1.7e12 + k * 60000).toISOString(), k % 17 + 0.5])
    const created = await peil.post('CreateObservations', [{ Datastream: { '@iot.id': stream }, components: ['phenomenonTime', 'result'], dataArray: rows }])
    assert.equal(created.status, 201)
    assert.equal(await peil.server.stop(), 0)
    const sound = run(['doctor', '--data', peil.directory])
    assert.equal(sound.status, 0, sound.stdout)
    assert.match(sound.stdout, /Nothing is wrong\./)

    const file = join(peil.directory, 'peil.db')
    const size = statSync(file).size
    const handle = openSync(file, 'r+')
    for (let at = 4096 * 3; at < size; at += 4096 * 2) writeSync(handle, Buffer.alloc(1500, 0x5a), 0, 1500, at + 1000)
    closeSync(handle)
    const damaged = run(['doctor', '--data', peil.directory])
    assert.equal(damaged.status, 1)
    assert.match(damaged.stdout, /^- /m)
    assert.equal(statSync(file).size, size)
    rmSync(peil.directory, { recursive: true, force: true })
    peil.agent.destroy()
  })
})
