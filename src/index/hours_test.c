// SPDX-License-Identifier: EUPL-1.2
#include "index/hours.h"

#include "base/test.h"

#include <math.h>

static bool none(double v)
{
    return isnan(v) != 0;
}

static int start(void **state)
{
    *state = arena_new(8 << 20);
    return 0;
}

static int stop(void **state)
{
    arena_free(*state);
    return 0;
}

static struct hours empty(arena *a, size_t count)
{
    struct hours h;
    err e;
    assert_true(hours_new(0, count, a, &h, &e));
    return h;
}

// `count` readings every `step` from `first`, of value 1, 2, 3, ...
static struct hours filled(arena *a, size_t hours, instant first, int64_t step, size_t count, bool is_level)
{
    struct hours h = empty(a, hours);
    instant *times = ARENA_ARRAY(a, count, instant);
    double *values = ARENA_ARRAY(a, count, double);
    err e;
    for (size_t k = 0; k < count; k++) {
        times[k] = first + (instant)k * step;
        values[k] = (double)(k + 1);
    }
    assert_true(hours_fill(&h, times, values, count, is_level, a, &e));
    return h;
}

static void three_quarters_of_an_hour_make_its_mean(void **state)
{
    struct hours h = filled(*state, 1, 0, TIME_MINUTE, 45, false);
    assert_true(fabs(h.captured[0] - 0.75) < 1e-9);
    assert_true(fabs(h.mean[0] - 23) < 1e-9);  // 1 to 45
    h = filled(*state, 1, 0, TIME_MINUTE, 44, false);
    assert_true(none(h.mean[0]));
}

static void an_hourly_reading_is_an_hour(void **state)
{
    const struct hours h = filled(*state, 3, 0, TIME_HOUR, 3, false);
    for (size_t k = 0; k < 3; k++) assert_true(fabs(h.mean[k] - (double)(k + 1)) < 1e-9);
}

static void slower_readings_than_hourly_cover_only_their_own(void **state)
{
    const struct hours h = filled(*state, 4, 0, 2 * TIME_HOUR, 2, false);
    assert_false(none(h.mean[0]));
    assert_true(none(h.mean[1]));
}

static void levels_add_by_energy(void **state)
{
    const instant times[] = {0, 30 * TIME_MINUTE};
    const double values[] = {50, 60};
    err e;
    struct hours h = empty(*state, 1);
    assert_true(hours_fill(&h, times, values, 2, true, *state, &e));
    assert_true(fabs(h.mean[0] - 57.4036) < 1e-3);
}

static void what_is_not_a_number_or_outside_is_left_out(void **state)
{
    const instant times[] = {-1, 0, 15 * TIME_MINUTE, 30 * TIME_MINUTE, 45 * TIME_MINUTE, TIME_HOUR};
    const double values[] = {1e9, 10, NAN, 20, 30, 1e9};
    err e;
    struct hours h = empty(*state, 1);
    assert_true(hours_fill(&h, times, values, 6, false, *state, &e));
    assert_true(fabs(h.mean[0] - 20) < 1e-9);
}

static void a_running_mean_needs_three_quarters_of_its_hours(void **state)
{
    struct hours h = filled(*state, 24, 0, TIME_HOUR, 24, false);  // 1 to 24
    assert_true(fabs(hours_running_mean(&h, 23, 24) - 12.5) < 1e-9);
    assert_true(fabs(hours_running_mean(&h, 7, 8) - 4.5) < 1e-9);
    assert_true(none(hours_running_mean(&h, 4, 8)));   // five of eight
    assert_false(none(hours_running_mean(&h, 5, 8)));  // six
    for (size_t k = 0; k < 7; k++) h.mean[k] = NAN;
    assert_true(none(hours_running_mean(&h, 23, 24)));  // 17 of 24
    h.mean[6] = 7;
    assert_false(none(hours_running_mean(&h, 23, 24)));  // 18
}

static void days_are_local_and_have_their_greatest_eight_hours(void **state)
{
    err e;
    struct tz *zone = tz_load("Europe/Amsterdam", &e);
    struct day_mean *days;
    size_t count;
    // 1 January 1970 began at 23:00 UTC of the day before: the first whole day is the 2nd, from hour 23 to hour 47.
    struct hours h = filled(*state, 72, 0, TIME_HOUR, 72, false);
    assert_true(hours_days(&h, zone, *state, &days, &count, &e));
    assert_int_equal(count, 2);
    assert_true(days[0].day.start == 23 * TIME_HOUR);
    assert_true(fabs(days[0].mean - 35.5) < 1e-9);         // 24 to 47
    assert_true(fabs(days[0].greatest_8h - 43.5) < 1e-9);  // 40 to 47
    assert_true(fabs(days[0].greatest_hour - 47) < 1e-9);
    tz_free(zone);
}

static void a_day_of_seventeen_hours_has_no_mean(void **state)
{
    err e;
    struct tz *zone = tz_load("Etc/UTC", &e);
    struct day_mean *days;
    size_t count;
    struct hours h = filled(*state, 24, 0, TIME_HOUR, 24, false);
    for (size_t k = 10; k < 17; k++) h.mean[k] = NAN;
    assert_true(hours_days(&h, zone, *state, &days, &count, &e));
    assert_int_equal(count, 1);
    assert_true(none(days[0].mean));
    assert_true(fabs(days[0].captured - 17.0 / 24) < 1e-9);
    tz_free(zone);
}

#define WITH(name) cmocka_unit_test_setup_teardown(name, start, stop)

RUN(WITH(three_quarters_of_an_hour_make_its_mean), WITH(an_hourly_reading_is_an_hour),
    WITH(slower_readings_than_hourly_cover_only_their_own), WITH(levels_add_by_energy),
    WITH(what_is_not_a_number_or_outside_is_left_out), WITH(a_running_mean_needs_three_quarters_of_its_hours),
    WITH(days_are_local_and_have_their_greatest_eight_hours), WITH(a_day_of_seventeen_hours_has_no_mean))
