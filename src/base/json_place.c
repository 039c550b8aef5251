// SPDX-License-Identifier: EUPL-1.2
#include "base/json_inner.h"

#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>

bool(json_fail)(json_reader *r, err_code code, size_t at, const char *format, ...)
{
    if (r->failed) return false;
    char text[sizeof r->e->text];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    r->failed = true;
    return err_set(r->e, code, at, "%s", text);
}

// Where a byte lies: which member of the object or item of the array that surrounds it.
struct place {
    char bracket;  // '{', '[', or 0 outside of both
    bool before_key;
    str key;
    size_t item;
};

static size_t string_end(str s, size_t quote)
{
    size_t i = quote + 1;
    while (i < s.n && s.p[i] != '"') i += s.p[i] == '\\' ? 2 : 1;
    return i < s.n ? i : s.n;
}

// Walks the bytes before `at` once more, which the reader has found to be well formed: it costs nothing until
// there is an error.
static struct place find_place(str source, size_t at)
{
    struct place levels[JSON_DEPTH_MAX + 2] = {0};
    size_t depth = 0;
    for (size_t i = 0; i < at && i < source.n; i++) {
        struct place *here = &levels[depth];
        const char c = source.p[i];
        if (c == '"') {
            const size_t end = string_end(source, i);
            if (here->before_key) here->key = str_slice(source, i + 1, end);
            here->before_key = false;
            i = end;
        } else if ((c == '{' || c == '[') && depth <= JSON_DEPTH_MAX) {
            levels[++depth] = (struct place){.bracket = c, .before_key = c == '{', .item = 1};
        } else if ((c == '}' || c == ']') && depth > 0) {
            depth--;
        } else if (c == ',') {
            here->item++;
            here->before_key = here->bracket == '{';
        }
    }
    return levels[depth];
}

bool json_fail_place(json_reader *r, err_code code, const char *what, bool after, const char *instead)
{
    const struct place place = find_place(r->source, r->at);
    const str key = utf8_slice(place.key, 0, 40);
    char where[240] = "";
    if (place.bracket == '{' && key.p) {
        snprintf(where, sizeof where, after ? " after the value of '%.*s'" : " for '%.*s'", STR_ARG(key));
    } else if (place.bracket == '[') {
        snprintf(where, sizeof where, after ? " after item %zu of the array" : " as item %zu of the array",
                 place.item);
    }
    return json_fail(r, code, r->at, "expected %s%s%s", what, where, instead);
}

bool json_unexpected(json_reader *r, const char *what, bool after)
{
    char instead[40] = ", but the text ends here";
    if (r->at < r->source.n) {
        const str found = utf8_slice(str_slice(r->source, r->at, r->source.n), 0, 1);
        snprintf(instead, sizeof instead, (unsigned char)found.p[0] < ' ' ? "" : ", not '%.*s'",
                 STR_ARG(found));
    }
    return json_fail_place(r, ERR_SYNTAX, what, after, instead);
}

bool json_wrong_type(json_reader *r, json_type wanted, json_type found)
{
    char instead[40];
    snprintf(instead, sizeof instead, ", not %.*s", STR_ARG(json_type_name(found)));
    return json_fail_place(r, ERR_TYPE, json_type_name(wanted).p, false, instead);
}
