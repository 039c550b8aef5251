// SPDX-License-Identifier: EUPL-1.2
// A town of many meters for the measurement: fine dust and temperature, a day of readings each, all over the demo town.

const DEFINITIONS = {
  pm25: { definition: 'http://dd.eionet.europa.eu/vocabulary/aq/pollutant/6001', symbol: 'µg/m³', code: 'ug/m3', middle: 9 },
  temperature: { definition: 'http://qudt.org/vocab/quantitykind/Temperature', symbol: '°C', code: 'Cel', middle: 11 },
}
const STEP = 10 * 60_000
const WEST = 4.29, EAST = 4.346, SOUTH = 52.017, NORTH = 52.06

function thing(k, properties, sensor) {
  const side = Math.ceil(Math.sqrt(1000))
  const at = [WEST + (EAST - WEST) * ((k % side) + 0.5) / side, SOUTH + (NORTH - SOUTH) * (Math.floor(k / side) + 0.5) / side]
  return {
    name: `Luchtmeter ${k + 1}`, description: 'A meter of the measurement', properties: { demo: true, origin: 'citizen' },
    Locations: [{ name: `Luchtmeter ${k + 1}`, description: 'place', encodingType: 'application/geo+json', location: { type: 'Point', coordinates: at } }],
    Datastreams: Object.entries(DEFINITIONS).map(([quantity, q]) => ({
      name: `${k + 1} ${quantity}`, description: quantity, observationType: 'http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement',
      unitOfMeasurement: { name: quantity, symbol: q.symbol, definition: q.code },
      ObservedProperty: { '@iot.id': properties[quantity] }, Sensor: { '@iot.id': sensor },
    })),
  }
}

function rows(k, middle, now) {
  const all = []
  for (let t = Math.floor((now - 24 * 3_600_000) / STEP) * STEP; t <= now; t += STEP)
    all.push([new Date(t).toISOString(), Math.round((middle + 4 * Math.sin(t / 1.4e7 + k)) * 100) / 100])
  return all
}

// Answers the ids of the Datastreams, fine dust and temperature by turns.
export async function fillTown(peil, meters) {
  const properties = {}
  for (const [quantity, q] of Object.entries(DEFINITIONS))
    properties[quantity] = await peil.make('ObservedProperties', { name: quantity, definition: q.definition, description: quantity })
  const sensor = await peil.make('Sensors', { name: 'SDS011', description: 'a meter', encodingType: 'text/html', metadata: 'x' })
  for (let k = 0; k < meters; k += 16)
    await Promise.all(Array.from({ length: Math.min(16, meters - k) }, (_, i) => peil.make('Things', thing(k + i, properties, sensor))))
  const ids = (await peil.read('Datastreams?$select=id,description&$orderby=id&$top=10000')).map((d) => [d['@iot.id'], d.description])
  const now = Date.now()
  for (let k = 0; k < ids.length; k += 100) {
    const body = ids.slice(k, k + 100).map(([id, quantity]) => ({
      Datastream: { '@iot.id': id }, components: ['phenomenonTime', 'result'], dataArray: rows(id, DEFINITIONS[quantity].middle, now),
    }))
    const answer = await peil.post('CreateObservations', body)
    if (answer.status !== 201) throw new Error(answer.text.slice(0, 200))
  }
  return ids.map(([id]) => id)
}
