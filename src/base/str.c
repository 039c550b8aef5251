// SPDX-License-Identifier: EUPL-1.2
#include "base/str.h"

#include <string.h>

str str_of(const char *c_string)
{
    return c_string ? (str){c_string, strlen(c_string)} : (str){0};
}

bool str_eq(str a, str b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

bool str_eq_nocase(str a, str b)
{
    if (a.n != b.n) return false;
    for (size_t i = 0; i < a.n; i++) {
        if (lower(a.p[i]) != lower(b.p[i])) return false;
    }
    return true;
}

int str_cmp(str a, str b)
{
    const size_t common = a.n < b.n ? a.n : b.n;
    const int order = common ? memcmp(a.p, b.p, common) : 0;
    return order ? order : (a.n > b.n) - (a.n < b.n);
}

bool str_starts(str s, str prefix)
{
    return s.n >= prefix.n && str_eq(str_slice(s, 0, prefix.n), prefix);
}

bool str_ends(str s, str suffix)
{
    return s.n >= suffix.n && str_eq(str_slice(s, s.n - suffix.n, s.n), suffix);
}

bool str_find(str s, str needle, size_t *at)
{
    if (needle.n == 0) {
        *at = 0;
        return true;
    }
    if (s.n < needle.n) return false;
    const char *found = memmem(s.p, s.n, needle.p, needle.n);
    if (found) *at = (size_t)(found - s.p);
    return found;
}

str str_slice(str s, size_t from, size_t to)
{
    if (to > s.n) to = s.n;
    if (from >= to) return (str){0};
    return (str){s.p + from, to - from};
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

str str_trim(str s)
{
    while (s.n > 0 && is_space(s.p[0])) s = str_slice(s, 1, s.n);
    while (s.n > 0 && is_space(s.p[s.n - 1])) s.n--;
    return s;
}

bool str_cut(str *rest, char separator, str *head)
{
    if (!rest->p) return false;
    const char *mark = rest->n ? memchr(rest->p, separator, rest->n) : NULL;
    if (!mark) {
        *head = *rest;
        *rest = (str){0};
        return true;
    }
    *head = (str){rest->p, (size_t)(mark - rest->p)};
    *rest = (str){mark + 1, rest->n - head->n - 1};
    return true;
}
