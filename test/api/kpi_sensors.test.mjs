// SPDX-License-Identifier: EUPL-1.2
// What meters give to the assessment, all of last year: means of air, people with too much noise, registers of electricity, gas and water, stocks of shared
// bicycles; each with its data capture and the Datastreams behind it; never more than a draft while most of the year is not measured; and in the place
// of what was measured a person's own figure only with a reason. Expected values are worked out by hand beside them.
import assert from 'node:assert/strict'
import { resolve } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { makeToken, Peil } from './lib/peil.mjs'
import { until } from './lib/until.mjs'

const HOUR = 3_600_000, DAY = 24 * HOUR
const YEAR = new Date().getUTCFullYear() - 1
const DAYS = (Date.UTC(YEAR + 1, 0, 1) - Date.UTC(YEAR, 0, 1)) / DAY
const at = (day, hour = 12) => new Date(Date.UTC(YEAR, 2, 10 + day, hour)).toISOString()
const QUDT = 'http://qudt.org/vocab/quantitykind/', EEA = 'http://dd.eionet.europa.eu/vocabulary/aq/pollutant/'
const UNITS = {
  pm25: ['µg/m³', `${EEA}6001`], noise_laeq: ['dB(A)', `${QUDT}SoundPressureLevel`], energy: ['kWh', `${QUDT}Energy`], gas: ['m³', 'urn:peil:quantity:gas'],
  water: ['m³', 'urn:peil:quantity:water'], occupancy: ['', 'urn:peil:quantity:occupancy'],
}
const CROMVLIET = [4.3406, 52.0597], SION = [4.3257, 52.0189]

describe('what meters give to the assessment', () => {
  let peil, anna
  const streams = {}
  const api = (path) => `${peil.url}/api/v1/kpi${path}`
  const as = () => ({ Authorization: `Bearer ${anna}` })
  const inputs = async (area = 'GM0603') => (await peil.get(api(`/values?year=${YEAR}&area=${area}`), as())).body.values
  const input = async (id, area) => (await inputs(area)).find((v) => v.input === id)
  const enter = (input, value, more = {}) => peil.post(api('/values'), { year: YEAR, input, value, source: 'een brief', status: 'submitted', ...more }, as())

  async function meter(name, quantity, place, rows, properties) {
    const [symbol, definition] = UNITS[quantity]
    const thing = await peil.make('Things', {
      name, description: 'x', properties: { access: 'public' },
      Locations: [{ name: 'x', description: 'x', encodingType: 'application/geo+json', location: { type: 'Point', coordinates: place } }],
      Datastreams: [{
        name: quantity, description: 'x', observationType: 'http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement',
        unitOfMeasurement: { name: symbol || 'number', symbol, definition: symbol }, ...(properties && { properties }),
        ObservedProperty: { name: quantity, definition, description: 'x' }, Sensor: { name: 's', description: 'x', encodingType: 'text/html', metadata: 'x' },
      }],
    })
    const [stream] = await peil.read(`Things(${thing})/Datastreams`)
    streams[name] = stream['@iot.id']
    const sent = await peil.post('CreateObservations', [{ Datastream: { '@iot.id': streams[name] }, components: ['phenomenonTime', 'result'], dataArray: rows }])
    assert.equal(sent.status, 201, sent.text)
  }

  before(async () => {
    const args = ['--set', `kpi.directory=${resolve('share/kpi')}`, '--set', `portal.areas_file=${resolve('share/demo/rijswijk.geojson')}`, '--set', 'rollup.interval_s=1']
    peil = await Peil.start({ args, setup: (p) => { anna = makeToken(p.directory, 'editor', 'anna') } })
    const hours = (level) => Array.from({ length: 5 * 24 }, (_, h) => [at(0, h), level])
    await meter('lucht', 'pm25', CROMVLIET, [8, 9, 10, 13].map((v, i) => [at(i), v]))
    await meter('lawaai', 'noise_laeq', CROMVLIET, hours(60))
    await meter('stil', 'noise_laeq', SION, hours(40))
    // A register that is replaced on the fourth day: 100 and 100 kWh are seen, what it counted in between is not.
    await meter('wijk', 'energy', CROMVLIET, [[at(0), 1000], [at(1), 1100], [at(2), 5], [at(3), 105]], { kpi: 'electricity_consumption' })
    await meter('huis', 'energy', SION, [[at(0), 1], [at(9), 99999]])  // not marked: nobody said that it is the town's
    await meter('stadhuis', 'energy', CROMVLIET, [[at(0), 0], [at(2), 146]], { kpi: ['public_building_energy'] })
    await meter('zwembad', 'gas', SION, [[at(0), 0], [at(2), 10]], { kpi: ['public_building_energy', 'thermal_energy_residential'] })
    await meter('inname', 'water', [4.9, 52.4], [[at(0), 500], [at(5), 1000]], { kpi: ['water_volume_supplied'], kpi_area: 'GM0603' })
    await meter('fietsen', 'occupancy', SION, [[at(0), 10], [at(2), 14]], { kpi: 'shared_bicycles' })
    for (const [area, people] of [['GM0603', 8000], ['BU06030111', 1000], ['BU06031064', 3000]]) {
      const answer = await enter('inhabitants', people, { area, confirm: ['rule-1'] })
      assert.equal(answer.status, 201, answer.text)
    }
    assert.equal((await enter('aq_no2', 20)).status, 201)
    await peil.server.stop()
    await peil.open()  // the job looks when the service starts, and a few seconds later when the roll-ups are whole
    await until(() => input('aq_pm25', 'GM0603'), 'what the sensors give')
  })
  after(() => peil.stop())

  const close = (a, b, what) => assert.ok(Math.abs(a - b) < 0.006 * Math.max(1, Math.abs(b) / 1000), `${what}: ${a} for ${b}`)

  test('air is the mean of the year for town and neighbourhood, a draft with its data capture', async () => {
    const town = await input('aq_pm25')
    assert.deepEqual([town.value, town.origin, town.method, town.status, town.by], [10, 'sensors', 'measured', 'draft', 'peil'])
    assert.ok(Math.abs(town.capture - 4 / DAYS) < 1e-9)
    assert.deepEqual(town.readings, [streams.lucht])
    assert.equal((await input('aq_pm25', 'BU06030111')).value, 10)
    const [point] = (await peil.get(api(`/indicators/EN:EN:AQ:1C?year=${YEAR}`), { Authorization: '' })).body.points
    assert.equal(point.state, 'missing')  // four days are no year: nobody outside sees it
    assert.equal((await input('aq_no2')).origin, 'hand')
  })

  test('people with too much noise are those of neighbourhoods whose meters lie above the limits', async () => {
    // A constant 60 dB is Lden 66.4 and Lnight 60, above both limits; 40 dB is 46.4 and 40, below both.
    assert.equal((await input('inhabitants_noise_exposed', 'BU06030111')).value, 1000)
    assert.equal((await input('inhabitants_noise_exposed', 'BU06031064')).value, 0)
    const town = await input('inhabitants_noise_exposed')
    assert.equal(town.value, 2000)  // 1000 of the 4000 that are measured, of 8000
    assert.deepEqual(town.readings.toSorted(), [streams.lawaai, streams.stil].toSorted())
    // Local days: 10 March from 01:00 and 15 March until 01:00 have no whole night.
    close(town.capture, (4 / DAYS) * (4000 / 8000), 'half of the people, four days')
    assert.match(town.note, /2 buurten met 50 % van de inwoners.*2 neighbourhoods with 50 %/)
  })

  test('registers count what they rose, as of a whole year; only those that are marked', async () => {
    const electricity = await input('electricity_consumption')
    close(electricity.value, 200 / (2 / DAYS), 'the day of the replacement is not known')
    assert.deepEqual(electricity.readings, [streams.wijk])
    close(electricity.capture, 2 / DAYS, 'capture')
    assert.equal((await input('electricity_consumption', 'BU06031064')), undefined)
    assert.match(electricity.note, /geteld is 200 kWh/)
    // 146 kWh and 10 m³ of gas of 9.769 kWh each, both in two days.
    close((await input('public_building_energy')).value, (146 + 97.69) / (2 / DAYS), 'public buildings')
    close((await input('thermal_energy_residential')).value, (10 * 0.03517) / (2 / DAYS), 'gas as gigajoules')
    close((await input('water_volume_supplied')).value, 500 / (5 / DAYS), 'a meter outside the town that measures it')
    close((await input('shared_bicycles')).value, 12, 'a stock is a mean')
  })

  test('what was measured goes only for a reason, which stays', async () => {
    const [draft] = (await inputs()).filter((v) => v.input === 'aq_pm25')
    assert.equal((await peil.post(api('/values/status'), { year: YEAR, input: 'aq_pm25', status: 'submitted' }, as())).status, 200)
    const refused = await enter('aq_pm25', 9)
    assert.equal(refused.status, 400)
    assert.match(refused.body.detail, /sensors measured this value \(10\); another one in its place needs a reason/)
    const csv = await peil.post(api('/imports'), { mapping: { peil_kpi_mapping: 1, source: 'RIVM', method: 'higher-level', area: 'a', inputs: { aq_pm25: 'p' } }, table: 'a;p\nGM0603;9\n', year: YEAR, takeConflicts: true }, as())
    assert.deepEqual([csv.body.fault, csv.body.stored], [1, 0])
    assert.match(csv.body.rows[0].why, /needs a reason/)
    const kept = await enter('aq_pm25', 9, { reason: 'de meter staat naast een schoorsteen' })
    assert.equal(kept.status, 201, kept.text)
    const history = (await peil.get(api(`/values/history?year=${YEAR}&input=aq_pm25`), as())).body.values
    assert.deepEqual(history.map((v) => [v.value, v.origin]), [[10, 'sensors'], [10, 'sensors'], [9, 'hand']])
    assert.equal(history[2].reason, 'de meter staat naast een schoorsteen')
    assert.deepEqual(draft.readings, history[0].readings)
  })
})
