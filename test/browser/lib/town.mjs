// SPDX-License-Identifier: EUPL-1.2
// A small town of which every state of a meter is known: fresh, with a gap, old, silent, empty, private.

import { resolve } from 'node:path';
import { Peil } from '../../api/lib/peil.mjs';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const STEP = 10 * MINUTE;
const MEASUREMENT = 'http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement';

const QUANTITIES = {
  pm25: { symbol: 'µg/m³', code: 'ug/m3', definition: 'http://dd.eionet.europa.eu/vocabulary/aq/pollutant/6001' },
  pm10: { symbol: 'µg/m³', code: 'ug/m3', definition: 'http://dd.eionet.europa.eu/vocabulary/aq/pollutant/5' },
  no2: { symbol: 'µg/m³', code: 'ug/m3', definition: 'http://dd.eionet.europa.eu/vocabulary/aq/pollutant/8' },
  temperature: { symbol: '°C', code: 'Cel', definition: 'http://qudt.org/vocab/quantitykind/Temperature' },
  noise_laeq: { symbol: 'dB(A)', code: 'dB[SPL]{A}', definition: 'http://qudt.org/vocab/quantitykind/SoundPressureLevel' },
  pressure: { symbol: 'Pa', code: 'Pa', definition: 'http://qudt.org/vocab/quantitykind/AtmosphericPressure' },
};

// A wave round `middle` with a period of a day, two decimals.
const wave = (middle, height) => (t) => Math.round((middle + height * Math.sin((t / HOUR / 24) * 2 * Math.PI)) * 100) / 100;

const METERS = [
  { key: 'air', name: 'Luchtmeter Bomenbuurt', at: [4.3403, 52.0501], origin: 'citizen',
    series: { pm25: wave(8, 3), pm10: wave(14, 4), temperature: wave(9, 3), pressure: wave(101850, 120) } },
  { key: 'noise', name: 'Geluidmeter Te Werve', at: [4.3264, 52.0455], origin: 'municipal',
    series: { noise_laeq: wave(54, 6) }, gap: [8 * HOUR, 5 * HOUR] },
  { key: 'station', name: 'Meetstation Plaspoelpolder', at: [4.3354, 52.0415], origin: 'reference',
    series: { no2: wave(24, 9), pm25: wave(9, 2) } },
  { key: 'old', name: 'Luchtmeter Strijp', at: [4.2975, 52.0369], origin: 'citizen', series: { pm25: wave(7, 1) }, until: 70 * MINUTE },
  { key: 'silent', name: 'Luchtmeter Sion', at: [4.3257, 52.0189], origin: 'citizen', series: { pm25: wave(7, 1) }, until: 20 * HOUR },
  { key: 'empty', name: 'Luchtmeter Haantje', at: [4.3387, 52.022], origin: 'citizen', series: { pm25: null } },
  { key: 'rejected', name: 'Luchtmeter Cromvliet', at: [4.3406, 52.0597], origin: 'citizen', series: { pm25: () => 5000 } },
  { key: 'private', name: 'Meter in huis', at: [4.31, 52.04], origin: 'citizen', access: 'private', series: { pm25: wave(30, 1) } },
];

function bodyOf(meter, properties) {
  const datastream = (quantity) => ({
    name: `${meter.name}: ${quantity}`, description: quantity, observationType: MEASUREMENT,
    unitOfMeasurement: { name: quantity, symbol: QUANTITIES[quantity].symbol, definition: QUANTITIES[quantity].code },
    ObservedProperty: properties[quantity],
    Sensor: { name: 'SDS011', description: 'a meter', encodingType: 'text/html', metadata: 'x' },
  });
  return {
    name: meter.name, description: 'Hangt aan een lantaarnpaal.',
    properties: { demo: true, origin: meter.origin, ...(meter.access && { access: meter.access }) },
    Locations: [{ name: meter.name, description: 'place', encodingType: 'application/geo+json', location: { type: 'Point', coordinates: meter.at } }],
    Datastreams: Object.keys(meter.series).map(datastream),
  };
}

function readingsOf(meter, value, now) {
  const rows = [];
  for (let t = Math.floor((now - 26 * HOUR) / STEP) * STEP; t <= now - (meter.until ?? 0); t += STEP) {
    const age = now - t;
    if (meter.gap && age < meter.gap[0] && age > meter.gap[1]) continue;
    rows.push([new Date(t).toISOString(), value(t)]);
  }
  return rows;
}

async function addReadings(peil, stream, rows) {
  if (rows.length === 0) return;
  const body = [{ Datastream: { '@iot.id': stream }, components: ['phenomenonTime', 'result'], dataArray: rows }];
  const answer = await peil.post('CreateObservations', body);
  if (answer.status !== 201) throw new Error(`CreateObservations: ${answer.status} ${answer.text}`);
}

// Adds one meter; answers { thing, streams: { pm25: id } }.
export async function addMeter(peil, meter, now = Date.now()) {
  peil.properties ??= {};
  for (const q of Object.keys(meter.series))
    peil.properties[q] ??= { '@iot.id': await peil.make('ObservedProperties', { name: q, definition: QUANTITIES[q].definition, description: q }) };
  const thing = await peil.make('Things', bodyOf(meter, peil.properties));
  const made = await peil.read(`Things(${thing})/Datastreams`);
  const streams = {};
  for (const stream of made) streams[stream.description] = stream['@iot.id'];
  for (const [quantity, value] of Object.entries(meter.series)) if (value) await addReadings(peil, streams[quantity], readingsOf(meter, value, now));
  return { thing, streams };
}

// The service with its meters by key.
export async function startTown(settings = []) {
  const web = process.env.PEIL_WEB ?? resolve('build/web');
  const peil = await Peil.start({ args: ['--web', web, '--set', 'portal.areas_file=share/demo/rijswijk.geojson', '--set', 'kpi.directory=share/kpi', ...settings.flatMap((s) => ['--set', s])] });
  const meters = {};
  for (const meter of METERS) meters[meter.key] = await addMeter(peil, meter);
  return { peil, meters, url: peil.url, stop: () => peil.stop() };
}

// A reading of now, sent as a device would.
export async function send(town, stream, result) {
  const answer = await town.peil.post(`Datastreams(${stream})/Observations`, { result });
  if (answer.status !== 201) throw new Error(`POST: ${answer.status} ${answer.text}`);
}

// Every page in a state worth looking at, below / and /en/.
export function pagesOf(meters) {
  return [
    ['home', ''], ['home-noise', '?laag=noise_laeq'], ['home-temperature', '?laag=temperature'], ['map', 'kaart'],
    ['meter-day', `meter/${meters.air.thing}`], ['meter-week', `meter/${meters.air.thing}?stof=pm10&periode=week`],
    ['meter-month', `meter/${meters.station.thing}?stof=no2&periode=maand`], ['meter-gap', `meter/${meters.noise.thing}`],
    ['meter-silent', `meter/${meters.silent.thing}`], ['meter-empty', `meter/${meters.empty.thing}`], ['meter-rejected', `meter/${meters.rejected.thing}`], ['data', 'data'],
    ['explain', 'uitleg'], ['accessibility', 'toegankelijkheid'], ['privacy', 'privacy'], ['not-found', 'bestaat-niet'],
    ['search', 'zoek?q=bomen'], ['search-none', 'zoek?q=xyzzy'], ['sensors', 'registers/sensoren'], ['status', 'status'], ['contact', 'contact'], ['offline', 'offline'],
    ['area', 'gebied/BU06030222'], ['area-town', 'gebied/GM0603?stof=pm25&periode=maand'], ['area-few', 'gebied/BU06030852'], ['area-none', 'gebied/BU06030111?stof=no2'], ['embed-area', 'embed/gebied/GM0603'],
    ['embed-meter', `embed/meter/${meters.air.thing}`],
  ];
}
