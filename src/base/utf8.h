// SPDX-License-Identifier: EUPL-1.2
// utf8.h: Unicode text, on libutf8proc where tables are needed.
// Source   RFC 3629
#ifndef PEIL_BASE_UTF8_H
#define PEIL_BASE_UTF8_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

bool utf8_is_valid(str s, size_t *bad_at);         // no surrogates, no overlong forms, at most U+10FFFF
size_t utf8_length(str s);                         // code points
str utf8_slice(str s, size_t from, size_t count);  // by code points, clamped
NODISCARD bool utf8_lower(str s, arena *a, str *out, err *e);
NODISCARD bool utf8_upper(str s, arena *a, str *out, err *e);
NODISCARD bool utf8_fold(str s, arena *a, str *out, err *e);  // for searching: no case, no accents
// For a terminal or a log of what somebody else wrote: printable text as it is, a backslash doubled, and all that moves, hides or
// turns text, or is none, as an escape: \n \t \r, \u{202e}, \xff. So the answer says exactly what the bytes were.
void utf8_show(str s, buf *out);
size_t utf8_encode(uint32_t code_point, char out[static 4]);  // 0 for a surrogate or beyond U+10FFFF

#endif
