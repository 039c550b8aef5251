// SPDX-License-Identifier: EUPL-1.2
// /api/v1 against its own OpenAPI document and the Dutch API Design Rules.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { rmSync } from 'node:fs'
import { Peil, makeToken } from './lib/peil.mjs'
import { at, misfits } from './lib/schema.mjs'

describe('/api/v1', () => {
  let peil, document, carer
  before(async () => {
    const beside = (p) => { process.env.PEIL_CARE_KEY_FILE = `${p.directory}.key` }
    peil = await Peil.start({ args: ['--set', 'care.enabled=yes'], setup: beside })
    carer = makeToken(peil.directory, 'care')
    const answer = await peil.get(`${peil.url}/api/v1/openapi.json`, { Authorization: '' })
    assert.equal(answer.status, 200)
    document = answer.body
  })
  after(async () => {
    await peil.stop()
    rmSync(process.env.PEIL_CARE_KEY_FILE)
  })

  const operations = () => Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })))
  const url = (path) => `${peil.url}/api/v1${path === '/' ? '' : path}`
  const problem = (answer, status) => {
    assert.equal(answer.status, status, answer.text)
    assert.equal(answer.headers['content-type'], 'application/problem+json')
    assert.deepEqual(misfits(document, document.components.schemas.Problem, answer.body), [])
    assert.equal(answer.body.status, status)
  }

  test('every reference of the document leads somewhere, every operation has a name of its own', () => {
    JSON.stringify(document, (key, value) => {
      if (key === '$ref') assert.ok(at(document, value), value)
      return value
    })
    const names = operations().map(({ operation }) => operation.operationId)
    assert.equal(new Set(names).size, names.length)
  })

  test('names follow the design rules: camelCase parameters and members, lower-case paths without trailing slash', () => {
    for (const { path, operation } of operations()) {
      assert.match(path, /^(\/|(\/([a-z0-9.-]+|\{[a-zA-Z]+\}))+)$/)
      for (const parameter of operation.parameters ?? []) assert.match(parameter.name, /^[a-z][a-zA-Z0-9]*$/)
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1])
      const described = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path').map((parameter) => parameter.name)
      assert.deepEqual(described.sort(), inPath.sort(), path)
    }
    for (const schema of Object.values(document.components.schemas))
      for (const name of Object.keys(schema.properties)) assert.match(name, /^_?[a-z][a-zA-Z0-9]*$/)
  })

  test('what can be read without parameters answers what its schema says', async () => {
    for (const { path, method, operation } of operations()) {
      if (method !== 'get' || (operation.parameters ?? []).some((parameter) => parameter.required)) continue
      // Not even an administrator sees who needs help.
      const answer = await peil.get(url(path), path === '/care/cases' ? { Authorization: `Bearer ${carer}` } : {})
      assert.equal(answer.status, 200, `${path}: ${answer.text}`)
      assert.equal(answer.headers['api-version'], document.info.version)
      if (path === '/openapi.json') continue
      const content = operation.responses['200'].content['application/json']
      if (content) assert.deepEqual(misfits(document, content.schema, answer.body), [], path)
    }
  })

  test('what needs a token says so to the public', async () => {
    for (const { path, method, operation } of operations()) {
      if (!operation.security) continue
      const answer = await peil.ask(method.toUpperCase(), url(path.replace(/\{\w+\}/g, '1')), undefined, { Authorization: '' })
      problem(answer, 401)
      assert.equal(answer.headers['www-authenticate'], 'Bearer')
    }
  })

  test('every fault is a problem with the version of the interface', async () => {
    const absent = await peil.get(url('/no-such-thing'))
    problem(absent, 404)
    assert.equal(absent.headers['api-version'], document.info.version)
    problem(await peil.get(url('/openapi.json/')), 404)
    const method = await peil.post(url('/openapi.json'), {})
    problem(method, 405)
    assert.match(method.headers.allow, /GET/)
    problem(await peil.get(url('/openapi.json?colour=red')), 400)
    problem(await peil.get(url('/openapi.json'), { Authorization: 'Bearer wrong' }), 401)
  })
})
