// SPDX-License-Identifier: EUPL-1.2
// "My street, now": names are searched in the browser, and the location is compared with the boundaries there. Neither is sent.

import { text } from './texts';

type Name = [name: string, beside: string, path: string];
type Ring = [number, number][];
interface Area {
  properties: { code: string; name: string };
  geometry: { type: string; coordinates: Ring[] | Ring[][] };
}

const SHOWN_MOST = 8;
const KEY = 'peil.place';
const root = document.documentElement.lang === 'en' ? '/en/' : '/';
const POSTCODE = /^\d{4}\s*[a-z]{0,2}$/i;
const plain = (s: string): string => s.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();

export function street(): void {
  const part = document.querySelector<HTMLElement>('[data-street]');
  if (!part) return;
  enhanceSearch(part);
  enhanceLocation(part);
  showMine(part);
}

// ---- Search --------------------------------------------------------------------------------------------------------

let names: Promise<{ partial: boolean; names: Name[] }> | undefined;

function load(): Promise<{ partial: boolean; names: Name[] }> {
  names ??= fetch('/zoek/namen.json').then((r) => (r.ok ? r.json() : Promise.reject(new Error('no names'))));
  names.catch(() => (names = undefined));
  return names;
}

function find(all: Name[], wanted: string): Name[] {
  const words = plain(wanted).split(/\s+/).filter((w) => w);
  if (words.length === 0) return [];
  const hits = all.filter(([name, beside]) => words.every((w) => plain(`${name} ${beside}`).includes(w)));
  const starts = (n: Name): number => (plain(n[0]).startsWith(words[0] ?? '') ? 0 : 1);
  return hits.sort((a, b) => starts(a) - starts(b)).slice(0, SHOWN_MOST);
}

// ---- Postcodes -----------------------------------------------------------------------------------------------------

// The whole table comes here, so that nobody learns which postcode was typed.
let postcodes: Promise<Record<string, string[]>> | undefined;

async function findPostcode(all: Name[], wanted: string): Promise<Name[]> {
  postcodes ??= fetch('/zoek/postcodes.json').then((r) => (r.ok ? r.json() : Promise.reject(new Error('no postcodes'))));
  postcodes.catch(() => (postcodes = undefined));
  const start = wanted.replace(/\s/g, '').toUpperCase();
  const hits: Name[] = [];
  for (const [code, list] of Object.entries(await postcodes)) {
    const hit = list.find((p) => p.startsWith(start));
    const path = `gebied/${code}`;
    if (hit) hits.push([all.find((n) => n[2] === path)?.[0] ?? code, hit.replace(/^(.{4})(?=.)/, '$1 '), path]);
  }
  return hits.sort((a, b) => a[1].localeCompare(b[1])).slice(0, SHOWN_MOST);
}

function enhanceSearch(part: HTMLElement): void {
  const input = part.querySelector<HTMLInputElement>('input');
  const list = part.querySelector<HTMLElement>('[data-street-found]');
  if (!input || !list) return;
  const show = async (): Promise<void> => {
    const { names: all } = await load();
    const typed = input.value.trim();
    const isPostcode = part.hasAttribute('data-postcodes') && POSTCODE.test(typed);
    const found = isPostcode ? await findPostcode(all, typed) : find(all, typed);
    if (typed !== input.value.trim()) return; // typed on meanwhile
    list.replaceChildren(...found.map((n) => item(part, n)));
    say(part, typed ? (found.length ? text('client.street.found', { count: String(found.length) }) : text('client.street.none')) : '');
  };
  input.addEventListener('focus', () => void load().catch(() => undefined));
  input.addEventListener('input', () => void show().catch(() => undefined));
  // Enter goes to the first that was found; only a town with very many names asks the server.
  part.querySelector('form')?.addEventListener('submit', (e) => {
    const first = list.querySelector('a');
    if (!first) return;
    e.preventDefault();
    first.click();
  });
}

function item(part: HTMLElement, [name, beside, path]: Name): HTMLElement {
  const li = document.createElement('li');
  const a = document.createElement('a');
  a.href = root + path;
  a.textContent = name;
  a.addEventListener('click', () => keep(part, name, path));
  li.append(a);
  if (beside) {
    const small = document.createElement('span');
    small.className = 'area';
    small.textContent = beside;
    li.append(' ', small);
  }
  return li;
}

function say(part: HTMLElement, words: string): void {
  const at = part.querySelector('[data-street-said]');
  if (at) at.textContent = words;
}

// ---- Location ------------------------------------------------------------------------------------------------------

function enhanceLocation(part: HTMLElement): void {
  const button = part.querySelector<HTMLButtonElement>('[data-street-locate]');
  if (!button) return;
  if (!('geolocation' in navigator) || !window.isSecureContext) return button.remove();
  button.hidden = false;
  button.addEventListener('click', () => {
    say(part, text('client.street.busy'));
    navigator.geolocation.getCurrentPosition(
      (p) => void goTo(part, p.coords.longitude, p.coords.latitude),
      () => say(part, text('client.street.refused')),
      { timeout: 15_000, maximumAge: 60_000 },
    );
  });
}

async function goTo(part: HTMLElement, x: number, y: number): Promise<void> {
  const all = (await (await fetch('/api/v1/areas.geojson')).json()) as { features: Area[] };
  const area = all.features.find((f) => holds(f, x, y));
  if (!area) {
    say(part, text('client.street.outside'));
    return;
  }
  const path = `gebied/${area.properties.code}`;
  keep(part, area.properties.name, path);
  location.assign(root + path);
}

// Even-odd over all rings: holes and islands come right by themselves.
function holds(area: Area, x: number, y: number): boolean {
  const rings = (area.geometry.type === 'MultiPolygon' ? (area.geometry.coordinates as Ring[][]).flat() : area.geometry.coordinates) as Ring[];
  let inside = false;
  for (const ring of rings)
    ring.forEach(([x1, y1], i) => {
      const [x2, y2] = ring[(i || ring.length) - 1] ?? [0, 0];
      if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) inside = !inside;
    });
  return inside;
}

// ---- The place that this browser keeps -----------------------------------------------------------------------------

function keep(part: HTMLElement, name: string, path: string): void {
  try {
    if (path.startsWith('gebied/')) localStorage.setItem(KEY, JSON.stringify([name, path]));
    showMine(part);
  } catch {
    // Storage is blocked: then it is not kept.
  }
}

function mine(): [string, string] | undefined {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? 'null');
    if (Array.isArray(kept) && typeof kept[0] === 'string' && /^gebied\/[\w-]+$/.test(String(kept[1]))) return [kept[0], String(kept[1])];
  } catch {
    // Blocked, or not ours.
  }
  return undefined;
}

function showMine(part: HTMLElement): void {
  const at = part.querySelector<HTMLElement>('[data-street-mine]');
  const link = at?.querySelector('a');
  const kept = mine();
  if (!at || !link) return;
  at.hidden = !kept;
  if (!kept) return;
  link.textContent = kept[0];
  link.href = root + kept[1];
  at.querySelector('button')?.addEventListener('click', () => {
    localStorage.removeItem(KEY);
    at.hidden = true;
  });
}
