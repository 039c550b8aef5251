// SPDX-License-Identifier: EUPL-1.2
// series.h: the sample series as columns of half hours, and silences planted into them.
// Units    Wh per half hour; SERIES_HOLE where nothing was recorded
#ifndef PEIL_BENCH_SERIES_H
#define PEIL_BENCH_SERIES_H

#include "base/arena.h"
#include "base/err.h"
#include "base/time.h"

#define SERIES_HOLE (-1)
#define SERIES_HOMES_MAX 64
#define SERIES_NAME_MAX 15
#define SERIES_DAY 48

struct series {
    char name[SERIES_NAME_MAX + 1];
    instant start;
    size_t count;
    int32_t *wh;
};

struct series_set {
    struct series homes[SERIES_HOMES_MAX];
    size_t count;
};

// A file of half hours: time, then one column of kWh per home. Rows that are absent become holes.
NODISCARD bool series_read(const char *path, arena *a, struct series_set *out, err *e);

// A series in UTC by the clock on the wall, `hours` ahead: from its first local midnight on.
void series_to_local(struct series *s, int hours);

// Which nights imitate an empty home: the 14 calmest of 28, 02:00 to 05:00.
struct series_nights {
    bool are_recent;  // the 28 days before the onset; else the first 28 of the series
    bool
        in_order;  // each night's half hours stay together and in order; else they are shuffled, as in cases_30min.csv
};
// From `onset` to the end nobody is there. `seed` decides the order. False: no night is whole.
NODISCARD bool series_plant(const struct series *s, size_t onset, struct series_nights nights, uint64_t seed,
                            int32_t *out);

uint64_t series_random(uint64_t *state);  // splitmix64

#endif
