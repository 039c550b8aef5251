// SPDX-License-Identifier: EUPL-1.2
// Staff are logged out after some time without a request. Who types or clicks is not away: that is told to peil now and then. Who does
// nothing is warned two minutes before, and one press of a key goes on (WCAG 2.2.1). What was typed stays when it was too late.

import { text } from './texts';

const WARN_BEFORE = 120_000;
const TELL_EVERY = 300_000;
const LOOK_EVERY = 5_000;

let heardAt = Date.now(); // when peil last had a request of this page
let isActive = false; // since then
let said: 'nothing' | 'warning' | 'out' = 'nothing';

function box(): HTMLElement | null {
  return document.querySelector<HTMLElement>('[data-idle]');
}

function say(what: typeof said): void {
  const at = box();
  if (!at || what === said) return;
  said = what;
  at.hidden = what === 'nothing';
  const words = at.querySelector('p');
  if (words) words.textContent = what === 'nothing' ? '' : text(`team.client.${what}`);
}

// A page of the session's own: while the session lives it brings the token that forms need, which is another one after a new login.
async function goOn(): Promise<void> {
  isActive = false;
  const answer = await fetch(location.href, { headers: { Accept: 'text/html' } });
  const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector<HTMLInputElement>('[data-idle] ~ * [name=form_token]');
  if (!answer.ok || answer.redirected || !fresh) {
    say('out');
    return;
  }
  for (const field of document.querySelectorAll<HTMLInputElement>('[name=form_token]')) field.value = fresh.value;
  heardAt = Date.now();
  say('nothing');
}

const tryToGoOn = (): void => void goOn().catch(() => undefined); // no connection: the next look tries again

function look(idle: number): void {
  const past = Date.now() - heardAt;
  if (past >= idle) say('out');
  else if (isActive && past >= Math.min(TELL_EVERY, idle / 3)) tryToGoOn();
  else if (past >= idle - WARN_BEFORE) say('warning');
}

function act(): void {
  isActive = true;
  if (said === 'warning') tryToGoOn();
}

const at = box();
if (at) {
  const idle = Number(at.dataset.idle) * 1000;
  for (const type of ['keydown', 'pointerdown', 'input']) document.addEventListener(type, act, { passive: true });
  at.querySelector('button')?.addEventListener('click', tryToGoOn);
  setInterval(() => look(idle), LOOK_EVERY);
  document.addEventListener('visibilitychange', () => document.hidden || look(idle));
}
