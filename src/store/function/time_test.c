// SPDX-License-Identifier: EUPL-1.2
// Comparisons of instants and intervals: every operator with every pair of times on a small grid, both ways round, against
// the comparison table written out here; then functions of time with values worked out by hand.
#include "store/test/graph.h"

#include <stdio.h>
#include <string.h>

#define O SET_OBSERVATION
#define MINUTES 4  // 10:00 to 10:03

// All instants of the grid, then all intervals, those of no length too.
static interval grid[MINUTES + MINUTES * (MINUTES + 1) / 2];
static char grid_text[MINUTES + MINUTES * (MINUTES + 1) / 2][64];
static size_t grid_count;

static void add_to_grid(const char *iso)
{
    strcpy(grid_text[grid_count], iso);
    grid[grid_count++] = of_time(iso).time;
}

// Observation n + 1 holds grid[n] as phenomenonTime, and as resultTime or validTime.
static int make_grid(void **state)
{
    if (graph_open(state) != 0) return -1;
    char iso[64];
    grid_count = 0;
    for (int s = 0; s < MINUTES; s++) {
        snprintf(iso, sizeof iso, "2016-01-01T10:0%d:00Z", s);
        add_to_grid(iso);
    }
    for (int s = 0; s < MINUTES; s++) {
        for (int e = s; e < MINUTES; e++) {
            snprintf(iso, sizeof iso, "2016-01-01T10:0%d:00Z/2016-01-01T10:0%d:00Z", s, e);
            add_to_grid(iso);
        }
    }
    const entity_id stream = make_datastream("grid", make_thing("t", NULL), make_sensor("s"),
                                             make_observed_property("p"));
    for (size_t i = 0; i < grid_count; i++) {
        struct observation o = {.stream = stream,
                                .phenomenon_time = grid[i],
                                .result_time = TIME_NONE,
                                .valid_time = {TIME_NONE, TIME_NONE},
                                .result = value_int((int64_t)i)};
        if (interval_is_instant(grid[i])) {
            o.result_time = grid[i].start;
        } else {
            o.valid_time = grid[i];
        }
        append(&o);
    }
    return 0;
}

// ---- The table, line by line -------------------------------------------------------------------------------------------

static answer of(bool b)
{
    return b ? YES : NO;
}

// `x op c`, x the property.
static answer expected(function_id op, interval x, interval c)
{
    const bool xi = interval_is_instant(x), ci = interval_is_instant(c);
    const instant p = x.start, s = x.start, e = x.end, T = c.start, a = c.start, b = c.end;
    switch ((int)op) {
    case OP_LT:
    case FN_BEFORE: return ci ? of(xi ? p < T : e <= T) : of(xi ? p < a : e <= a);
    case OP_LE: return ci ? of(xi ? p <= T : e <= T) : of(xi ? p <= a : s <= a && e <= b);
    case OP_GT:
    case FN_AFTER: return ci ? of(xi ? p > T : s > T) : of(xi ? p >= b : s >= b);
    case OP_GE: return ci ? of(xi ? p >= T : s >= T) : of(xi ? p >= b : s >= a && e >= b);
    case OP_EQ: return ci ? of(xi && p == T) : of(!xi && s == a && e == b);
    case OP_NE: return ci ? of(!(xi && p == T)) : of(!(!xi && s == a && e == b));
    case FN_MEETS:  // instants equal, or ends that touch
        if (xi && ci) return of(p == T);
        if (xi) return of(p == a || p == b);
        if (ci) return of(s == T || e == T);
        return of(s == b || e == a);
    case FN_DURING:
        if (ci) return NULLED;
        return of(xi ? a <= p && p < b : s >= a && e <= b);
    case FN_OVERLAPS:  // some moment in common, or the same start
        if (xi && ci) return of(p == T);
        if (xi) return of(p == a || (a <= p && p < b));
        if (ci) return of(s == T || (s <= T && T < e));
        return of(s == a || !(s >= b || a >= e));
    case FN_STARTS: return of(x.start == c.start);
    case FN_FINISHES: return of((xi ? p : e) == (ci ? T : b));
    default: fail(); return NO;
    }
}

// What `c op x` means as `x op' c`.
static answer expected_mirrored(function_id op, interval c, interval x)
{
    static const struct {
        function_id op, mirror;
    } mirrors[] = {
        {OP_LT, OP_GT}, {OP_LE, OP_GE},        {OP_GT, OP_LT},
        {OP_GE, OP_LE}, {FN_BEFORE, FN_AFTER}, {FN_AFTER, FN_BEFORE},
    };
    for (size_t i = 0; i < sizeof mirrors / sizeof mirrors[0]; i++)
        if (mirrors[i].op == op) return expected(mirrors[i].mirror, x, c);
    return expected(op, c, x);  // during keeps its order; the others are symmetric
}

static const function_id relations[] = {OP_LT,       OP_LE,     OP_GT,      OP_GE,    OP_EQ,
                                        OP_NE,       FN_BEFORE, FN_AFTER,   FN_MEETS, FN_DURING,
                                        FN_OVERLAPS, FN_STARTS, FN_FINISHES};

static bool has_property(const char *property, interval x)
{
    if (strcmp(property, "phenomenonTime") == 0) return true;
    return interval_is_instant(x) == (strcmp(property, "resultTime") == 0);
}

static void check(function_id op, const char *property, size_t constant, bool is_mirrored, bool is_negated)
{
    char wanted[512] = "";
    for (size_t i = 0; i < grid_count; i++) {
        if (!has_property(property, grid[i])) continue;
        const answer x = is_mirrored ? expected_mirrored(op, grid[constant], grid[i])
                                     : expected(op, grid[i], grid[constant]);
        if (x != (is_negated ? NO : YES)) continue;
        snprintf(wanted + strlen(wanted), sizeof wanted - strlen(wanted), "%s%zu", wanted[0] ? " " : "",
                 i + 1);
    }
    struct expr *p = path(O, property), *c = at_time(grid_text[constant]);
    struct expr *x = is_mirrored ? CALL(op, c, p) : CALL(op, p, c);
    // Of all Observations, then below their Datastream, where the store seeks more.
    struct query q = query_where(O, is_negated ? CALL(OP_NOT, x) : x);
    for (int below = 0; below < 2; below++) {
        const char *got = ids_of(&q);
        if (strcmp(got, wanted) != 0)
            fail_msg("%s%s %s %s%s: got %s, expected %s", is_negated ? "not " : "", property,
                     function_of(op)->name.p, grid_text[constant], is_mirrored ? ", mirrored" : "", got,
                     wanted);
        q.has_parent = true;
        q.parent_set = SET_DATASTREAM;
        q.parent_id = 1;
        q.relation = DATASTREAM_OBSERVATIONS;
        q.orders = order_by(path(O, "id"), false);
        q.order_count = 1;
    }
}

// A query with an instant in the second place of during() is refused before it runs.
static bool is_refused(function_id op, const char *property, size_t constant, bool is_mirrored)
{
    if (op != FN_DURING) return false;
    return is_mirrored ? strcmp(property, "resultTime") == 0 : interval_is_instant(grid[constant]);
}

static void times_compare_as_the_table_says(void **state)
{
    (void)state;
    static const char *const properties[] = {"phenomenonTime", "resultTime", "validTime"};
    for (size_t r = 0; r < sizeof relations / sizeof relations[0]; r++)
        for (size_t k = 0; k < grid_count; k++)
            for (size_t p = 0; p < 3; p++)
                for (int form = 0; form < 4; form++)
                    if (!is_refused(relations[r], properties[p], k, form & 1))
                        check(relations[r], properties[p], k, form & 1, form & 2);
}

static void nothing_is_during_an_instant(void **state)
{
    (void)state;
    struct query q = query_where(O, CALL(FN_DURING, path(O, "validTime"), at_time("2016-01-01T10:00:00Z")));
    query_fails(&q, ERR_TYPE, "interval");
}

// The overlaps idiom of the standard's users.
static void not_before_and_not_after_is_overlapping(void **state)
{
    (void)state;
    struct expr *from = at_time("2016-01-01T10:01:00Z"), *to = at_time("2016-01-01T10:02:00Z");
    struct expr *p = path(O, "phenomenonTime");
    // By hand: instants 10:01; intervals [0,2) [0,3) [1,2) [1,3), and [1,1) is taken away by `lt`.
    assert_string_equal(
        ids_where(O, CALL(OP_AND, CALL(OP_NOT, CALL(OP_LT, p, from)), CALL(OP_NOT, CALL(OP_GE, p, to)))),
        "2 7 8 10 11");
}

static void a_quoted_time_is_a_time(void **state)
{
    (void)state;
    assert_string_equal(ids_where(O, CALL(OP_EQ, path(O, "resultTime"), text("2016-01-01T10:01:00Z"))), "2");
    assert_string_equal(ids_where(O, CALL(OP_LT, text("20160101"), path(O, "resultTime"))), "1 2 3 4");
    struct query q = query_where(O, CALL(OP_EQ, path(O, "resultTime"), text("yesterday")));
    query_fails(&q, ERR_TYPE, "expected a time");
}

// ---- Functions -----------------------------------------------------------------------------------------------------------

static entity_id lone_stream;

static int make_lone(void **state)
{
    if (graph_open(state) != 0) return -1;
    lone_stream = make_datastream("lone", make_thing("t", NULL), make_sensor("s"),
                                  make_observed_property("p"));
    observe(lone_stream, "2019-12-31T23:30:15.25-01:00", "1");  // 2020-01-01T00:30:15.25Z
    observe(lone_stream, "1969-07-20T20:17:40Z", "2");          // before 1970
    observe(lone_stream, "2020-02-29T12:00:00Z/2020-03-01T12:00:00Z", "3");
    return 0;
}

static const char *where_phenomenon(function_id f, const char *digits)
{
    return ids_where(O, CALL(OP_EQ, CALL(f, path(O, "phenomenonTime")), number(digits)));
}

static void parts_of_a_time_are_in_utc(void **state)
{
    (void)state;
    assert_string_equal(where_phenomenon(FN_YEAR, "2020"), "1 3");
    assert_string_equal(where_phenomenon(FN_YEAR, "1969"), "2");
    assert_string_equal(where_phenomenon(FN_MONTH, "1"), "1");
    assert_string_equal(where_phenomenon(FN_MONTH, "7"), "2");
    assert_string_equal(where_phenomenon(FN_DAY, "29"), "3");  // of an interval: its start
    assert_string_equal(where_phenomenon(FN_HOUR, "0"), "1");
    assert_string_equal(where_phenomenon(FN_HOUR, "20"), "2");
    assert_string_equal(where_phenomenon(FN_MINUTE, "30"), "1");
    assert_string_equal(where_phenomenon(FN_MINUTE, "17"), "2");
    assert_string_equal(where_phenomenon(FN_SECOND, "15"), "1");
    assert_string_equal(where_phenomenon(FN_SECOND, "40"), "2");
    assert_string_equal(where_phenomenon(FN_FRACTIONALSECONDS, "0.25"), "1");
    assert_string_equal(where_phenomenon(FN_FRACTIONALSECONDS, "0"), "2 3");
    assert_string_equal(where_phenomenon(FN_TOTALOFFSETMINUTES, "0"), "1 2 3");
}

static void dates_and_times_of_day_compare_with_each_other(void **state)
{
    (void)state;
    struct expr *p = path(O, "phenomenonTime");
    assert_string_equal(ids_where(O, CALL(OP_EQ, CALL(FN_DATE, p), date("2020-01-01"))), "1");
    assert_string_equal(ids_where(O, CALL(OP_EQ, CALL(FN_DATE, p), CALL(FN_DATE, text("1969-07-20")))), "2");
    assert_string_equal(ids_where(O, CALL(OP_LT, CALL(FN_DATE, p), at_time("2020-01-01T00:00:01Z"))), "1 2");
    assert_string_equal(
        ids_where(O, CALL(OP_GE, CALL(FN_TIME, p), CALL(FN_TIME, at_time("2000-01-01T12:00:00Z")))), "2 3");
    assert_string_equal(
        ids_where(O, CALL(OP_LT, CALL(FN_TIME, p), CALL(FN_TIME, at_time("1950-01-01T00:30:16Z")))), "1");
}

static void bounds_of_time_are_known(void **state)
{
    (void)state;
    struct expr *p = path(O, "phenomenonTime");
    assert_string_equal(ids_where(O, CALL(OP_AND, CALL(OP_GT, p, call_of(FN_MINDATETIME, NULL)),
                                          CALL(OP_LT, p, call_of(FN_MAXDATETIME, NULL)))),
                        "1 2 3");
    assert_string_equal(ids_where(O, CALL(OP_LT, p, call_of(FN_NOW, NULL))), "1 2 3");
    assert_string_equal(ids_where(O, CALL(OP_GT, p, CALL(OP_SUB, call_of(FN_NOW, NULL), lasting("P1D")))),
                        "");
}

static void durations_move_times_by_the_calendar(void **state)
{
    (void)state;
    struct expr *p = path(O, "phenomenonTime");
    assert_string_equal(
        ids_where(O, CALL(OP_EQ, CALL(OP_ADD, p, lasting("PT1H")), at_time("1969-07-20T21:17:40Z"))), "2");
    assert_string_equal(
        ids_where(O, CALL(OP_EQ, CALL(OP_SUB, p, lasting("P1M")), at_time("1969-06-20T20:17:40Z"))), "2");
    // 29 February and 1 March, a year later
    assert_string_equal(ids_where(O, CALL(OP_EQ, CALL(OP_ADD, p, lasting("P1Y")),
                                          at_time("2021-02-28T12:00:00Z/2021-03-01T12:00:00Z"))),
                        "3");
    assert_string_equal(
        ids_where(O, CALL(OP_EQ, CALL(OP_ADD, lasting("P1D"), p), at_time("1969-07-21T20:17:40Z"))), "2");
}

static void times_subtract_to_durations(void **state)
{
    (void)state;
    struct expr *since = CALL(OP_SUB, path(O, "phenomenonTime"), at_time("2020-01-01T00:00:00Z"));
    assert_string_equal(ids_where(O, CALL(OP_EQ, since, lasting("PT30M15.25S"))), "1");
    assert_string_equal(ids_where(O, CALL(OP_GT, since, lasting("PT1H"))), "3");
    assert_string_equal(ids_where(O, CALL(OP_LT, since, lasting("-P1Y"))), "2");
    assert_string_equal(
        ids_where(O, CALL(OP_EQ, CALL(OP_ADD, lasting("PT1H"), lasting("PT30M")), lasting("PT90M"))),
        "1 2 3");
    assert_string_equal(ids_where(O, CALL(OP_EQ, CALL(OP_NEGATE, lasting("P1Y")), lasting("-P12M"))),
                        "1 2 3");
}

static void a_time_past_all_calendars_stops_at_the_last(void **state)
{
    (void)state;
    struct expr *p = path(O, "phenomenonTime");
    assert_string_equal(
        ids_where(O, CALL(OP_EQ, CALL(OP_ADD, p, lasting("P9999Y")), call_of(FN_MAXDATETIME, NULL))), "1 2");
    assert_string_equal(
        ids_where(O, CALL(OP_EQ, CALL(OP_SUB, p, lasting("P9999Y")), call_of(FN_MINDATETIME, NULL))), "1 2");
}

int main(void)
{
    const struct CMUnitTest comparisons[] = {
        cmocka_unit_test(times_compare_as_the_table_says),
        cmocka_unit_test(nothing_is_during_an_instant),
        cmocka_unit_test(not_before_and_not_after_is_overlapping),
        cmocka_unit_test(a_quoted_time_is_a_time),
    };
    const struct CMUnitTest functions[] = {
        cmocka_unit_test(parts_of_a_time_are_in_utc),
        cmocka_unit_test(dates_and_times_of_day_compare_with_each_other),
        cmocka_unit_test(bounds_of_time_are_known),
        cmocka_unit_test(durations_move_times_by_the_calendar),
        cmocka_unit_test(times_subtract_to_durations),
        cmocka_unit_test(a_time_past_all_calendars_stops_at_the_last),
    };
    return cmocka_run_group_tests(comparisons, make_grid, graph_close) +
           cmocka_run_group_tests(functions, make_lone, graph_close);
}
