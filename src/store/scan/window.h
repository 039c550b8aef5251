// SPDX-License-Identifier: EUPL-1.2
// window.h: some neighbouring observations of a stream's chunks, decoded, around the place where a reader began. The next page of all
// Observations begins at or near the same place in every stream, as does each question for the newest of them; without windows every
// one of these decodes a chunk. Private to the store.
// Holds only what is plain: decimals without anything extra, of one feature, whose result time is none or their own.
// Threads  any; a window does not change
#ifndef PEIL_STORE_SCAN_WINDOW_H
#define PEIL_STORE_SCAN_WINDOW_H

#include "store/scan/chunk_scan.h"
#include "store/scan/shelf.h"

struct window_item {
    instant time;
    int64_t units;
    uint32_t number;
    uint8_t scale;
};

struct window {
    struct kept kept;
    struct point_key from, to;  // both included: all that the chunks have between them are its items
    entity_id feature;
    bool has_result_time;  // that is the time
    size_t count;
    struct window_item items[];
};

// One that reaches to where a scan with these options begins; NULL: there is none. To be given back with window_drop.
const struct window *window_take(struct snapshot *at, const struct stream *s,
                                 const struct scan_options *options);
void window_drop(const struct window *w);  // NULL is fine
// One of what lies around the first observation that the scan gives, whose next that is; kept for others where there is room. NULL: it
// is not plain, or nobody would need it. To be given back with window_drop.
const struct window *window_keep(struct snapshot *at, const struct stream *s, const struct chunk_scan *scan);

// How many items lie before the first that a scan with these options gives; behind the last, when it goes backward.
size_t window_begin(const struct window *w, const struct scan_options *options);
void window_point(const struct window *w, size_t i, struct point *out);

#endif
