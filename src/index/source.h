// SPDX-License-Identifier: EUPL-1.2
// source.h: the Datastreams that indices are made of, and their readings as hours. Private to index/.
#ifndef PEIL_INDEX_SOURCE_H
#define PEIL_INDEX_SOURCE_H

#include "index/index.h"

bool source_substance(const struct rollup_stream *s, substance *out);  // false: measures none of them

// Times and values in the canonical unit, as they count. Grows by itself; readings_free.
struct readings {
    instant *times;
    double *values;
    size_t count, capacity;
};
NODISCARD bool readings_read(struct snapshot *at, const struct rollup_stream *s, interval when,
                             struct readings *out, err *e);
void readings_free(struct readings *r);

NODISCARD bool source_hours(struct snapshot *at, const struct rollup_stream *s, instant from, size_t hours,
                            arena *a, struct hours *out, err *e);

// The value of a substance for an area from those of its streams (n of them, NAN not among them; changes the order). NAN: too few.
double source_combine(double *values, size_t n, bool has_reference);

#endif
