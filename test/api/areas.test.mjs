// SPDX-License-Identifier: EUPL-1.2
// Areas and their figures: imported, found by place, added up, answered; late readings, moves and what is not public.
import assert from 'node:assert/strict'
import { execFile, execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import { binary, Peil } from './lib/peil.mjs'
import { misfits } from './lib/schema.mjs'

const corpus = 'fuzz/corpus/area_geojson/'
const bomenbuurt = [4.3403, 52.0501], cromvliet = [4.3406, 52.0597]

describe('areas and their figures', () => {
  let peil, document
  before(async () => {
    peil = await Peil.start({
      args: ['--set', 'rollup.interval_s=1'],
      setup: (it) => {
        const said = execFileSync(binary, ['import', '--data', it.directory, 'areas', corpus + 'cbs_buurt_2024_rd.geojson'], { encoding: 'utf8' })
        assert.match(said, /^32 areas stored \(0 repaired\), 0 refused/)
      },
    })
    document = (await api('openapi.json')).body
  })
  after(() => peil.stop())

  const api = (path, headers) => peil.get(`${peil.url}/api/v1/${path}`, { Authorization: '', ...headers })
  const fits = (name, body) => assert.deepEqual(misfits(document, document.components.schemas[name], body), [])
  const meter = async (place, properties = {}, key = 'pm25') => {
    const thing = await peil.make('Things', {
      name: 'Meter', description: 'd', properties,
      Locations: [{ name: 'p', description: 'd', encodingType: 'application/geo+json', location: { type: 'Point', coordinates: place } }],
    })
    const stream = await peil.make('Datastreams', {
      name: 's', description: 'd', observationType: 'http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement',
      unitOfMeasurement: { name: 'microgram per cubic metre', symbol: 'µg/m³', definition: 'ug/m3' }, Thing: { '@iot.id': thing },
      Sensor: { name: 's', description: 'd', encodingType: 'text/plain', metadata: 'm' },
      ObservedProperty: { name: key, description: 'd', definition: 'http://dd.eionet.europa.eu/vocabulary/aq/pollutant/6001' },
    })
    return { thing, stream }
  }
  const reading = (stream, phenomenonTime, result) => peil.make(`Datastreams(${stream})/Observations`, { phenomenonTime, result })
  // Until what has come is added up.
  const settled = async (path, holds) => {
    for (let i = 0; i < 100; i++) {
      const answer = await api(path)
      assert.equal(answer.status, 200, answer.text)
      if (answer.body.isUpToDate && holds(answer.body)) return answer.body
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    assert.fail(`${path} does not become what it should: ${(await api(path)).text}`)
  }
  const pm25 = (code, period) => `areas/${code}/figures?quantity=pm25&period=${period}&from=2026-01-01&to=2026-12-01`

  test('the tree goes from the neighbourhood to the world', async () => {
    const { body } = await api('areas/BU06030222')
    fits('AreaDetail', body)
    assert.equal(body.name, 'Bomenbuurt')
    assert.deepEqual(body.parents.map((area) => area.code), ['WK060302', 'GM0603', 'NL', 'EU', '001'])
    const world = (await api('areas/001')).body
    assert.deepEqual(world.children.map((area) => area.code), ['EU'])
    assert.equal((await api('areas/GM9999')).status, 404)
  })

  test('areas are listed page by page, by level, parent and name', async () => {
    const codes = []
    let url = `${peil.url}/api/v1/areas?level=neighbourhood&limit=10`
    for (let pages = 0; url && pages < 10; pages++) {
      const answer = await peil.get(url)
      fits('AreaList', answer.body)
      codes.push(...answer.body.areas.map((area) => area.code))
      url = answer.body._links.next?.href
    }
    assert.equal(codes.length, 32)
    assert.deepEqual(codes, [...codes].sort())
    assert.equal((await api('areas?parent=WK060302')).body.areas.length, 5)
    assert.deepEqual((await api('areas?name=bomen')).body.areas.map((area) => area.name), ['Bomenbuurt'])
  })

  test('as GeoJSON and CSV; what the client has is not sent again', async () => {
    const collection = await api('areas?level=neighbourhood', { Accept: 'application/geo+json' })
    assert.equal(collection.headers['content-type'], 'application/geo+json')
    assert.equal(collection.body.features.length, 32)
    assert.equal(collection.body.features[0].geometry.type, 'Polygon')
    const etag = collection.headers.etag
    assert.equal((await api('areas?level=neighbourhood', { Accept: 'application/geo+json', 'If-None-Match': etag })).status, 304)
    const csv = await api('areas?level=neighbourhood&format=csv')
    assert.match(csv.headers['content-type'], /^text\/csv/)
    assert.equal(csv.text.split('\r\n').length, 34)
  })

  test('figures are those of the public readings, up to the world; late ones are added where they belong', async () => {
    const one = await meter(bomenbuurt), two = await meter(cromvliet)
    const hidden = await meter(bomenbuurt, { access: 'private' })
    await reading(one.stream, '2026-03-01T12:00:00+01:00', 8)
    await reading(one.stream, '2026-03-02T12:00:00+01:00', 10.5)
    await reading(two.stream, '2026-03-02T13:00:00+01:00', 12)
    await reading(hidden.stream, '2026-03-02T14:00:00+01:00', 500)
    let body = await settled(pm25('GM0603', 'month'), (it) => it.figures[0]?.count === 3)
    fits('AreaFigures', body)
    // (8 + 10.5 + 12) / 3 = 10.1667; deviations -2.1667, 0.3333, 1.8333: squares 4.6944 + 0.1111 + 3.3611 = 8.1667; / 2 = 4.0833
    assert.equal(body.figures[0].mean, 10.1667)
    assert.equal(body.figures[0].standardDeviation, 2.0207)
    assert.equal(body.figures[0].start, '2026-02-28T23:00:00Z')
    assert.deepEqual(body.figures[0].exceedances[1], { above: 10, count: 2 })
    await reading(two.stream, '2026-03-01T01:00:00+01:00', 25.5)  // late
    body = await settled(pm25('001', 'year'), (it) => it.figures[0]?.count === 4)
    assert.equal(body.figures[0].mean, 14)
    body = await settled(pm25('BU06030222', 'day'), (it) => it.figures.length === 2)
    assert.deepEqual(body.figures.map((figure) => figure.mean), [8, 10.5])
    const compared = (await api('figures?quantity=pm25&time=2026-03-02&within=GM0603')).body
    fits('FigureComparison', compared)
    assert.deepEqual(compared.figures.filter((figure) => figure.count).map((figure) => [figure.name, figure.mean]),
      [['Cromvliet', 12], ['Bomenbuurt', 10.5]])
    const csv = await api('figures?quantity=pm25&time=2026-03-02&areas=BU06030222,GM0603&format=csv')
    assert.match(csv.text, /\r\nGM0603,GM0603,pm25,ug\/m3,2026-03-01T23:00:00Z,2026-03-02T23:00:00Z,2,11.25,/)
    const hours = (await api('areas/GM0603/figures?quantity=pm25&period=hour&from=2026-03-02&to=2026-03-03')).body
    assert.deepEqual(hours.figures.map((figure) => [figure.start, figure.mean]),
      [['2026-03-02T11:00:00Z', 10.5], ['2026-03-02T12:00:00Z', 12]])
  })

  test('the last hour says from how many Datastreams it is', async () => {
    const { stream } = await meter(bomenbuurt)
    const { stream: hidden } = await meter(bomenbuurt, { access: 'internal' })
    for (const result of [20, 22]) await reading(stream, new Date(Date.now() - 60_000 * (result - 19)).toISOString(), result)
    await reading(hidden, new Date().toISOString(), 900)
    for (let i = 0; i < 50; i++) {
      const { body } = await api('areas/BU06030222/now')
      fits('AreaNow', body)
      const figure = body.figures.find((one) => one.quantity === 'pm25')
      if (!figure) { await new Promise((resolve) => setTimeout(resolve, 100)); continue }
      assert.equal(figure.datastreams, 1)
      assert.equal(figure.mean, 21)
      const [head, ...lines] = (await api('areas/BU06030222/now?format=csv')).text.trim().split('\r\n')
      assert.equal(head, 'area,quantity,unit,start,end,datastreams,newest,count,mean,standardDeviation,min,max,p05,p25,p50,p75,p95')
      const cells = lines.find((line) => line.includes(',pm25,')).split(',')
      assert.deepEqual([cells[0], cells[1], cells[5], cells[7], cells[8], cells[10], cells[11]], ['BU06030222', 'pm25', '1', '2', '21', '20', '22'])
      return
    }
    assert.fail('nothing in the last hour')
  })

  test('a Thing that moves counts for another neighbourhood from that day on', async () => {
    const { thing, stream } = await meter([4.3178, 52.0434])  // Huis te Lande
    const now = new Date().toISOString(), earlier = new Date(Date.now() - 5 * 86_400_000).toISOString()
    await reading(stream, earlier, 30)
    await reading(stream, now, 40)
    const asked = (code) => `areas/${code}/figures?quantity=pm25&period=day&to=${new Date(Date.now() + 86_400_000).toISOString()}`
    const home = (await api('areas?name=huis%20te%20lande')).body.areas[0].code
    await settled(asked(home), (it) => it.figures.length === 2)
    await peil.make(`Things(${thing})/Locations`, { name: 'p', description: 'd', encodingType: 'application/geo+json', location: { type: 'Point', coordinates: [4.3096, 52.046] } })
    const away = (await api('areas?name=spoorzicht')).body.areas[0].code
    assert.equal((await settled(asked(away), (it) => it.figures.length === 1)).figures[0].mean, 40)
    assert.equal((await settled(asked(home), (it) => it.figures.length === 1)).figures[0].mean, 30)
  })

  test('figures of 2018 belong to the boundaries of 2018, those of 2020 to those of 2020', async () => {
    const square = (code, name, year, west) => ({ type: 'Feature', properties: { statcode: code, jrstatcode: `${year}${code}`, statnaam: name, rubriek: 'gemeente' },
      geometry: { type: 'Polygon', coordinates: [[[west, 53.1], [west + 0.1, 53.1], [west + 0.1, 53.2], [west, 53.2], [west, 53.1]]] } })
    const file = join(peil.directory, 'joined.geojson')
    // In 2019 West was joined to East, whose new boundaries are both.
    const both = square('GM9102', 'Oost', 2019, 6.1)
    both.geometry.coordinates[0] = [[6.1, 53.1], [6.3, 53.1], [6.3, 53.2], [6.1, 53.2], [6.1, 53.1]]
    writeFileSync(file, JSON.stringify({ type: 'FeatureCollection', features: [square('GM9101', 'West', 2018, 6.1), square('GM9102', 'Oost', 2018, 6.2), both] }))
    execFileSync(binary, ['import', '--data', peil.directory, 'areas', file])
    const { stream } = await meter([6.15, 53.15])
    await reading(stream, '2018-06-01T10:00:00Z', 18)
    await reading(stream, '2020-06-01T10:00:00Z', 20)
    const means = (code) => `areas/${code}/figures?quantity=pm25&period=year&from=2018-01-01&to=2021-01-01`
    const of = async (code, wanted) => (await settled(means(code), (it) => it.figures.length === wanted)).figures.map((f) => [f.start.slice(0, 4), f.mean])
    assert.deepEqual(await of('GM9102', 1), [['2019', 20]])  // local midnight of 2020 is 2019-12-31 in UTC
    assert.deepEqual(await of('GM9101', 1), [['2017', 18]])
    assert.equal((await api('areas/GM9101?year=2018')).body.name, 'West')
    assert.equal((await api('areas/GM9101?year=2020')).status, 404)
    const wide = (await api('areas/GM9102?year=2020')).body.squareMetres, narrow = (await api('areas/GM9102?year=2018')).body.squareMetres
    assert.ok(Math.abs(wide / narrow - 2) < 0.01)
  })

  test('a running peil takes areas too and says which features it refuses', async () => {
    const file = join(peil.directory, 'more.geojson')
    const square = (code, x) => ({ type: 'Feature', properties: { code, year: 2024 }, geometry: { type: 'Polygon', coordinates: [[[x, 52], [x + 0.1, 52], [x + 0.1, 52.1], [x, 52]]] } })
    const point = { type: 'Feature', properties: { code: 'GM0004' }, geometry: { type: 'Point', coordinates: [6, 52] } }
    writeFileSync(file, JSON.stringify({ type: 'FeatureCollection', features: [square('GM0003', 6), point] }))
    const failed = await promisify(execFile)(binary, ['import', '--data', peil.directory, 'areas', file]).catch((fault) => fault)
    assert.equal(failed.code, 1)
    assert.match(failed.stderr, /more\.geojson: feature 2: GM0004: an area is a Polygon or MultiPolygon, not 'Point'/)
    assert.match(failed.stdout, /1 areas stored \(0 repaired\), 1 refused/)
    assert.equal((await api('areas/GM0003')).body.level, 'municipality')
  })

  test('what cannot be asked is a problem that says why', async () => {
    for (const [path, status, words] of [
      ['areas/GM0603/figures', 400, /'quantity' is needed/],
      ['areas/GM0603/figures?quantity=love', 400, /does not know 'love'/],
      ['areas/GM0603/figures?quantity=energy', 400, /there are no sums/],
      ['areas/GM0603/figures?quantity=pm25&from=2026-02-02&to=2026-02-01', 400, /no length/],
      ['areas/GM0603/figures?quantity=pm25&period=hour&from=2020-01-01', 413, /hours of more than 31 days/],
      ['areas/NOPE/figures?quantity=pm25', 404, /no area 'NOPE'/],
      ['figures?quantity=pm25&areas=GM0603,NOPE', 404, /no area 'NOPE'/],
      ['areas?level=galaxy', 400, /expected one of/],
    ]) {
      const answer = await api(path)
      assert.equal(answer.status, status, path)
      assert.match(answer.body.detail, words)
    }
  })
})
