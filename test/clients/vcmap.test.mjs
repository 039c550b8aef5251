// SPDX-License-Identifier: EUPL-1.2
// @vcmap/sensorthings, the plugin of the 3D maps of virtualcitySYSTEMS: each query of its sensorThingsAPI.ts. Of the map itself it
// takes two things, which stand in for it here. It breaks its URLs into lines, whose indents arrive before the option names.
import { after, before, test } from 'node:test'
import assert from 'node:assert/strict'
import { datastream, link } from '../api/lib/entities.mjs'
import { Peil } from '../api/lib/peil.mjs'
import { at, makeTown, pick } from '../api/lib/town.mjs'
import { load } from './lib/bundle.mjs'

const vcmap = await load("export * from './node_modules/@vcmap/sensorthings/src/sensorThingsAPI.ts'", {
  '@vcmap/core': `
    export class Projection { constructor(options) { this.epsg = options.epsg } }
    export async function requestJson(url) {
      const response = await fetch(url)
      if (!response.ok) throw new Error(response.status + ' ' + await response.text())
      return response.json()
    }`,
})
const extent = (...corners) => ({ getCoordinatesInProjection: ({ epsg }) => (epsg === 4326 ? corners : []) })

let peil, ids
before(async () => { peil = await Peil.start(); ({ ids } = await makeTown(peil)) })
after(() => peil.stop())

test('queryThingsWithLocations: all, and by property, place and a filter of one\'s own', async () => {
  const all = await vcmap.queryThingsWithLocations(peil.root)
  assert.deepEqual(all.map((t) => [t.name, t.Locations[0]?.name]), [['church', 'church'], ['station', 'station'], ['bare', undefined]])
  const chosen = (...args) => vcmap.queryThingsWithLocations(peil.root, ...args).then((things) => pick(things, 'name'))
  assert.deepEqual(await chosen('pm25'), ['church', 'station'])
  assert.deepEqual(await chosen('pm25', extent(7, 53, 9, 55)), ['station'])
  assert.deepEqual(await chosen(undefined, extent(7, 51, 9, 55), "startswith(name,'ch')"), ['church'])
})

test('queryObservedProperties reads all', async () => {
  assert.deepEqual(pick(await vcmap.queryObservedProperties(peil.root), 'name'), ['pm25', 'noise'])
})

test('queryFirstObservation and queryDatastreamWithLatestObservation sort Datastreams by their Observations', async () => {
  const latest = () => vcmap.queryDatastreamWithLatestObservation(peil.root, ids.church, 'pm25')
  assert.equal((await latest()).name, 'numbers')
  assert.deepEqual(pick((await latest()).Observations, 'result'), [3.5])
  assert.equal((await vcmap.queryFirstObservation(peil.root, ids.church, 'pm25')).result, -1)

  const second = await peil.make('Datastreams', datastream({
    name: 'second', Thing: link(ids.church), Sensor: link(ids.sensor), ObservedProperty: link(ids.pm25) }))
  const [early, late] = [[at(0).replace('2026', '2025'), 10], [at(2), 11]]
  for (const [phenomenonTime, result] of [early, late]) await peil.make(`Datastreams(${second})/Observations`, { phenomenonTime, result })
  assert.equal((await latest()).name, 'numbers')
  assert.equal((await vcmap.queryFirstObservation(peil.root, ids.church, 'pm25')).result, 10)
  await peil.make(`Datastreams(${second})/Observations`, { phenomenonTime: at(23), result: 12 })
  assert.equal((await latest()).name, 'second')
  assert.deepEqual(pick((await latest()).Observations, 'result'), [12])
  await peil.delete(`Datastreams(${second})`)
})

test('queryDatastreamsWithObservations reads the days asked for, up to a number, over all pages of Datastreams', async () => {
  const read = (property, top) => vcmap.queryDatastreamsWithObservations(peil.root, ids.church, property, new Date(at(0)), new Date(at(12)), top)
  const [stream, ...others] = await read('pm25', 3)
  assert.deepEqual(others, [])
  assert.deepEqual(stream.Observations.map((o) => [o.phenomenonTime, o.result]), [[at(0), -1], [at(1), 0], [at(2), 1]])
  assert.deepEqual(pick(await read('noise', 100), 'name'), ['words'])
  assert.equal((await read('noise', 100))[0].Observations.length, 8)
})
