// SPDX-License-Identifier: EUPL-1.2
// What meters give to the assessment: the mean of a year, with the share of its days, for the town and its neighbourhood; never more than a draft
// while most of the year is not measured, and never in the place of what a person entered.
import assert from 'node:assert/strict'
import { resolve } from 'node:path'
import { test } from 'node:test'
import { Peil } from './lib/peil.mjs'

const DAY = 86_400_000

test('meters of the town give the mean of the year as a draft with its data capture', async () => {
  const args = ['--set', `kpi.directory=${resolve('share/kpi')}`, '--set', `portal.areas_file=${resolve('share/demo/rijswijk.geojson')}`, '--set', 'rollup.interval_s=1']
  const peil = await Peil.start({ args })
  try {
    const year = new Date().getUTCFullYear()
    const thing = await peil.make('Things', {
      name: 'Luchtmeter', description: 'x',
      Locations: [{ name: 'Cromvliet', description: 'x', encodingType: 'application/geo+json', location: { type: 'Point', coordinates: [4.3406, 52.0597] } }],
      Datastreams: [{
        name: 'pm25', description: 'x', observationType: 'http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement',
        unitOfMeasurement: { name: 'microgram per cubic metre', symbol: 'µg/m³', definition: 'ug/m3' },
        ObservedProperty: { name: 'pm25', definition: 'http://dd.eionet.europa.eu/vocabulary/aq/pollutant/6001', description: 'x' },
        Sensor: { name: 's', description: 'x', encodingType: 'text/html', metadata: 'x' },
      }],
    })
    const [stream] = await peil.read(`Things(${thing})/Datastreams`)
    const noon = Math.floor(Date.now() / DAY) * DAY - DAY / 2
    const rows = [8, 9, 10, 13].map((v, i) => [new Date(noon - i * DAY).toISOString(), v])
    const sent = await peil.post('CreateObservations', [{ Datastream: { '@iot.id': stream['@iot.id'] }, components: ['phenomenonTime', 'result'], dataArray: rows }])
    assert.equal(sent.status, 201, sent.text)
    const input = async (id, area) => (await peil.get(`${peil.url}/api/v1/kpi/values?year=${year}&area=${area}`)).body.values.find((v) => v.input === id)
    await peil.post(`${peil.url}/api/v1/kpi/values`, { year, input: 'aq_no2', value: 20, source: 'RIVM' })
    await peil.server.stop()
    await peil.open()  // the job looks when the service starts, and a few seconds later when the roll-ups are whole
    let town
    for (let i = 0; i < 100 && !town; i++) {
      await new Promise((r) => setTimeout(r, 200))
      town = await input('aq_pm25', 'GM0603')
    }
    assert.ok(town, 'a value from sensors within 20 seconds')
    const days = (Date.UTC(year + 1, 0, 1) - Date.UTC(year, 0, 1)) / DAY
    assert.deepEqual([town.value, town.origin, town.method, town.status, town.by], [10, 'sensors', 'measured', 'draft', 'peil'])
    assert.ok(Math.abs(town.capture - 4 / days) < 1e-9)
    assert.equal((await input('aq_pm25', 'BU06030111')).value, 10)
    const [point] = (await peil.get(`${peil.url}/api/v1/kpi/indicators/EN:EN:AQ:1C?year=${year}`, { Authorization: '' })).body.points
    assert.equal(point.state, 'missing')  // four days are no year: nobody outside sees it
    assert.equal((await input('aq_no2', 'GM0603')).origin, 'hand')
  } finally {
    await peil.stop()
  }
})
