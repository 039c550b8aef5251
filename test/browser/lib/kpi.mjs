// SPDX-License-Identifier: EUPL-1.2
// A town with some figures of its assessment: whole, partial, rejected, measured by nobody, promised, per neighbourhood.

import { resolve } from 'node:path';
import { makeToken, Peil } from '../../api/lib/peil.mjs';

const VALUES = {
  2024: { households: 23900, households_with_internet: 22000, inhabitants: 56500, unemployed: 1500, labour_force: 30000 },
  2025: {
    households: 24310, households_with_internet: 23580, inhabitants: 57000, unemployed: 1700, labour_force: 30500, water_meters: 26000,
    smart_water_meters: 3100, aq_pm25: 8.4, aq_pm10: 15.2, aq_no2: 19.8, plan_compact: true, plan_connected: false, gini: 0.31,
    green_area: 310, shared_bicycles: 120,
  },
};
const AREAS = { BU06030111: [2900, 2], BU06030112: [3400, 12], BU06030221: [2100, 30] };
const TARGETS = [
  { point: 'EC:ICT:ICT:1C', target: 100 }, { point: 'EC:P:EM:1C', target: 3, worst: 20 }, { point: 'EC:ICT:WS:1C', target: 100 },
  { point: 'EN:EN:AQ:1C/no2', target: 10, worst: 60 }, { point: 'EN:EN:PSN:1C', target: 900 },
];

export async function startKpiTown() {
  const web = process.env.PEIL_WEB ?? resolve('build/web');
  const tokens = {};
  const peil = await Peil.start({
    args: ['--web', web, '--set', 'portal.areas_file=share/demo/rijswijk.geojson', '--set', `kpi.directory=${resolve('share/kpi')}`],
    setup: (p) => { for (const name of ['anna', 'bert']) tokens[name] = makeToken(p.directory, 'editor', name); tokens.vera = makeToken(p.directory, 'verifier', 'vera'); },
  });
  const ask = async (path, body, name) => {
    const answer = await peil.post(`${peil.url}/api/v1/kpi${path}`, body, name ? { Authorization: `Bearer ${tokens[name]}` } : {});
    if (answer.status >= 300) throw new Error(`${path} ${JSON.stringify(body)}: ${answer.status} ${answer.text}`);
    return answer.body;
  };
  const enter = (year, area, input, value, more = {}) =>
    ask('/values', { year, area, input, value, status: 'submitted', source: 'Gemeentelijke administratie', method: 'measured', ...more }, 'anna');
  for (const [year, values] of Object.entries(VALUES))
    for (const [input, value] of Object.entries(values)) await enter(Number(year), undefined, input, value);
  for (const [area, [inhabitants, green]] of Object.entries(AREAS)) {
    await enter(2025, area, 'inhabitants', inhabitants);
    await enter(2025, area, 'green_area', green);
  }
  for (const t of TARGETS) await ask('/targets', { source: 'Coalitieakkoord', date: '2025-01-01', ...t });
  await ask('/targets', { point: 'EC:ICT:ICT:1C', target: 99, year: 2030, source: 'Digitale agenda', date: '2024-06-01' });
  const file = await peil.ask('POST', `${peil.url}/api/v1/kpi/evidence`, 'opgave', { Authorization: `Bearer ${tokens.anna}`, 'Content-Type': 'text/plain' });
  await enter(2025, undefined, 'water_meters', 26010, { evidence: [{ hash: file.body.hash, name: 'opgave.txt', mediaType: 'text/plain' }] });
  for (const input of ['households', 'households_with_internet']) await ask('/values/status', { year: 2025, input, status: 'verified' }, 'bert');
  await ask('/values/status', { year: 2025, input: 'gini', status: 'rejected', reason: 'welk jaar?' }, 'bert');
  return { peil, url: peil.url, ask, stop: () => peil.stop() };
}

export const KPI_PAGES = [
  ['kpi', 'kpi?jaar=2025'], ['kpi-area', 'kpi?jaar=2025&gebied=BU06030112'], ['kpi-empty', 'kpi?jaar=2019'], ['kpi-internet', 'kpi/EC:ICT:ICT:1C?jaar=2025'],
  ['kpi-air', 'kpi/EN:EN:AQ:1C?jaar=2025'], ['kpi-green', 'kpi/EN:EN:PSN:1C?jaar=2025'], ['kpi-gini', 'kpi/SC:SH:SI:2C?jaar=2025'],
  ['kpi-report', 'kpi/rapport/2025'],
];
