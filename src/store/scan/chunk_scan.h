// SPDX-License-Identifier: EUPL-1.2
// chunk_scan.h: the observations of one stream that stand in chunks, in order of time, one way or the other.
// Holds one chunk and one block of it at a time; blocks that cannot be wanted are passed over. Going backward a chunk is decoded
// from its start and the last blocks of that are held: two at first, for a thousand streams may be merged, and four times as
// many each time that these did not reach.
// Owns     points given are valid until the next call on the scan
// Threads  that of the snapshot
#ifndef PEIL_STORE_SCAN_CHUNK_SCAN_H
#define PEIL_STORE_SCAN_CHUNK_SCAN_H

#include "store/stream/chunk_table.h"

struct chunk_scan {
    struct connection *connection;
    entity_id stream;
    struct scan_options options;
    struct point_key seek;  // where the next full chunk is looked for
    enum { CHUNKS_FIRST, CHUNKS_FULL, CHUNKS_GROWING, CHUNKS_END } stage;
    struct stored_chunk chunk;
    struct chunk_reader reader;
    bool is_reading;
    uint32_t blocks_left;         // going backward: blocks of the chunk before those that are held
    struct chunk_block *held;     // owned
    size_t held_most, held_left;  // room; going backward: how many before `block`
    bool has_held;                // going backward: the next ones are to be more
    struct chunk_block *block;    // of those held
    size_t left;                  // observations of the block not yet given
    struct point point;
};

// `seek` says at which key the reading starts (ends, when descending), the options which observations are given.
NODISCARD bool chunk_scan_open(struct chunk_scan *scan, struct connection *c, entity_id stream,
                               const struct scan_options *options, struct point_key seek, err *e);
// The next one, without moving; NULL at the end.
NODISCARD bool chunk_scan_peek(struct chunk_scan *scan, const struct point **out, err *e);
void chunk_scan_move(struct chunk_scan *scan);
void chunk_scan_close(struct chunk_scan *scan);

#endif
