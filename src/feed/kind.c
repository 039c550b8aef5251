// SPDX-License-Identifier: EUPL-1.2
// What kinds of feeds share.
#include "feed/kind.h"

#include <stdio.h>
#include <string.h>

#define URL_MAX_BYTES 4096

const struct feed_kind *feed_kind_by_name(str name)
{
    for (const struct feed_kind *const *k = feed_kind_all(); *k; k++)
        if (str_eq((*k)->adapter.name, name)) return *k;
    return NULL;
}

instant feed_time(const json *object, str member, instant otherwise)
{
    instant t;
    return time_parse_utc(json_text(object, member), &t, NULL) ? t : otherwise;
}

bool feed_url(const struct feed_turn *t, str *out, err *e, const char *format, ...)
{
    str base = json_text(t->options, STR("url"));
    while (base.n > 0 && base.p[base.n - 1] == '/') base.n--;
    char rest[URL_MAX_BYTES];
    va_list arguments;
    va_start(arguments, format);
    const int n = vsnprintf(rest, sizeof rest, format, arguments);
    va_end(arguments);
    if (n < 0 || (size_t)n >= sizeof rest)
        return err_set(e, ERR_LIMIT, ERR_NOWHERE, "the address to ask is longer than %d bytes",
                       URL_MAX_BYTES);
    return arena_print(t->a, out, "%.*s%s", STR_ARG(base), rest) || err_no_memory(e);
}

str feed_escape(arena *a, str text)
{
    static const char hex[] = "0123456789ABCDEF",
                      plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~";
    char *const out = arena_alloc(a, 3 * text.n + 1);
    size_t n = 0;
    if (!out) return (str){0};
    for (size_t i = 0; i < text.n; i++) {
        const unsigned char c = (unsigned char)text.p[i];
        if (c && strchr(plain, c)) {
            out[n++] = (char)c;
            continue;
        }
        out[n++] = '%';
        out[n++] = hex[c >> 4];
        out[n++] = hex[c & 15];
    }
    return (str){out, n};
}

bool feed_position(const struct feed_turn *t, const buf *written, struct feed_answer *out, err *e)
{
    return (!written->failed && arena_copy(t->a, buf_str(written), &out->position)) || err_no_memory(e);
}
