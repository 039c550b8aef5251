// SPDX-License-Identifier: EUPL-1.2
// row.h: rows of table `stream`: what is true of a stream's observations that stand in chunks.
// Threads  that of the connection; writing: the writer
#ifndef PEIL_STORE_STREAM_ROW_H
#define PEIL_STORE_STREAM_ROW_H

#include "store/engine.h"

struct stream_row {
    struct stream_extent extent;
    instant newest_time;  // TIME_NONE: no observations
    uint32_t newest_number;
    int64_t next_number, greatest_number;
    bool is_unordered;  // the order of numbers is not that of times
    uint32_t growing_count;
};

// *got = false: there is no such stream. `growing`, when not NULL, gets the bytes of the growing chunk.
NODISCARD bool stream_row_read(struct connection *c, entity_id stream, struct stream_row *out, buf *growing,
                               bool *got, err *e);
// With what the stream's state says of its tail; the operation's SQL has begun.
NODISCARD bool stream_row_write(struct connection *c, const struct stream *s, const struct stream_row *row,
                                str growing, err *e);

NODISCARD bool stream_rows_load(struct connection *c, struct streams *all, err *e);
NODISCARD bool stream_feature_add(struct store_tx *tx, entity_id stream, entity_id feature, err *e);

void stream_row_add(struct stream_row *row, const struct point *p);      // one more observation
void stream_extent_add(struct stream_extent *x, const struct point *p);  // the same, all but the feature

#endif
