// SPDX-License-Identifier: EUPL-1.2
#include "ingest/decode/loose.h"

#include "base/utf8.h"

#include <math.h>
#include <string.h>

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// Length of a word without a value at the start of `s`, its sign included; 0: something else.
static size_t no_number(str s)
{
    static const str words[] = {STR("nan"), STR("infinity"), STR("inf")};
    const size_t sign = s.n > 0 && (s.p[0] == '-' || s.p[0] == '+');
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        const size_t end = sign + words[i].n;
        if (end > s.n || !str_eq_nocase(str_slice(s, sign, end), words[i])) continue;
        if (end == s.n || !is_letter(s.p[end])) return end;
    }
    return 0;
}

// Puts an empty text in the place of each bare nan, with spaces behind it, so that no position changes.
static bool blank_no_numbers(char *p, size_t n)
{
    bool any = false;
    bool in_text = false;
    for (size_t i = 0; i < n; i++) {
        if (in_text && p[i] == '\\') {
            i++;
        } else if (p[i] == '"') {
            in_text = !in_text;
        } else if (!in_text) {
            const size_t length = no_number((str){p + i, n - i});
            if (length == 0) continue;
            memset(p + i, ' ', length);
            memset(p + i, '"', 2);
            i += length - 1;
            any = true;
        }
    }
    return any;
}

bool loose_json(str body, arena *a, json **out, err *e)
{
    if (json_parse(body, a, out, e)) return true;
    if (e->code != ERR_SYNTAX || body.n == 0) return false;
    char *copy = arena_alloc(a, body.n);
    if (!copy) return err_no_memory(e);
    if (body.n) memcpy(copy, body.p, body.n);
    return blank_no_numbers(copy, body.n) && json_parse((str){copy, body.n}, a, out, e);
}

bool loose_text(str body, arena *a, str *out)
{
    *out = body;
    if (utf8_is_valid(body, NULL)) return true;
    char *text = arena_alloc(a, 2 * body.n);
    size_t n = 0;
    if (!text) return false;
    for (size_t i = 0; i < body.n; i++) {
        const unsigned char c = (unsigned char)body.p[i];
        if (c >= 0x80) text[n++] = (char)(0xC0 | c >> 6);
        text[n++] = (char)(c >= 0x80 ? 0x80 | (c & 0x3F) : c);
    }
    *out = (str){text, n};
    return true;
}

static bool is_json_number(str s)
{
    err ignored;
    json_reader r = json_reader_of(s, &ignored);
    str digits;
    return json_read_number(&r, &digits) && digits.n == s.n;
}

bool loose_number(const json *j, value *number, str *unit, err *e)
{
    if (!j) return err_set(e, ERR_MISSING, ERR_NOWHERE, "has no value");
    if (j->type == JSON_NULL) return err_set(e, ERR_MISSING, j->at, "has no value");
    if (j->type != JSON_NUMBER && j->type != JSON_TEXT)
        return err_set(e, ERR_TYPE, j->at, "must be a number, not %.*s", STR_ARG(json_type_name(j->type)));
    str rest = str_trim(j->text), digits = {0};
    if (rest.n == 0 || no_number(rest) == rest.n) return err_set(e, ERR_MISSING, j->at, "has no value");
    str_cut(&rest, ' ', &digits);
    if (!is_json_number(digits)) return err_set(e, ERR_TYPE, j->at, "is not a number");
    const value v = value_of_number(digits);
    if (!isfinite(value_to_double(&v))) return err_set(e, ERR_RANGE, j->at, "is a number beyond all bounds");
    *number = v;
    *unit = str_trim(rest);
    return true;
}

value loose_value(const json *j)
{
    value v;
    str unit;
    err ignored;
    if (loose_number(j, &v, &unit, &ignored)) return v;
    if (j && (j->type == JSON_TRUE || j->type == JSON_FALSE)) return value_bool(j->type == JSON_TRUE);
    return j && j->type == JSON_TEXT ? value_text(j->text) : value_null();
}
