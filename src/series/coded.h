// SPDX-License-Identifier: EUPL-1.2
// coded.h: whole numbers as the surprises of a predictor, coded in as many bits as their chance says (rANS). About a fifth smaller
// than packed.h, and about half as fast to read.
//
// A surprise (zigzag) below 16 is a token of its own; a greater one is a token that says its first three binary digits, and the
// others as plain bits.
//
// Form     kind of predictor (byte), first number (zigzag varint), model.h, bytes of the coded tokens (varint), two states (32 bits),
//          words of 16 bits; then the plain bits, low ones first
// Errors   false when the bytes are damaged, or without memory
// Source   Duda: Asymmetric numeral systems, 2013; Giesen: Interleaved entropy coders, 2014
#ifndef PEIL_SERIES_CODED_H
#define PEIL_SERIES_CODED_H

#include "series/packed.h"

// by_all: the predictor is chosen by all values, else by a piece from the middle.
void coded_write(buf *b, const int64_t *values, size_t count, bool by_all);

struct coded;
// Keeps a copy of the bytes. NULL: damaged or no memory.
struct coded *coded_open(str bytes);
NODISCARD bool coded_next(struct coded *c, int64_t *out, size_t n);  // n: COLUMN_BLOCK but for the last block
void coded_close(struct coded *c);                                   // NULL is fine

#endif
