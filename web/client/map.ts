// SPDX-License-Identifier: EUPL-1.2
// Zoom and pan: the map grows inside a pane that scrolls, so fingers, wheels and keys work as everywhere; buttons do the same.
// Markers keep their size, for they are placed by percentage.

const STEPS = [1, 1.6, 2.5, 4];
const PAN: Record<string, [number, number]> = { up: [0, -1], down: [0, 1], left: [-1, 0], right: [1, 0] };

export function map(): void {
  for (const frame of document.querySelectorAll<HTMLElement>('[data-map]')) enhance(frame);
}

function enhance(frame: HTMLElement): void {
  const pane = frame.querySelector<HTMLElement>('[data-map-pane]');
  const buttons = frame.querySelector<HTMLElement>('[data-map-buttons]');
  if (!pane || !buttons) return;
  let step = 0;
  buttons.hidden = false;

  const zoom = (to: number): void => {
    const before = STEPS[step] ?? 1;
    step = Math.min(Math.max(to, 0), STEPS.length - 1);
    const after = STEPS[step] ?? 1;
    const x = (pane.scrollLeft + pane.clientWidth / 2) / before;
    const y = (pane.scrollTop + pane.clientHeight / 2) / before;
    pane.style.setProperty('--near', String(after));
    pane.classList.toggle('is-near', step > 0);
    buttons.classList.toggle('is-near', step > 0);
    pane.scrollTo(x * after - pane.clientWidth / 2, y * after - pane.clientHeight / 2);
    for (const b of buttons.querySelectorAll<HTMLButtonElement>('[data-zoom]'))
      b.disabled = b.dataset.zoom === 'in' ? step === STEPS.length - 1 : step === 0;
  };

  const pan = (direction: string): void => {
    const [x, y] = PAN[direction] ?? [0, 0];
    const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    pane.scrollBy({ left: (x * pane.clientWidth) / 3, top: (y * pane.clientHeight) / 3, behavior: isCalm ? 'auto' : 'smooth' });
  };

  buttons.addEventListener('click', (e) => {
    const button = (e.target as Element).closest('button');
    if (button?.dataset.zoom) zoom(step + (button.dataset.zoom === 'in' ? 1 : -1));
    if (button?.dataset.pan) pan(button.dataset.pan);
  });
  // A tooltip for the mouse says what the marker's name says, made when it is wanted.
  pane.addEventListener('pointerover', (e) => {
    const marker = (e.target as Element).closest('.marker');
    if (marker) pane.title = marker.getAttribute('aria-label') ?? '';
    else pane.removeAttribute('title');
  });
  // Without Ctrl the wheel scrolls the page.
  pane.addEventListener('wheel', (e) => {
    if (!e.ctrlKey) return;
    e.preventDefault();
    zoom(step + (e.deltaY < 0 ? 1 : -1));
  }, { passive: false });
}
