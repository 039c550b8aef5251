// SPDX-License-Identifier: EUPL-1.2
#include "quality/check.h"
#include "quality/humidity.h"

#include "base/test.h"

#include <math.h>

static bool none(double v)
{
    return isnan(v) != 0;
}

static const struct check_habits *of(const char *key)
{
    return check_habits_of(quantity_by_key(str_of(key)));
}

static bool is_spike(const double *v, size_t n, size_t k)
{
    double middle;
    return check_is_spike(v, n, k, of("pm25"), &middle);
}

TEST(a_single_jump_is_a_spike_and_its_neighbours_are_not)
{
    const double v[] = {10, 11, 10, 90, 10, 11, 10};
    for (size_t k = 0; k < 7; k++) assert_int_equal(is_spike(v, 7, k), k == 3);
}

TEST(a_rise_that_lasts_is_no_spike)
{
    const double v[] = {10, 11, 10, 10, 60, 62, 61, 63, 60, 58, 61};
    for (size_t k = 0; k < 11; k++) assert_false(is_spike(v, 11, k));
}

TEST(what_is_ordinary_for_the_quantity_is_no_spike)
{
    const double quiet[] = {10, 10, 10, 14, 10, 10, 10};  // far in MADs (they are zero), near in micrograms
    const double noise[] = {45, 45, 45, 80, 45, 45, 45};
    double middle;
    assert_false(is_spike(quiet, 7, 3));
    assert_false(check_is_spike(noise, 7, 3, of("noise_laeq"), &middle));
}

// As check.h says it, by counting.
static double middle_of(const double *v, size_t n)
{
    double low = NAN, high = NAN;
    for (size_t i = 0; i < n; i++) {
        size_t less = 0, same = 0;
        for (size_t k = 0; k < n; k++) less += v[k] < v[i], same += v[k] == v[i];
        if (less <= (n - 1) / 2 && (n - 1) / 2 < less + same) low = v[i];
        if (less <= n / 2 && n / 2 < less + same) high = v[i];
    }
    return (low + high) / 2;
}

static bool is_far(const double *v, size_t n, size_t k, double spike)
{
    double away[7];
    const double middle = middle_of(v, n);
    for (size_t i = 0; i < n; i++) away[i] = fabs(v[i] - middle);
    return away[k] > spike && away[k] > 3 * 1.4826 * middle_of(away, n);
}

TEST(a_spike_is_what_the_definition_says)
{
    uint64_t state_of_chance = 7;
    size_t spikes = 0;
    for (int round = 0; round < 20000; round++) {
        double v[7];
        for (size_t i = 0; i < 7; i++) {
            state_of_chance = state_of_chance * 6364136223846793005 + 1442695040888963407;
            const double chance = (double)(state_of_chance >> 40) / (double)(1 << 24);
            v[i] = round % 2 ? chance * 40 : 10 + floor(chance * 3) + (chance > 0.9 ? chance * 100 - 80 : 0);
        }
        const bool is = is_far(v, 7, 3, of("pm25")->spike);
        assert_int_equal(is_spike(v, 7, 3), is);
        spikes += is;
    }
    assert_true(spikes > 200 && spikes < 10000);
}

TEST(at_the_end_a_spike_waits_for_readings_around_it)
{
    const double v[] = {10, 11, 10, 90};
    assert_true(is_spike(v, 4, 3));  // three before are four in all
    assert_false(is_spike(v + 1, 3, 2));
}

TEST(a_run_of_six_hours_without_change_is_found)
{
    instant times[100];
    double values[100];
    struct check_run runs[4];
    for (int k = 0; k < 100; k++) {
        times[k] = k * 10 * TIME_MINUTE;
        values[k] = k >= 20 && k <= 56 ? 7 : k;  // 36 steps of 10 minutes: six hours
    }
    values[7] = 0;
    assert_int_equal(check_runs(times, values, 100, runs, 4), 1);
    assert_int_equal(runs[0].first, 20);
    assert_int_equal(runs[0].last, 56);
    values[56] = 8;
    assert_int_equal(check_runs(times, values, 100, runs, 4), 0);
}

TEST(a_gap_is_more_than_three_steps_and_an_hour)
{
    assert_false(check_is_gap(0, TIME_HOUR, TIME_MINUTE));
    assert_true(check_is_gap(0, TIME_HOUR + 1, TIME_MINUTE));
    assert_false(check_is_gap(0, 3 * TIME_HOUR, TIME_HOUR));
    assert_true(check_is_gap(0, 3 * TIME_HOUR + 1, TIME_HOUR));
    assert_false(check_is_gap(0, TIME_DAY, 0));
}

TEST(a_clock_may_be_a_minute_ahead)
{
    assert_true(check_clock(TIME_MINUTE, 0));
    assert_false(check_clock(TIME_MINUTE + 1, 0));
    assert_true(check_clock(0, TIME_DAY));  // late is no fault
    assert_true(check_clock(TIME_DAY, TIME_NONE));
}

TEST(a_value_that_cannot_be_is_out_of_range)
{
    const struct quantity *pm = quantity_by_key(STR("pm25"));
    assert_false(check_range(pm, false, 1999.9));
    assert_false(check_range(pm, false, -1));
    assert_true(check_range(pm, false, 999.9));
    assert_true(check_range(NULL, false, 1e9));
    // An official station's: the least of NL49007 in February 2020 was -6.2.
    assert_true(check_range(pm, true, -6.2));
    assert_false(check_range(pm, true, -10.1));
    assert_false(check_range(pm, true, 1999.9));
    assert_false(check_range(quantity_by_key(STR("noise_laeq")), true, 19));
}

// By hand: at 80 %, 100/80 - 1 = 0.25; 0.35/1.65 = 0.21212; 1 + 0.21212/0.25 = 1.84848; 30 / 1.84848 = 16.2295.
TEST(the_humidity_formula_is_that_of_the_header)
{
    assert_true(fabs(humidity_dry(30, 80) - 16.2295) < 1e-3);
    assert_true(fabs(humidity_dry(30, 0) - 30) < 1e-9);
    assert_true(fabs(humidity_dry(30, 100) - humidity_dry(30, 95)) < 1e-9);
    assert_true(none(humidity_dry(30, NAN)));
}

RUN(CASE(a_single_jump_is_a_spike_and_its_neighbours_are_not), CASE(a_rise_that_lasts_is_no_spike),
    CASE(what_is_ordinary_for_the_quantity_is_no_spike), CASE(a_spike_is_what_the_definition_says),
    CASE(at_the_end_a_spike_waits_for_readings_around_it), CASE(a_run_of_six_hours_without_change_is_found),
    CASE(a_gap_is_more_than_three_steps_and_an_hour), CASE(a_clock_may_be_a_minute_ahead),
    CASE(a_value_that_cannot_be_is_out_of_range), CASE(the_humidity_formula_is_that_of_the_header))
