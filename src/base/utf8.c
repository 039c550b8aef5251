// SPDX-License-Identifier: EUPL-1.2
#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

// Length of the well-formed sequence at the start of `s` (RFC 3629 section 4), 0 when there is none; decodes
// it too.
static size_t sequence(str s, uint32_t *code_point)
{
    static const struct {
        unsigned char from, to;  // first byte
        unsigned char second, second_to;
        size_t n;
    } forms[] = {
        {0x00, 0x7F, 0x00, 0x00, 1}, {0xC2, 0xDF, 0x80, 0xBF, 2}, {0xE0, 0xE0, 0xA0, 0xBF, 3},
        {0xE1, 0xEC, 0x80, 0xBF, 3}, {0xED, 0xED, 0x80, 0x9F, 3}, {0xEE, 0xEF, 0x80, 0xBF, 3},
        {0xF0, 0xF0, 0x90, 0xBF, 4}, {0xF1, 0xF3, 0x80, 0xBF, 4}, {0xF4, 0xF4, 0x80, 0x8F, 4},
    };
    const unsigned char *p = (const unsigned char *)s.p;
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        if (p[0] < forms[i].from || p[0] > forms[i].to) continue;
        const size_t n = forms[i].n;
        if (n > s.n) return 0;
        if (n > 1 && (p[1] < forms[i].second || p[1] > forms[i].second_to)) return 0;
        uint32_t c = n == 1 ? p[0] : p[0] & (0x7Fu >> n);
        for (size_t k = 1; k < n; k++) {
            if ((p[k] & 0xC0) != 0x80) return 0;
            c = c << 6 | (p[k] & 0x3Fu);
        }
        *code_point = c;
        return n;
    }
    return 0;
}

static size_t ascii_prefix(str s)
{
    size_t i = 0;
    for (uint64_t word; i + sizeof word <= s.n; i += sizeof word) {
        memcpy(&word, s.p + i, sizeof word);
        if (word & 0x8080808080808080) break;
    }
    while (i < s.n && !((unsigned char)s.p[i] & 0x80)) i++;
    return i;
}

bool utf8_is_valid(str s, size_t *bad_at)
{
    size_t i = ascii_prefix(s);
    while (i < s.n) {
        uint32_t c;
        const size_t n = sequence(str_slice(s, i, s.n), &c);
        if (n == 0) {
            if (bad_at) *bad_at = i;
            return false;
        }
        i += n;
        i += ascii_prefix(str_slice(s, i, s.n));
    }
    return true;
}

static bool is_printable(uint32_t c)
{
#define BIT(category) (1u << UTF8PROC_CATEGORY_##category)
    // Not assigned, control, format, surrogate, private, line and paragraph separators.
    static const unsigned unseen = BIT(CN) | BIT(CC) | BIT(CF) | BIT(CS) | BIT(CO) | BIT(ZL) | BIT(ZP);
#undef BIT
    return !(unseen >> utf8proc_category((utf8proc_int32_t)c) & 1);
}

void utf8_show(str s, buf *out)
{
    static const char named[] = "\\\\\nn\tt\rr";  // a character and the letter behind its backslash
    for (size_t i = 0, n; i < s.n; i += n) {
        uint32_t c = 0;
        const str rest = str_slice(s, i, s.n);
        n = sequence(rest, &c);
        const char *name = n == 1 && c ? strchr(named, (int)c) : NULL;
        if (n == 0) {
            buf_print(out, "\\x%02x", (unsigned char)rest.p[0]);
            n = 1;
        } else if (name && (name - named) % 2 == 0) {
            buf_add_char(out, '\\');
            buf_add_char(out, name[1]);
        } else if (is_printable(c)) {
            buf_add(out, str_slice(rest, 0, n));
        } else {
            buf_print(out, "\\u{%x}", c);
        }
    }
}

static bool is_continuation(char c)
{
    return ((unsigned char)c & 0xC0) == 0x80;
}

size_t utf8_length(str s)
{
    size_t count = 0;
    for (size_t i = 0; i < s.n; i++) count += !is_continuation(s.p[i]);
    return count;
}

// Byte offset after `count` code points from `at`.
static size_t forward(str s, size_t at, size_t count)
{
    while (count-- > 0 && at < s.n) {
        at++;
        while (at < s.n && is_continuation(s.p[at])) at++;
    }
    return at;
}

str utf8_slice(str s, size_t from, size_t count)
{
    const size_t start = forward(s, 0, from);
    return str_slice(s, start, forward(s, start, count));
}

size_t utf8_encode(uint32_t c, char out[static 4])
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) return 0;
    const size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t k = n - 1; k > 0; k--, c >>= 6) out[k] = (char)(0x80 | (c & 0x3F));
    out[0] = (char)((0xF00u >> n) | c);
    return n;
}

typedef utf8proc_int32_t (*mapping)(utf8proc_int32_t);

// Maps each code point; writes where `out` is not NULL. A mapped character can be longer than it was: so it
// is done twice, to count and to write.
static size_t map_into(str s, mapping map, char *out, size_t *bad_at)
{
    size_t length = 0;
    for (size_t i = 0; i < s.n;) {
        uint32_t c;
        const size_t n = sequence(str_slice(s, i, s.n), &c);
        if (n == 0) {
            *bad_at = i;
            return 0;
        }
        i += n;
        char text[4];
        const size_t m = utf8_encode((uint32_t)map((utf8proc_int32_t)c), text);
        if (out) memcpy(out + length, text, m);
        length += m;
    }
    return length;
}

static bool map_all(str s, mapping map, arena *a, str *out, err *e)
{
    size_t bad_at = ERR_NOWHERE;
    const size_t n = map_into(s, map, NULL, &bad_at);
    if (bad_at != ERR_NOWHERE) return err_set(e, ERR_SYNTAX, bad_at, "the text is not valid UTF-8");
    char *p = arena_alloc(a, n);
    if (!p) return err_no_memory(e);
    map_into(s, map, p, &bad_at);
    *out = (str){p, n};
    return true;
}

bool utf8_lower(str s, arena *a, str *out, err *e)
{
    return map_all(s, utf8proc_tolower, a, out, e);
}

bool utf8_upper(str s, arena *a, str *out, err *e)
{
    return map_all(s, utf8proc_toupper, a, out, e);
}

// Canonical and compatible forms apart, marks dropped, case folded: what a person types for a name finds it.
bool utf8_fold(str s, arena *a, str *out, err *e)
{
    utf8proc_uint8_t *made = NULL;
    const utf8proc_option_t how = UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_STRIPMARK |
                                  UTF8PROC_CASEFOLD;
    const utf8proc_ssize_t n = utf8proc_map((const utf8proc_uint8_t *)(s.n ? s.p : ""), (utf8proc_ssize_t)s.n,
                                            &made, how);
    if (n < 0) return err_set(e, ERR_SYNTAX, 0, "the text is not UTF-8");
    const bool ok = arena_copy(a, (str){(const char *)made, (size_t)n}, out);
    free(made);
    return ok || err_no_memory(e);
}
