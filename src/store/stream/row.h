// SPDX-License-Identifier: EUPL-1.2
// row.h: rows of table `stream`: what is true of a stream's observations that stand in chunks.
// Threads  that of the connection; writing: the writer
#ifndef PEIL_STORE_STREAM_ROW_H
#define PEIL_STORE_STREAM_ROW_H

#include "store/engine.h"

#define STREAM_NEWEST_MAX 48

struct stream_row {
    struct stream_extent extent;
    instant newest_time;  // TIME_NONE: no observations
    uint32_t newest_number;
    int64_t next_number, greatest_number;
    bool is_unordered;  // the order of numbers is not that of times
    uint32_t growing_count;
    uint8_t
        newest[STREAM_NEWEST_MAX];  // what the newest is but for time, number and feature (series/point.h)
    uint8_t newest_bytes;           // 0: not known, or too much to stand here
};

// *got = false: there is no such stream.
NODISCARD bool stream_row_read(struct connection *c, entity_id stream, struct stream_row *out, bool *got,
                               err *e);

// The rows of many streams, asked for in order of id: one statement, where one for each would cost more than what it says.
struct stream_row_walk {
    struct connection *connection;
    sqlite3_stmt *st;
    entity_id at;  // of the row under the statement; 0: none yet
    bool is_over;
};
NODISCARD bool stream_row_walk_open(struct stream_row_walk *w, struct connection *c, entity_id first, err *e);
NODISCARD bool stream_row_walk_to(struct stream_row_walk *w, entity_id stream, struct stream_row *out,
                                  bool *got, err *e);
void stream_row_walk_close(struct stream_row_walk *w);
// As stream_extent, of the streams that a walk passes. *got = false: the snapshot has no row of it.
NODISCARD bool stream_extent_walk_to(struct snapshot *at, struct stream_row_walk *w, const struct stream *s,
                                     struct stream_extent *out, bool *got, err *e);

// With what the stream's state says of its tail; the operation's SQL has begun.
NODISCARD bool stream_row_write(struct connection *c, const struct stream *s, const struct stream_row *row,
                                err *e);

// A stream with what its rows of `stream` and `growing` say.
struct stream_rows {
    struct stream *stream;
    struct stream_row row;
    str growing;    // of its growing chunk; empty: there is none
    bool is_there;  // the row
};
// Of several, in order of id: a statement for each would cost more than what it reads or writes. Rows between them are passed in vain.
NODISCARD bool stream_rows_read(struct connection *c, struct stream_rows *all, size_t count, arena *a,
                                err *e);
NODISCARD bool stream_rows_write(struct connection *c, const struct stream_rows *all, size_t count, err *e);

NODISCARD bool stream_rows_load(struct connection *c, struct streams *all, err *e);
NODISCARD bool stream_feature_add(struct store_tx *tx, entity_id stream, entity_id feature, err *e);

// Keeps what the newest is, when p is that.
void stream_row_keep_newest(struct stream_row *row, const struct point *p);
// The newest, as far as the row knows it; it views the row. False: it has to be looked up.
NODISCARD bool stream_row_newest(const struct stream_row *row, struct point *out);
void stream_row_add(struct stream_row *row, const struct point *p);      // one more observation
void stream_extent_add(struct stream_extent *x, const struct point *p);  // the same, all but the feature

#endif
