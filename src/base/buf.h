// SPDX-License-Identifier: EUPL-1.2
// buf.h: a growing byte buffer with a maximum. Zero is a valid start except for `max`, which must be set.
// Appending past `max` (or without memory) sets `failed` and drops the bytes: check once, at the end.
// Threads  one at a time
#ifndef PEIL_BASE_BUF_H
#define PEIL_BASE_BUF_H

#include "base/str.h"
#include <stdint.h>

typedef struct {
    char *p;
    size_t n;
    size_t capacity;
    size_t max;
    bool failed;
} buf;

void buf_free(buf *b);   // back to zero, keeps max
void buf_clear(buf *b);  // n = 0, failed = false, memory kept
str buf_str(const buf *b);
bool buf_reserve(buf *b, size_t more);  // false: failed is set
void buf_add(buf *b, str s);
void buf_add_char(buf *b, char c);
void buf_add_int(buf *b, int64_t v);
void buf_add_percent(
    buf *b, str s);  // as one value of a query or form: all but RFC 3986's unreserved characters escaped
void buf_print(buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define BUF_LIT(b, literal) buf_add((b), STR(literal))

#endif
