// SPDX-License-Identifier: EUPL-1.2
// tail_scan.h: the observations of one stream that are in no chunk, in order of time, as one snapshot sees them.
// Owns     points given view the tail's memory, which stays as long as the snapshot is open
// Threads  that of the snapshot
#ifndef PEIL_STORE_SCAN_TAIL_SCAN_H
#define PEIL_STORE_SCAN_TAIL_SCAN_H

#include "base/err.h"
#include "store/stream/tail.h"

// A place in a stream's order. The number is wider than an observation's, so that there is a key before and behind all.
struct point_key {
    instant time;
    int64_t number;
};
#define POINT_KEY_FIRST ((struct point_key){INT64_MIN, 0})
#define POINT_KEY_LAST ((struct point_key){INT64_MAX, INT64_MAX})

static inline int point_key_cmp(struct point_key a, struct point_key b)
{
    if (a.time != b.time) return a.time < b.time ? -1 : 1;
    return (a.number > b.number) - (a.number < b.number);
}

struct point_range {
    struct point_key from, to;  // both included
};

typedef enum { SCAN_BY_TIME, SCAN_BY_NUMBER } scan_order;  // by time: by (time, number)

// Which observations of a stream, in which order.
struct scan_options {
    struct point_range range;  // of time and number together
    uint32_t number_from, number_to;
    scan_order order;
    bool is_descending;
    bool is_brief;  // one of many, most of which give little: it holds little memory until it has to go on
    bool is_whole;  // reads all of its range, once: no page, of which the next begins near
};
#define SCAN_ALL            \
    ((struct scan_options){ \
        .range = {POINT_KEY_FIRST, POINT_KEY_LAST}, .number_to = UINT32_MAX, .order = SCAN_BY_TIME})

// All with phenomenonTime (start) in [when.start, when.end), read once to the end; TIME_NONE on either side: open.
static inline struct scan_options scan_whole(interval when)
{
    struct scan_options o = SCAN_ALL;
    o.is_whole = true;
    if (when.start != TIME_NONE) o.range.from = (struct point_key){when.start, -1};
    if (when.end != TIME_NONE) o.range.to = (struct point_key){when.end, -1};
    return o;
}

static inline bool scan_includes(const struct scan_options *o, instant time, uint32_t number)
{
    const struct point_key key = {time, number};
    return number >= o->number_from && number <= o->number_to && point_key_cmp(o->range.from, key) <= 0 &&
           point_key_cmp(key, o->range.to) <= 0;
}

struct tail_place {
    const struct tail_block *block;
    const struct tail_entry *entry;
};

struct tail_scan {
    bool is_descending;
    struct tail_place *places;  // in order; those of the range
    size_t count, at;
};

NODISCARD bool tail_scan_open(struct tail_scan *scan, const struct tail *t, uint64_t commit, bool is_inside,
                              const struct scan_options *options, err *e);
// The newest of all, without gathering them; entry NULL: none.
struct tail_place tail_newest(const struct tail *t, uint64_t commit, bool is_inside);
// The first in order of time, of a tail whose entries are in order; entry NULL: none.
struct tail_place tail_first(const struct tail *t, uint64_t commit, bool is_inside);
void tail_scan_close(struct tail_scan *scan);
// The next one, without moving; NULL at the end.
static inline const struct tail_place *tail_scan_peek(const struct tail_scan *scan)
{
    if (scan->at == scan->count) return NULL;
    return &scan->places[scan->is_descending ? scan->count - 1 - scan->at : scan->at];
}

#endif
