// SPDX-License-Identifier: EUPL-1.2
#include "base/json_inner.h"

#include "base/utf8.h"

#include <string.h>

#define EVERY_BYTE(c) (0x0101010101010101 * (uint64_t)(c))

// Not 0 when one of eight bytes is a quote, a backslash, a control byte or not ASCII.
static uint64_t has_special(uint64_t w)
{
    const uint64_t quote = w ^ EVERY_BYTE('"');
    const uint64_t slash = w ^ EVERY_BYTE('\\');
    return ((quote - EVERY_BYTE(1)) | (slash - EVERY_BYTE(1)) | (w - EVERY_BYTE(0x20)) | w) &
           EVERY_BYTE(0x80);
}

bool json_scan_text(json_reader *r, struct json_text *out)
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
        while (i < n && (unsigned char)p[i] >= ' ' && (unsigned char)p[i] < 0x80 && p[i] != '"' &&
               p[i] != '\\')
            i++;
        if (i >= n)
            return json_fail(r, ERR_SYNTAX, n, "the text that starts at byte %zu has no closing quote",
                             r->at);
        if (p[i] == '"') break;
        if (p[i] == '\\') {
            has_escape = true;
            i += 2;
        } else if ((unsigned char)p[i] >= 0x80) {
            ascii = false;
            i++;
        } else {
            return json_fail(r, ERR_SYNTAX, i, "a control character (0x%02x) must be escaped in a text",
                             (unsigned char)p[i]);
        }
    }
    out->raw = str_slice(r->source, start, i);
    out->has_escape = has_escape;
    size_t bad;
    if (!ascii && !utf8_is_valid(out->raw, &bad))
        return json_fail(r, ERR_SYNTAX, start + bad, "the text is not valid UTF-8");
    r->at = i + 1;
    return true;
}

static bool read_hex(str s, size_t at, uint32_t *out)
{
    if (at + 4 > s.n) return false;
    uint32_t v = 0;
    for (size_t i = at; i < at + 4; i++) {
        const char c = s.p[i];
        const int digit = c >= '0' && c <= '9'   ? c - '0'
                          : c >= 'a' && c <= 'f' ? c - 'a' + 10
                          : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                                 : -1;
        if (digit < 0) return false;
        v = v << 4 | (uint32_t)digit;
    }
    *out = v;
    return true;
}

// The escape at s[*at], a backslash; *at moves behind it. The length of what it stands for, 0 when it is
// malformed.
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

bool json_unescape(json_reader *r, str s, char *out, size_t *length)
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
        if (m == 0)
            return json_fail(r, ERR_SYNTAX, (size_t)(s.p - r->source.p) + start,
                             "there is no such escape in JSON");
        if (out) memcpy(out + n, c, m);
        n += m;
    }
    *length = n;
    return true;
}
