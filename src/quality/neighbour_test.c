// SPDX-License-Identifier: EUPL-1.2
#include "quality/neighbour.h"

#include "base/test.h"

#include <math.h>

#define METERS 8

static arena *a;

static int start(void **state)
{
    (void)state;
    a = arena_new(1 << 20);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    arena_free(a);
    return 0;
}

// A small, fixed unrest between -0.5 and 0.5, so that nothing is equal.
static double unrest(size_t row, size_t column)
{
    return (double)((row * 7 + column * 13) % 11) / 10 - 0.5;
}

static const struct check_habits *dust(void)
{
    return check_habits_of(quantity_by_key(STR("pm25")));
}

// Of the numbers 0 to n - 1, from both ends in turn.
static void the_median_of_few_and_of_many_is_the_middle(void **state)
{
    (void)state;
    for (size_t n = 1; n <= 40; n++) {
        double v[40], scratch[40];
        for (size_t k = 0; k < n; k++) v[k] = (double)(k % 2 ? k / 2 : n - 1 - k / 2);
        assert_true(robust_median(v, n, scratch) == (double)(n - 1) / 2);
    }
}

// y = 10 + row + column effects, exactly: the polish finds them (rows 0, 1, 2; columns -1, 0, 5).
static void the_polish_takes_an_additive_table_apart(void **state)
{
    (void)state;
    const double table[] = {9, 10, 15, 10, 11, 16, 11, 12, 17};
    struct polish p;
    err e;
    assert_true(robust_polish(table, 3, 3, a, &p, &e));
    assert_true(fabs(p.overall - 11) < 1e-9);
    assert_true(fabs(p.row[0] + 1) < 1e-9 && fabs(p.row[1]) < 1e-9 && fabs(p.row[2] - 1) < 1e-9);
    assert_true(fabs(p.column[0] + 1) < 1e-9 && fabs(p.column[1]) < 1e-9 && fabs(p.column[2] - 5) < 1e-9);
    for (int k = 0; k < 9; k++) assert_true(fabs(p.rest[k]) < 1e-9);
}

// By hand, k = 0.5: 1 -> 0.5; 1 -> 1; -3 -> 0; 2 -> 1.5. Downwards the -3 gives 2.5, the 2 takes it to 0.
static void the_cusum_adds_what_is_over_k(void **state)
{
    (void)state;
    const double z[] = {1, 1, -3, NAN, 2}, low[] = {-2, -2};
    assert_true(fabs(robust_cusum(z, 5, 0.5) - 1.5) < 1e-9);
    assert_true(fabs(robust_cusum(low, 2, 0.5) + 3) < 1e-9);
}

static void a_meter_far_from_the_others_for_a_day_is_biased(void **state)
{
    (void)state;
    double hours[BIAS_HOURS * METERS];
    struct neighbour_verdict v[METERS];
    err e;
    for (size_t r = 0; r < BIAS_HOURS; r++)
        for (size_t c = 0; c < METERS; c++)
            hours[r * METERS + c] = 10 + 5 * sin((double)r / 4) + unrest(r, c) + (c == 3 ? 12 : 0);
    assert_true(neighbour_bias(hours, METERS, dust(), a, v, &e));
    for (size_t c = 0; c < METERS; c++) assert_int_equal(v[c].is_biased, c == 3);
    assert_true(fabs(v[3].difference - 12) < 0.6);
}

static void with_few_neighbours_or_hours_nobody_is_judged(void **state)
{
    (void)state;
    double hours[BIAS_HOURS * METERS];
    struct neighbour_verdict v[METERS];
    err e;
    for (size_t r = 0; r < BIAS_HOURS; r++)
        for (size_t c = 0; c < METERS; c++)
            hours[r * METERS + c] = r < 17 && c > 3 ? (double)NAN : 10 + unrest(r, c) + (c == 3 ? 50 : 0);
    assert_true(neighbour_bias(hours, METERS, dust(), a, v, &e));  // four meters with a whole day
    for (size_t c = 0; c < METERS; c++) assert_false(v[c].is_biased);
}

static void a_meter_that_moves_away_drifts_and_one_that_is_far_but_steady_does_not(void **state)
{
    (void)state;
    double days[DRIFT_DAYS * METERS];
    struct neighbour_verdict v[METERS];
    err e;
    for (size_t r = 0; r < DRIFT_DAYS; r++)
        for (size_t c = 0; c < METERS; c++)
            days[r * METERS + c] = 12 + 4 * sin((double)r) + unrest(r, c) +
                                   (c == 2 && r > 10 ? (double)(r - 10) * 0.6 : 0) + (c == 5 ? 15 : 0);
    assert_true(neighbour_drift(days, METERS, dust(), a, v, &e));
    for (size_t c = 0; c < METERS; c++) assert_int_equal(v[c].is_drifting, c == 2);
    assert_true(v[2].difference > 6);
}

#define WITH(name) cmocka_unit_test_setup_teardown(name, start, stop)

RUN(WITH(the_median_of_few_and_of_many_is_the_middle), WITH(the_polish_takes_an_additive_table_apart),
    WITH(the_cusum_adds_what_is_over_k), WITH(a_meter_far_from_the_others_for_a_day_is_biased),
    WITH(with_few_neighbours_or_hours_nobody_is_judged),
    WITH(a_meter_that_moves_away_drifts_and_one_that_is_far_but_steady_does_not))
