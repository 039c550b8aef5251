// SPDX-License-Identifier: EUPL-1.2
// merge_scan.h: observations of one, several or all streams at a snapshot, in one order. A stream is opened only when its
// turn can have come, so that the ten newest of all cost ten streams, not all.
// Owns     points given are valid until the next call on the scan
// Threads  that of the snapshot
#ifndef PEIL_STORE_SCAN_MERGE_SCAN_H
#define PEIL_STORE_SCAN_MERGE_SCAN_H

#include "store/scan/stream_scan.h"

typedef enum {
    MERGE_BY_TIME,   // (time, id)
    MERGE_BY_ID,     // id, that is (stream, number)
    MERGE_BY_STREAM  // (stream, time, number): what costs least
} merge_order;

struct merge_key {
    instant time;
    entity_id id;
};

struct merge_options {
    const entity_id *streams;  // in ascending order; NULL: all
    size_t stream_count;
    instant time_from, time_to;  // both included
    entity_id id_from, id_to;    // both included
    struct merge_key from, to;   // of (time, id) together, both included
    merge_order order;
    bool is_descending;
};
#define MERGE_ALL                                         \
    ((struct merge_options){.time_from = INT64_MIN,       \
                            .time_to = INT64_MAX,         \
                            .id_to = INT64_MAX,           \
                            .from = {INT64_MIN, 0},       \
                            .to = {INT64_MAX, INT64_MAX}, \
                            .order = MERGE_BY_STREAM})

struct merge_source;

struct merge_scan {
    struct snapshot *at;
    struct merge_options options;
    struct merge_source *sources;  // by time: a heap, the next one first
    size_t count, capacity;
    size_t stream_at;         // else: index in options.streams
    entity_id stream;         // else: whose turn it is
    bool is_open;             // else: `scan` is
    struct stream_scan scan;  // else: of the stream whose turn it is
    bool is_given;            // by time: the first source's observation has been given out
};

// options->streams must live as long as the scan.
NODISCARD bool merge_scan_open(struct merge_scan *m, struct snapshot *at, const struct merge_options *options,
                               err *e);
NODISCARD bool merge_scan_next(struct merge_scan *m, entity_id *stream, struct point *out, bool *got, err *e);
void merge_scan_close(struct merge_scan *m);

#endif
