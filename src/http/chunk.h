// SPDX-License-Identifier: EUPL-1.2
// chunk.h: takes the chunked transfer coding off a request body, piece by piece as it arrives, in place. Pure.
// Extensions and trailers are skipped; what they may weigh is bounded.
// Source   RFC 9112 section 7.1
#ifndef PEIL_HTTP_CHUNK_H
#define PEIL_HTTP_CHUNK_H

#include "http/head.h"

enum { CHUNK_LINE_MAX = 256, CHUNK_TRAILER_MAX = 8192 };

typedef enum {
    CHUNK_SIZE,
    CHUNK_EXTENSION,
    CHUNK_SIZE_LF,
    CHUNK_DATA,
    CHUNK_DATA_CR,
    CHUNK_DATA_LF,
    CHUNK_TRAILER,
    CHUNK_END
} chunk_place;

// Zero is the start of a body.
struct chunk_reader {
    chunk_place place;
    uint64_t left;  // of this chunk's data
    size_t digits;
    size_t line;  // bytes of the size line, or of the trailer's line, so far
    size_t trailer;
    bool saw_cr;  // in the trailer
};

typedef enum { CHUNK_MORE, CHUNK_DONE, CHUNK_REFUSED } chunk_state;

// Reads p[0, n), writes the data among it to the front of p: *written bytes; *used bytes of p were read (all of
// them unless DONE: what follows belongs to the next request). REFUSED when the coding is wrong (400), or when
// the data of this and earlier calls exceeds data_left (413).
chunk_state chunk_read(struct chunk_reader *c, char *p, size_t n, uint64_t data_left, size_t *used,
                       size_t *written, struct refusal *why);

#endif
