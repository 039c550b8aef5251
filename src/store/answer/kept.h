// SPDX-License-Identifier: EUPL-1.2
// kept.h: what was worked out of all that stands in a stream's chunks, kept in bounded memory for the next question, and good
// until a seal, a change or a deletion touches the stream's chunks. Private to the store.
// Threads  any; what is given out does not change
// Errors   those of making
#ifndef PEIL_STORE_ANSWER_KEPT_H
#define PEIL_STORE_ANSWER_KEPT_H

#include "store/scan/stream_scan.h"

struct kept {  // the first member of what is kept, which one free() frees
    _Atomic int users;
    entity_id stream;
    uint64_t what;            // one stream has several kinds
    uint64_t since;           // stream.rechunked when it was made
    struct point_key newest;  // of all that is in chunks; POINT_KEY_FIRST: nothing is
    bool is_unfit;            // nothing can be kept of this stream
    size_t bytes;             // of all
    struct kept *next;        // the shelf's
};

struct kept_shelf;
struct kept_shelf *kept_shelf_new(size_t bytes_most);  // 0: nothing is kept; NULL: no memory
void kept_shelf_free(struct kept_shelf *f);

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
void kept_drop(struct kept *k);  // NULL is fine

#endif
