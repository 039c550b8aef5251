// SPDX-License-Identifier: EUPL-1.2
// tail_row.h: the observations of one commit as one row of bytes: what makes an acknowledged reading durable before it
// stands in a chunk. Written as they arrive, read back in that order when the store is opened.
//
// Form     version, CRC-32 of the rest, then per observation:
//          head byte: bits 0-4 the scale of a plain decimal (0-18), or 19: parts follow;
//                     bits 5-6 the stream: 0 as before, 1 the next id, 2 a difference follows; bit 7: number and feature follow
//          [difference of stream] [number, feature] difference of time to the one before: in milliseconds, or (low bit 1)
//          in microseconds
//          a plain decimal: units; else a byte of parts: 1 scale and units, 2 result time less phenomenonTime, 4 extra
//          Without bit 7 the number is one more than that stream's last in this row, the feature the same as there, and the
//          units are a difference to those there.
// Owns     what tail_reader_next gives are views into the row
// Errors   tail_reader_*: false when the bytes are damaged
#ifndef PEIL_SERIES_TAIL_ROW_H
#define PEIL_SERIES_TAIL_ROW_H

#include "series/point.h"

#define TAIL_ROW_MAX ((size_t)256 << 20)  // bytes of one commit, unless tail_writer.bytes.max says less

// What must be known of a stream while its observations of one row are written or read: its last one there.
struct tail_last {
    uint32_t number;
    entity_id feature;
    int64_t units;
};

struct tail_writer {
    buf bytes;
    entity_id stream;
    instant time;
};

void tail_writer_start(struct tail_writer *w);  // an empty row; memory is kept
// `last` is the stream's, is_first: it has none in this row yet; it is brought up to date.
void tail_writer_add(struct tail_writer *w, entity_id stream, const struct point *p, struct tail_last *last,
                     bool is_first);
// Readings of one stream, the first with this number, the others counting up: the same bytes as one by one.
void tail_writer_add_run(struct tail_writer *w, const struct reading_run *run, uint32_t number,
                         struct tail_last *last, bool is_first);
str tail_writer_finish(struct tail_writer *w);  // the row; nothing more may be added

struct tail_reader {
    reader in;
    entity_id stream;
    instant time;
};
// One observation as it stands in a row.
struct tail_item {
    entity_id stream;
    bool is_whole;  // number, feature and units are given; else tail_item_complete must be called
    struct point point;
};

NODISCARD bool tail_reader_open(struct tail_reader *r, str row);
NODISCARD bool tail_reader_next(struct tail_reader *r, struct tail_item *out, bool *got);
// With the stream's last one in this row (when not whole), which is brought up to date.
void tail_item_complete(struct tail_item *item, struct tail_last *last);

#endif
