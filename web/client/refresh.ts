// SPDX-License-Identifier: EUPL-1.2
// Takes parts of the page anew from the server, which alone knows how to draw them: a chart that has new points, a map that has
// a new meter. At most every few seconds, so that a town full of readers stays light.

type Reason = 'now' | 'chart' | 'new-meter' | 'all';

const EVERY = { now: 60_000, chart: 20_000, 'new-meter': 2_000, all: 2_000 };
const PARTS = { now: '[data-part="now"]', chart: '[data-part="chart"]', 'new-meter': '[data-map-pane], [data-list]', all: '[data-part], [data-map-pane], [data-list], .cards' };
const waiting = new Map<Reason, number>();
const doneAt = new Map<Reason, number>([['now', Date.now()]]); // the page itself is new

export const afterRefresh: (() => void)[] = [];

export function refresh(reason: Reason): void {
  if (waiting.has(reason)) return;
  const wait = Math.max(0, (doneAt.get(reason) ?? 0) + EVERY[reason] - Date.now());
  waiting.set(reason, window.setTimeout(() => void take(reason), wait));
}

const SLOW = 400;

// The old view stays; what is being fetched is busy, and after a moment a thin bar says so.
function busy(reason: Reason, is: boolean): void {
  for (const part of document.querySelectorAll(PARTS[reason])) {
    if (is) part.setAttribute('aria-busy', 'true');
    else part.removeAttribute('aria-busy');
  }
  if (!is) document.body.classList.remove('is-slow');
}

async function take(reason: Reason): Promise<void> {
  waiting.delete(reason);
  doneAt.set(reason, Date.now());
  busy(reason, true);
  const slow = window.setTimeout(() => document.body.classList.add('is-slow'), SLOW);
  try {
    await takeParts(location.href, PARTS[reason]);
  } catch {
    // No connection: what is shown stays, and the live bar says so.
  } finally {
    clearTimeout(slow);
    busy(reason, false);
  }
}

// The page at `href`, of which the parts are put in place of those that stand here.
export async function takeParts(href: string, parts: string, signal?: AbortSignal): Promise<Document | undefined> {
  const answer = await fetch(href, { headers: { Accept: 'text/html' }, signal: signal ?? null });
  if (!answer.ok) return undefined;
  const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html');
  replace(parts, fresh);
  afterRefresh.forEach((f) => f());
  return fresh;
}

function replace(parts: string, fresh: Document): void {
  const olds = [...document.querySelectorAll(parts)];
  const news = [...fresh.querySelectorAll(parts)];
  olds.forEach((old, i) => {
    const made = news[i];
    // What somebody is using now is left alone.
    if (!made || (document.activeElement !== document.body && old.contains(document.activeElement))) return;
    keepOpen(old, made);
    old.replaceChildren(...made.childNodes);
  });
}

function keepOpen(old: Element, made: Element): void {
  const before = old.querySelectorAll('details');
  made.querySelectorAll('details').forEach((d, i) => (d.open = before[i]?.open ?? false));
}
