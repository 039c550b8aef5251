// SPDX-License-Identifier: EUPL-1.2
// Bodies of entities, complete and minimal.
export const point = (longitude, latitude) => ({ type: 'Point', coordinates: [longitude, latitude] })

export const thing = (extra = {}) => ({ name: 'meter', description: 'a meter at the church', ...extra })

export const location = (extra = {}) => ({
  name: 'church', description: 'south side of the church', encodingType: 'application/geo+json', location: point(4.32, 52.04), ...extra,
})

export const sensor = (extra = {}) => ({
  name: 'SDS011', description: 'dust sensor', encodingType: 'text/html', metadata: 'https://example.org/sds011', ...extra,
})

export const observedProperty = (extra = {}) => ({
  name: 'pm25', description: 'fine dust', definition: 'http://dd.eionet.europa.eu/vocabulary/aq/pollutant/6001', ...extra,
})

export const feature = (extra = {}) => ({
  name: 'square', description: 'the market square', encodingType: 'application/geo+json', feature: point(4.33, 52.03), ...extra,
})

const measurement = 'http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement'
const unit = { name: 'microgram per cubic metre', symbol: 'µg/m³', definition: 'ug/m3' }

export const datastream = (extra = {}) => ({
  name: 'fine dust', description: 'fine dust at the church', observationType: measurement, unitOfMeasurement: unit, ...extra,
})

export const multiDatastream = (size, extra = {}) => ({
  name: 'weather', description: 'several at once', multiObservationDataTypes: Array(size).fill(measurement),
  unitOfMeasurements: Array(size).fill(unit), ...extra,
})

export const link = (id) => ({ '@iot.id': id })

// Everything that an Observation needs, in one body.
export const wholeStream = (extra = {}) => datastream({
  Thing: thing({ Locations: [location()] }), Sensor: sensor(), ObservedProperty: observedProperty(), ...extra,
})
