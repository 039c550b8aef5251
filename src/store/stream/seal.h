// SPDX-License-Identifier: EUPL-1.2
// seal.h: from the tail into chunks. Observations join the stream's growing chunk; what fills CHUNK_FULL_BYTES of it becomes
// a full one. Late observations go into the full chunks whose time they fall in, which are written anew.
// Threads  the writer
#ifndef PEIL_STORE_STREAM_SEAL_H
#define PEIL_STORE_STREAM_SEAL_H

#include "store/stream/chunk_table.h"
#include "store/scan/stream_scan.h"

// Two rows of table `chunk` with so many bytes fill one page of 4096 to the last few: measured, chunks of a fixed number of
// observations left a seventh of the pages empty.
#define CHUNK_FULL_BYTES 2008

// Of those that are merged when nothing else is to be done: two pages are filled, and the least that SQLite leaves in a third.
#define CHUNK_LARGE_BYTES 8640

// All of the stream's tail goes into chunks, as part of the operation; undone with it. Begins the operation's SQL. The growing chunk
// is written `way`: quick is for streams that go on (a seal of 1,024 readings took three times as long when it was always
// coded), small before something in the chunks is changed.
NODISCARD bool seal_stream(struct store_tx *tx, struct stream *s, chunk_way way, err *e);

// The same of several that have observations in their tails, in order of id and quickly: their rows are read at once and
// written at once. With each by itself SQLite's statements took three quarters of a seal of 20 readings.
#define SEAL_NEIGHBOURS 64
NODISCARD bool seal_neighbours(struct store_tx *tx, struct stream *const *all, size_t count, err *e);

// Chunks and row of a stream while observations are put in and taken out.
struct sealing {
    struct connection *connection;
    struct stream *stream;
    struct stream_row row;
    chunk_way way;  // of the growing chunk
    arena *memory;  // the writer's, for one sealing at a time
    buf growing;    // the growing chunk's bytes
    buf bytes;      // scratch
};
NODISCARD bool sealing_open(struct sealing *k, struct store_tx *tx, struct stream *s, err *e);
// Points in order of (time, number); none of their numbers is in the chunks. Keeps the row up to date.
NODISCARD bool sealing_put(struct sealing *k, const struct point *points, size_t count, err *e);
// The chunk, or the growing one, with these observations instead; the row is left alone but for growing_count.
NODISCARD bool sealing_rewrite(struct sealing *k, const struct stored_chunk *chunk,
                               const struct point *points, size_t count, err *e);
NODISCARD bool sealing_keep_growing(struct sealing *k, const struct point *points, size_t count, err *e);
// Writes the first *taken of the points to k->bytes, as a full chunk or all of them.
NODISCARD bool sealing_encode(struct sealing *k, const struct point *points, size_t count, size_t *taken,
                              err *e);
NODISCARD bool sealing_finish(struct sealing *k, struct store_tx *tx, err *e);  // writes the row
void sealing_close(struct sealing *k);
arena *sealing_memory_new(void);  // NULL: no memory

#endif
