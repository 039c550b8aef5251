// SPDX-License-Identifier: EUPL-1.2
// sketch.h: quantiles of any number of values in little memory: how many fall in each of a row of buckets whose bounds grow
// by a constant factor, so that the value given is within SKETCH_ERROR of a true one, relatively. Sketches can be added up.
// Threads  one at a time
// Errors   sketch_add, sketch_merge: false without memory
// Source   Masson, Rim, Lee: DDSketch, VLDB 2019
#ifndef PEIL_SERIES_SKETCH_H
#define PEIL_SERIES_SKETCH_H

#include "base/str.h"

#include <stdint.h>

#define SKETCH_ERROR 0.01

// Counts of the buckets first, first + 1, ...; values smaller than 1e-18 count as zero, greater than 1e300 as that.
struct sketch_side {
    int first;
    int count, capacity;
    uint64_t *counts;
};

struct sketch {
    uint64_t count, zeros;
    struct sketch_side positive, negative;  // of negative values the magnitudes
};

NODISCARD bool sketch_add(struct sketch *k, double value);  // finite
NODISCARD bool sketch_add_times(struct sketch *k, double value, uint64_t times);
NODISCARD bool sketch_merge(struct sketch *into, const struct sketch *from);
// The least value that at least the share `quantile` (0..1) of all values does not exceed. The sketch is not empty.
double sketch_quantile(const struct sketch *k, double quantile);
void sketch_free(struct sketch *k);  // back to zero

// The rank, from 0, of the value that a quantile asks for; count > 0.
uint64_t quantile_rank(uint64_t count, double quantile);
// The same of plain values, exactly; they are reordered. count > 0.
double exact_quantile(double *values, size_t count, double quantile);

#endif
