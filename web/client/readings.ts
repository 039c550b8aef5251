// SPDX-License-Identifier: EUPL-1.2
// Rows, cards and markers that show a stream's latest reading: puts a new one in, and lets an old one look old.

import { formatClock, formatReading, text } from './texts';

export interface Observation {
  stream: number;
  thing: number;
  time: string;
  result: number | boolean;
  class?: string;
  rejected?: string;
  factor?: number;
  quantity?: string;
}

const OLD_MOST = 3 * 3600 * 1000; // as READING_OLD_MOST of src/portal/meter.h
const STATES = ['fresh', 'old', 'silent', 'none', 'rejected'];

function setState(at: Element, state: string): void {
  at.classList.remove(...STATES);
  at.classList.add(state);
}

// Classes of a scale are called air-1, warm-6 ... or plain.
function setClass(at: Element, name: string): void {
  at.classList.remove(...[...at.classList].filter((c) => c === 'plain' || /^[a-z]+-\d$/.test(c)));
  at.classList.add(name);
}

function setText(at: Element | null, words: string): void {
  if (at && at.textContent !== words) at.textContent = words;
}

function flash(at: Element): void {
  at.classList.remove('is-new');
  requestAnimationFrame(() => at.classList.add('is-new'));
}

function wordOf(o: Observation): string {
  if (o.rejected) return text(`client.reject.${o.rejected}`);
  return o.class ? text(`client.class.${o.class}`) : '';
}

function valueOf(o: Observation, decimals: number): string {
  return o.rejected ? '×' : formatReading(Number(o.result) * (o.factor ?? 1), decimals);
}

function showMarker(marker: Element, value: string, o: Observation, when: string): void {
  setClass(marker, o.class ?? 'plain');
  setText(marker.querySelector('text'), value);
  const name = (marker.getAttribute('aria-label') ?? '').split(':')[0];
  marker.setAttribute('aria-label', `${name}: ${[value, wordOf(o), when].filter((part) => part).join(', ')}`);
}

function showRow(row: Element, value: string, o: Observation, when: string): void {
  setText(row.querySelector('[data-value]'), value);
  setText(row.querySelector('[data-word]'), wordOf(o));
  const at = row.querySelector('time');
  setText(at, when);
  at?.setAttribute('datetime', o.time);
  const dot = row.querySelector('.dot');
  if (dot) setClass(dot, o.class ?? 'plain');
}

// A row of the list or a card knows when it was measured; the marker of the same stream follows it.
const rowOf = (stream: number): HTMLElement | null => document.querySelector(`tr[data-stream="${stream}"], li[data-stream="${stream}"]`);
const markerOf = (stream: number | string): Element | null => document.querySelector(`.marker[data-stream="${stream}"]`);
const timeOf = (row: Element): number => Date.parse(row.querySelector('time')?.dateTime ?? '') || 0;

// True when the page shows this stream. A reading older than what is shown changes nothing.
export function show(o: Observation): boolean {
  const row = rowOf(o.stream);
  const time = Date.parse(o.time);
  if (!row || timeOf(row) >= time) return row !== null;
  const marker = markerOf(o.stream);
  const value = valueOf(o, Number(row.dataset.decimals));
  const state = o.rejected ? 'rejected' : stateAt(row, time, Date.now());
  showRow(row, value, o, formatClock(time));
  if (marker) showMarker(marker, value, o, formatClock(time));
  for (const at of marker ? [row, marker] : [row]) {
    setState(at, state);
    flash(at);
  }
  return true;
}

function stateAt(row: HTMLElement, time: number, now: number): string {
  const past = now - time;
  return past < Number(row.dataset.fresh) ? 'fresh' : past < OLD_MOST ? 'old' : 'silent';
}

// Its time says since when, for a number that old is none of now.
function fallSilent(row: Element, marker: Element | null): void {
  const at = row.querySelector('time');
  const since = text('client.since', { when: at?.textContent ?? '' });
  setText(row.querySelector('[data-value]'), '');
  setText(row.querySelector('[data-word]'), '');
  setText(at, since);
  if (!marker) return;
  setText(marker.querySelector('text'), '–');
  marker.setAttribute('aria-label', `${(marker.getAttribute('aria-label') ?? '').split(':')[0]}: ${since}`);
}

// What was fresh when it came grows old without any message.
export function age(now: number): void {
  for (const row of document.querySelectorAll<HTMLElement>('tr[data-stream], li[data-stream]')) {
    const time = timeOf(row);
    const state = stateAt(row, time, now);
    if (!time || (row.classList.contains('rejected') && state !== 'silent')) continue;
    const marker = markerOf(row.dataset.stream ?? '');
    if (state === 'silent' && !row.classList.contains('silent')) fallSilent(row, marker);
    setState(row, state);
    if (marker) setState(marker, state);
  }
}
