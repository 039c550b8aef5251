// SPDX-License-Identifier: EUPL-1.2
#include "series/predictor.h"

#include <stdlib.h>

enum { STEADY = 0 };

static unsigned fraction_of(uint8_t kind)
{
    switch (kind) {
#define PREDICTOR_KIND(k, fraction, level, trend) \
    case k: return fraction;
        PREDICTOR_KINDS
#undef PREDICTOR_KIND
    default: return 0;
    }
}

struct predictor predictor_of(uint8_t kind, int64_t first)
{
    const uint64_t unit = (uint64_t)1 << fraction_of(kind);
    return (struct predictor){.ahead = (int64_t)((uint64_t)first * unit + unit / 2), .kind = kind};
}

static inline __attribute__((always_inline)) void subtract(struct predictor *p, const int64_t *values,
                                                           int64_t *surprises, size_t count,
                                                           unsigned fraction, unsigned level, unsigned trend)
{
    struct predictor now = *p;  // in registers
    for (size_t i = 0; i < count; i++) {
        surprises[i] = int_minus(values[i], predictor_guess(&now, fraction));
        predictor_learn(&now, surprises[i], fraction, level, trend);
    }
    *p = now;
}

void predictor_subtract(struct predictor *p, const int64_t *values, int64_t *surprises, size_t count)
{
    switch (p->kind) {
#define PREDICTOR_KIND(k, fraction, level, trend) \
    case k: subtract(p, values, surprises, count, fraction, level, trend); return;
        PREDICTOR_KINDS
#undef PREDICTOR_KIND
    default:
        for (size_t i = 0; i < count; i++) surprises[i] = int_minus(values[i], p->ahead);
    }
}

// ---- choosing ----

// The logarithm of a surprise, roughly: about what it costs in bits. Taken from the form of a float: exponent and first digits.
static uint32_t cost_of(int64_t surprise)
{
    const float f = (float)(zigzag(surprise) + 1);
    uint32_t bits;
    memcpy(&bits, &f, sizeof bits);
    return bits >> 16;
}

#define PIECE 384
#define SAMPLES 63

static int compare_ints(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

// Steady numbers lie around this one; about as many above it as below.
static int64_t middle_of(const int64_t *values, size_t count)
{
    int64_t samples[SAMPLES];
    const size_t n = count < SAMPLES ? count : SAMPLES;
    for (size_t k = 0; k < n; k++) samples[k] = values[k * count / n];
    qsort(samples, n, sizeof *samples, compare_ints);
    return samples[n / 2];
}

struct predictor predictor_for(uint8_t kind, const int64_t *values, size_t count, int64_t *first)
{
    *first = kind == STEADY ? middle_of(values, count) : values[0];
    return predictor_of(kind, *first);
}

struct predictor predictor_choose(const int64_t *values, size_t count, int64_t *first)
{
    const size_t n = count < PIECE ? count : PIECE;
    const int64_t *from = values + (count - n) / 2;
    int64_t rest[PIECE], ignored;
    uint64_t least = UINT64_MAX;
    uint8_t best = STEADY;
    for (uint8_t kind = STEADY; kind < PREDICTORS; kind++) {
        struct predictor p = predictor_for(kind, from, n, &ignored);
        uint64_t cost = 0;
        predictor_subtract(&p, from, rest, n);
        for (size_t i = 0; i < n; i++) cost += cost_of(rest[i]);
        if (cost >= least) continue;
        least = cost;
        best = kind;
    }
    return predictor_for(best, values, count, first);
}
