// SPDX-License-Identifier: EUPL-1.2
// stream_scan.h: the observations of one stream as one snapshot sees them, in order: its chunks and its tail as one.
// Reads no chunk outside the range, and no further than it is asked.
// Owns     points given are valid until the next call on the scan
// Threads  that of the snapshot
// Errors   ERR_CORRUPT (a damaged chunk), ERR_STORE, ERR_LIMIT
#ifndef PEIL_STORE_STREAM_SCAN_H
#define PEIL_STORE_STREAM_SCAN_H

#include "store/engine.h"
#include "store/tail_scan.h"

struct stream_scan {
    struct snapshot *at;
    entity_id stream;
    struct scan_options options;
    struct tail_scan tail;
};

NODISCARD bool stream_scan_open(struct stream_scan *scan, struct snapshot *at, const struct stream *s,
                                const struct scan_options *options, err *e);
NODISCARD bool stream_scan_next(struct stream_scan *scan, struct point *out, bool *got, err *e);
void stream_scan_close(struct stream_scan *scan);

// The stream when the snapshot shows it, else NULL.
struct stream *snapshot_stream(struct snapshot *at, entity_id id);
struct stream *snapshot_next_stream(struct snapshot *at, entity_id after);  // in order of id

void stream_extent_add(struct stream_extent *x, const struct point *p);  // all but the feature

#endif
