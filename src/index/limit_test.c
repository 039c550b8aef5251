// SPDX-License-Identifier: EUPL-1.2
// Made years whose figures can be counted by hand.
#include "index/limit.h"

#include "base/test.h"

#include <math.h>

static bool none(double v)
{
    return isnan(v) != 0;
}

#define YEAR 8760

struct fixture {
    arena *a;
    struct hours h;
    struct tz *zone;
};

// A year of 2025 in UTC, every hour `value`.
static int start(void **state)
{
    static struct fixture f;
    err e;
    instant from;
    f = (struct fixture){.a = arena_new(8 << 20), .zone = tz_load("Etc/UTC", &e)};
    assert_true(time_from_civil((civil){2025, 1, 1, 0, 0, 0, 0}, &from));
    assert_true(hours_new(from, YEAR, f.a, &f.h, &e));
    *state = &f;
    return 0;
}

static int stop(void **state)
{
    struct fixture *f = *state;
    tz_free(f->zone);
    arena_free(f->a);
    return 0;
}

static void fill(struct fixture *f, size_t from, size_t to, double value)
{
    for (size_t k = from; k < to; k++) f->h.mean[k] = value;
}

static struct limit_result judge(struct fixture *f, limit_set set, substance s, limit_over over)
{
    size_t count;
    const struct limit *all = limits_all(&count);
    struct limit_result r;
    err e;
    for (size_t k = 0; k < count; k++) {
        if (all[k].set != set || all[k].substance != s || all[k].over != over) continue;
        assert_true(limit_judge(&all[k], &f->h, YEAR, f->zone, f->a, &r, &e));
        return r;
    }
    fail_msg("no such limit");
    return r;
}

// 9 for 292 days and 19 for 73: (292 * 9 + 73 * 19) / 365 = 11: above 10 of 2030, below 25 of now.
static void a_year_is_judged_by_its_mean(void **state)
{
    struct fixture *f = *state;
    fill(f, 0, 292 * 24, 9);
    fill(f, 292 * 24, YEAR, 19);
    const struct limit_result now = judge(f, LIMITS_EU, SUBSTANCE_PM25, OVER_YEAR);
    assert_true(fabs(now.value - 11) < 1e-9);
    assert_int_equal(now.outcome, LIMIT_KEPT);
    assert_int_equal(judge(f, LIMITS_EU_2030, SUBSTANCE_PM25, OVER_YEAR).outcome, LIMIT_EXCEEDED);
    assert_int_equal(judge(f, LIMITS_WHO_2021, SUBSTANCE_PM25, OVER_YEAR).outcome, LIMIT_EXCEEDED);
}

static void days_may_be_above_as_often_as_allowed(void **state)
{
    struct fixture *f = *state;
    fill(f, 0, YEAR, 20);
    fill(f, 0, 35 * 24, 51);
    struct limit_result r = judge(f, LIMITS_EU, SUBSTANCE_PM10, OVER_DAY);
    assert_int_equal(r.times_above, 35);
    assert_int_equal(r.outcome, LIMIT_KEPT);
    assert_true(fabs(r.value - 20) < 1e-9);  // the 36th greatest
    fill(f, 0, 36 * 24, 51);
    r = judge(f, LIMITS_EU, SUBSTANCE_PM10, OVER_DAY);
    assert_int_equal(r.outcome, LIMIT_EXCEEDED);
    assert_true(fabs(r.value - 51) < 1e-9);
}

static void hours_may_be_above_as_often_as_allowed(void **state)
{
    struct fixture *f = *state;
    fill(f, 0, YEAR, 30);
    fill(f, 100, 118, 201);
    assert_int_equal(judge(f, LIMITS_EU, SUBSTANCE_NO2, OVER_HOUR).outcome, LIMIT_KEPT);
    assert_int_equal(judge(f, LIMITS_EU_2030, SUBSTANCE_NO2, OVER_HOUR).outcome, LIMIT_EXCEEDED);
    assert_int_equal(judge(f, LIMITS_EU, SUBSTANCE_NO2, OVER_HOUR).times_above, 18);
}

// Ozone 150 from 12 to 20 hours on 26 days: their greatest eight hours are 150.
static void ozone_is_judged_by_the_greatest_eight_hours_of_days(void **state)
{
    struct fixture *f = *state;
    fill(f, 0, YEAR, 40);
    for (size_t day = 150; day < 176; day++) fill(f, day * 24 + 12, day * 24 + 20, 150);
    const struct limit_result r = judge(f, LIMITS_EU, SUBSTANCE_O3, OVER_8_HOURS);
    assert_int_equal(r.times_above, 26);
    assert_int_equal(r.outcome, LIMIT_EXCEEDED);
    assert_true(r.limit->is_target);
}

static struct limit_result ozone_year(struct fixture *f, size_t first, size_t days, bool is_whole)
{
    f->h.count = YEAR;
    fill(f, 0, YEAR, is_whole ? 40 : (double)NAN);
    for (size_t day = first; day < first + days; day++) fill(f, day * 24 + 12, day * 24 + 20, 150);
    return judge(f, LIMITS_EU, SUBSTANCE_O3, OVER_8_HOURS);
}

// 30, 24 and 20 days: 74 / 3 = 24.67, not more than 25. With 22 instead of 20: 76 / 3 = 25.33.
static void ozone_is_averaged_over_three_years(void **state)
{
    struct fixture *f = *state;
    struct limit_result r = ozone_year(f, 150, 30, true);
    const struct limit_result before[] = {ozone_year(f, 150, 24, true), ozone_year(f, 150, 20, true)};
    const struct limit_result worse[] = {before[0], ozone_year(f, 150, 22, true)};
    assert_int_equal(r.times_above, 30);
    assert_true(r.is_valid);
    limit_judge_years(&r, before, 2);
    assert_int_equal(r.outcome, LIMIT_KEPT);
    assert_int_equal(r.years_counted, 3);
    assert_true(fabs(r.times_mean - 74.0 / 3) < 1e-9);
    limit_judge_years(&r, worse, 2);
    assert_int_equal(r.outcome, LIMIT_EXCEEDED);
}

// A year without its summer is in no mean, but its days above are days above: 3 years of 25 are 75.
static void a_year_without_data_is_in_no_mean(void **state)
{
    struct fixture *f = *state;
    struct limit_result r = ozone_year(f, 150, 24, true);
    const struct limit_result nothing[] = {ozone_year(f, 150, 0, false), ozone_year(f, 150, 10, false)};
    limit_judge_years(&r, nothing, 2);
    assert_int_equal(r.years_counted, 1);
    assert_true(fabs(r.times_mean - 24) < 1e-9);
    assert_int_equal(r.outcome, LIMIT_KEPT);
    struct limit_result running = ozone_year(f, 150, 20, false);  // has no summer yet
    limit_judge_years(&running, NULL, 0);
    assert_int_equal(running.outcome, LIMIT_NOT_ENOUGH_DATA);
    assert_true(none(running.times_mean));
    fill(f, 0, YEAR, NAN);
    fill(f, 100 * 24, 176 * 24, 150);
    struct limit_result hot = judge(f, LIMITS_EU, SUBSTANCE_O3, OVER_8_HOURS);
    assert_false(hot.is_valid);
    limit_judge_years(&hot, NULL, 0);
    assert_int_equal(hot.outcome, LIMIT_EXCEEDED);
}

// May has 31 days: without three of them 28 are left, 90.3 %; without four 27, 87 %. One month may be missing, two may not.
static void a_summer_needs_five_of_its_months(void **state)
{
    struct fixture *f = *state;
    const size_t may = 120 * 24, june = 151 * 24, july = 181 * 24;
    fill(f, 0, YEAR, 40);
    fill(f, june, july, NAN);
    fill(f, may, may + 3 * 24, NAN);
    assert_true(judge(f, LIMITS_EU, SUBSTANCE_O3, OVER_8_HOURS).is_valid);
    fill(f, may, may + 4 * 24, NAN);
    assert_false(judge(f, LIMITS_EU, SUBSTANCE_O3, OVER_8_HOURS).is_valid);
    fill(f, june, july, 40);
    assert_true(judge(f, LIMITS_EU, SUBSTANCE_O3, OVER_8_HOURS).is_valid);
}

// 80 from April to September, 30 otherwise: the peak season is 80 (the first eight hours of April still hold some of March, but
// each day's greatest do not).
static void the_peak_season_is_the_worst_half_year(void **state)
{
    struct fixture *f = *state;
    fill(f, 0, YEAR, 30);
    fill(f, 90 * 24, 273 * 24, 80);
    const struct limit_result r = judge(f, LIMITS_WHO_2021, SUBSTANCE_O3, OVER_PEAK_SEASON);
    assert_true(fabs(r.value - 80) < 1e-9);
    assert_int_equal(r.outcome, LIMIT_EXCEEDED);
}

static void little_data_can_exceed_but_never_keep(void **state)
{
    struct fixture *f = *state;
    fill(f, 0, YEAR * 89 / 100, 5);
    assert_int_equal(judge(f, LIMITS_EU, SUBSTANCE_PM25, OVER_YEAR).outcome, LIMIT_NOT_ENOUGH_DATA);
    assert_int_equal(judge(f, LIMITS_EU, SUBSTANCE_PM10, OVER_DAY).outcome, LIMIT_NOT_ENOUGH_DATA);
    assert_true(none(judge(f, LIMITS_EU, SUBSTANCE_PM25, OVER_YEAR).value));
    fill(f, 0, 40 * 24, 60);
    assert_int_equal(judge(f, LIMITS_EU, SUBSTANCE_PM10, OVER_DAY).outcome, LIMIT_EXCEEDED);
}

#define WITH(name) cmocka_unit_test_setup_teardown(name, start, stop)

RUN(WITH(a_year_is_judged_by_its_mean), WITH(days_may_be_above_as_often_as_allowed),
    WITH(hours_may_be_above_as_often_as_allowed), WITH(ozone_is_judged_by_the_greatest_eight_hours_of_days),
    WITH(ozone_is_averaged_over_three_years), WITH(a_year_without_data_is_in_no_mean),
    WITH(a_summer_needs_five_of_its_months), WITH(the_peak_season_is_the_worst_half_year),
    WITH(little_data_can_exceed_but_never_keep))
