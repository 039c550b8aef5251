// SPDX-License-Identifier: EUPL-1.2
// shelf.h: pages that took long to make, kept for a moment, so that a thousand residents who look at once cost one page.
// A page is kept for SHELF_TIMES as long as it took to make, SHELF_MOST_US at most: making one page over and over takes a twentieth of
// a core, and a page that is quick to make is always new. A kept page names the commit it was made at, so /live goes on from there.
// Owns     a page taken is the caller's until given back
// Threads  any
#ifndef PEIL_PORTAL_SHELF_H
#define PEIL_PORTAL_SHELF_H

#include "base/err.h"
#include "base/str.h"

#include <stdint.h>

#define SHELF_PAGES 128
#define SHELF_TIMES 20
#define SHELF_MOST_US 1000000
#define SHELF_LEAST_US 3000  // a page that took less is not kept

struct shelf;
struct shelf_page {
    str body;
    char etag[32];
};

struct shelf *shelf_new(void);
void shelf_free(struct shelf *s);  // NULL is fine
// NULL: not there, or too old at `now_us` (monotonic).
const struct shelf_page *shelf_take(struct shelf *s, str key, int64_t now_us);
void shelf_give(struct shelf *s, const struct shelf_page *p);
void shelf_put(struct shelf *s, str key, str body, const char *etag, int64_t made_in_us, int64_t now_us);

#endif
