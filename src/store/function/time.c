// SPDX-License-Identifier: EUPL-1.2
#include "store/function/function.h"

#include "base/time.h"
#include "model/query.h"

#include <stdint.h>

// A time is two SQL values: start, and end, which is NULL for an instant.
// Source   OGC 18-088, tables 23 and 24; comparisons as FROST-Server's date and time tests have them

static bool read_instant(sqlite3_value *v, instant *out)
{
    if (sqlite3_value_type(v) != SQLITE_INTEGER) return false;
    *out = sqlite3_value_int64(v);
    return true;
}

static bool read_interval(sqlite3_value **two, interval *out)
{
    if (!read_instant(two[0], &out->start)) return false;
    if (!read_instant(two[1], &out->end)) out->end = TIME_NONE;
    return true;
}

// ---- Comparisons ---------------------------------------------------------------------------------------------------

static instant end_of(interval i)
{
    return interval_is_instant(i) ? i.start : i.end;
}

static bool is_before(interval a, interval b)
{
    if (interval_is_instant(a)) return a.start < b.start;
    return a.end <= b.start;
}

static bool is_not_after(interval a, interval b)
{
    if (interval_is_instant(b)) return end_of(a) <= b.start;
    return a.start <= b.start && end_of(a) <= (interval_is_instant(a) ? b.start : b.end);
}

static bool is_equal(interval a, interval b)
{
    return a.start == b.start && a.end == b.end;
}

static bool overlap(interval a, interval b)
{
    if (a.start == b.start) return true;
    if (interval_is_instant(a)) return !interval_is_instant(b) && b.start <= a.start && a.start < b.end;
    if (interval_is_instant(b)) return a.start <= b.start && b.start < a.end;
    return a.start < b.end && b.start < a.end;
}

// b is an interval.
static bool lies_during(interval a, interval b)
{
    if (interval_is_instant(a)) return b.start <= a.start && a.start < b.end;
    return b.start <= a.start && a.end <= b.end;
}

static bool relation_holds(int op, interval a, interval b)
{
    switch (op) {
    case OP_LT: return is_before(a, b);
    case OP_GT: return is_before(b, a);
    case OP_LE: return is_not_after(a, b);
    case OP_GE: return is_not_after(b, a);
    case OP_EQ: return is_equal(a, b);
    case OP_NE: return !is_equal(a, b);
    case FN_MEETS: return end_of(a) == b.start || a.start == end_of(b);
    case FN_DURING: return lies_during(a, b);
    case FN_OVERLAPS: return overlap(a, b);
    case FN_STARTS: return a.start == b.start;
    default: return end_of(a) == end_of(b);
    }
}

static void run_relation(sqlite3_context *c, int argc, sqlite3_value **args)
{
    (void)argc;
    const int op = function_data(c);
    interval a, b;
    if (!read_interval(args, &a) || !read_interval(args + 2, &b)) return;
    if (op == FN_DURING && interval_is_instant(b)) return;
    sqlite3_result_int(c, relation_holds(op, a, b));
}

// ---- Arithmetic ------------------------------------------------------------------------------------------------------

// sta_time_add(instant, months, microseconds, 1 or -1)
static void run_add(sqlite3_context *c, int argc, sqlite3_value **args)
{
    (void)argc;
    instant t, microseconds, months, sum;
    if (!read_instant(args[0], &t) || !read_instant(args[1], &months) ||
        !read_instant(args[2], &microseconds))
        return;
    const int64_t sign = sqlite3_value_int64(args[3]);
    if (months == INT64_MIN || microseconds == INT64_MIN) return;
    if (months != 0) t = time_add_months(t, sign * months);
    if (__builtin_add_overflow(t, sign * microseconds, &sum))
        sum = sign * microseconds > 0 ? TIME_MAX : TIME_MIN;
    sqlite3_result_int64(c, sum < TIME_MIN ? TIME_MIN : sum > TIME_MAX ? TIME_MAX : sum);
}

// ---- Parts -----------------------------------------------------------------------------------------------------------

static void run_part(sqlite3_context *c, int argc, sqlite3_value **args)
{
    (void)argc;
    instant t;
    if (!read_instant(args[0], &t)) return;
    const civil p = time_to_civil(t);
    const instant of_day = t - (t / TIME_DAY - (t % TIME_DAY < 0)) * TIME_DAY;
    switch (function_data(c)) {
    case FN_YEAR: sqlite3_result_int(c, p.year); return;
    case FN_MONTH: sqlite3_result_int(c, p.month); return;
    case FN_DAY: sqlite3_result_int(c, p.day); return;
    case FN_HOUR: sqlite3_result_int(c, p.hour); return;
    case FN_MINUTE: sqlite3_result_int(c, p.minute); return;
    case FN_SECOND: sqlite3_result_int(c, p.second); return;
    case FN_FRACTIONALSECONDS: sqlite3_result_double(c, p.microsecond / 1e6); return;
    case FN_DATE: sqlite3_result_int64(c, t - of_day); return;
    case FN_TIME: sqlite3_result_int64(c, of_day); return;
    default:  // FN_TOTALOFFSETMINUTES: times are kept in UTC
        sqlite3_result_int(c, 0);
    }
}

// ---- Texts that hold times -------------------------------------------------------------------------------------------

typedef enum { TEXT_START, TEXT_END } text_part;

// Of a text in JSON: an instant (without zone: UTC), a date or an interval; anything else gives NULL.
static void run_of_text(sqlite3_context *c, int argc, sqlite3_value **args)
{
    (void)argc;
    str text;
    interval i = {TIME_NONE, TIME_NONE};
    if (!function_text(args[0], &text)) return;
    if (!time_object_parse(text, &i, NULL)) {
        i.end = TIME_NONE;
        if (!time_parse_utc(text, &i.start, NULL)) return;
    }
    const instant t = function_data(c) == TEXT_START ? i.start : i.end;
    if (t != TIME_NONE) sqlite3_result_int64(c, t);
}

// clang-format off
const struct sql_function time_functions[] = {
    {"sta_time_lt",       4, run_relation, NULL, OP_LT},
    {"sta_time_le",       4, run_relation, NULL, OP_LE},
    {"sta_time_gt",       4, run_relation, NULL, OP_GT},
    {"sta_time_ge",       4, run_relation, NULL, OP_GE},
    {"sta_time_eq",       4, run_relation, NULL, OP_EQ},
    {"sta_time_ne",       4, run_relation, NULL, OP_NE},
    {"sta_meets",         4, run_relation, NULL, FN_MEETS},
    {"sta_during",        4, run_relation, NULL, FN_DURING},
    {"sta_overlaps",      4, run_relation, NULL, FN_OVERLAPS},
    {"sta_starts",        4, run_relation, NULL, FN_STARTS},
    {"sta_finishes",      4, run_relation, NULL, FN_FINISHES},
    {"sta_time_add",      4, run_add, NULL, 0},
    {"sta_year",          1, run_part, NULL, FN_YEAR},
    {"sta_month",         1, run_part, NULL, FN_MONTH},
    {"sta_day",           1, run_part, NULL, FN_DAY},
    {"sta_hour",          1, run_part, NULL, FN_HOUR},
    {"sta_minute",        1, run_part, NULL, FN_MINUTE},
    {"sta_second",        1, run_part, NULL, FN_SECOND},
    {"sta_fractionalseconds", 1, run_part, NULL, FN_FRACTIONALSECONDS},
    {"sta_date",          1, run_part, NULL, FN_DATE},
    {"sta_clock",         1, run_part, NULL, FN_TIME},
    {"sta_totaloffsetminutes", 1, run_part, NULL, FN_TOTALOFFSETMINUTES},
    {"sta_text_start",    1, run_of_text, NULL, TEXT_START},
    {"sta_text_end",      1, run_of_text, NULL, TEXT_END},
    {0},
};
// clang-format on
