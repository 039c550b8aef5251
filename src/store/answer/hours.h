// SPDX-License-Identifier: EUPL-1.2
// hours.h: what stands in a stream's chunks, hour by hour: count, exact sum, least, most, first and last. Made from the
// observations the first time that most of a stream is asked for, kept in memory (hours_shelf.h), and good until a seal, a
// change or a deletion touches the stream's chunks. Private to the store.
// Threads  any; what is given out does not change
// Errors   those of a value scan
#ifndef PEIL_STORE_ANSWER_HOURS_H
#define PEIL_STORE_ANSWER_HOURS_H

#include "store/scan/stream_scan.h"

struct hour {    // small, for there are many: values are decimals of `scale` in 32 bits
    int32_t at;  // hours since 1970
    uint32_t count : 24, scale : 8;
    int64_t sum;
    int32_t least, most, first, last;
};

struct hours {
    _Atomic int users;
    entity_id stream;
    uint64_t since;           // stream.rechunked when they were made
    struct point_key newest;  // of all that is in chunks; POINT_KEY_FIRST: nothing is
    bool is_unfit;            // some value is no decimal, or too long for 32 bits: there are none
    struct hours *next;       // the shelf's
    size_t count;
    struct hour items[];
};

// *out = NULL where the observations themselves have to be read: the snapshot sees other chunks, late ones wait in the tail,
// values are unfit, or nothing is kept and `when` is too little of the stream to be worth making it. Else all that is not in
// these hours is the tail, and stands behind them. To be given back with hours_drop.
NODISCARD bool hours_take(struct snapshot *at, const struct stream *s, interval when, struct hours **out,
                          err *e);
void hours_drop(struct hours *h);  // NULL is fine
size_t hours_bytes(const struct hours *h);
// The first hour at or behind t.
const struct hour *hours_from(const struct hours *h, instant t);

#endif
