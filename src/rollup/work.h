// SPDX-License-Identifier: EUPL-1.2
// work.h: from marks to sums, part by part: days of streams, then of areas, then their months and years. Private.
// Threads  one at a time
#ifndef PEIL_ROLLUP_WORK_H
#define PEIL_ROLLUP_WORK_H

#include "rollup/accounts.h"
#include "rollup/book.h"
#include "rollup/mark.h"
#include "rollup/stretch.h"

#define KIND_DAY "rollup.day"      // "20240131/pm25/GM0603"
#define KIND_MONTH "rollup.month"  // "202401/pm25/GM0603"
#define KIND_YEAR "rollup.year"    // "2024/pm25/GM0603"

struct work {
    struct store *store;
    struct areas *areas;
    const struct tz *zone;
    const struct rollup_streams *streams;
    const struct atlas *atlas;
    struct sheet sheet;
    enum { WORK_STREAMS, WORK_DAYS, WORK_MONTHS, WORK_YEARS, WORK_DONE } phase;
    struct marks_taken marks;
    size_t next;
    struct day_set {
        int32_t *all;
        size_t count, capacity;
    } days, periods;            // periods: first days of the months, then years, that are touched
    struct stream_spot *spots;  // beside streams
};

// Takes hold of marks. everything: every day of every stream. all_days: areas of every day.
NODISCARD bool work_open(struct work *w, struct marks_taken *m, bool everything, bool all_days, err *e);
NODISCARD bool work_part(struct work *w, err *e);  // a small part; phase says whether that was the last
void work_close(struct work *w);
// Brings what an earlier release kept into today's form; nothing to do mostly.
NODISCARD bool work_bring_older(struct store *store, err *e);

// Who adds up for which area at the end of a day, in what year.
struct stream_spot {
    const struct thing_place *place;
    int year;
    struct area_spot spot;
};

// Parts, each its own file.
NODISCARD bool day_set_add(struct day_set *s, int32_t day, err *e);
// first MARK_WHOLE or MARK_AGAIN: all days of the stream.
NODISCARD bool work_stream(struct work *w, struct snapshot *at, entity_id id, int32_t first, int32_t last,
                           err *e);
NODISCARD bool work_area_day(struct work *w, struct snapshot *at, int32_t day, err *e);
NODISCARD bool work_period(struct work *w, struct snapshot *at, int32_t first, period part,
                           const char *part_kind, period whole, const char *whole_kind, err *e);

#endif
