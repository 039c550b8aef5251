// SPDX-License-Identifier: EUPL-1.2
// number_scan.h: the observations of one stream that stand in chunks, in order of their numbers, where that is not the
// order of time: late ones came, or times were changed. Chunks then overlap in their numbers; each is opened when its
// least number is due (its greatest, going backward).
// Owns     points given are valid until the next call on the scan
// Threads  that of the snapshot
#ifndef PEIL_STORE_SCAN_NUMBER_SCAN_H
#define PEIL_STORE_SCAN_NUMBER_SCAN_H

#include "store/stream/chunk_table.h"

struct chunk_span;
struct sorted_chunk;

struct number_scan {
    struct connection *connection;
    entity_id stream;
    struct scan_options options;
    struct chunk_span *spans;  // of all chunks that have wanted numbers, in the order in which they are due
    size_t span_count, span_at;
    struct sorted_chunk *open;  // a list; few at a time
};

NODISCARD bool number_scan_open(struct number_scan *scan, struct connection *c, entity_id stream,
                                const struct scan_options *options, err *e);
NODISCARD bool number_scan_peek(struct number_scan *scan, const struct point **out, err *e);
void number_scan_move(struct number_scan *scan);
void number_scan_close(struct number_scan *scan);

#endif
