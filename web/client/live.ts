// SPDX-License-Identifier: EUPL-1.2
// Keeps the page up to date from /live. Can be paused; speaks at most once a minute.

import { inSlices } from './idle';
import { age, show, type Observation } from './readings';
import { refresh } from './refresh';
import { text } from './texts';

const SPEAK_EVERY = 60_000;
const AGE_EVERY = 15_000;

let source: EventSource | undefined;
let place = ''; // of the last event, for going on after a pause
let unspoken = 0;
let spokenAt = Date.now();

const bar = document.querySelector<HTMLElement>('[data-live-bar]');
const region = document.querySelector<HTMLElement>('[data-live-region]');

function state(name: 'on' | 'off' | 'lost'): void {
  if (!bar) return;
  bar.hidden = false;
  bar.classList.toggle('is-paused', name === 'off');
  bar.classList.toggle('is-lost', name === 'lost');
  const words = bar.querySelector('[data-live-text]');
  const button = bar.querySelector('[data-live-button]');
  if (words) words.textContent = text(`client.live.${name}`);
  if (button) button.textContent = text(name === 'off' ? 'client.live.resume' : 'client.live.pause');
}

function speak(): void {
  if (!region || unspoken === 0 || Date.now() - spokenAt < SPEAK_EVERY) return;
  region.textContent = text(unspoken === 1 ? 'client.live.said.one' : 'client.live.said', { count: String(unspoken) });
  unspoken = 0;
  spokenAt = Date.now();
}

function hear(e: MessageEvent<string>): void {
  const o = JSON.parse(e.data) as Observation;
  place = e.lastEventId || place;
  put(o.stream, o);
}

// A page that comes back from the background hears hundreds at once.
const put = inSlices<number, Observation>((o) => {
  if (show(o)) {
    unspoken++;
    refresh('now');
  } else if (document.body.dataset.layer === o.quantity && document.body.matches('.page-home, .page-map')) {
    // A meter that this page has no row for: one of many in a neighbourhood's figure, or a new one.
    refresh(document.querySelector('tr[data-stream]') ? 'new-meter' : 'now');
  }
  if (document.querySelector(`[data-chart-stream="${o.stream}"]`)) refresh('chart');
});

// Behind the page's own commit, or behind what was heard last; a page of one meter hears that one only.
function addressOfLive(): string {
  const things = document.body.dataset.thing ? `&things=${document.body.dataset.thing}` : '';
  return `/live?after=${place || document.body.dataset.live}${things}`;
}

function start(): void {
  if (!document.body.dataset.live) return;
  source = new EventSource(addressOfLive());
  source.addEventListener('open', () => state('on'));
  source.addEventListener('error', () => {
    state('lost');
    if (source?.readyState === EventSource.CLOSED) setTimeout(restart, 5000);
  });
  source.addEventListener('observation', hear);
  source.addEventListener('behind', () => refresh('all'));
}

function stop(): void {
  source?.close();
  source = undefined;
}

// For good: what is shown is of another time.
export function leaveLive(): void {
  delete document.body.dataset.live;
  if (source) stop();
  if (bar) bar.hidden = true;
}

function restart(): void {
  if (!source) return; // paused meanwhile
  stop();
  start();
}

export function live(): void {
  if (!bar || !('EventSource' in window)) return;
  bar.querySelector('[data-live-button]')?.addEventListener('click', () => {
    if (source) {
      stop();
      state('off');
    } else {
      start();
    }
  });
  start();
  // A page in the background needs no connection: thousands of forgotten tabs would each hold one.
  document.addEventListener('visibilitychange', () => {
    if (bar.classList.contains('is-paused')) return;
    if (document.hidden) stop();
    else if (!source) start();
  });
  setInterval(() => {
    age(Date.now());
    speak();
  }, AGE_EVERY);
}
