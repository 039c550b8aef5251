// SPDX-License-Identifier: EUPL-1.2
// shelf.h: what was worked out of what stands in a stream's chunks, kept in bounded memory for the next question, and good until a
// seal, a change or a deletion touches the stream's chunks. Private to the store.
// Threads  any; what is given out does not change
#ifndef PEIL_STORE_SCAN_SHELF_H
#define PEIL_STORE_SCAN_SHELF_H

#include "store/engine.h"
#include "store/scan/tail_scan.h"

struct kept {  // the first member of what is kept, which one free() frees
    _Atomic int users;
    entity_id stream;
    uint64_t what;            // one stream has several kinds
    uint64_t since;           // stream.rechunked when it was made
    struct point_key newest;  // of all that is in chunks, where that is wanted; POINT_KEY_FIRST: nothing is
    bool is_unfit;            // nothing can be kept of this stream
    size_t bytes;             // of all
    struct kept *next;        // the shelf's
};

// Kinds: those named here, and with the highest bit set those of periods.h.
enum { KEPT_HOURS, KEPT_WINDOW_UP, KEPT_WINDOW_DOWN, KEPT_WINDOW_LAST, KEPT_NEWEST };

struct kept_shelf;
struct kept_shelf *kept_shelf_new(size_t bytes_most);  // 0: nothing is kept; NULL: no memory
void kept_shelf_free(struct kept_shelf *f);

// Whether the snapshot sees the stream's chunks as the shelf knows them, which is as they are since *since.
bool kept_shelf_serves(struct snapshot *at, const struct stream *s, uint64_t *since);
// To be given back with kept_drop; NULL: not there.
struct kept *kept_shelf_find(struct snapshot *at, const struct stream *s, uint64_t what, uint64_t since);
// Whether it is worth making something: a full shelf takes only some.
bool kept_shelf_wants(struct snapshot *at);
// The caller has filled `newest`, `is_unfit` and `bytes`, and uses k until kept_drop. What there was of this kind goes, and of others
// what has no room any more.
void kept_shelf_put(struct snapshot *at, const struct stream *s, uint64_t what, uint64_t since,
                    struct kept *k);
void kept_drop(struct kept *k);  // NULL is fine

#endif
