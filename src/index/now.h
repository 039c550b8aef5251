// SPDX-License-Identifier: EUPL-1.2
// now.h: how the table of the present is made and kept. Private to index/.
#ifndef PEIL_INDEX_NOW_H
#define PEIL_INDEX_NOW_H

#include "base/heard.h"
#include "index/source.h"

#define NOW_HOURS 25  // the running 24, and an hour before for those that report late

struct now_stream {
    const struct rollup_stream *stream;
    substance substance;
    bool is_reference;
    double hour, day;  // means in use; NAN: none
};

// A stream in an area, by area and then by Thing.
struct now_member {
    const struct area *area;
    const struct now_stream *stream;
};

struct now_table {
    struct index_table shown;
    arena *a;
    int users;  // under the lock; the service is one of them while this is its current table
};

struct indices {
    indices_config config;
    struct lock *lock;  // guards current and users
    struct now_table *current;
    struct heard *heard;  // of streams: what came in

    // The refreshing thread's alone.
    const struct rollup_streams *list;
    const struct atlas *atlas;
    arena *book;  // streams and members: as long as list and atlas stay
    struct now_stream *streams;
    size_t stream_count;
    struct now_member *members;
    size_t member_count;
    instant hour;  // end of the hour that is in the streams
    uint64_t
        generation;  // of the newest table; begins at the time of the start, so that no two runs share one
};

#endif
