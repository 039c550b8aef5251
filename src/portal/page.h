// SPDX-License-Identifier: EUPL-1.2
// page.h: from a request to a page: which view fills which template. A view is a function that says what a page shows.
// Threads  workers of the server
#ifndef PEIL_PORTAL_PAGE_H
#define PEIL_PORTAL_PAGE_H

#include "base/tz.h"
#include "http/server.h"
#include "identity/identity.h"
#include "portal/reading.h"
#include "portal/portal.h"
#include "portal/site.h"
#include "portal/theme.h"

struct cards;
struct http_static;
struct index_table;
struct live;
struct shelf;
struct team;

struct portal {
    portal_config config;
    arena *a;
    struct site *site;
    struct theme theme;
    struct tz *zone;
    struct meter_book *books[ACCESS_PRIVATE + 1];  // by what the reader is shown
    struct live *lives[ACCESS_PRIVATE + 1];
    struct shelf *shelf;
    struct cards *cards;
    struct team *team;  // NULL: no pages of staff
    struct http_static *assets;
    struct page_route *page_routes;  // by index of site->pages
};

// One for each page that has an address: the context of its route.
struct page_route {
    struct portal *portal;
    const struct site_page *page;
};

// What a view works with; everything lives as long as the request.
struct page {
    const struct portal *portal;
    str name;  // "map"
    const struct words *words;
    struct http_request *request;  // NULL: a page that is made to be kept
    arena *a;
    str rest;  // of the path: "12" of /meter/12
    struct principal who;
    access_level sees;  // what `at` and `meters` show: of pages for other sites never more than the public is
    struct snapshot *at;
    const struct meter_list *meters;
    const struct index_table *index;  // NULL: there is none yet
    instant now;
    int64_t started_us;  // monotonic
    struct view_maker maker;
    struct view *root;  // what the view fills
};

// ERR_ABSENT becomes the friendly 404.
typedef bool (*page_view)(struct page *p, err *e);

NODISCARD bool view_map(struct page *p, err *e);  // home and map
NODISCARD bool view_meter(struct page *p, err *e);
NODISCARD bool view_area(struct page *p, err *e);
NODISCARD bool view_area_card(struct page *p, err *e);
NODISCARD bool view_qr(struct page *p, err *e);
NODISCARD bool view_data(struct page *p, err *e);
NODISCARD bool view_explain(struct page *p, err *e);
NODISCARD bool view_search(struct page *p, err *e);
NODISCARD bool view_register(struct page *p, err *e);
NODISCARD bool view_status(struct page *p, err *e);
NODISCARD bool view_contact(struct page *p, err *e);

// The struct page_route; on the loop. A page for who is shown more than the public is made anew each time, and kept nowhere.
void page_handle(struct http_request *r, void *context);
void page_not_found(struct http_request *r, struct portal *p);
void page_refuse(struct http_request *r, const err *e);  // as a problem, for programs (RFC 9457)

// Its steps, for pages that have rules of their own (portal/team/).
bool page_begin(struct page *p, struct portal *portal, struct http_request *r, str name, language l);
bool page_begin_alone(struct page *p, struct portal *portal, arena *a, instant now, str name,
                      language l);  // without a request
bool page_path_fits(const struct site_page *page, str path, str *rest);
void page_put_frame(struct page *p);
void page_failure(struct portal *portal, struct http_request *r, language l, const err *e);

// ---- For views ---------------------------------------------------------------------------------------------------

str page_text(const struct page *p, str id);  // words_get
str page_href(struct page *p, const char *format, ...)
    __attribute__((format(printf, 2, 3)));  // "/en/" before it where needed
str page_query(struct page *p, str key);    // a parameter of the address; empty when absent
str page_quantity_name(const struct page *p, const struct series *s);
str page_class_word(struct page *p, const struct scale_class *c);  // empty for NULL
str page_when(struct page *p, instant t);
str page_since(
    struct page *p,
    instant
        last);  // "geen meting sinds 13.05 uur"; TIME_NONE: there never was one; of the last hours: none that counts
str page_stamp(struct page *p, instant t);                           // 2026-11-26T13:05:00Z
str page_reading(struct page *p, const struct series *s, double v);  // "8,4 µg/m³"
str page_word(struct page *p, const struct reading *r);              // its class, or why it was rejected
str page_mark(struct page *p, const struct series *s,
              const struct reading *r);  // "8,4"; "×" when rejected, "–" without value
str page_number(struct page *p, const struct series *s, double v);  // "8,4"
str page_buf(struct page *p, buf *b);                               // keeps the text, frees b
// One class of a scale for a legend: class, number, word, range.
void page_legend(struct page *p, struct view *list, const struct scale *s);
void page_kind(struct page *p, struct view *list, meter_kind k);  // its mark and name
str page_kind_name(const struct page *p, meter_kind k);
str page_place(struct page *p, const struct meter *m);  // "52,043° noord, 4,325° oost"
str page_origin(struct page *p);  // "https://peil.rijswijk.nl", as this request reached it
// What a list or card needs of a reading: stream, fresh_ms, decimals, value, word, class, state, when, iso. Of a silent one the value is
// empty, and when says since when.
void page_put_reading(struct page *p, struct view *v, const struct series *s, const struct reading *r);

#endif
