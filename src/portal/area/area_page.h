// SPDX-License-Identifier: EUPL-1.2
// area_page.h: the page of an area as parts, each in its file: now.c, past.c, compare.c, parts.c; area.c puts them together.
// Private to portal/area/.
//
// Owns     all lies in the page's arena
// Threads  that of the page
// Errors   what the store says
#ifndef PEIL_PORTAL_AREA_AREA_PAGE_H
#define PEIL_PORTAL_AREA_AREA_PAGE_H

#include "portal/past.h"
#include "portal/view/spot.h"

struct area_view {
    struct page *page;
    const struct area *area;
    struct spots spots;
    struct series series;  // of the layer as figures of areas have it: canonical unit and its scale
    past_period period;
};

bool area_lies_in(const struct meter *m, const void *context);  // a spot_choice; the context is the area_view
bool area_has_name(const struct area *a);  // districts often come without one of their own
str area_title(struct page *p, const struct area *a);
str area_href(struct page *p, const struct area *a, str layer);

// now.c
// Enough fresh meters, or a reference station: fewer say nothing of an area.
bool area_says_something(const struct spots *s);
bool area_is_fresh_reference(const struct spot *s);
bool area_few_say_something(size_t fresh_count, bool has_reference);  // the same of a part of it
const struct index_now *area_index(const struct page *p, str code);   // NULL: none
void area_put_now(struct area_view *v);
NODISCARD bool area_put_nearest(struct area_view *v, err *e);
void area_put_map(struct area_view *v);

// past.c
interval area_days(const struct page *p, int days);  // whole days of the town, today the last
NODISCARD bool area_put_past(struct area_view *v, err *e);

// compare.c
NODISCARD bool area_put_trend(struct area_view *v, err *e);
NODISCARD bool area_put_comparison(struct area_view *v, err *e);
NODISCARD bool area_put_guidelines(struct area_view *v, err *e);

// parts.c
NODISCARD bool area_put_parts(struct area_view *v, err *e);
NODISCARD bool area_put_noise(struct area_view *v, err *e);
void area_put_meters(struct area_view *v);

#endif
