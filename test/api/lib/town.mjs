// SPDX-License-Identifier: EUPL-1.2
// A small town whose every value is known, for tests of reading.
//
//   Things        church (Locations: church), station (station), bare (nothing at all)
//   Datastreams   numbers of church: results -1, 0, 1, 2, 3.5 at 0..4 o'clock; resultTime half an hour later, but the last has none
//                 words of church: "a", "b", true, null, {"x": 1}, [1, 2], 7, "8"
//                 spans of station: phenomenonTime [0,1), [1,2), [2,3) o'clock, results 1, 2, 3
//                 empty of station: no Observations
import { datastream, link, location, observedProperty, point, sensor, thing } from './entities.mjs'

export const at = (hour, minute = 0) => new Date(Date.UTC(2026, 0, 1, hour, minute)).toISOString().replace('.000', '')
export const numbers = [-1, 0, 1, 2, 3.5]
export const words = ['a', 'b', true, null, { x: 1 }, [1, 2], 7, '8']

const properties = {
  type: 'meter', int: 5, truth: true, nested: { deep: 'x' }, list: [1, 2, { y: 3 }], 'a-b': 'dash', project: 'HEI_1', codegemeente: '984',
}

async function makeObservations(peil, town) {
  const { ids } = town
  ids.numbersObservations = []
  for (const [i, result] of numbers.entries()) {
    const resultTime = i < 4 ? { resultTime: at(i, 30) } : {}
    ids.numbersObservations.push(await peil.make(`Datastreams(${ids.numbers})/Observations`, {
      phenomenonTime: at(i), result, parameters: { int: i, text: `p${i}` }, ...resultTime,
    }))
  }
  ids.wordsObservations = []
  for (const [i, result] of words.entries())
    ids.wordsObservations.push(await peil.make(`Datastreams(${ids.words})/Observations`, { phenomenonTime: at(i), result }))
  ids.spansObservations = []
  for (let i = 0; i < 3; i++) {
    ids.spansObservations.push(await peil.make(`Datastreams(${ids.spans})/Observations`, {
      phenomenonTime: `${at(i)}/${at(i + 1)}`, result: i + 1, validTime: `${at(0)}/${at(5)}`, resultQuality: { grade: i },
    }))
  }
}

export async function makeTown(peil) {
  const town = { ids: {} }
  const { ids } = town
  ids.church = await peil.make('Things', thing({ name: 'church', description: "the church's meter", properties,
    Locations: [location({ name: 'church', location: point(8, 52), properties: { kind: 'roof' } })] }))
  ids.station = await peil.make('Things', thing({ name: 'station', description: 'Ölmühle', properties: { type: 'sign', int: 9, truth: false },
    Locations: [location({ name: 'station', location: point(8, 54) })] }))
  ids.bare = await peil.make('Things', thing({ name: 'bare', description: 'nothing' }))
  ids.sensor = await peil.make('Sensors', sensor({ properties: { calibrated: true } }))
  ids.pm25 = await peil.make('ObservedProperties', observedProperty({ properties: { group: 'air' } }))
  ids.noise = await peil.make('ObservedProperties', observedProperty({ name: 'noise', definition: 'https://example.org/noise' }))
  const make = (name, thingId, propertyId, extra = {}) => peil.make('Datastreams', datastream({
    name, Thing: link(thingId), Sensor: link(ids.sensor), ObservedProperty: link(propertyId), ...extra,
  }))
  ids.numbers = await make('numbers', ids.church, ids.pm25, { properties: { rank: 1 } })
  ids.words = await make('words', ids.church, ids.noise, { properties: { rank: 2 } })
  ids.spans = await make('spans', ids.station, ids.pm25, { properties: { rank: 3 } })
  ids.empty = await make('empty', ids.station, ids.noise)
  await makeObservations(peil, town)
  return town
}

export const enc = (text) => encodeURIComponent(text)
// names(await peil.read(...)) and so on: what a set holds, in its order.
export const pick = (rows, key) => rows.map((row) => row[key])
