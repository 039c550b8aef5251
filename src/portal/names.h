// SPDX-License-Identifier: EUPL-1.2
// names.h: what a resident can search for: names of areas and of public meters, and postcodes of meters.
// Owns     everything lies in the arena given
#ifndef PEIL_PORTAL_NAMES_H
#define PEIL_PORTAL_NAMES_H

#include "http/server.h"
#include "portal/page.h"

#define NAMES_MAX 5000  // in the list that browsers search for themselves

typedef enum { NAME_AREA, NAME_METER } name_kind;

struct name {
    str text;
    str beside;  // to tell it from others: the neighbourhood of a meter
    str path;    // "gebied/BU06030111", "meter/12": below / or /en/
    name_kind kind;
};

// All that hold every word of `wanted`, those that begin with it first; at most `most`.
NODISCARD bool names_find(const struct page *p, str wanted, size_t most, struct name **out, size_t *count,
                          err *e);

// Whether residents can search by postcode: has_postcodes, and is_demo_postcode when they are made up.
void names_put_postcodes(struct page *p);

// GET /zoek/postcodes.json: postcode.h's table, areas without a name left to the names.
void postcodes_handle(struct http_request *r, void *context);
// GET /zoek/namen.json: {"partial":false,"names":[["Bomenbuurt","","gebied/BU06030111"],...]}, so that what is typed stays in the browser.
void names_handle(struct http_request *r, void *context);

#endif
