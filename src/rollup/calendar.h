// SPDX-License-Identifier: EUPL-1.2
// calendar.h: days, months and years of the town as numbers and as parts of keys. Private, pure.
// Units    a day: days since 1970-01-01 of the town's calendar
#ifndef PEIL_ROLLUP_CALENDAR_H
#define PEIL_ROLLUP_CALENDAR_H

#include "base/tz.h"
#include "store/store.h"

#define CALENDAR_KEY_MAX 16

int32_t calendar_day_of(const struct tz *zone, instant t);
instant calendar_day_start(const struct tz *zone, int32_t day);
civil calendar_civil(int32_t day);
int32_t calendar_first_of(period p, int32_t day);  // of the month or year that a day is in; the day itself
int32_t calendar_next(period p, int32_t first);    // first day of the period after
size_t calendar_key(period p, int32_t day,
                    char out[static CALENDAR_KEY_MAX]);  // "20240131", "202401", "2024"
bool calendar_read_day(str key, int32_t *out);           // "20240131"

#endif
