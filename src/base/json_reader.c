// SPDX-License-Identifier: EUPL-1.2
#include "base/json_inner.h"

json_reader json_reader_of(str source, err *e)
{
    return (json_reader){.source = source, .e = e};
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool has_word(const json_reader *r, str word)
{
    return str_starts(str_slice(r->source, r->at, r->source.n), word);
}

static bool no_value(json_reader *r)
{
    if (has_word(r, STR("NaN")) || has_word(r, STR("Infinity")) || has_word(r, STR("-Infinity"))) {
        return json_fail_place(r, ERR_SYNTAX, "a value", false, ": JSON has no NaN or Infinity");
    }
    return json_unexpected(r, "a value", false);
}

bool json_peek(json_reader *r, json_type *out)
{
    if (r->failed) return false;
    json_skip_space(r);
    const char c = r->at < r->source.n ? r->source.p[r->at] : '\0';
    switch (c) {
    case '{': *out = JSON_OBJECT; return true;
    case '[': *out = JSON_ARRAY; return true;
    case '"': *out = JSON_TEXT; return true;
    case 't': *out = JSON_TRUE; return true;
    case 'f': *out = JSON_FALSE; return true;
    case 'n': *out = JSON_NULL; return true;
    default: *out = JSON_NUMBER; return c == '-' || is_digit(c) || no_value(r);
    }
}

static bool expect(json_reader *r, json_type wanted)
{
    json_type found = JSON_NULL;
    if (!json_peek(r, &found)) return false;
    return found == wanted || json_wrong_type(r, wanted, found);
}

// ---- structure ----

bool json_enter(json_reader *r, char bracket)
{
    if (!expect(r, bracket == '{' ? JSON_OBJECT : JSON_ARRAY)) return false;
    if (r->depth == JSON_DEPTH_MAX) {
        return json_fail(r, ERR_LIMIT, r->at, "nested more than %d deep", JSON_DEPTH_MAX);
    }
    r->at++;
    r->depth++;
    r->entered = true;
    return true;
}

bool json_more(json_reader *r, char bracket, bool *more)
{
    const char close = bracket == '{' ? '}' : ']';
    if (r->failed) return false;
    json_skip_space(r);
    const bool first = r->entered;
    r->entered = false;
    if (json_at_char(r, close)) {
        r->at++;
        r->depth--;
        *more = false;
        return true;
    }
    if (!first) {
        if (!json_at_char(r, ','))
            return json_unexpected(r, bracket == '{' ? "',' or '}'" : "',' or ']'", true);
        r->at++;
        json_skip_space(r);
        if (json_at_char(r, close))
            return json_fail(r, ERR_SYNTAX, r->at, "there must be no ',' before '%c'", close);
    }
    *more = true;
    return true;
}

bool json_end(json_reader *r)
{
    if (r->failed) return false;
    json_skip_space(r);
    return r->at == r->source.n ||
           json_fail(r, ERR_SYNTAX, r->at, "expected nothing more after the end of the JSON text");
}

// ---- texts ----

static bool take_text(json_reader *r, arena *a, str *out)
{
    struct json_text t;
    if (!json_scan_text(r, &t)) return false;
    if (!t.has_escape) {
        *out = t.raw;
        return true;
    }
    char *p = arena_alloc(a, t.raw.n);
    if (!p) return json_fail(r, ERR_LIMIT, r->at, "this JSON needs more memory than allowed here");
    size_t n;
    if (!json_unescape(r, t.raw, p, &n)) return false;
    *out = (str){p, n};
    return true;
}

bool json_read_text(json_reader *r, arena *a, str *out)
{
    return expect(r, JSON_TEXT) && take_text(r, a, out);
}

static bool at_key(json_reader *r)
{
    if (r->failed) return false;
    json_skip_space(r);
    return json_at_char(r, '"') || json_unexpected(r, "a name in double quotes", true);
}

static bool take_colon(json_reader *r)
{
    json_skip_space(r);
    if (!json_at_char(r, ':')) return json_unexpected(r, "':' before the value", false);
    r->at++;
    return true;
}

bool json_key(json_reader *r, arena *a, str *out)
{
    return at_key(r) && take_text(r, a, out) && take_colon(r);
}

bool json_scan_key(json_reader *r, struct json_text *out, size_t *at)
{
    size_t n;
    if (!at_key(r)) return false;
    *at = r->at;
    return json_scan_text(r, out) && (!out->has_escape || json_unescape(r, out->raw, NULL, &n)) &&
           take_colon(r);
}

// ---- other values ----

static bool at_digit(const json_reader *r)
{
    return r->at < r->source.n && is_digit(r->source.p[r->at]);
}

static bool skip_digits(json_reader *r, const char *where)
{
    if (!at_digit(r)) return json_unexpected(r, where, false);
    while (at_digit(r)) r->at++;
    return true;
}

bool json_read_number(json_reader *r, str *digits)
{
    if (!expect(r, JSON_NUMBER)) return false;
    const size_t start = r->at;
    if (json_at_char(r, '-')) {
        if (has_word(r, STR("-Infinity"))) return no_value(r);
        r->at++;
    }
    if (json_at_char(r, '0')) {
        r->at++;
        if (at_digit(r))
            return json_fail(r, ERR_SYNTAX, r->at - 1, "a number must not start with a needless 0");
    } else if (!skip_digits(r, "digits after '-'")) {
        return false;
    }
    if (json_at_char(r, '.')) {
        r->at++;
        if (!skip_digits(r, "digits after the point of a number")) return false;
    }
    if (json_at_char(r, 'e') || json_at_char(r, 'E')) {
        r->at++;
        if (json_at_char(r, '+') || json_at_char(r, '-')) r->at++;
        if (!skip_digits(r, "digits in the exponent of a number")) return false;
    }
    *digits = str_slice(r->source, start, r->at);
    return true;
}

static bool take_word(json_reader *r, str word)
{
    if (!has_word(r, word)) return json_fail_place(r, ERR_SYNTAX, "true, false or null", false, "");
    r->at += word.n;
    return true;
}

bool json_read_bool(json_reader *r, bool *out)
{
    json_type found = JSON_NULL;
    if (!json_peek(r, &found)) return false;
    if (found != JSON_TRUE && found != JSON_FALSE) return json_wrong_type(r, JSON_TRUE, found);
    if (!take_word(r, found == JSON_TRUE ? STR("true") : STR("false"))) return false;
    *out = found == JSON_TRUE;
    return true;
}

bool json_read_null(json_reader *r)
{
    return expect(r, JSON_NULL) && take_word(r, STR("null"));
}
