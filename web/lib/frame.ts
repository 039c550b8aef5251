// SPDX-License-Identifier: EUPL-1.2
// What stands round every page: head, header, menu, footer.

import { html, Html, raw } from './html';
import type { Context, Language, MessageId, Page, Text } from './page';

export interface Files {
  css: string;
  team: string; // style of the pages of staff
  kpi: string; // style of the assessment
  fileStyle: string; // the style itself, for a page that is a file of its own
  js: string;
  teamJs: string;
  font: string;
  icon: string;
  touch: string; // for a home screen of Apple
  picture: string; // of a page without one of its own
}

const NAMES: Record<Language, string> = { nl: 'Nederlands', en: 'English' };

export function hrefOf(language: Language): (path: string) => string {
  return (path) => (language === 'nl' ? '/' : '/en/') + path;
}

// {town} in a text is always the tag {{town}}; other {places} must be given.
export function textOf(messages: Record<string, string>, language: Language): Text {
  return (id, values = {}) => {
    const text = messages[id];
    if (text === undefined) throw new Error(`no text ${id} in ${language}`);
    const parts = text.split(/\{(\w+)\}/);
    return new Html(
      parts.map((part, i) => (i % 2 === 0 ? html`${part}` : place(id, part, values)).toString()).join(''),
    );
  };
}

function place(id: string, name: string, values: Record<string, Html | string>): Html {
  if (name === 'town') return raw('{{town}}');
  const value = values[name];
  if (value === undefined) throw new Error(`text ${id}: nothing given for {${name}}`);
  return html`${value}`;
}

const LOGO = raw(
  '<svg class="logo" viewBox="0 0 20 28" width="20" height="28" aria-hidden="true">' +
    '<path d="M1 1h18v4H7v3h8v3H7v3h12v4H7v3h8v3H7v3H1z"/></svg>',
);

function menu(pages: Page[], c: Context): Html {
  const items = pages.filter((p) => p.inMenu !== undefined && p.path !== undefined);
  items.sort((a, b) => MENU_ORDER.indexOf(a.name) - MENU_ORDER.indexOf(b.name));
  return html`<nav class="menu" aria-label="${c.t('frame.menu')}">
    <ul>
      ${items.map((p) => {
        const here = p.name === c.name && raw(' aria-current="page"');
        return html`<li><a href="${c.href(p.path as string)}"${here}>${c.t(p.inMenu as MessageId)}</a></li>`;
      })}
    </ul>
  </nav>`;
}

function teamBar(c: Context): Html {
  return html`{{#user}}<div class="team-idle" data-idle="{{idle_s}}" role="alert" hidden><p></p>
    <div class="team-inline"><button type="button" class="nl-button nl-button--primary">${c.t('team.idle.go-on')}</button>
    <a href="${c.href('team/inloggen')}" target="_blank">${c.t('team.idle.login')}</a></div></div>
  <nav class="team-bar" aria-label="${c.t('team.menu')}"><div class="wide">
    <ul>{{#team_menu}}<li><a href="{{href}}"{{#current}} aria-current="page"{{/current}}>{{name}}</a></li>{{/team_menu}}</ul>
    <form method="post" action="${c.href('team/uitloggen')}"><p><a href="${c.href('team/account')}">{{user}}</a>
      <input type="hidden" name="form_token" value="{{form_token}}">
      <button type="submit" class="nl-button nl-button--default quiet">${c.t('team.logout')}</button></p></form>
  </div></nav>{{/user}}`;
}

const MENU_ORDER = ['home', 'map', 'kpi', 'data', 'explain'];

function opening(page: Page, c: Context): Html {
  return html`<!doctype html>
<html lang="${c.language}">
<head>
  <meta charset="utf-8">
  <title>${page.title(c)} – {{town}}</title>
  <meta name="viewport" content="width=device-width, initial-scale=1">`;
}

// A page that is taken away and read elsewhere: nothing in it is fetched.
function file(page: Page, c: Context, files: Files): Html {
  return html`${opening(page, c)}
  <style>${raw(files.fileStyle)}</style>
</head>
<body class="page-${page.name}"><main>${page.body(c)}</main></body>
</html>`;
}

// Links of the footer, in order.
const FOOT: [string, MessageId][] = [
  ['uitleg', 'explain.menu'], ['data', 'data.menu'], ['registers/sensoren', 'register.title'], ['registers/verwerkingen', 'processing.title'], ['registers/algoritmen', 'algorithms.title'], ['status', 'status.title'],
  ['contact', 'contact.title'], ['toegankelijkheid', 'accessibility.title'], ['privacy', 'privacy.title'],
];

// A shared link shows this: the page's own sentence, and a picture where the page has one.
function preview(page: Page, c: Context, files: Files): Html {
  return html`<meta property="og:type" content="website">
  <meta property="og:site_name" content="{{town}}">
  <meta property="og:locale" content="${c.language === 'nl' ? 'nl_NL' : 'en_GB'}">
  <meta property="og:title" content="${page.title(c)}">
  <meta property="og:description" content="{{#share_text}}{{share_text}}{{/share_text}}{{^share_text}}${c.t('frame.description')}{{/share_text}}">
  <meta property="og:url" content="{{origin}}{{self_href}}">
  {{#share_image}}<meta property="og:image" content="{{origin}}{{share_image}}">
  <meta property="og:image:type" content="image/png">
  <meta property="og:image:width" content="1200">
  <meta property="og:image:height" content="630">
  <meta property="og:image:alt" content="{{share_text}}">
  <meta name="twitter:card" content="summary_large_image">{{/share_image}}
  {{^share_image}}<meta property="og:image" content="{{origin}}${files.picture}">
  <meta property="og:image:type" content="image/png">
  <meta property="og:image:width" content="512">
  <meta property="og:image:height" content="512">
  <meta property="og:image:alt" content="peil">{{/share_image}}
  {{#feed_href}}<link rel="alternate" type="application/atom+xml" href="{{feed_href}}">{{/feed_href}}
  <link rel="canonical" href="{{origin}}{{self_href}}">`;
}

function styles(files: Files): Html {
  return html`<link rel="stylesheet" href="${files.css}">
  {{#theme_css}}<link rel="stylesheet" href="{{theme_css}}">{{/theme_css}}
  <link rel="preload" href="${files.font}" as="font" type="font/woff2" crossorigin>`;
}

export function frame(page: Page, pages: Page[], c: Context, files: Files): Html {
  if (page.form === 'svg' || page.form === 'png') return page.body(c);
  if (page.form === 'file') return file(page, c, files);
  if (page.form === 'embed') return embedFrame(page, c, files);
  return pageFrame(page, pages, c, files);
}

// Inside somebody else's page: no script, nothing that is kept, links open outside the frame.
function embedFrame(page: Page, c: Context, files: Files): Html {
  return html`${opening(page, c)}
  <meta name="color-scheme" content="light dark">
  <meta name="robots" content="noindex">
  <base target="_blank">
  <link rel="icon" href="${files.icon}" type="image/svg+xml">
  ${styles(files)}
</head>
<body class="embedded page-${page.name}">
  <main>${page.body(c)}</main>
</body>
</html>`;
}

function pageFrame(page: Page, pages: Page[], c: Context, files: Files): Html {
  const other: Language = c.language === 'nl' ? 'en' : 'nl';
  const isError = page.path === undefined;
  return html`${opening(page, c)}
  <meta name="color-scheme" content="light dark">
  <meta name="theme-color" content="{{brand_light}}" media="(prefers-color-scheme: light)">
  <meta name="theme-color" content="{{brand_dark}}" media="(prefers-color-scheme: dark)">
  ${!isError && html`<meta name="description" content="{{#share_text}}{{share_text}}{{/share_text}}{{^share_text}}${c.t('frame.description')}{{/share_text}}">
  ${!page.team && preview(page, c, files)}
  <link rel="alternate" hreflang="${c.language}" href="{{self_href}}">
  <link rel="alternate" hreflang="${other}" href="{{other_href}}">`}
  ${styles(files)}
  ${/^(team-)?kpi/.test(page.name) && html`<link rel="stylesheet" href="${files.kpi}">`}
  ${page.team && html`<link rel="stylesheet" href="${files.team}"><meta name="robots" content="noindex">`}
  <link rel="manifest" href="${c.href('manifest.webmanifest')}">
  <link rel="apple-touch-icon" href="${files.touch}">
  <link rel="icon" href="${files.icon}" type="image/svg+xml">
  <script type="module" src="${page.team ? files.teamJs : files.js}"></script>
</head>
<body class="page-${page.name}"{{^hour}} data-live="{{live}}"{{/hour}} data-zone="{{zone}}"{{#layer}} data-layer="{{layer}}"{{/layer}}{{#thing}} data-thing="{{thing}}"{{/thing}}>
  <a class="nl-skip-link nl-skip-link--visible-on-focus" href="#main">${c.t('frame.skip')}</a>
  <header class="top">
    <div class="wide">
      <a class="brand" href="${c.href('')}">{{#theme_logo}}<img class="logo-own" src="{{theme_logo}}" alt="" width="40" height="40">{{/theme_logo}}{{^theme_logo}}${LOGO}{{/theme_logo}}<span class="brand-name">peil</span><span class="brand-town">{{town}}</span></a>
      ${menu(pages, c)}
      <a class="language" href="{{other_href}}" lang="${other}" hreflang="${other}">${NAMES[other]}</a>
    </div>
  </header>
  <p class="offline" data-offline role="status" hidden></p>
  {{#demo}}<aside class="demo" aria-label="${c.t('frame.demo.label')}"><p class="wide"><strong>${c.t('frame.demo')}</strong> ${c.t('frame.demo.more')}</p></aside>{{/demo}}
  {{#not_public}}<aside class="demo" aria-label="${c.t('frame.staff.label')}"><p class="wide"><strong>${c.t('frame.staff')}</strong> ${c.t('frame.staff.more')}</p></aside>{{/not_public}}
  ${page.team && teamBar(c)}
  <main id="main" class="wide" tabindex="-1">
    ${page.body(c)}
  </main>
  <footer class="bottom">
    <div class="wide">
      <p>${c.t('frame.about')}</p>
      <nav aria-label="${c.t('frame.more')}"><ul>
        ${FOOT.map(([path, name]) => html`<li><a href="${c.href(path)}">${c.t(name)}</a></li>`)}
      </ul></nav>
      <p class="small">${c.t('frame.outlines')} · peil {{version}}</p>
    </div>
  </footer>
</body>
</html>`;
}
