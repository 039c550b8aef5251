// SPDX-License-Identifier: EUPL-1.2
// Where somebody lives: the place of a resident's meter is exact for operators only. Nobody else can read it, nor work it out by filters,
// orders, expansions, forms of answers, history, features or areas; what is stored stays exact.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { datastream, feature, link, location, observedProperty, point, sensor, thing } from './lib/entities.mjs'
import { exchange, makeToken, Peil } from './lib/peil.mjs'
import { web } from './lib/staff.mjs'

const HOME = [4.331234, 52.041234], OLD_HOME = [4.337654, 52.047654], OFFICE = [4.321111, 52.031111]
const EXACT = /4\.33123|52\.04123|4\.33765|52\.04765/
let peil, tokens, ids = {}

before(async () => {
  peil = await Peil.start({ args: ['--web', web] })
  tokens = Object.fromEntries(['reader', 'editor', 'auditor', 'operator'].map((role) => [role, makeToken(peil.directory, role, `place-${role}`)]))
  const at = (name, [x, y]) => location({ name, location: point(x, y) })
  ids.home = await peil.make('Things', thing({ name: 'meter of a resident', properties: { origin: 'citizen' }, Locations: [at('old home', OLD_HOME)] }))
  ids.location = await peil.make(`Things(${ids.home})/Locations`, at('home', HOME))  // moved: the old one is history
  ids.stream = await peil.make('Datastreams', datastream({ name: 'a stream', Thing: link(ids.home), Sensor: sensor(), ObservedProperty: observedProperty() }))
  await peil.make(`Datastreams(${ids.stream})/Observations`, { phenomenonTime: '2026-02-01T00:00:00Z', result: 7 })
  await peil.make(`Datastreams(${ids.stream})/Observations`, { phenomenonTime: '2026-02-01T01:00:00Z', result: 8, FeatureOfInterest: feature({ feature: point(...HOME) }) })
  ids.office = await peil.make('Things', thing({ name: 'meter of the town', Locations: [at('office', OFFICE)] }))
  ids.marked = await peil.make('Things', thing({ name: 'marked', properties: { place: 'coarse' }, Locations: [location({ name: 'garden', location: { type: 'Polygon', coordinates: [[HOME, [4.3313, 52.0413], [4.3314, 52.0411], HOME]] } })] }))
})
after(() => peil?.stop())

const ask = (path, role) => exchange(`${peil.root}/${path.replace(/ /g, '%20')}`, { headers: role ? { Authorization: `Bearer ${tokens[role]}` } : {} })
const below = [undefined, 'reader', 'editor', 'auditor']

test('no form of answer tells the exact place', async () => {
  const paths = ['Locations', `Locations(${ids.location})`, `Locations(${ids.location})/location`, 'Locations?$select=location', `Things(${ids.home})?$expand=Locations,HistoricalLocations($expand=Locations)`,
    `Things(${ids.home})/HistoricalLocations?$expand=Locations`, 'HistoricalLocations?$expand=Locations', 'FeaturesOfInterest', 'FeaturesOfInterest?$select=feature', 'Observations?$expand=FeatureOfInterest',
    'Observations?$select=result&$expand=FeatureOfInterest($select=feature)', `Datastreams(${ids.stream})`, `Datastreams(${ids.stream})/observedArea`, 'Datastreams?$select=observedArea', 'Datastreams?$expand=Thing($expand=Locations),Observations($expand=FeatureOfInterest)',
    'Locations?$resultFormat=GeoJSON', 'Things?$expand=Locations&$resultFormat=GeoJSON', 'FeaturesOfInterest?$resultFormat=GeoJSON', 'Observations?$expand=FeatureOfInterest&$resultFormat=GeoJSON', 'Locations?$resultFormat=CSV', 'Datastreams?$resultFormat=GeoJSON']
  let told = 0
  for (const path of paths) {
    for (const role of below) {
      const { status, text } = await ask(path, role)
      assert.ok(status < 500, path)
      assert.doesNotMatch(text, EXACT, `${role ?? 'public'} ${path}`)
    }
    if (EXACT.test((await ask(path, 'operator')).text)) told++
  }
  assert.ok(told >= 15, `an operator is told in ${told}`)
  for (const path of ['/api/v1/areas.geojson', `/meter/${ids.home}`, '/kaart', '/registers/sensoren', '/data/catalog.jsonld', '/api/v1/latest', '/live?after=0'].slice(0, 6))
    assert.doesNotMatch((await exchange(peil.url + path)).text, EXACT, path)
})

test('the place of the town\'s own meter is exact for all', async () => {
  assert.match((await ask('Locations')).text, /4\.321111,52\.031111/)
})

test('no filter or order knows more than the answer', async () => {
  const square = ([x, y], d) => `POLYGON((${x - d} ${y - d},${x + d} ${y - d},${x + d} ${y + d},${x - d} ${y + d},${x - d} ${y - d}))`
  const shown = (await ask(`Locations(${ids.location})`)).body.location.coordinates
  const away = Math.hypot((shown[0] - HOME[0]) * 68500, (shown[1] - HOME[1]) * 111320)
  assert.ok(away > 5 && away < 72, `${away} m`)
  const questions = {
    Locations: (p) => [`st_within(location, geography'${square(p, 0.00003)}')`, `st_intersects(location, geography'${square(p, 0.00003)}')`, `geo.distance(location, geography'POINT(${p.join(' ')})') lt 0.00003`, `st_equals(location, geography'POINT(${p.join(' ')})')`],
    Things: (p) => [`st_within(Locations/location, geography'${square(p, 0.00003)}')`, `HistoricalLocations/any(h: geo.distance(h/Locations/location, geography'POINT(${p.join(' ')})') lt 0.00003)`],
    FeaturesOfInterest: (p) => [`st_within(feature, geography'${square(p, 0.00003)}')`],
    Datastreams: (p) => [`st_intersects(observedArea, geography'${square(p, 0.00003)}')`, `st_within(Thing/Locations/location, geography'${square(p, 0.00003)}')`],
    Observations: (p) => [`st_within(FeatureOfInterest/feature, geography'${square(p, 0.00003)}')`],
  }
  const count = async (set, filter, role) => {
    const answer = await ask(`${set}?$count=true&$top=0&$filter=${encodeURIComponent(filter)}`, role)
    return answer.status === 200 ? answer.body['@iot.count'] : answer.status
  }
  let compared = 0
  for (const [set, filters] of Object.entries(questions))
    for (const filter of filters(HOME)) {
      const exactly = await count(set, filter, 'operator')
      if (exactly >= 400) continue  // a form that is not offered
      for (const role of below) assert.equal(await count(set, filter, role), 0, `${role ?? 'public'} ${set} ${filter}`)
      assert.ok(exactly > 0, `the operator finds it: ${set} ${filter}`)
      compared++
    }
  assert.ok(compared >= 7, `${compared} questions`)
  for (const filter of questions.Locations(shown)) assert.ok(await count('Locations', filter) > 0, 'the place that is shown is found')
})

test('what is stored stays exact, whoever changes something else', async () => {
  const patched = await exchange(`${peil.root}/Locations(${ids.location})`, { method: 'PATCH', body: JSON.stringify({ description: 'other words' }), headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${tokens.editor}` } })
  assert.equal(patched.status, 200)
  const patch = await exchange(`${peil.root}/Locations(${ids.location})`, { method: 'PATCH', body: JSON.stringify([{ op: 'replace', path: '/description', value: 'third words' }]), headers: { 'Content-Type': 'application/json-patch+json', Authorization: `Bearer ${tokens.editor}` } })
  assert.equal(patch.status, 200)
  assert.deepEqual((await ask(`Locations(${ids.location})`, 'operator')).body.location.coordinates, HOME)
})

test('an editor works with the place that he is shown: tags, replies, patches, and a whole entity sent back', async () => {
  const change = (path, method, body, headers = {}, role = 'editor') => exchange(`${peil.root}/${path}`, { method, body: JSON.stringify(body),
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${tokens[role]}`, ...headers } })
  const features = (await ask('FeaturesOfInterest', 'operator')).body.value.filter((f) => EXACT.test(JSON.stringify(f.feature)))
  const places = [[`Locations(${ids.location})`, 'location'], ...features.map((f) => [`FeaturesOfInterest(${f['@iot.id']})`, 'feature'])]
  assert.ok(places.length >= 2)
  for (const [path, member] of places) {
    const exact = (await ask(path, 'operator')).body[member]
    const before = await ask(path, 'editor'), shown = before.body
    assert.doesNotMatch(before.text, EXACT)
    assert.notEqual(before.headers.etag, (await ask(path, 'operator')).headers.etag)
    const patched = await change(path, 'PATCH', { description: 'words' }, { 'If-Match': before.headers.etag })
    assert.equal(patched.status, 200, `${path} ${patched.text}`)
    assert.doesNotMatch(patched.text, EXACT, 'the reply is what the editor is shown')
    assert.equal(patched.headers.etag, (await ask(path, 'editor')).headers.etag)
    assert.equal((await change(path, 'PATCH', { description: 'late' }, { 'If-Match': before.headers.etag })).status, 412)
    // All of it, as it was shown: nothing has moved.
    const put = await change(path, 'PUT', { name: shown.name, description: 'put', encodingType: shown.encodingType, [member]: shown[member] }, { 'If-Match': patched.headers.etag })
    assert.equal(put.status, 200, put.text)
    assert.doesNotMatch(put.text, EXACT)
    assert.deepEqual((await ask(path, 'operator')).body[member], exact)
    const test = [{ op: 'test', path: `/${member}`, value: shown[member] }, { op: 'replace', path: '/description', value: 'patched' }]
    const tested = await change(path, 'PATCH', test, { 'Content-Type': 'application/json-patch+json' })
    assert.equal(tested.status, 200, tested.text)
    assert.equal((await change(path, 'PATCH', [{ op: 'test', path: `/${member}`, value: exact }], { 'Content-Type': 'application/json-patch+json' })).status, 409, 'a guess is no answer')
    assert.deepEqual((await ask(path, 'operator')).body[member], exact)
    // What is another place is stored; an operator puts it back.
    assert.equal((await change(path, 'PATCH', { [member]: point(4.351111, 52.051111) })).status, 200)
    assert.deepEqual((await ask(path, 'operator')).body[member].coordinates, [4.351111, 52.051111])
    const tag = (await ask(path, 'operator')).headers.etag
    assert.equal((await change(path, 'PATCH', { [member]: exact }, { 'If-Match': tag }, 'operator')).status, 200)
    assert.deepEqual((await ask(path, 'operator')).body[member], exact)
  }
  const made = await change(`Things(${ids.home})/Locations`, 'POST', location({ name: 'home', location: point(...HOME) }))
  assert.equal(made.status, 201)
  assert.doesNotMatch(made.text, EXACT, 'also of one that he made himself')
  ids.location = made.body['@iot.id']
})

// What each layout of the store lacked (src/store/schema.c); the highest is the one before this version.
const OLDER = {
  7: '',  // its chunks are of a version that is still read
  6: 'DROP TABLE bytes;',
  5: 'DROP TABLE bytes; DROP INDEX Thing_coarse;',
  4: 'DROP TABLE bytes; DROP INDEX Thing_coarse; DROP INDEX Thing_access; DROP INDEX Datastream_access; DROP INDEX MultiDatastream_access;',
  2: `DROP TABLE bytes; DROP INDEX Thing_coarse; DROP INDEX Thing_access; DROP INDEX Datastream_access; DROP INDEX MultiDatastream_access;
    ALTER TABLE stream ADD COLUMN growing BLOB; UPDATE stream SET growing = (SELECT data FROM growing WHERE growing.stream = stream.id);
    DROP TABLE growing; ALTER TABLE stream DROP COLUMN newest; DROP TABLE blob;`,
}

test('a store of an earlier version opens, and places are as exact for each as before', async () => {
  const sql = (text) => execFileSync('sqlite3', [join(peil.directory, 'peil.db'), text], { encoding: 'utf8' }).trim()
  const paths = ['Locations', 'HistoricalLocations?$expand=Locations', 'FeaturesOfInterest', 'Things?$expand=Locations', 'Datastreams?$select=observedArea', 'Observations?$expand=FeatureOfInterest',
    `Locations?$count=true&$filter=geo.distance(location, geography'POINT(${HOME.join(' ')})') lt 0.00003`]
  const seen = async () => {
    const all = {}
    for (const role of [...below, 'operator']) for (const path of paths) all[`${role ?? 'public'} ${path}`] = (await ask(path, role)).text.replaceAll(peil.root, '')
    all.page = (await exchange(`${peil.url}/meter/${ids.home}`, { headers: { Accept: 'text/html' } })).text.match(/\d\d,\d+° noord, \d,\d+° oost/)[0]
    return all
  }
  const before = await seen(), newest = Number(sql('PRAGMA user_version'))
  assert.match(before['operator Locations'], EXACT)
  for (const [layout, down] of Object.entries(OLDER).reverse()) {
    await peil.server.stop()
    sql(`BEGIN; ${down} PRAGMA user_version = ${layout}; COMMIT;`)
    await peil.open()
    assert.equal(Number(sql('PRAGMA user_version')), newest, `from layout ${layout}`)
    assert.equal(sql("SELECT count(*) FROM sqlite_schema WHERE name = 'Thing_coarse'"), '1')
    const after = await seen()
    assert.deepEqual(Object.keys(before).filter((k) => after[k] !== before[k]), [], `from layout ${layout}`)
  }
  const late = await peil.make('Things', thing({ name: 'later', properties: { origin: 'citizen' }, Locations: [location({ location: point(...HOME) })] }))
  assert.doesNotMatch((await ask(`Things(${late})/Locations`)).text, EXACT, 'of one that is made on it')
  assert.equal(Math.max(...Object.keys(OLDER)) + 1, newest, 'the layout before this one is among them')
})

test('a resident who says so is shown exactly, at once', async () => {
  await peil.patch(`Things(${ids.home})`, { properties: { origin: 'citizen', exactPlace: true } })
  assert.deepEqual((await ask(`Locations(${ids.location})`)).body.location.coordinates, HOME)
})
