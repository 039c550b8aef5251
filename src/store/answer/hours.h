// SPDX-License-Identifier: EUPL-1.2
// hours.h: what stands in a stream's chunks, hour by hour: count, exact sum, least, most, first and last. Made from the
// observations the first time that most of a stream is asked for, and kept (kept.h). Private to the store.
// Threads  any; what is given out does not change
// Errors   those of a value scan
#ifndef PEIL_STORE_ANSWER_HOURS_H
#define PEIL_STORE_ANSWER_HOURS_H

#include "store/answer/kept.h"

struct hour {    // small, for there are many: values are decimals of `scale` in 32 bits
    int32_t at;  // hours since 1970
    uint32_t count : 24, scale : 8;
    int64_t sum;
    int32_t least, most, first, last;
};

struct hours {
    struct kept kept;  // unfit: some value is no decimal, or too long for 32 bits
    size_t count;
    struct hour items[];
};

NODISCARD bool hours_take(struct snapshot *at, const struct stream *s, interval when, struct hours **out,
                          err *e);  // as kept_take
void hours_drop(struct hours *h);   // NULL is fine
// The first hour at or behind t.
const struct hour *hours_from(const struct hours *h, instant t);

#endif
