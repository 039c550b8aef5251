// SPDX-License-Identifier: EUPL-1.2
// A button beside every text that is there to be taken along.

import { text } from './texts';

export function copy(): void {
  if (!navigator.clipboard) return;
  for (const at of document.querySelectorAll<HTMLElement>('[data-copy]')) {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'quiet';
    button.textContent = text('client.copy');
    const said = document.createElement('span');
    said.setAttribute('role', 'status');
    said.className = 'small';
    button.addEventListener('click', () => void navigator.clipboard.writeText(at.textContent ?? '').then(() => (said.textContent = text('client.copied'))));
    at.after(button, said);
  }
}
