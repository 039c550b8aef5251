// SPDX-License-Identifier: EUPL-1.2
// operate.h: what the pages for running the service share. Private to the folder.
#ifndef PEIL_PORTAL_TEAM_OPERATE_OPERATE_H
#define PEIL_PORTAL_TEAM_OPERATE_OPERATE_H

#include "ingest/registry.h"
#include "portal/team/frame.h"

// How a device fares, as words: kind, name, state, last, since, messages, battery, signal, clock, owner, and flags: is_known,
// is_waiting, is_blocked, is_silent, is_weak, is_ill (any of silent, weak and a wrong clock). Texts are copied.
void device_put(struct page *p, struct view *v, const struct device_entry *d);
bool device_is_ill(const struct device_entry *d, instant now);

// ---- Lists in pages ----
#define LIST_PAGE 50
struct list_pages {
    int64_t first;  // of the rows that fit, which one stands on top; from 0
    int64_t found;
};
struct list_pages list_pages_begin(struct page *p);  // of "pagina" in the address
bool list_pages_take(struct list_pages *l);          // one more fits; whether it stands on this page
// from, to, found, previous_href, next_href; `query` is what the links keep: "?staat=waiting&zoek=x".
void list_pages_put(struct page *p, const struct list_pages *l, str query);
str list_query(struct page *p, const str *keys, size_t count);  // of those that the address has
bool list_holds(str text,
                str wanted);  // somewhere in it, ASCII letters without case; what is empty is in all

#endif
