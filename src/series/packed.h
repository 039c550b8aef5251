// SPDX-License-Identifier: EUPL-1.2
// packed.h: whole numbers packed in blocks of 64, each in whichever way is smallest for it:
//   DELTA        differences to the number before, all in as many bits as the widest needs
//   FRAME        differences to the least of the block
//   DELTA_FRAME  differences to the least difference: numbers that grow steadily
//   SPARSE       only where a number differs from the one before: constants, rare jumps
//
// Form     per block a byte: two bits the way, six bits the width (63 means 64 bits) or, SPARSE, how many differ; then its
//          base (zigzag varint; FRAME, DELTA_FRAME), then the bits, low ones first. The number before the first is 0.
// Errors   packed_next: false when the bytes are damaged
#ifndef PEIL_SERIES_PACKED_H
#define PEIL_SERIES_PACKED_H

#include "series/varint.h"

#define COLUMN_BLOCK 64

void packed_write(buf *b, const int64_t *values, size_t count);

struct packed_reader {
    int64_t last;
};
// The next block: n numbers, COLUMN_BLOCK but for the last one. Moves `in` behind it.
NODISCARD bool packed_next(struct packed_reader *c, reader *in, int64_t *out, size_t n);
// The same, without giving them.
NODISCARD bool packed_skip(reader *in, size_t n);

#endif
