// SPDX-License-Identifier: EUPL-1.2
// The texts that script speaks, put in by the build for the page's language.

declare const TEXTS: Record<string, string>;
declare const LANGUAGE: 'nl' | 'en';

export function text(id: string, values: Record<string, string> = {}): string {
  return (TEXTS[id] ?? '').replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '');
}

// Made once: a formatter of Intl costs milliseconds on a phone, each use next to nothing.
const numbers = new Map<number, Intl.NumberFormat>();
let clock: Intl.DateTimeFormat | undefined;

function numberFormat(decimals: number): Intl.NumberFormat {
  let format = numbers.get(decimals);
  if (!format) numbers.set(decimals, (format = new Intl.NumberFormat(LANGUAGE === 'nl' ? 'nl-NL' : 'en-GB', { minimumFractionDigits: decimals, maximumFractionDigits: decimals })));
  return format;
}

// As words_number and shown_decimals of src/render/words.c.
export function formatReading(value: number, decimals: number): string {
  const shown = Math.abs(value) >= 9.95 ? 0 : decimals;
  return numberFormat(shown).format(value).replace('-', '\u2212').replace(/^\u2212(?=[0.,]+$)/, '');
}

export function formatClock(time: number): string {
  clock ??= new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', timeZone: document.body.dataset.zone });
  const digits = clock.format(time);
  return text('client.time', { time: LANGUAGE === 'nl' ? digits.replace(':', '.') : digits });
}
