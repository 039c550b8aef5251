// SPDX-License-Identifier: EUPL-1.2
// care_pages.h: the resident's own page, by a secret link and without an account, and the registers that the tables of the code
// write. Forms work without script; the link itself is the key, so nobody else can make one.
// Threads  workers of the server
#ifndef PEIL_PORTAL_CARE_CARE_PAGES_H
#define PEIL_PORTAL_CARE_CARE_PAGES_H

#include "portal/page.h"

struct care;

void care_resident_handle(struct http_request *r, void *context);  // the struct page_route; GET and POST

NODISCARD bool view_processing(struct page *p, err *e);
NODISCARD bool view_algorithms(struct page *p, err *e);

// What several pages show: the words of a state, cause, event or outcome; empty ids give empty texts.
str care_word(struct page *p, const char *kind, str id);  // "care.state.", "active"
void care_put_events(struct page *p, struct view *v, const void *list, size_t count);  // struct care_event

#endif
