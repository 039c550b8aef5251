// SPDX-License-Identifier: EUPL-1.2
// gather.h: values gathered for their quantiles: few are kept and answered exactly, many go into a sketch. Private to the store.
#ifndef PEIL_STORE_ANSWER_GATHER_H
#define PEIL_STORE_ANSWER_GATHER_H

#include "base/err.h"
#include "series/sketch.h"

struct gathered {
    double *values;
    size_t count, capacity;
    bool is_sketched;
    struct sketch sketch;
};

NODISCARD bool gather_check(double quantile, err *e);  // ERR_RANGE
NODISCARD bool gather_add(struct gathered *g, const double *values, size_t count, err *e);
double gather_quantile(struct gathered *g, double quantile);  // there are some
void gather_clear(struct gathered *g);                        // memory is kept
void gather_free(struct gathered *g);

#endif
