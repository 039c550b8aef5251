// SPDX-License-Identifier: EUPL-1.2
#include "base/buf.h"

#include "base/num.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_CAPACITY ((size_t)256)

void buf_free(buf *b)
{
    free(b->p);
    *b = (buf){.max = b->max};
}

void buf_clear(buf *b)
{
    b->n = 0;
    b->failed = false;
}

str buf_str(const buf *b)
{
    return (str){b->p, b->n};
}

static bool fail(buf *b)
{
    b->failed = true;
    return false;
}

bool buf_reserve(buf *b, size_t more)
{
    if (b->failed) return false;
    if (more <= b->capacity - b->n) return true;
    if (b->n > b->max || more > b->max - b->n) return fail(b);
    const size_t need = b->n + more;
    size_t capacity = b->capacity > b->max / 2 ? b->max : b->capacity * 2;
    if (capacity < FIRST_CAPACITY) capacity = FIRST_CAPACITY;
    if (capacity > b->max) capacity = b->max;
    if (capacity < need) capacity = need;
    char *p = capacity < SIZE_MAX ? realloc(b->p, capacity + 1)
                                  : NULL;  // room for the NUL that vsnprintf adds
    if (!p) return fail(b);
    b->p = p;
    b->capacity = capacity;
    return true;
}

void buf_add(buf *b, str s)
{
    if (s.n == 0 || !buf_reserve(b, s.n)) return;
    memcpy(b->p + b->n, s.p, s.n);
    b->n += s.n;
}

void buf_add_char(buf *b, char c)
{
    if (!buf_reserve(b, 1)) return;
    b->p[b->n++] = c;
}

void buf_add_int(buf *b, int64_t v)
{
    if (!b->failed && b->capacity - b->n >= NUM_TEXT_MAX) {
        b->n += num_write_int(b->p + b->n, v);
        return;
    }
    char text[NUM_TEXT_MAX];
    buf_add(b, (str){text, num_write_int(text, v)});
}

void buf_print(buf *b, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (length < 0) b->failed = true;
    if (length <= 0 || !buf_reserve(b, (size_t)length)) return;
    va_start(args, format);
    vsnprintf(b->p + b->n, (size_t)length + 1, format, args);
    va_end(args);
    b->n += (size_t)length;
}

void buf_add_percent(buf *b, str s)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";
    for (size_t k = 0; k < s.n; k++) {
        if (memchr(plain, s.p[k], sizeof plain - 1))
            buf_add_char(b, s.p[k]);
        else
            buf_print(b, "%%%02X", (unsigned char)s.p[k]);
    }
}
