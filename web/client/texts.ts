// SPDX-License-Identifier: EUPL-1.2
// The texts that script speaks, put in by the build for the page's language.

declare const TEXTS: Record<string, string>;
declare const LANGUAGE: 'nl' | 'en';

export function text(id: string, values: Record<string, string> = {}): string {
  return (TEXTS[id] ?? '').replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '');
}

// As words_number and shown_decimals of src/render/words.c.
export function formatReading(value: number, decimals: number): string {
  const shown = Math.abs(value) >= 9.95 ? 0 : decimals;
  const options = { minimumFractionDigits: shown, maximumFractionDigits: shown };
  return value.toLocaleString(LANGUAGE === 'nl' ? 'nl-NL' : 'en-GB', options).replace('-', '\u2212').replace(/^\u2212(?=[0.,]+$)/, '');
}

export function formatClock(time: number): string {
  const options: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit', timeZone: document.body.dataset.zone };
  const digits = new Intl.DateTimeFormat('en-GB', options).format(time);
  return text('client.time', { time: LANGUAGE === 'nl' ? digits.replace(':', '.') : digits });
}
