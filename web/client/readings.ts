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
}

const OLD_MOST = 3 * 3600 * 1000; // as READING_OLD_MOST of src/portal/meter.h
const STATES = ['fresh', 'old', 'silent', 'none', 'rejected'];

function setState(at: Element, state: string): void {
  at.classList.remove(...STATES);
  at.classList.add(state);
}

function setClass(at: Element, name: string): void {
  const before = at.getAttribute('data-class');
  if (before) at.classList.remove(before);
  at.classList.add(name);
  at.setAttribute('data-class', name);
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
  const label = `${name}: ${[value, wordOf(o), when].filter((part) => part).join(', ')}`;
  marker.setAttribute('aria-label', label);
  setText(marker.querySelector('title'), label);
}

function showRow(row: Element, value: string, o: Observation, when: string): void {
  setText(row.querySelector('[data-value]'), value);
  const at = row.querySelector('[data-when]');
  setText(at, when);
  at?.setAttribute('datetime', o.time);
  const mark = row.querySelector('[data-class]');
  if (mark) setClass(mark, o.class ?? 'plain');
  setText(row.querySelector('[data-word]'), wordOf(o));
}

// True when something on the page shows this stream. A reading older than what is shown changes nothing.
export function show(o: Observation): boolean {
  const time = Date.parse(o.time);
  const places = document.querySelectorAll<HTMLElement | SVGElement>(`[data-stream="${o.stream}"]`);
  for (const at of places) {
    if (Number(at.dataset.time) >= time) continue;
    at.dataset.time = String(time);
    const value = valueOf(o, Number(at.dataset.decimals));
    if (at instanceof SVGElement) showMarker(at, value, o, formatClock(time));
    else showRow(at, value, o, formatClock(time));
    setState(at, o.rejected ? 'rejected' : stateAt(at, time, Date.now()));
    flash(at);
  }
  return places.length > 0;
}

function stateAt(at: HTMLElement | SVGElement, time: number, now: number): string {
  const past = now - time;
  return past < Number(at.dataset.fresh) ? 'fresh' : past < OLD_MOST ? 'old' : 'silent';
}

// What was fresh when it came grows old without any message.
export function age(now: number): void {
  for (const at of document.querySelectorAll<HTMLElement | SVGElement>('[data-stream]')) {
    const time = Number(at.dataset.time);
    if (!time) continue;
    const state = stateAt(at, time, now);
    if (state === 'silent' || !at.classList.contains('rejected')) setState(at, state);
  }
}
