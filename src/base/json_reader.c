// SPDX-License-Identifier: EUPL-1.2
#include "base/json.h"

#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

json_reader json_reader_of(str source, err *e)
{
    return (json_reader){.source = source, .e = e};
}

bool json_fail(json_reader *r, err_code code, size_t at, const char *format, ...)
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

// ---- where an error is, in the user's words ----

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

// Walks the bytes before `at` once more, which the reader has found to be well formed: it costs nothing until there is
// an error.
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

// "expected `what` after the value of 'result', not 'x'". `link` is the word between: "after" or "for".
static bool fail_place(json_reader *r, err_code code, const char *what, bool after, const char *instead)
{
    const struct place place = find_place(r->source, r->at);
    const str key = utf8_slice(place.key, 0, 40);
    char where[240] = "";
    if (place.bracket == '{' && key.p) {
        snprintf(where, sizeof where, after ? " after the value of '%.*s'" : " for '%.*s'", STR_ARG(key));
    } else if (place.bracket == '[') {
        snprintf(where, sizeof where, after ? " after item %zu of the array" : " as item %zu of the array", place.item);
    }
    return json_fail(r, code, r->at, "expected %s%s%s", what, where, instead);
}

static bool unexpected(json_reader *r, const char *what, bool after)
{
    char instead[40] = ", but the text ends here";
    if (r->at < r->source.n) {
        const str found = utf8_slice(str_slice(r->source, r->at, r->source.n), 0, 1);
        snprintf(instead, sizeof instead, (unsigned char)found.p[0] < ' ' ? "" : ", not '%.*s'", STR_ARG(found));
    }
    return fail_place(r, ERR_SYNTAX, what, after, instead);
}

static bool wrong_type(json_reader *r, json_type wanted, json_type found)
{
    char instead[40];
    snprintf(instead, sizeof instead, ", not %.*s", STR_ARG(json_type_name(found)));
    return fail_place(r, ERR_TYPE, json_type_name(wanted).p, false, instead);
}

// ---- bytes ----

static bool at_char(const json_reader *r, char c)
{
    return r->at < r->source.n && r->source.p[r->at] == c;
}

static bool at_digit(const json_reader *r)
{
    return r->at < r->source.n && r->source.p[r->at] >= '0' && r->source.p[r->at] <= '9';
}

static void skip_space(json_reader *r)
{
    while (r->at < r->source.n) {
        const char c = r->source.p[r->at];
        if (c != ' ' && c != '\n' && c != '\r' && c != '\t') return;
        r->at++;
    }
}

static bool json_has(const json_reader *r, str word)
{
    return str_starts(str_slice(r->source, r->at, r->source.n), word);
}

static bool no_value(json_reader *r)
{
    if (json_has(r, STR("NaN")) || json_has(r, STR("Infinity")) || json_has(r, STR("-Infinity"))) {
        return fail_place(r, ERR_SYNTAX, "a value", false, ": JSON has no NaN or Infinity");
    }
    return unexpected(r, "a value", false);
}

bool json_peek(json_reader *r, json_type *out)
{
    if (r->failed) return false;
    skip_space(r);
    switch (r->at < r->source.n ? r->source.p[r->at] : '\0') {
    case '{': *out = JSON_OBJECT; return true;
    case '[': *out = JSON_ARRAY; return true;
    case '"': *out = JSON_TEXT; return true;
    case 't': *out = JSON_TRUE; return true;
    case 'f': *out = JSON_FALSE; return true;
    case 'n': *out = JSON_NULL; return true;
    case '-': case '0': case '1': case '2': case '3': case '4': case '5': case '6': case '7': case '8': case '9':
        *out = JSON_NUMBER;
        return true;
    default: return no_value(r);
    }
}

static bool expect(json_reader *r, json_type wanted)
{
    json_type found;
    if (!json_peek(r, &found)) return false;
    return found == wanted || wrong_type(r, wanted, found);
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
    skip_space(r);
    const bool first = r->entered;
    r->entered = false;
    if (at_char(r, close)) {
        r->at++;
        r->depth--;
        *more = false;
        return true;
    }
    if (!first) {
        if (!at_char(r, ',')) return unexpected(r, bracket == '{' ? "',' or '}'" : "',' or ']'", true);
        r->at++;
        skip_space(r);
        if (at_char(r, close)) return json_fail(r, ERR_SYNTAX, r->at, "there must be no ',' before '%c'", close);
    }
    *more = true;
    return true;
}

bool json_end(json_reader *r)
{
    if (r->failed) return false;
    skip_space(r);
    return r->at == r->source.n || json_fail(r, ERR_SYNTAX, r->at, "expected nothing more after the end of the JSON text");
}

// ---- texts ----

#define EVERY_BYTE(c) (0x0101010101010101 * (uint64_t)(c))

// Not 0 when one of eight bytes is a quote, a backslash, a control byte or not ASCII.
static uint64_t has_special(uint64_t w)
{
    const uint64_t quote = w ^ EVERY_BYTE('"');
    const uint64_t slash = w ^ EVERY_BYTE('\\');
    return ((quote - EVERY_BYTE(1)) | (slash - EVERY_BYTE(1)) | (w - EVERY_BYTE(0x20)) | w) & EVERY_BYTE(0x80);
}

struct text {
    str raw;  // between the quotes
    bool has_escape;
};

static bool scan_text(json_reader *r, struct text *out)
{
    const char *const p = r->source.p;
    const size_t n = r->source.n, start = r->at + 1;
    size_t i = start;
    bool ascii = true, has_escape = false;
    for (;;) {
        for (uint64_t w; i + sizeof w <= n; i += sizeof w) {
            memcpy(&w, p + i, sizeof w);
            if (has_special(w)) break;
        }
        while (i < n && (unsigned char)p[i] >= ' ' && (unsigned char)p[i] < 0x80 && p[i] != '"' && p[i] != '\\') i++;
        if (i >= n) return json_fail(r, ERR_SYNTAX, n, "the text that starts at byte %zu has no closing quote", r->at);
        if (p[i] == '"') break;
        if (p[i] == '\\') {
            has_escape = true;
            i += 2;
        } else if ((unsigned char)p[i] >= 0x80) {
            ascii = false;
            i++;
        } else {
            return json_fail(r, ERR_SYNTAX, i, "a control character (0x%02x) must be escaped in a text", (unsigned char)p[i]);
        }
    }
    out->raw = str_slice(r->source, start, i);
    out->has_escape = has_escape;
    size_t bad;
    if (!ascii && !utf8_is_valid(out->raw, &bad)) return json_fail(r, ERR_SYNTAX, start + bad, "the text is not valid UTF-8");
    r->at = i + 1;
    return true;
}

static bool read_hex(str s, size_t at, uint32_t *out)
{
    if (at + 4 > s.n) return false;
    uint32_t v = 0;
    for (size_t i = at; i < at + 4; i++) {
        const char c = s.p[i];
        const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10
                        : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
        if (digit < 0) return false;
        v = v << 4 | (uint32_t)digit;
    }
    *out = v;
    return true;
}

// The escape at s[*at], a backslash; *at moves behind it. The length of what it stands for, 0 when it is malformed.
static size_t unescape_one(str s, size_t *at, char out[static 4])
{
    static const char letters[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    const char kind = s.p[*at + 1];
    const char *const letter = kind ? strchr(letters, kind) : NULL;
    if (letter) {
        *at += 2;
        out[0] = meant[letter - letters];
        return 1;
    }
    uint32_t c, low;
    if (kind != 'u' || !read_hex(s, *at + 2, &c)) return 0;
    *at += 6;
    if (c >= 0xD800 && c < 0xDC00) {  // the first half of a pair that stands for one character
        if (*at + 2 > s.n || s.p[*at] != '\\' || s.p[*at + 1] != 'u' || !read_hex(s, *at + 2, &low)) return 0;
        if (low < 0xDC00 || low > 0xDFFF) return 0;
        *at += 6;
        c = 0x10000 + ((c - 0xD800) << 10 | (low - 0xDC00));
    }
    return utf8_encode(c, out);
}

// Into `out`, which has room for s.n bytes, or nowhere when it is NULL: then the escapes are only checked.
static bool unescape(json_reader *r, str s, char *out, size_t *length)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n;) {
        if (s.p[i] != '\\') {
            if (out) out[n] = s.p[i];
            n++;
            i++;
            continue;
        }
        char c[4];
        const size_t start = i, m = unescape_one(s, &i, c);
        if (m == 0) return json_fail(r, ERR_SYNTAX, (size_t)(s.p - r->source.p) + start, "there is no such escape in JSON");
        if (out) memcpy(out + n, c, m);
        n += m;
    }
    *length = n;
    return true;
}

static bool take_text(json_reader *r, arena *a, str *out)
{
    struct text t;
    if (!scan_text(r, &t)) return false;
    if (!t.has_escape) {
        *out = t.raw;
        return true;
    }
    char *p = arena_alloc(a, t.raw.n);
    if (!p) return json_fail(r, ERR_LIMIT, r->at, "this JSON needs more memory than allowed here");
    size_t n;
    if (!unescape(r, t.raw, p, &n)) return false;
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
    skip_space(r);
    return at_char(r, '"') || unexpected(r, "a name in double quotes", true);
}

static bool take_colon(json_reader *r)
{
    skip_space(r);
    if (!at_char(r, ':')) return unexpected(r, "':' before the value", false);
    r->at++;
    return true;
}

bool json_key(json_reader *r, arena *a, str *out)
{
    return at_key(r) && take_text(r, a, out) && take_colon(r);
}

// ---- other values ----

static bool skip_digits(json_reader *r, const char *where)
{
    if (!at_digit(r)) return unexpected(r, where, false);
    while (at_digit(r)) r->at++;
    return true;
}

bool json_read_number(json_reader *r, str *digits)
{
    if (!expect(r, JSON_NUMBER)) return false;
    const size_t start = r->at;
    if (at_char(r, '-')) r->at++;
    if (json_has(r, STR("Infinity"))) {
        r->at = start;
        return no_value(r);
    }
    if (at_char(r, '0')) {
        r->at++;
        if (at_digit(r)) return json_fail(r, ERR_SYNTAX, r->at - 1, "a number must not start with a needless 0");
    } else if (!skip_digits(r, "digits after '-'")) {
        return false;
    }
    if (at_char(r, '.')) {
        r->at++;
        if (!skip_digits(r, "digits after the point of a number")) return false;
    }
    if (at_char(r, 'e') || at_char(r, 'E')) {
        r->at++;
        if (at_char(r, '+') || at_char(r, '-')) r->at++;
        if (!skip_digits(r, "digits in the exponent of a number")) return false;
    }
    *digits = str_slice(r->source, start, r->at);
    return true;
}

static bool take_word(json_reader *r, str word)
{
    if (!json_has(r, word)) return fail_place(r, ERR_SYNTAX, "true, false or null", false, "");
    r->at += word.n;
    return true;
}

bool json_read_bool(json_reader *r, bool *out)
{
    json_type found;
    if (!json_peek(r, &found)) return false;
    if (found != JSON_TRUE && found != JSON_FALSE) return wrong_type(r, JSON_TRUE, found);
    if (!take_word(r, found == JSON_TRUE ? STR("true") : STR("false"))) return false;
    *out = found == JSON_TRUE;
    return true;
}

bool json_read_null(json_reader *r)
{
    return expect(r, JSON_NULL) && take_word(r, STR("null"));
}

// ---- values that nobody wants to see ----

// The keys of one object as they are written, with the place of each.
struct key {
    str text;
    size_t at;
};

struct keys {
    struct key few[JSON_FEW_KEYS];
    struct key *many;  // once there are more: holds all, on the heap, freed with the object
    size_t n;
    size_t capacity;
    bool has_escape;
};

static bool keys_add(struct keys *k, struct key key)
{
    if (!k->many && k->n < JSON_FEW_KEYS) {
        k->few[k->n++] = key;
        return true;
    }
    if (k->n >= k->capacity) {
        const size_t capacity = k->n * 2;
        struct key *p = realloc(k->many, capacity * sizeof *p);
        if (!p) return false;
        if (!k->many) memcpy(p, k->few, sizeof k->few);
        k->many = p;
        k->capacity = capacity;
    }
    k->many[k->n++] = key;
    return true;
}

static int compare_keys(const void *a, const void *b)
{
    const struct key *x = a, *y = b;
    const int order = str_cmp(x->text, y->text);
    return order ? order : (x->at > y->at) - (x->at < y->at);
}

static bool repeated(json_reader *r, struct key key)
{
    const str text = utf8_slice(key.text, 0, 40);
    return json_fail(r, ERR_SYNTAX, key.at, "the name '%.*s' is there twice in one object", STR_ARG(text));
}

static bool keys_differ(json_reader *r, struct key *k, size_t n)
{
    if (n > JSON_FEW_KEYS) {
        qsort(k, n, sizeof *k, compare_keys);
        for (size_t i = 1; i < n; i++) {
            if (str_eq(k[i - 1].text, k[i].text)) return repeated(r, k[i]);
        }
        return true;
    }
    for (size_t i = 1; i < n; i++) {
        for (size_t j = 0; j < i; j++) {
            if (str_eq(k[i].text, k[j].text)) return repeated(r, k[i]);
        }
    }
    return true;
}

// "a" and "\u0061" are one name: so escapes are resolved first where there are any, into one piece of memory.
static bool keys_check(json_reader *r, struct keys *k)
{
    struct key *const all = k->many ? k->many : k->few;
    if (!k->has_escape) return keys_differ(r, all, k->n);
    size_t total = 0;
    for (size_t i = 0; i < k->n; i++) total += all[i].text.n;
    char *const room = malloc(total);
    if (!room) return json_fail(r, ERR_LIMIT, r->at, "this JSON needs more memory than allowed here");
    char *next = room;
    bool ok = true;
    for (size_t i = 0; ok && i < k->n; i++) {
        size_t n = 0;
        ok = unescape(r, all[i].text, next, &n);
        all[i].text = (str){next, n};
        next += n;
    }
    ok = ok && keys_differ(r, all, k->n);
    free(room);
    return ok;
}

static bool check_text(json_reader *r, struct text *out)
{
    size_t n;
    return scan_text(r, out) && (!out->has_escape || unescape(r, out->raw, NULL, &n));
}

static bool skip_value(json_reader *r);

static bool skip_members(json_reader *r, struct keys *k)
{
    bool more;
    while (json_more(r, '{', &more)) {
        if (!more) return keys_check(r, k);
        if (!at_key(r)) return false;
        const size_t at = r->at;
        struct text t;
        if (!check_text(r, &t) || !take_colon(r) || !skip_value(r)) return false;
        k->has_escape |= t.has_escape;
        if (!keys_add(k, (struct key){t.raw, at})) {
            return json_fail(r, ERR_LIMIT, r->at, "this JSON needs more memory than allowed here");
        }
    }
    return false;
}

static bool skip_object(json_reader *r)
{
    struct keys k;
    k.many = NULL;  // not all of `few` need be set to zero
    k.n = k.capacity = 0;
    k.has_escape = false;
    if (!json_enter(r, '{')) return false;
    const bool ok = skip_members(r, &k);
    free(k.many);
    return ok;
}

static bool skip_array(json_reader *r)
{
    bool more;
    if (!json_enter(r, '[')) return false;
    while (json_more(r, '[', &more)) {
        if (!more) return true;
        if (!skip_value(r)) return false;
    }
    return false;
}

static bool skip_value(json_reader *r)
{
    json_type type;
    struct text t;
    str digits;
    bool truth;
    if (!json_peek(r, &type)) return false;
    switch (type) {
    case JSON_NULL: return json_read_null(r);
    case JSON_FALSE:
    case JSON_TRUE: return json_read_bool(r, &truth);
    case JSON_NUMBER: return json_read_number(r, &digits);
    case JSON_TEXT: return check_text(r, &t);
    case JSON_ARRAY: return skip_array(r);
    case JSON_OBJECT: return skip_object(r);
    }
    return false;
}

bool json_skip(json_reader *r, str *raw)
{
    json_type t;
    if (!json_peek(r, &t)) return false;
    const size_t start = r->at;
    if (!skip_value(r)) return false;
    *raw = str_slice(r->source, start, r->at);
    return true;
}
