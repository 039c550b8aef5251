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
    double hour, day;  // means in use; NAN: none
};

// A stream in an area, by area and then by Thing.
struct now_member {
    const struct area *area;
    const struct now_stream *stream;
};

// All streams that measure a substance, and where they lie; as long as the list of streams and the areas stay.
struct now_book {
    const struct rollup_streams *list;
    const struct atlas *atlas;
    arena *room;  // holds what follows
    struct now_stream *streams;
    size_t stream_count;
    struct now_member *members;
    size_t member_count;
};

struct now_table {
    struct index_table shown;
    arena *a;
    uint64_t areas;    // version of the areas it was made with
    uint64_t streams;  // and which list of streams: it is read anew some time after an entity changed
    int users;         // under the lock; the service is one of them while this is kept
};

#define KEPT_HOURS 48  // as many as the map goes back
#define KEPT_HOURS_BYTES_MAX ((size_t)32 << 20)

// Tables of hours that are over, kept until a reading of them comes late, or streams or areas are others. Under the lock.
struct now_hours {
    struct now_table *tables[KEPT_HOURS];  // NULL: free; that of hour h has one place
    size_t bytes;
    uint64_t changes;  // that came late: what was read before one may lack it
};

struct indices {
    indices_config config;
    struct lock *lock;  // guards current, hours and users
    struct now_table *current;
    struct now_hours hours;
    struct heard *heard;  // of streams: what came in

    // The refreshing thread's alone.
    struct now_book book;
    instant hour;  // end of the hour that is in the streams
    uint64_t
        generation;  // of the newest table; begins at the time of the start, so that no two runs share one
};

// book.c: reads streams and areas anew when either changed. *is_new: all hours have to be read.
NODISCARD bool now_book_look(struct indices *x, struct now_book *b, instant now, bool *is_new, err *e);
void now_book_drop(struct indices *x, struct now_book *b);

// table.c
struct now_table *now_table_make(const struct now_book *b, instant hour, uint64_t generation,
                                 bool with_things,
                                 err *e);  // for one user
void now_table_free(struct now_table *t);
void now_table_drop(struct indices *x, struct now_table *t);  // one user less

// past_hour.c
void now_hours_hear(struct indices *x, const struct change *changes, size_t count);
void now_hours_drop(struct indices *x);

#endif
