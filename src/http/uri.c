// SPDX-License-Identifier: EUPL-1.2
#include "http/field.h"
#include "http/server.h"

#include "base/utf8.h"

// The byte of "%41" at s.p[at], or -1.
static int escaped_byte(str s, size_t at)
{
    if (at + 2 >= s.n) return -1;
    const int high = field_hex_digit(s.p[at + 1]), low = field_hex_digit(s.p[at + 2]);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

static bool decode_into(char *to, str s, bool plus_is_space, size_t *n, err *e)
{
    for (size_t i = 0; i < s.n; i++) {
        const size_t at = i;
        int c = (unsigned char)s.p[i];
        if (c == '%') {
            c = escaped_byte(s, i);
            if (c < 0) return err_set(e, ERR_SYNTAX, i, "'%%' must be followed by two hexadecimal digits");
            i += 2;
        } else if (c == '+' && plus_is_space) {
            c = ' ';
        }
        if (c == 0) return err_set(e, ERR_SYNTAX, at, "a NUL byte is not allowed");
        to[(*n)++] = (char)c;
    }
    return true;
}

bool http_percent_decode(str s, bool plus_is_space, arena *a, str *out, err *e)
{
    char *to = arena_alloc(a, s.n + 1);
    size_t n = 0, bad_at;
    if (!to) return err_no_memory(e);
    if (!decode_into(to, s, plus_is_space, &n, e)) return false;
    if (!utf8_is_valid((str){to, n}, &bad_at))
        return err_set(e, ERR_SYNTAX, ERR_NOWHERE, "the address is not valid UTF-8");
    *out = (str){to, n};
    return true;
}

static bool is_key(str encoded, str key, arena *a)
{
    err ignored;
    str decoded;
    if (str_eq(encoded, key)) return true;
    return http_percent_decode(encoded, true, a, &decoded, &ignored) && str_eq(decoded, key);
}

bool http_query_get(str query, str key, arena *a, str *out)
{
    err ignored;
    for (str pair, name; str_cut(&query, '&', &pair);) {
        if (!str_cut(&pair, '=', &name)) continue;
        if (is_key(name, key, a)) return http_percent_decode(pair, true, a, out, &ignored);
    }
    return false;
}
