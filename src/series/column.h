// SPDX-License-Identifier: EUPL-1.2
// column.h: whole numbers of a chunk, in whichever form is smallest: all the same, packed (packed.h), coded (coded.h).
//
// Form     a byte that says which; SAME: zigzag varint; PACKED: its blocks; CODED: length (varint), then its bytes
// Owns     a column that was opened is closed with column_close, also when opening failed
// Errors   false when the bytes are damaged, or without memory
#ifndef PEIL_SERIES_COLUMN_H
#define PEIL_SERIES_COLUMN_H

#include "series/coded.h"

struct column {
    enum { COLUMN_SAME, COLUMN_PACKED, COLUMN_CODED } form;
    int64_t same;
    reader in;
    struct packed_reader packed;
    str bytes;  // of a coded one
    struct coded *coded;
};

// How a chunk and its columns are written. Quick: never coded, which makes it a third larger and takes a third of the time: for what will
// soon be written anew. Least: the predictor is chosen by all numbers, a two hundredth smaller: for what stays.
typedef enum { CHUNK_SMALL, CHUNK_QUICK, CHUNK_LEAST } chunk_way;
void column_write(buf *b, const int64_t *values, size_t count, chunk_way way);
// The same of numbers that each stand for many: coded also where there are few of them.
void column_write_few(buf *b, const int64_t *values, size_t count, chunk_way way);

// Moves `in` behind it.
NODISCARD bool column_find(struct column *c, reader *in, size_t count);
NODISCARD bool column_find_packed(struct column *c, reader *in,
                                  size_t count);  // of version 1: without the byte
// Once, before column_next.
NODISCARD bool column_open(struct column *c);
NODISCARD bool column_next(struct column *c, int64_t *out,
                           size_t n);  // n: COLUMN_BLOCK but for the last block
void column_close(struct column *c);

#endif
