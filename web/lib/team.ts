// SPDX-License-Identifier: EUPL-1.2
// Parts of the pages of staff. Every form goes through form(), which carries the token against forged forms.

import { html, Html, raw } from './html';
import type { Context, MessageId } from './page';

// A form that posts to its own page. `what` says which deed of the page it is.
export function form(_c: Context, what: string, label: Html | string, body: Html, options: { quiet?: boolean; files?: boolean } = {}): Html {
  return html`<form method="post"${raw(options.files ? ' enctype="multipart/form-data"' : '')} class="${options.quiet ? 'team-inline' : 'team-form'}" aria-label="${label}">
    <input type="hidden" name="form_token" value="{{form_token}}"><input type="hidden" name="wat" value="${what}">
    ${body}
  </form>`;
}

let fields = 0;

// A labelled text field; `extra` are further attributes.
export function field(label: Html, name: string, extra = '', hint?: Html): Html {
  const id = `f${++fields}-${name}`;
  return html`<div class="team-field"><label for="${id}">${label}</label>
    ${hint !== undefined && html`<p class="team-hint" id="${id}-h">${hint}</p>`}
    <input id="${id}" name="${name}"${raw(hint ? ` aria-describedby="${id}-h"` : '')} ${raw(extra)}></div>`;
}

export function select(label: Html, name: string, options: Html): Html {
  const id = `f${++fields}-${name}`;
  return html`<div class="team-field"><label for="${id}">${label}</label><select id="${id}" name="${name}">${options}</select></div>`;
}

export function submit(text: Html, kind: 'primary' | 'default' = 'primary'): Html {
  return html`<button type="submit" class="nl-button nl-button--${kind}">${text}</button>`;
}

export function tick(label: Html, name: string, extra: Html = raw('')): Html {
  return html`<label class="team-tick"><input type="checkbox" name="${name}" value="1" ${extra}> <span>${label}</span></label>`;
}

// A field of several lines.
export function lines(label: Html, name: string, text: Html, hint: Html): Html {
  const id = `f${++fields}-${name}`;
  return html`<div class="team-field"><label for="${id}">${label}</label><p class="team-hint" id="${id}-h">${hint}</p>
    <textarea id="${id}" name="${name}" rows="2" cols="40" spellcheck="false" autocapitalize="none" aria-describedby="${id}-h">${text}</textarea></div>`;
}

// Where one is in a long list.
export function pages(c: Context): Html {
  return html`<nav class="team-pages" aria-label="${c.t('team.pages')}"><p>${c.t('team.pages.of', { from: raw('{{from}}'), to: raw('{{to}}'), found: raw('{{found}}') })}</p>
    {{#previous_href}}<a href="{{previous_href}}" rel="prev">${c.t('team.pages.previous')}</a>{{/previous_href}}
    {{#next_href}}<a href="{{next_href}}" rel="next">${c.t('team.pages.next')}</a>{{/next_href}}</nav>`;
}

// What went well or wrong; stands under the heading of each page.
export function notices(_c: Context): Html {
  return html`{{#error}}<div class="team-error" role="alert" tabindex="-1" autofocus><p><strong>{{error}}</strong></p>
      <p class="small" lang="en">{{error_detail}}</p></div>{{/error}}
    {{#done}}<p class="team-done" role="status">{{done}}</p>{{/done}}`;
}

export { cell } from './parts';

export function head(c: Context, ids: MessageId[]): Html {
  return html`<thead><tr>${ids.map((id) => html`<th scope="col">${c.t(id)}</th>`)}</tr></thead>`;
}
