// SPDX-License-Identifier: EUPL-1.2
// predictor.h: what the next number of a column will be, by those before: a level that follows the numbers, each by its own
// share of the surprise, and a trend that follows the level. Only the surprises are stored. All arithmetic wraps around, so that
// any numbers come back exactly.
// Threads  one at a time
// Source   Holt: Forecasting seasonals and trends by exponentially weighted moving averages, 1957
#ifndef PEIL_SERIES_PREDICTOR_H
#define PEIL_SERIES_PREDICTOR_H

#include "series/varint.h"

#define PREDICTORS 13

struct predictor {
    int64_t ahead;  // the level, one step of the trend further, and half a unit for rounding
    int64_t trend;
    uint8_t kind;
};

// PREDICTOR_KIND(number, fraction, level, trend): level and trend are kept with so many bits of fraction, and follow by 1/2^level
// and 1/2^trend of each surprise. Chunks store the number: rows never change, new ones come at the end. Number 0 is the steady
// one, whose level stays the first number.
// Measured on the shared workload (bench/store-ingest): following by an eighth with a slow trend is best for nine streams of
// ten, 0.49 bytes an observation where plain differences cost 0.54.
#define PREDICTOR_NO_TREND 64
// clang-format off
#define PREDICTOR_KINDS \
    PREDICTOR_KIND(1, 0, 0, PREDICTOR_NO_TREND)   /* the one before */ \
    PREDICTOR_KIND(2, 0, 0, 0)                    /* as far from the one before as that from its own */ \
    PREDICTOR_KIND(3, 16, 1, PREDICTOR_NO_TREND) \
    PREDICTOR_KIND(4, 16, 2, PREDICTOR_NO_TREND) \
    PREDICTOR_KIND(5, 16, 3, PREDICTOR_NO_TREND) \
    PREDICTOR_KIND(6, 16, 4, PREDICTOR_NO_TREND) \
    PREDICTOR_KIND(7, 16, 1, 4) \
    PREDICTOR_KIND(8, 16, 2, 5) \
    PREDICTOR_KIND(9, 16, 2, 7) \
    PREDICTOR_KIND(10, 16, 3, 7) \
    PREDICTOR_KIND(11, 16, 3, 9) \
    PREDICTOR_KIND(12, 16, 4, 9)
// clang-format on

struct predictor predictor_of(uint8_t kind, int64_t first);

// What the next number will be; with constants for the last ones the compiler makes a handful of instructions of these.
static inline __attribute__((always_inline)) int64_t predictor_guess(const struct predictor *p,
                                                                     unsigned fraction)
{
    return p->ahead >> fraction;
}

// By how much it was another: number less guess. `missed` is that against the level itself, with its fraction: number - (ahead - half).
static inline __attribute__((always_inline)) void
predictor_learn(struct predictor *p, int64_t surprise, unsigned fraction, unsigned level, unsigned trend)
{
    const uint64_t unit = (uint64_t)1 << fraction, below = (uint64_t)p->ahead & (unit - 1);
    const int64_t missed = (int64_t)(((uint64_t)surprise << fraction) + unit / 2 - below);
    if (trend != PREDICTOR_NO_TREND) p->trend = int_plus(p->trend, missed >> (trend & 63));
    p->ahead = int_plus(p->ahead, int_plus(missed >> level, p->trend));
}

void predictor_subtract(struct predictor *p, const int64_t *values, int64_t *surprises, size_t count);

// One of this kind; *first is what predictor_of is to be given.
struct predictor predictor_for(uint8_t kind, const int64_t *values, size_t count, int64_t *first);

// The one whose surprises are smallest, judged by a piece from the middle.
struct predictor predictor_choose(const int64_t *values, size_t count, int64_t *first);

#endif
