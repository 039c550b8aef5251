// SPDX-License-Identifier: EUPL-1.2
// hour.h: an hour of the past in an address: "2026-11-26T14" is 14.00 to 15.00 on the town's clock. The second of two that have one name,
// when clocks go back, is written in UTC: "2026-10-25T01Z". Hours are whole in UTC.
#ifndef PEIL_PORTAL_HOUR_H
#define PEIL_PORTAL_HOUR_H

#include "base/tz.h"

#define HOUR_TEXT_MAX 64

// False: not an hour that is over at `now`.
bool hour_parse(str text, const struct tz *zone, instant now, instant *start);
str hour_write(const struct tz *zone, instant start, char out[static HOUR_TEXT_MAX]);

#endif
