// SPDX-License-Identifier: EUPL-1.2
// hours.h: the choice of an hour of the last two days, and what stands on a map and in a list of such an hour.
#ifndef PEIL_PORTAL_VIEW_HOURS_H
#define PEIL_PORTAL_VIEW_HOURS_H

#include "portal/view/spot.h"

#define HOURS_SHOWN 48

instant hours_asked(struct page *p);           // the hour of the address, its start; TIME_NONE: now
str hours_name(struct page *p, instant hour);  // "14.00–15.00 uur, donderdag 26 november"
// Fills `hours` (options, previous and next) and, for an hour that is over, `hour`, its name.
void hours_put(struct page *p, str layer, instant hour);
void hours_put_reading(struct page *p, struct view *v, const struct spot *s);
str hours_query(struct page *p, instant hour);  // "t=2026-11-26T14&"; empty: now

#endif
