// SPDX-License-Identifier: EUPL-1.2
// str.h: a borrowed view of bytes. Never NUL-terminated, never owned; empty is {NULL, 0} or n == 0.
#ifndef PEIL_BASE_STR_H
#define PEIL_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>

#define NODISCARD __attribute__((warn_unused_result))

typedef struct {
    const char *p;
    size_t n;
} str;

// A literal as a view: STR("Things").
#define STR(literal) ((str){"" literal, sizeof(literal) - 1})
// For printf: printf("%.*s", STR_ARG(s)).
#define STR_ARG(s) ((s).n < 0x7fffffff ? (int)(s).n : 0x7fffffff), ((s).p ? (s).p : "")

str str_of(const char *c_string);  // view of a C string; NULL gives the empty view
bool str_eq(str a, str b);         // byte for byte
bool str_eq_nocase(str a, str b);  // ASCII letters without case
int str_cmp(str a, str b);         // by bytes, then by length: code point order for UTF-8
bool str_starts(str s, str prefix);
bool str_ends(str s, str suffix);
bool str_find(str s, str needle, size_t *at);        // first occurrence; an empty needle is found at 0
str str_slice(str s, size_t from, size_t to);        // clamped to s
str str_trim(str s);                                 // without ASCII space, tab, CR, LF at both ends
bool str_cut(str *rest, char separator, str *head);  // next field of *rest; false when nothing is left

#endif
