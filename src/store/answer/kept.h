// SPDX-License-Identifier: EUPL-1.2
// kept.h: what was worked out of all that stands in a stream's chunks, taken from the shelf (scan/shelf.h) or made. Private to the store.
// Threads  any; what is given out does not change
// Errors   those of making
#ifndef PEIL_STORE_ANSWER_KEPT_H
#define PEIL_STORE_ANSWER_KEPT_H

#include "store/scan/shelf.h"
#include "store/scan/stream_scan.h"

// Makes it of the chunks, and fills what behind `newest` is its own; the rest of `kept` is filled by kept_take.
struct kept_maker {
    uint64_t what;
    bool (*make)(struct snapshot *at, const struct stream *s, void *context, struct kept **out, err *e);
    void *context;
};

// *out = NULL where the observations themselves have to be read: the snapshot sees other chunks, late ones wait in the tail, it
// is unfit, or nothing is kept and `when` is too little of the stream to be worth making it. Else all that is not in it is the
// tail, and stands behind it. To be given back with kept_drop.
NODISCARD bool kept_take(struct snapshot *at, const struct stream *s, interval when,
                         const struct kept_maker *maker, struct kept **out, err *e);
// As kept_take where nothing has to be made; reads nothing.
struct kept *kept_look(struct snapshot *at, const struct stream *s, uint64_t what);

#endif
