// SPDX-License-Identifier: EUPL-1.2
// The list of hours as a slider. The map of an hour comes from the server, like all maps; the address names it, so that it can be shared.

import { leaveLive } from './live';
import { takeParts } from './refresh';

const PARTS = '[data-map-pane], [data-legend], [data-list], .layers';
const WAIT = 150; // while a finger is still moving

export function hours(): void {
  for (const form of document.querySelectorAll<HTMLFormElement>('[data-hours]')) enhance(form);
}

function sliderOf(select: HTMLSelectElement): HTMLInputElement {
  const slider = document.createElement('input');
  slider.type = 'range';
  slider.max = String(select.length - 1);
  slider.value = String(select.selectedIndex);
  slider.id = 'hour';
  select.labels[0]?.setAttribute('for', 'hour');
  return slider;
}

function enhance(form: HTMLFormElement): void {
  const select = form.querySelector('select');
  const field = select?.parentElement;
  if (!select || !field) return;
  const slider = sliderOf(select);
  const said = document.createElement('output');
  select.hidden = true;
  field.querySelector('button')?.remove();
  field.append(slider);
  form.append(said);

  const hrefOf = (index: number): string => {
    const value = select.options[index]?.value;
    const layer = (form.elements.namedItem('laag') as HTMLInputElement).value;
    return `${form.action}?${value ? `t=${value}&` : ''}laag=${layer}`;
  };
  const say = (): void => {
    const name = select.options[slider.valueAsNumber]?.textContent ?? '';
    said.textContent = name;
    slider.setAttribute('aria-valuetext', name);
  };

  let timer = 0;
  let under: AbortController | undefined;
  // The links stay true, so that they can be opened elsewhere; at the end of the slider there is nothing later.
  const aim = (): void => {
    for (const link of form.querySelectorAll<HTMLAnchorElement>('[data-hours-step]')) {
      const to = slider.valueAsNumber + Number(link.dataset.hoursStep);
      const isThere = to >= 0 && to < select.length;
      if (isThere) link.href = hrefOf(to);
      else link.removeAttribute('href');
      link.setAttribute('aria-disabled', String(!isThere));
      link.setAttribute('role', 'link'); // also without an address
    }
  };
  const show = async (): Promise<void> => {
    const index = slider.valueAsNumber;
    const href = hrefOf(index);
    if (index === select.length - 1) return location.assign(href); // now, and live again
    leaveLive();
    form.querySelector('[data-hours-now]')?.removeAttribute('aria-current');
    under?.abort();
    under = new AbortController();
    const mine = under;
    form.setAttribute('aria-busy', 'true');
    try {
      const fresh = await takeParts(href, PARTS, mine.signal);
      if (!fresh || mine.signal.aborted) return location.assign(href);
      document.title = fresh.title;
      history.replaceState(null, '', href);
      const language = document.querySelector<HTMLAnchorElement>('.language');
      const other = fresh.querySelector<HTMLAnchorElement>('.language');
      if (language && other) language.href = other.getAttribute('href') ?? language.href;
    } catch {
      // A newer hour was chosen, or there is no connection: what is shown stays.
    } finally {
      if (mine === under) form.removeAttribute('aria-busy');
    }
  };
  const move = (wait: number): void => {
    say();
    aim();
    clearTimeout(timer);
    timer = window.setTimeout(() => void show(), wait);
  };

  slider.addEventListener('input', () => move(WAIT));
  form.addEventListener('click', (e) => {
    const link = (e.target as Element).closest<HTMLAnchorElement>('[data-hours-step]');
    if (!link?.href || e.ctrlKey || e.metaKey || e.shiftKey) return;
    e.preventDefault();
    slider.valueAsNumber += Number(link.dataset.hoursStep);
    move(0);
  });
  form.addEventListener('submit', (e) => e.preventDefault());
  say();
  aim();
}
