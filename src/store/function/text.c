// SPDX-License-Identifier: EUPL-1.2
#include "store/function/function.h"

#include "base/utf8.h"

#include <math.h>

// All count code points, and give NULL for what is not a text.
// Source   OGC 18-088, table 24; OData 4.01 part 2, section 5.1.1.5

typedef enum { FIND_CONTAINS, FIND_STARTS, FIND_ENDS } find;

static void run_find(sqlite3_context *c, int argc, sqlite3_value **args)
{
    (void)argc;
    str text, part;
    size_t at;
    if (!function_text(args[0], &text) || !function_text(args[1], &part)) return;
    switch ((find)function_data(c)) {
    case FIND_CONTAINS: sqlite3_result_int(c, str_find(text, part, &at)); return;
    case FIND_STARTS: sqlite3_result_int(c, str_starts(text, part)); return;
    case FIND_ENDS: sqlite3_result_int(c, str_ends(text, part)); return;
    }
}

static void run_length(sqlite3_context *c, int argc, sqlite3_value **args)
{
    (void)argc;
    str text;
    if (function_text(args[0], &text)) sqlite3_result_int64(c, (sqlite3_int64)utf8_length(text));
}

static void run_indexof(sqlite3_context *c, int argc, sqlite3_value **args)
{
    (void)argc;
    str text, part;
    size_t at;
    if (!function_text(args[0], &text) || !function_text(args[1], &part)) return;
    const bool found = str_find(text, part, &at);
    sqlite3_result_int64(c, found ? (sqlite3_int64)utf8_length(str_slice(text, 0, at)) : -1);
}

// A whole number that can count; what is below zero counts as zero.
static bool read_count(sqlite3_value *v, size_t *out)
{
    const int type = sqlite3_value_type(v);
    if (type != SQLITE_INTEGER && type != SQLITE_FLOAT) return false;
    const double n = sqlite3_value_double(v);
    if (n < floor(n) || n > floor(n)) return false;
    *out = n <= 0 ? 0 : n >= 4e9 ? (size_t)4000000000 : (size_t)n;
    return true;
}

static void run_substring(sqlite3_context *c, int argc, sqlite3_value **args)
{
    str text;
    size_t from, count = SIZE_MAX;
    if (!function_text(args[0], &text) || !read_count(args[1], &from)) return;
    if (argc == 3 && !read_count(args[2], &count)) return;
    function_result_text(c, utf8_slice(text, from, count));
}

typedef enum { CASE_LOWER, CASE_UPPER } letter_case;

static void run_case(sqlite3_context *c, int argc, sqlite3_value **args)
{
    (void)argc;
    arena *a = function_shared(c)->scratch;
    str text, changed;
    err e;
    if (!function_text(args[0], &text)) return;
    arena_reset(a);
    const bool ok = function_data(c) == CASE_LOWER ? utf8_lower(text, a, &changed, &e)
                                                   : utf8_upper(text, a, &changed, &e);
    if (ok) {
        function_result_text(c, changed);
    } else if (e.code == ERR_LIMIT) {
        sqlite3_result_error_nomem(c);
    }
}

// Unicode's White_Space , as UTF-8.
static const str spaces[] = {
    STR(" "),      STR("\t"),     STR("\n"),     STR("\v"),     STR("\f"),     STR("\r"),     STR("\xc2\x85"),
    STR("\u00a0"), STR("\u1680"), STR("\u2000"), STR("\u2001"), STR("\u2002"), STR("\u2003"), STR("\u2004"),
    STR("\u2005"), STR("\u2006"), STR("\u2007"), STR("\u2008"), STR("\u2009"), STR("\u200a"), STR("\u2028"),
    STR("\u2029"), STR("\u202f"), STR("\u205f"), STR("\u3000"),
};

// The length of the space at the start or end of the text; 0: none stands there.
static size_t space_at(str text, bool (*stands)(str, str))
{
    for (size_t i = 0; i < sizeof spaces / sizeof spaces[0]; i++)
        if (stands(text, spaces[i])) return spaces[i].n;
    return 0;
}

static void run_trim(sqlite3_context *c, int argc, sqlite3_value **args)
{
    (void)argc;
    str text;
    size_t n;
    if (!function_text(args[0], &text)) return;
    while ((n = space_at(text, str_starts)) > 0) text = str_slice(text, n, text.n);
    while ((n = space_at(text, str_ends)) > 0) text.n -= n;
    function_result_text(c, text);
}

static void run_concat(sqlite3_context *c, int argc, sqlite3_value **args)
{
    (void)argc;
    arena *a = function_shared(c)->scratch;
    str x, y, both;
    if (!function_text(args[0], &x) || !function_text(args[1], &y)) return;
    arena_reset(a);
    if (arena_print(a, &both, "%.*s%.*s", STR_ARG(x), STR_ARG(y))) {
        function_result_text(c, both);
    } else {
        sqlite3_result_error_nomem(c);
    }
}

// clang-format off
const struct sql_function text_functions[] = {
    {"sta_contains",   2, run_find, NULL, FIND_CONTAINS},
    {"sta_startswith", 2, run_find, NULL, FIND_STARTS},
    {"sta_endswith",   2, run_find, NULL, FIND_ENDS},
    {"sta_length",     1, run_length, NULL, 0},
    {"sta_indexof",    2, run_indexof, NULL, 0},
    {"sta_substring",  2, run_substring, NULL, 0},
    {"sta_substring",  3, run_substring, NULL, 0},
    {"sta_tolower",    1, run_case, NULL, CASE_LOWER},
    {"sta_toupper",    1, run_case, NULL, CASE_UPPER},
    {"sta_trim",       1, run_trim, NULL, 0},
    {"sta_concat",     2, run_concat, NULL, 0},
    {0},
};
// clang-format on
