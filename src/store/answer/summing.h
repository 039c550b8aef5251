// SPDX-License-Identifier: EUPL-1.2
// summing.h: the numeric observations of a stream summed up per period, in order of time. Private to the store.
// Owns     `gathered`, to be freed with gather_free
// Errors   those of `each`, which may stop without one; ERR_LIMIT
#ifndef PEIL_STORE_ANSWER_SUMMING_H
#define PEIL_STORE_ANSWER_SUMMING_H

#include "series/exact.h"
#include "store/answer/gather.h"
#include "store/answer/hours.h"

struct summing {
    struct statistics_ask ask;
    entity_id stream;
    summary_each each;
    void *context;
    struct summary now;  // of the period that is being filled; count 0: none
    struct exact sum;
    double energy;
    struct gathered gathered;
    double quantiles[STATISTICS_QUANTILES];
};

// Each gives the periods that have ended by it. A values_each, with the summing for context; with quantiles_alone units suffice.
NODISCARD bool summing_add(const struct value_run *run, void *context, err *e);
NODISCARD bool summing_add_hour(struct summing *k, const struct hour *h, err *e);
NODISCARD bool summing_end_period(struct summing *k, err *e);  // the one that is being filled, if any

#endif
