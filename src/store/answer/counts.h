// SPDX-License-Identifier: EUPL-1.2
// counts.h: how often each of many decimals occurs, while they lie close together: any quantile of them, exactly, without putting
// them in order. Private to the store.
// Owns     counts that were added to are freed with value_counts_free
#ifndef PEIL_STORE_ANSWER_COUNTS_H
#define PEIL_STORE_ANSWER_COUNTS_H

#include "series/sketch.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VALUE_COUNTS_WIDTH 16384  // different values

struct value_counts {
    uint32_t *counts;  // of base, base + 1, ...
    int64_t base;
    uint32_t low, high;  // of those that occur
    uint32_t count;
    uint8_t scale;
};

// False, and nothing changed: some lie too far off, are to another scale, or there is no memory.
bool value_counts_add(struct value_counts *t, const int64_t *units, size_t n, uint8_t scale);
// The value of this rank, from 0; rank < count.
double value_counts_rank(const struct value_counts *t, uint64_t rank);
void value_counts_values(const struct value_counts *t, double *out);       // all of them, `count`, in order
bool value_counts_sketch(const struct value_counts *t, struct sketch *k);  // into a sketch; false: no memory
void value_counts_clear(struct value_counts *t);                           // memory is kept
void value_counts_free(struct value_counts *t);

#endif
