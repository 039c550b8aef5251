// SPDX-License-Identifier: EUPL-1.2
// HTML as values: what html`...` makes is safe to put into other HTML, every other text is escaped.

export class Html {
  constructor(readonly source: string) {}
  toString(): string {
    return this.source;
  }
}

type Part = Html | string | number | false | undefined | Part[];

export function escapeHtml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}

function show(part: Part): string {
  if (Array.isArray(part)) return part.map(show).join('');
  if (part === false || part === undefined) return '';
  return part instanceof Html ? part.source : escapeHtml(String(part));
}

export function html(strings: TemplateStringsArray, ...parts: Part[]): Html {
  return new Html(strings.reduce((all, s, i) => all + show(parts[i - 1]) + s));
}

// For what is HTML already: icons, and the {{tags}} that the server fills in.
export function raw(source: string): Html {
  return new Html(source);
}
