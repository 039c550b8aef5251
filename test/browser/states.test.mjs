// SPDX-License-Identifier: EUPL-1.2
// States of a page beyond those of a reading (reading.test.mjs): loading, error, maintenance, empty; and the search.

import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { Peil } from '../api/lib/peil.mjs';
import { axe, openPage, startBrowser } from './lib/browser.mjs';
import { send, startTown } from './lib/town.mjs';

let town;
let browser;

before(async () => {
  [town, browser] = await Promise.all([startTown(), startBrowser()]);
});

after(async () => {
  await browser?.close();
  await town?.stop();
});

test('loading: the old view stays, its part is busy, and a thin bar comes after a moment', async () => {
  const { page, close } = await openPage(browser, town.url, { serviceWorkers: 'block' });
  await page.goto(`${town.url}/meter/${town.meters.air.thing}`, { waitUntil: 'load' });
  let go;
  const wait = new Promise((r) => (go = r));
  await page.route('**/meter/*', async (route) => { await wait; await route.continue(); });
  await page.waitForFunction(() => !document.querySelector('.live').hidden);
  await send(town, town.meters.air.streams.pm25, 9.5);
  await page.waitForSelector('[data-part="chart"][aria-busy="true"]');
  await page.waitForSelector('body.is-slow');
  assert.equal(await page.locator('.chart-plot').isVisible(), true);
  go();
  await page.waitForSelector('[data-part="chart"]:not([aria-busy])');
  assert.equal(await page.locator('body.is-slow').count(), 0);
  await close();
});

test('error: what fails while the page is open leaves the view as it is', async () => {
  const { page, close } = await openPage(browser, town.url, { serviceWorkers: 'block' });
  await page.goto(`${town.url}/meter/${town.meters.air.thing}`, { waitUntil: 'load' });
  await page.route('**/meter/*', (route) => route.fulfill({ status: 500, body: 'x' }));
  await page.waitForFunction(() => !document.querySelector('.live').hidden);
  await send(town, town.meters.air.streams.pm25, 9.6);
  await page.waitForResponse((r) => r.status() === 500);
  assert.equal(await page.locator('.chart-plot').isVisible(), true);
  await close();
});

test('maintenance: every page is 503 with the time to come back, readings are taken all the same', async () => {
  const peil = await Peil.start({ args: ['--web', process.env.PEIL_WEB ?? resolve('build/web'), '--set', 'portal.maintenance=yes'] });
  const { page, close } = await openPage(browser, peil.url);
  for (const path of ['/', '/en/kaart', '/status']) {
    const answer = await page.goto(peil.url + path);
    assert.equal(answer.status(), 503, path);
    assert.equal(answer.headers()['retry-after'], '600');
    assert.match(await page.locator('h1').innerText(), /^(Wij werken aan|We are working on)/);
    assert.deepEqual(await axe(page), []);
  }
  assert.equal((await peil.get('Things')).status, 200);
  await close();
  await peil.stop();
});

test('empty: a town without meters says so everywhere and offers a way on', async () => {
  const peil = await Peil.start({ args: ['--web', process.env.PEIL_WEB ?? resolve('build/web'), '--set', 'portal.areas_file=share/demo/rijswijk.geojson'] });
  const { page, faults, close } = await openPage(browser, peil.url);
  for (const path of ['/', '/kaart', '/registers/sensoren', '/status', '/data', '/en/']) {
    const answer = await page.goto(peil.url + path, { waitUntil: 'load' });
    assert.equal(answer.status(), 200, path);
    assert.deepEqual(await axe(page), [], path);
    assert.doesNotMatch(await page.locator('main').innerText(), /NaN|null|undefined|\{\{/, path);
  }
  assert.deepEqual(faults, []);
  await close();
  await peil.stop();
});

test('search in the browser: nothing that is typed is sent, and the first match is one key away', async () => {
  const { page, close } = await openPage(browser, town.url);
  await page.goto(town.url, { waitUntil: 'load' });
  const asked = [];
  page.on('request', (r) => asked.push(new URL(r.url()).pathname + new URL(r.url()).search));
  await page.locator('#q').pressSequentially('bómen');
  await page.waitForSelector('[data-street-found] a');
  const names = await page.locator('[data-street-found] a').allInnerTexts();
  assert.ok(names[0].startsWith('Bomenbuurt'), names.join());
  assert.ok(names.includes('Luchtmeter Bomenbuurt'));
  assert.deepEqual(asked.filter((a) => /b(ó|o|%)/i.test(a)), []);
  assert.match(await page.locator('[data-street-said]').innerText(), /^\d+ gevonden$/);
  await close();
});

test('search without script finds the same on the server', async () => {
  const { page, close } = await openPage(browser, town.url, { javaScriptEnabled: false });
  await page.goto(town.url);
  await page.fill('#q', 'bomenbuurt');
  await page.press('#q', 'Enter');
  assert.equal(new URL(page.url()).pathname, '/zoek');
  const names = await page.locator('.found a').allInnerTexts();
  assert.ok(names.includes('Bomenbuurt') && names.includes('Luchtmeter Bomenbuurt'), names.join());
  await close();
});

test('the location is compared in the browser and never sent', async () => {
  const { page, context, close } = await openPage(browser, town.url, { geolocation: { longitude: 4.3403, latitude: 52.0501 }, permissions: ['geolocation'] });
  const asked = [];
  page.on('request', (r) => asked.push(r.url()));
  await page.goto(town.url, { waitUntil: 'load' });
  await Promise.all([page.waitForURL(/\/gebied\/BU\w+$/), page.click('[data-street-locate]')]);
  assert.deepEqual(asked.filter((a) => /4\.34|52\.05/.test(a)), []);
  await page.goto(town.url, { waitUntil: 'load' });
  assert.equal(await page.locator('[data-street-mine] a').innerText(), 'Bomenbuurt');
  await page.click('[data-street-mine] button');
  assert.equal(await page.locator('[data-street-mine]').isHidden(), true);
  assert.ok(context);
  await close();
});

test('the register shows a resident\'s meter on a grid of 100 m, others where they are', async () => {
  const { page, close } = await openPage(browser, town.url, { javaScriptEnabled: false });
  await page.goto(`${town.url}/registers/sensoren`);
  const row = async (name) => (await page.locator('tr', { has: page.getByRole('link', { name, exact: true }) }).innerText()).replace(/\s+/g, ' ');
  assert.match(await row('Luchtmeter Bomenbuurt'), /ongeveer 52,0\d\d° noord, 4,3\d\d° oost/);
  assert.match(await row('Geluidmeter Te Werve'), /52,04550° noord, 4,32640° oost/);
  assert.doesNotMatch(await page.locator('main').innerText(), /Meter in huis/);
  await close();
});
