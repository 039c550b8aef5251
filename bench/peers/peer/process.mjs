// A server of a measurement: started in a folder of its own, with a free port, ended with the run.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { lstatSync, openSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}

export class Server {
  constructor(command, args, { directory, env = {}, uid }) {
    const log = openSync(join(directory, 'log.txt'), 'a')
    this.child = spawn(command, args, { cwd: directory, env: { ...process.env, ...env }, stdio: ['ignore', log, log], uid, gid: uid })
    this.ended = once(this.child, 'exit')
  }

  async stop() {
    this.child.kill('SIGTERM')
    await this.ended
  }
}

// Waits until `question` gives something true; a server that does not come up ends the measurement.
export async function until(question, what, seconds = 60) {
  const last = Date.now() + seconds * 1000
  for (;;) {
    const got = await question().catch(() => undefined)
    if (got) return got
    if (Date.now() > last) throw new Error(`${what}: not after ${seconds} s`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

// Bytes that the files of a folder occupy on the disk.
export function bytesOnDisk(path) {
  const about = lstatSync(path)
  if (!about.isDirectory()) return about.blocks * 512
  return readdirSync(path).reduce((sum, name) => sum + bytesOnDisk(join(path, name)), 0)
}

// Resident memory of a process in bytes.
export async function residentBytes(pid) {
  const { readFile } = await import('node:fs/promises')
  return Number(/VmRSS:\s+(\d+)/.exec(await readFile(`/proc/${pid}/status`, 'utf8'))[1]) * 1024
}

// Until a process has little to do: less than a tenth of a processor for some seconds. Work that was put off is done then.
export async function untilIdle(pid, seconds = 2) {
  const busy = () => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1).split(' ').slice(11, 13).reduce((sum, ticks) => sum + Number(ticks) / 100, 0)
  await until(async () => {
    const before = busy()
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000))
    return busy() - before < seconds / 10
  }, 'idling', 900)
}

// Until the files of a folder have not changed for some seconds: of systems that settle by themselves.
export async function untilStill(directory, seconds = 5) {
  let before = -1
  await until(async () => {
    const now = bytesOnDisk(directory), same = now === before
    before = now
    if (!same) await new Promise((resolve) => setTimeout(resolve, seconds * 1000))
    return same
  }, 'settling', 600)
}
