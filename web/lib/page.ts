// SPDX-License-Identifier: EUPL-1.2
// What a file of web/pages exports. The build makes one template per language of it; peil fills in the {{tags}}.

import type nl from '../messages/nl.json';
import type { Html } from './html';

export type Language = 'nl' | 'en';
export type MessageId = keyof typeof nl;

// The text of a message as HTML. Values stand in for its {places}; they may be HTML, such as a link or a {{tag}}.
export type Text = (id: MessageId, values?: Record<string, Html | string>) => Html;

export interface Context {
  language: Language;
  name: string; // of the page
  t: Text;
  href: (path: string) => string; // "kaart" in this language: /kaart or /en/kaart
}

export interface Page {
  name: string; // the view of src/portal/page.c that fills it, and the template's file name
  path?: string; // below / and /en/; "meter/{id}" also takes what is below; none: only for errors
  title: (c: Context) => Html; // "place - subject"; the town is added
  inMenu?: MessageId;
  form?: 'page' | 'embed' | 'svg' | 'png' | 'file'; // round the body: all of it (when absent), a bare document, nothing; the server draws (src/portal/card.h); a file to take away
  team?: boolean; // a page of staff: src/portal/team, with its own bar and style
  body: (c: Context) => Html; // inside <main>
}
