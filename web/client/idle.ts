// SPDX-License-Identifier: EUPL-1.2
// Work that the first view does not need waits until the page is there and nothing else is to be done.

export function whenIdle(f: () => void): void {
  const later = (): void => void ('requestIdleCallback' in window ? requestIdleCallback(f, { timeout: 2000 }) : setTimeout(f, 200));
  if (document.readyState === 'complete') later();
  else window.addEventListener('load', later, { once: true });
}

const SLICE = 8; // milliseconds: a frame has 16, and a key or finger must not wait

// Takes what comes in pieces of a few milliseconds; of two with one key only the newer one counts.
export function inSlices<K, T>(take: (item: T) => void): (key: K, item: T) => void {
  const waiting = new Map<K, T>();
  let isRunning = false;
  const run = (): void => {
    const end = performance.now() + SLICE;
    for (const [key, item] of waiting) {
      if (performance.now() > end) break;
      waiting.delete(key);
      take(item);
    }
    isRunning = waiting.size > 0;
    if (isRunning) setTimeout(run);
  };
  return (key, item) => {
    waiting.delete(key);
    waiting.set(key, item);
    if (!isRunning) setTimeout(run);
    isRunning = true;
  };
}
