// SPDX-License-Identifier: EUPL-1.2
// gather.h: values gathered for their quantiles. Decimals that lie close together are counted, which is exact for any number of
// them; of others few are kept and answered exactly, many go into a sketch. Private to the store.
#ifndef PEIL_STORE_ANSWER_GATHER_H
#define PEIL_STORE_ANSWER_GATHER_H

#include "series/sketch.h"
#include "store/answer/counts.h"
#include "store/scan/value_scan.h"

struct gathered {
    size_t count;
    enum { GATHERED_COUNTS, GATHERED_VALUES, GATHERED_SKETCH } form;
    struct value_counts counts;
    double *values;
    size_t capacity;
    struct sketch sketch;
};

NODISCARD bool gather_check(double quantile, err *e);  // ERR_RANGE
NODISCARD bool gather_add(struct gathered *g, const struct value_run *run, err *e);
double gather_quantile(struct gathered *g, double quantile);  // there are some
void gather_clear(struct gathered *g);                        // memory is kept
void gather_free(struct gathered *g);

#endif
