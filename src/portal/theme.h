// SPDX-License-Identifier: EUPL-1.2
// theme.h: a town's own look and address, from one JSON file that the setting portal.theme_file names:
//
//   {"name": "Rijswijk", "logo": "logo.svg",
//    "light": {"brand": "#0b5566"}, "dark": {"brand": "#12323c"},
//    "contact": {"organisation": "...", "email": "...", "phone": "...", "address": "...", "website": "https://..."}}
//
// All members are optional. `light` and `dark` are design tokens of web/style/theme.css; which there are, and what they are when
// the file does not name them, comes with the built pages. A text that residents could not read is a fault of the file: every
// pair of text and ground keeps WCAG's contrast, with the file's colours and the standing ones together.
// Owns     everything lies in the arena
// Errors   ERR_CONFIG names the file, the token and what is wrong with it
// Source   WCAG 2.2, 1.4.3 and 1.4.11
#ifndef PEIL_PORTAL_THEME_H
#define PEIL_PORTAL_THEME_H

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"

struct contact {
    str organisation, email, phone, address, website;
};

struct theme {
    str town;                                   // empty: the file does not say
    str brand_light, brand_dark, ground_light;  // for the browser's own bars
    str css, css_path;                          // "/theme/0123456789abcdef.css"; empty: no colours of its own
    str logo, logo_type, logo_path;
    struct contact contact;
};

#define THEME_LOGO_BYTES_MAX ((size_t)64 << 10)

// `tokens` is {"light": {"brand": "#0b5566", ...}, "dark": {...}}, as the build writes it; NULL: none are known.
// `path` NULL or "": only what stands.
NODISCARD bool theme_load(const char *path, const json *tokens, arena *a, struct theme *out, err *e);

#endif
