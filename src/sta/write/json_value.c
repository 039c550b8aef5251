// SPDX-License-Identifier: EUPL-1.2
#include "sta/write/json_value.h"

static bool is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

// Index behind a text that starts at raw.p[i], a quote.
static size_t text_end(str raw, size_t i)
{
    for (i++; i < raw.n && raw.p[i] != '"'; i++)
        if (raw.p[i] == '\\') i++;
    return i < raw.n ? i + 1 : raw.n;
}

// Index of the first white space outside of texts; raw.n when there is none.
static size_t first_space(str raw)
{
    size_t i = 0;
    while (i < raw.n && !is_space(raw.p[i])) i = raw.p[i] == '"' ? text_end(raw, i) : i + 1;
    return i;
}

bool json_compact(str raw, arena *a, str *out)
{
    *out = raw;
    if (first_space(raw) == raw.n) return true;
    char *p = arena_alloc(a, raw.n);
    if (!p) return false;
    size_t n = 0;
    for (size_t i = 0; i < raw.n;) {
        const size_t end = raw.p[i] == '"' ? text_end(raw, i) : i + 1;
        if (!is_space(raw.p[i])) {
            while (i < end) p[n++] = raw.p[i++];
        }
        i = end;
    }
    *out = (str){p, n};
    return true;
}

static bool read_scalar(json_reader *r, json_type t, arena *a, value *out)
{
    str text;
    bool truth;
    if (t == JSON_NUMBER) {
        if (!json_read_number(r, &text)) return false;
        *out = value_of_number(text);
    } else if (t == JSON_TEXT) {
        if (!json_read_text(r, a, &text)) return false;
        *out = value_text(text);
    } else if (t == JSON_NULL) {
        *out = value_null();
        return json_read_null(r);
    } else {
        if (!json_read_bool(r, &truth)) return false;
        *out = value_bool(truth);
    }
    return true;
}

bool value_read_json(json_reader *r, arena *a, value *out)
{
    json_type t;
    str raw;
    if (!json_peek(r, &t)) return false;
    if (t != JSON_OBJECT && t != JSON_ARRAY) return read_scalar(r, t, a, out);
    if (!json_skip(r, &raw)) return false;
    if (!json_compact(raw, a, &raw))
        return json_fail(r, ERR_LIMIT, r->at, "this JSON needs more memory than allowed here");
    *out = value_json(raw);
    return true;
}
