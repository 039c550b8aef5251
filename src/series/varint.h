// SPDX-License-Identifier: EUPL-1.2
// varint.h: whole numbers as one to ten bytes, seven bits each, the low ones first.
// Reading never passes the end: a reader that ran short has `failed` set and gives zeros.
#ifndef PEIL_SERIES_VARINT_H
#define PEIL_SERIES_VARINT_H

#include "base/buf.h"

#include <string.h>

#define VARINT_MAX 10

typedef struct {
    const uint8_t *p, *end;
    bool failed;
} reader;

static inline reader reader_of(str s)
{
    const uint8_t *p = (const uint8_t *)s.p;
    return (reader){p, s.n > 0 ? p + s.n : p, false};
}

static inline size_t reader_left(const reader *r)
{
    return (size_t)(r->end - r->p);
}

// Small numbers of either sign become small ones without: 0, -1, 1, -2 are 0, 1, 2, 3.
static inline uint64_t zigzag(int64_t v)
{
    return ((uint64_t)v << 1) ^ (uint64_t)(v >> 63);
}

static inline int64_t unzigzag(uint64_t v)
{
    return (int64_t)((v >> 1) ^ (0 - (v & 1)));
}

// Differences wrap around, so that any two numbers have one.
static inline int64_t int_minus(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a - (uint64_t)b);
}

static inline int64_t int_plus(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a + (uint64_t)b);
}

static inline size_t varint_write(uint8_t out[static VARINT_MAX], uint64_t v)
{
    size_t n = 0;
    for (; v >= 0x80; v >>= 7) out[n++] = (uint8_t)(v | 0x80);
    out[n++] = (uint8_t)v;
    return n;
}

static inline void put_varint(buf *b, uint64_t v)
{
    if (!buf_reserve(b, VARINT_MAX)) return;
    b->n += varint_write((uint8_t *)b->p + b->n, v);
}

static inline void put_zigzag(buf *b, int64_t v)
{
    put_varint(b, zigzag(v));
}

static inline void put_byte(buf *b, uint8_t v)
{
    buf_add_char(b, (char)v);
}

// Length, then bytes.
static inline void put_bytes(buf *b, str s)
{
    put_varint(b, s.n);
    buf_add(b, s);
}

static inline uint8_t get_byte(reader *r)
{
    if (r->p < r->end) return *r->p++;
    r->failed = true;
    return 0;
}

static inline uint64_t get_varint(reader *r)
{
    uint64_t v = 0;
    for (unsigned shift = 0; shift < 64 && r->p < r->end; shift += 7) {
        const uint8_t byte = *r->p++;
        v |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) return v;
    }
    r->failed = true;
    r->p = r->end;
    return 0;
}

static inline int64_t get_zigzag(reader *r)
{
    return unzigzag(get_varint(r));
}

static inline str get_raw(reader *r, uint64_t n)
{
    if (n > reader_left(r)) {
        r->failed = true;
        r->p = r->end;
        return (str){NULL, 0};
    }
    const str s = {(const char *)r->p, (size_t)n};
    r->p += n;
    return s;
}

static inline str get_bytes(reader *r)
{
    return get_raw(r, get_varint(r));
}

#endif
