// SPDX-License-Identifier: EUPL-1.2
#include "store/answer/counts.h"

#include "base/num.h"

#include <stdlib.h>
#include <string.h>

// The first value stands in the middle, whatever the others will be.
static bool begin(struct value_counts *t, int64_t first, uint8_t scale)
{
    if (!t->counts && !(t->counts = calloc(VALUE_COUNTS_WIDTH, sizeof *t->counts))) return false;
    if (__builtin_sub_overflow(first, VALUE_COUNTS_WIDTH / 2, &t->base)) return false;
    t->scale = scale;
    t->low = t->high = VALUE_COUNTS_WIDTH / 2;
    return true;
}

static uint64_t place_of(const struct value_counts *t, int64_t units)
{
    return (uint64_t)units - (uint64_t)t->base;
}

bool value_counts_add(struct value_counts *t, const int64_t *units, size_t n, uint8_t scale)
{
    if (n == 0) return true;
    if (t->count == 0 ? !begin(t, units[0], scale) : scale != t->scale) return false;
    if (n > UINT32_MAX - t->count) return false;
    uint64_t low = t->low, high = t->high;
    for (size_t i = 0; i < n; i++) {
        const uint64_t at = place_of(t, units[i]);
        low = at < low ? at : low;
        high = at > high ? at : high;
    }
    if (high >= VALUE_COUNTS_WIDTH) return false;
    for (size_t i = 0; i < n; i++) t->counts[place_of(t, units[i])]++;
    t->low = (uint32_t)low;
    t->high = (uint32_t)high;
    t->count += (uint32_t)n;
    return true;
}

static double value_at(const struct value_counts *t, uint32_t at)
{
    return decimal_to_double((decimal){t->base + at, (int8_t)t->scale});
}

double value_counts_rank(const struct value_counts *t, uint64_t rank)
{
    uint32_t at = t->low;
    for (; at < t->high && rank >= t->counts[at]; at++) rank -= t->counts[at];
    return value_at(t, at);
}

void value_counts_values(const struct value_counts *t, double *out)
{
    for (uint32_t at = t->low; t->count > 0 && at <= t->high; at++)
        for (uint32_t i = 0; i < t->counts[at]; i++) *out++ = value_at(t, at);
}

bool value_counts_sketch(const struct value_counts *t, struct sketch *k)
{
    for (uint32_t at = t->low; t->count > 0 && at <= t->high; at++)
        if (t->counts[at] > 0 && !sketch_add_times(k, value_at(t, at), t->counts[at])) return false;
    return true;
}

void value_counts_clear(struct value_counts *t)
{
    if (t->count > 0) memset(t->counts + t->low, 0, (t->high - t->low + 1) * sizeof *t->counts);
    t->count = 0;
}

void value_counts_free(struct value_counts *t)
{
    free(t->counts);
    *t = (struct value_counts){.count = 0};
}
