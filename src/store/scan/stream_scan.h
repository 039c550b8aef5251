// SPDX-License-Identifier: EUPL-1.2
// stream_scan.h: the observations of one stream as one snapshot sees them, in order: its chunks and its tail as one.
// Reads no chunk outside the range, and no further than it is asked.
// Owns     points given are valid until the next call on the scan
// Threads  that of the snapshot
// Errors   ERR_CORRUPT (a damaged chunk), ERR_STORE, ERR_LIMIT
#ifndef PEIL_STORE_SCAN_STREAM_SCAN_H
#define PEIL_STORE_SCAN_STREAM_SCAN_H

#include "store/scan/chunk_scan.h"
#include "store/engine.h"
#include "store/scan/number_scan.h"
#include "store/scan/window.h"
#include "store/stream/row.h"

struct stream_scan {
    entity_id stream;
    struct snapshot *at;
    const struct stream *source;
    struct scan_options options;
    bool is_by_number;  // numbers do not count up with times here, and theirs is the order asked for
    struct tail_scan tail;
    const struct window *window;  // gives those of chunks as far as it reaches; NULL: `chunks` does
    size_t window_at;             // of its items, the next; going backward one behind it
    struct point window_point;
    bool keeps_window;  // once the first is known
    struct chunk_scan chunks;
    struct number_scan numbers;  // instead of chunks, by number
    enum { GIVEN_NONE, GIVEN_TAIL, GIVEN_CHUNK } given;
};

NODISCARD bool stream_scan_open(struct stream_scan *scan, struct snapshot *at, const struct stream *s,
                                const struct scan_options *options, err *e);
NODISCARD bool stream_scan_next(struct stream_scan *scan, struct point *out, bool *got, err *e);
void stream_scan_close(struct stream_scan *scan);
// Without opening it: no observation that a scan with these options gives comes before *time in its order. False: not known.
bool stream_scan_expect(struct snapshot *at, const struct stream *s, const struct scan_options *options,
                        instant *time);

// The stream when the snapshot shows it, else NULL. One that came after the snapshot may be given: it has no observations there.
struct stream *snapshot_stream(struct snapshot *at, entity_id id);
struct stream *snapshot_next_stream(struct snapshot *at, entity_id after);  // in order of id

#endif
