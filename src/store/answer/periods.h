// SPDX-License-Identifier: EUPL-1.2
// periods.h: whole periods as they stand in a stream's chunks, for what hours (hours.h) cannot say: quantiles and energetic means.
// Made the first time that most of a stream is asked for, and kept (kept.h) for who asks for the same statistics of the same periods,
// of whatever time. Private to the store.
// Threads  any; what is given out does not change
// Errors   those of a value scan
#ifndef PEIL_STORE_ANSWER_PERIODS_H
#define PEIL_STORE_ANSWER_PERIODS_H

#include "store/answer/kept.h"

struct periods;

NODISCARD bool periods_take(struct snapshot *at, const struct stream *s, const struct statistics_ask *ask,
                            struct periods **out, err *e);  // as kept_take
void periods_drop(struct periods *p);                       // NULL is fine

size_t periods_count(const struct periods *p);
instant periods_start(const struct periods *p, size_t i);
// The first that begins at or behind t.
size_t periods_from(const struct periods *p, instant t);
// As it was summed up for the question that p was taken for; `quantiles` has room for those.
struct summary periods_get(const struct periods *p, size_t i, const struct statistics_ask *ask,
                           double *quantiles);

#endif
