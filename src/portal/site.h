// SPDX-License-Identifier: EUPL-1.2
// site.h: what web/build.mjs made, read whole at start: templates and texts.
// Owns     everything lies in the arena
// Threads  read only after site_load
// Errors   ERR_CONFIG names the file and what is wrong with it
#ifndef PEIL_PORTAL_SITE_H
#define PEIL_PORTAL_SITE_H

#include "base/json.h"
#include "render/template.h"
#include "render/words.h"

struct site_page {
    str name;  // "meter": chooses the view in page.c
    language language;
    str path;  // "/en/meter/{id}"; empty: no address of its own
    str type;  // of the content: "text/html; charset=utf-8" unless the build says else
    struct template *template;
};

struct site {
    struct site_page *pages;
    size_t page_count;
    struct words *words[LANGUAGE_COUNT];
    str worker;          // the service worker's script; empty: the build made none
    const json *assets;  // of the manifest
    const json
        *classes;  // colours of classes: {"air-1": ["#8cc8f0", "#000"]}; NULL when the build names none
    const json
        *tokens;  // of design: {"light": {"brand": "#0b5566"}, "dark": {}}; NULL when the build names none
};

NODISCARD bool site_load(const char *directory, arena *a, struct site **out, err *e);
// "/assets/icon-192.0a1b2c3d4e.png" of "icon-192.png"; empty: there is none.
str site_asset(const struct site *s, str name);
const struct site_page *site_page_find(const struct site *s, str name, language l);

#endif
