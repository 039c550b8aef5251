// SPDX-License-Identifier: EUPL-1.2
// Random graphs and random queries, against a naive evaluator. SEED=n runs one again, CASES=n makes more of them.
import { after, before, test } from 'node:test'
import assert from 'node:assert/strict'
import { Graph, schema } from './lib/graph.mjs'
import { Questions } from './lib/naive.mjs'
import { Peil } from './lib/peil.mjs'
import { Random } from './lib/random.mjs'

const seed = Number(process.env.SEED ?? Date.now() % 1_000_000_000)
const cases = Number(process.env.CASES ?? 2000)

let peil, graph, random
before(async () => {
  console.log(`seed ${seed}, ${cases} cases`)
  peil = await Peil.start()
  random = new Random(seed)
  graph = new Graph(peil, random)
  await graph.build({ things: random.between(4, 8), streams: random.between(6, 12), observations: random.between(60, 99) })
})
after(() => peil.stop())

// What the server shows of an entity, as far as the evaluator knows it.
function plain(set, shown) {
  const { properties, relations } = schema[set]
  const out = {}
  for (const [key, value] of Object.entries(shown)) {
    const name = key.split('@')[0]
    if (key === '@iot.id' || key in properties) out[key] = value
    else if (key in relations) {
      const [target, isMany] = relations[key]
      out[key] = isMany ? value.map((v) => plain(target, v)) : plain(target, value)
    } else if (name in relations && key.endsWith('@iot.count')) out[key] = value
    else if (name in relations && key.endsWith('@iot.nextLink')) out[key] = true
  }
  return out
}

// Where a question starts: a set, or what one entity is related to.
function start() {
  const set = random.of(Object.keys(schema))
  const parents = graph.sets[set], manys = Object.entries(schema[set].relations).filter(([, [, isMany]]) => isMany)
  if (manys.length === 0 || parents.length === 0 || random.chance(0.5)) return { path: set, set, rows: graph.sets[set], isOfStream: false }
  const parent = random.of(parents), [name, [target]] = random.of(manys)
  return { path: `${set}(${parent.id})/${name}`, set: target, rows: graph.related(parent, name), isOfStream: set === 'Datastreams' }
}

async function check(number) {
  const { path, set, rows, isOfStream } = start()
  const question = new Questions(graph, random).question(set, 2)
  const query = question.options.map(([k, v]) => `${k}=${encodeURIComponent(v)}`).join('&')
  const label = `case ${number} of seed ${seed}: ${path}?${question.options.map((o) => o.join('=')).join('&')}`
  const expected = question.answer(rows, isOfStream)
  const first = await peil.get(`${path}?${query}`)
  assert.equal(first.status, 200, `${label}\n${first.text}`)
  assert.deepEqual(first.body.value.map((v) => plain(set, v)), expected.rows.map(question.show), label)
  assert.equal(first.body['@iot.count'], expected.count, label)
  assert.equal('@iot.nextLink' in first.body, expected.hasMore, label)
  const all = [...first.body.value]
  for (let next = first.body['@iot.nextLink']; next;) {
    const page = await peil.get(next)
    assert.equal(page.status, 200, `${label}\n${next}\n${page.text}`)
    assert.equal(page.body['@iot.count'], expected.count, label)
    all.push(...page.body.value)
    next = page.body['@iot.nextLink']
  }
  if (question.top !== 0) assert.deepEqual(all.map((v) => v['@iot.id']), expected.rest.map((e) => e.id), label)
}

test('random queries are answered as the naive evaluator answers them', async () => {
  for (let i = 0; i < cases; i++) await check(i)
})
