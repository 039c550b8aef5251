// SPDX-License-Identifier: EUPL-1.2
// The Dutch API Design Rules (Logius), each rule that can be checked, on the OpenAPI document and on the running service. The names are
// those of the standard; what its own linter asks of a document (media/linter.yaml of Logius-standaarden/API-Design-Rules) is asked here.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { Peil } from './lib/peil.mjs'
import { at } from './lib/schema.mjs'

describe('API Design Rules', () => {
  let peil, document, answer
  before(async () => {
    peil = await Peil.start({ args: ['--set', 'portal.contact_mail=data@example.nl'] })
    answer = await peil.get(`${peil.url}/api/v1/openapi.json`, { Authorization: '' })
    document = answer.body
  })
  after(() => peil.stop())

  const url = (path) => `${peil.url}/api/v1${path}`
  const resolved = (node) => node?.$ref ? at(document, node.$ref) : node
  const operations = () => Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation, responses: Object.entries(operation.responses).map(([status, r]) => [Number(status), resolved(r)]) })))
  const schemas = () => Object.entries(document.components.schemas)

  test('doc-openapi, publish-openapi: OpenAPI 3, at the standard place, for scripts of others too', () => {
    assert.equal(answer.status, 200)
    assert.match(document.openapi, /^3(\.\d+){1,2}$/)
    assert.match(answer.headers['content-type'], /json/)
    assert.equal(answer.headers['access-control-allow-origin'], '*')
  })

  test('doc-openapi: operations have ids of their own, references lead somewhere, tags are told once', () => {
    const ids = operations().map(({ operation }) => operation.operationId)
    assert.equal(new Set(ids).size, ids.length)
    JSON.stringify(document, (key, value) => {
      if (key === '$ref') assert.ok(at(document, value), value)
      return value
    })
    const tags = document.tags.map((tag) => tag.name)
    assert.equal(new Set(tags).size, tags.length)
    for (const { operation } of operations()) for (const tag of operation.tags) assert.ok(tags.includes(tag), tag)
    for (const { path, operation } of operations())
      assert.deepEqual((operation.parameters ?? []).filter((p) => p.in === 'path').map((p) => p.name).sort(), [...path.matchAll(/\{(\w+)\}/g)].map((m) => m[1]).sort(), path)
  })

  test('doc-openapi-contact: name, address and mail of who answers for it', () => {
    assert.deepEqual(Object.keys(document.info.contact).sort(), ['email', 'name', 'url'])
    assert.equal(document.info.contact.email, 'data@example.nl')
    assert.equal(document.info.contact.url, peil.url)
  })

  test('uri-version: the major version is in the address, and only that', () => {
    for (const server of document.servers) assert.equal(server.url, `${peil.url}/api/v1`)
    for (const path of Object.keys(document.paths)) assert.doesNotMatch(path, /\/v\d/)
  })

  test('semver, version-header: the whole version is in the document and in every answer', async () => {
    assert.match(document.info.version, /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$/)
    for (const { path, method, responses } of operations())
      for (const [status, response] of responses)
        assert.ok(response.headers?.['API-Version'], `${method} ${path} ${status}`)
    for (const path of ['/areas', '/no-such-thing', '/rules/absent'])
      assert.equal((await peil.get(url(path))).headers['api-version'], document.info.version, path)
  })

  test('no-trailing-slash: no path has one, and one that is asked with it is not there', async () => {
    for (const path of Object.keys(document.paths)) assert.ok(path === '/' || !path.endsWith('/'), path)
    assert.equal((await peil.get(url('/areas/'))).status, 404)
  })

  test('path-segments-kebab-case, resource names: words with a dash, in lower case', () => {
    for (const path of Object.keys(document.paths))
      if (path !== '/openapi.json') assert.match(path, /^(\/|(\/([a-z0-9-]+|\{[^}]+\}))+)$/)
  })

  test('naming-resources, naming-collections: nouns; a collection is plural', () => {
    const verbs = /^(get|list|create|make|update|delete|set|do|fetch|search)/
    for (const path of Object.keys(document.paths)) for (const part of path.split('/')) assert.doesNotMatch(part, verbs, path)
    for (const path of Object.keys(document.paths)) {
      const collection = /^\/([a-z-]+)\/\{\w+\}$/.exec(path)?.[1]
      if (collection) assert.match(collection, /s$|^latest$/, path)
    }
  })

  test('query-keys-camel-case, and members alike', () => {
    for (const { operation } of operations()) for (const p of operation.parameters ?? []) assert.match(p.name, /^[a-z][a-z\d]*([A-Z][a-z\d]*)*$/)
    for (const [name, schema] of schemas()) {
      assert.match(name, /^[A-Z][A-Za-z0-9]*$/)
      for (const key of Object.keys(schema.properties ?? {})) assert.match(key, /^(_links|[a-z][a-zA-Z0-9]*)$/, `${name}.${key}`)
    }
  })

  test('http-methods: only those of the standard; what a resource has not is 405 with Allow', async () => {
    for (const { method } of operations()) assert.ok(['get', 'post', 'put', 'patch', 'delete'].includes(method), method)
    const wrong = await peil.ask('DELETE', url('/areas'))
    assert.equal(wrong.status, 405)
    assert.match(wrong.headers.allow, /GET/)
  })

  test('http-safety: to look changes nothing', async () => {
    const looked = operations().filter(({ method, path }) => method === 'get' && !path.includes('{'))
    assert.ok(looked.length > 10)
    for (const { operation } of looked) assert.equal(operation.requestBody, undefined)
    const before = (await peil.get(url('/rules'))).text
    for (const { path, operation } of looked) if (!(operation.parameters ?? []).some((p) => p.required)) await peil.get(url(path))
    assert.equal((await peil.get(url('/rules'))).text, before)
  })

  test('error-handling: problem details, with status, title and detail', async () => {
    const faults = operations().flatMap(({ path, method, responses }) => responses.filter(([status]) => !(status < 400)).map(([status, r]) => ({ path, method, status, r })))
    assert.ok(faults.length > operations().length)
    for (const { path, method, status, r } of faults) {
      const schema = resolved(r.content?.['application/problem+json']?.schema)
      assert.ok(schema, `${method} ${path} ${status}`)
      for (const key of ['status', 'title', 'detail']) assert.ok(schema.properties[key], key)
    }
    const wrong = await peil.get(url('/areas?limit=0'))
    assert.equal(wrong.status, 400)
    assert.equal(wrong.headers['content-type'], 'application/problem+json')
    assert.equal(wrong.body.status, 400)
    assert.ok(wrong.body.title && wrong.body.detail.includes('limit'))
  })

  test('invalid-input: what takes something in can answer 400', () => {
    for (const { path, method, operation, responses } of operations())
      if ((operation.parameters ?? []).length > 0 || ['put', 'post', 'patch'].includes(method))
        assert.ok(responses.some(([status]) => status === 400), `${method} ${path}`)
  })

  test('date-time: a time has a zone, a date has none', () => {
    for (const [name, schema] of schemas())
      for (const [key, p] of Object.entries(schema.properties ?? {})) {
        assert.ok(!['date-time-local', 'time'].includes(p.format), `${name}.${key}`)
        if (/(^date|Date)$/.test(key) && p.type !== 'boolean') assert.equal(p.format, 'date', `${name}.${key}`)
      }
  })

  test('transport-security: headers that keep a browser from doing what it should not', async () => {
    const { headers } = await peil.get(url('/areas'))
    assert.equal(headers['x-content-type-options'], 'nosniff')
    assert.match(headers['content-security-policy'] ?? '', /frame-ancestors|default-src/)
    assert.ok(headers['cache-control'])
  })
})
