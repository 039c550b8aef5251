// SPDX-License-Identifier: EUPL-1.2
// The OpenAPI document of the SensorThings service, held against the service.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { wholeStream } from './lib/entities.mjs'
import { Peil } from './lib/peil.mjs'

describe('the OpenAPI document', () => {
  let peil, document
  before(async () => {
    peil = await Peil.start()
    const stream = await peil.make('Datastreams', wholeStream())
    await peil.make(`Datastreams(${stream})/Observations`, { result: 1 })
    const answer = await peil.get('api', { Authorization: '' })
    assert.equal(answer.status, 200)
    document = answer.body
  })
  after(() => peil.stop())

  test('every reference in it leads somewhere', () => {
    const at = (reference) => reference.slice(2).split('/').reduce((node, key) => node?.[key], document)
    let references = 0
    JSON.stringify(document, (key, value) => {
      if (key === '$ref') { references++; assert.ok(at(value), value) }
      return value
    })
    assert.ok(references > 100)
  })

  test('it names every entity set of the service root', async () => {
    const sets = (await peil.get('')).body.value.map((set) => set.name)
    for (const name of sets) assert.ok(document.paths[`/${name}`], name)
  })

  test('what it says can be read can be read, with the properties it names', async () => {
    const ids = {}
    for (const path of Object.keys(document.paths)) {
      const operation = document.paths[path].get
      if (!operation) continue
      const set = path.slice(1).split(/[(/]/)[0]
      ids[set] ??= (await peil.read(set))[0]?.['@iot.id']
      if (path.includes('{id}') && ids[set] === undefined) continue  // no MultiDatastream was made
      const answer = await peil.get(path.slice(1).replace('{id}', ids[set]), { Authorization: '' })
      // an Observation of a Datastream has no MultiDatastream
      assert.ok(answer.status === 200 || (path.endsWith('/MultiDatastream') && answer.status === 404), `${path}: ${answer.status}`)
      const schema = operation.responses['200'].content['application/json'].schema
      const name = (schema.$ref ?? schema.properties.value.items.$ref).split('/').at(-1)
      for (const entity of answer.status === 200 ? answer.body.value ?? [answer.body] : [])
        for (const key of Object.keys(entity))
          if (!key.includes('Link')) assert.ok(document.components.schemas[name].properties[key], `${path}: ${key}`)
    }
  })

  test('what it says needs a token needs one', async () => {
    for (const [path, operations] of Object.entries(document.paths)) {
      for (const [method, operation] of Object.entries(operations)) {
        if (!operation.security || operation.security.length > 1) continue
        const body = operation.requestBody ? {} : undefined  // node frames a DELETE with a body wrongly
        const answer = await peil.ask(method.toUpperCase(), path.slice(1).replace('{id}', 1), body, { Authorization: '' })
        assert.equal(answer.status, 401, `${method} ${path}`)
      }
    }
  })
})
