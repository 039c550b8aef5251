// SPDX-License-Identifier: EUPL-1.2
// shelf.h: pages that took long to make, kept for a moment, so that a thousand residents who look at once cost one page.
// A page is kept for SHELF_TIMES as long as it took to make, SHELF_MOST_US at most: making one page over and over takes a twentieth of
// a core, and a page that is quick to make is always new. Then whoever asks first makes it anew, and the others are given the old one
// meanwhile, for SHELF_WAIT_US at most. A kept page names the commit it was made at, so /live goes on from there.
// Nothing is kept under an empty key.
// Owns     a page taken is the caller's until given back
// Threads  any
#ifndef PEIL_PORTAL_SHELF_H
#define PEIL_PORTAL_SHELF_H

#include "base/err.h"
#include "http/server.h"

#include <stdint.h>

#define SHELF_PAGES 128
#define SHELF_TIMES 20
#define SHELF_MOST_US 1000000
#define SHELF_LEAST_US 3000   // a page that took less is not kept
#define SHELF_WAIT_US 500000  // of who makes it anew

struct shelf;
struct shelf_page {
    http_piece *plain, *packed;  // the body, and the same by gzip
    char etag[32];
};

struct shelf *shelf_new(void);
void shelf_free(struct shelf *s);  // NULL is fine
// NULL: not there, too old at `now_us` (monotonic), or the caller is the one to make it anew.
const struct shelf_page *shelf_take(struct shelf *s, str key, int64_t now_us);
// For one who is about to make it: it may have been made while he waited for his turn. NULL: make it.
const struct shelf_page *shelf_take_fresh(struct shelf *s, str key, int64_t now_us);
void shelf_give(struct shelf *s, const struct shelf_page *p);
// Keeps it and gives it to the caller as shelf_take does; NULL: it is not one to keep, or there is no memory.
const struct shelf_page *shelf_put(struct shelf *s, str key, str body, const char *etag, int64_t made_in_us,
                                   int64_t now_us);

#endif
