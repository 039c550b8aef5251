// SPDX-License-Identifier: EUPL-1.2
// Residents who watch, in a process of their own: what they hear must not keep those waiting who ask for pages. Usage: fork(URL, COUNT)
// Each hears everything, as the home page does. Says 'open' when all are there; told 'count' it begins to count, told 'end' it answers
// { events, lost, heard: [[result, when it came], ...] }, a sample.
import { Agent, get } from 'node:http'

const [url, count] = [process.argv[2], Number(process.argv[3])]
const SAMPLE = 97 // one piece in so many is read
const EVENT = Buffer.from('event: observation')
let events = 0, lost = 0, pieces = 0, heard = []

function countOf(piece) {
  let n = 0
  for (let at = piece.indexOf(EVENT); at >= 0; at = piece.indexOf(EVENT, at + EVENT.length)) n++
  return n
}

function hear(piece) {
  events += countOf(piece)
  if (pieces++ % SAMPLE) return
  const now = performance.timeOrigin + performance.now()
  for (const [, result] of piece.toString().matchAll(/"result":([\d.]+)/g)) heard.push([result, now])
}

const watcher = () => new Promise((resolve, reject) => {
  get(`${url}/live`, { agent: new Agent({ keepAlive: false }) }, (r) => {
    r.on('data', hear)
    r.on('end', () => lost++)
    r.on('error', () => {})
    resolve()
  }).on('error', reject)
})

for (let n = 0; n < count; n += 50) await Promise.all(Array.from({ length: Math.min(50, count - n) }, watcher))
process.on('message', (what) => {
  if (what === 'count') {
    events = 0
    heard = []
  } else {
    process.send({ events, lost, heard }, () => process.exit(0))
  }
})
process.send('open')
