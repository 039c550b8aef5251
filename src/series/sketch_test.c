// SPDX-License-Identifier: EUPL-1.2
#include "series/sketch.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static uint64_t seed = 7;

static double next_random(void)  // in [0, 1)
{
    seed += 0x9E3779B97F4A7C15;  // splitmix64
    uint64_t x = seed;
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9;
    x = (x ^ x >> 27) * 0x94D049BB133111EB;
    return (double)((x ^ x >> 31) >> 11) / 9007199254740992.0;
}

#define COUNT 20001

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double of_kind(int kind)
{
    const double u = next_random();
    switch (kind) {
    case 0: return u * 100;
    case 1: return exp(40 * u - 20);
    case 2: return (u - 0.3) * 50;
    case 3: return floor(u * 3) - 1;
    default: return u < 0.01 ? -1e200 * next_random() : 1e-15 * u;
    }
}

static const double quantiles[] = {0, 0.001, 0.05, 0.25, 0.5, 0.75, 0.95, 0.999, 1};

static void assert_quantiles(const struct sketch *k, double *values, size_t count)
{
    double *const again = malloc(count * sizeof *again);  // exact_quantile puts them in another order
    assert_non_null(again);
    memcpy(again, values, count * sizeof *again);
    qsort(values, count, sizeof values[0], compare);
    for (size_t i = 0; i < sizeof quantiles / sizeof quantiles[0]; i++) {
        const size_t rank = (size_t)ceil(quantiles[i] * (double)count);  // nearest rank, from 1
        const double want = values[rank > 0 ? rank - 1 : 0];
        assert_true(fabs(sketch_quantile(k, quantiles[i]) - want) <=
                    SKETCH_ERROR * fabs(want) * 1.000001 + 1e-18);
        assert_true(exact_quantile(again, count, quantiles[i]) == want);
    }
    free(again);
}

static void quantiles_are_within_the_bound(void **state)
{
    (void)state;
    static double values[COUNT];
    for (int kind = 0; kind < 5; kind++) {
        struct sketch k = {.count = 0};
        for (size_t i = 0; i < COUNT; i++) {
            values[i] = of_kind(kind);
            assert_true(sketch_add(&k, values[i]));
        }
        assert_quantiles(&k, values, COUNT);
        sketch_free(&k);
    }
}

static void merging_is_the_same_as_adding_all_to_one(void **state)
{
    (void)state;
    struct sketch parts[7] = {{.count = 0}}, all = {.count = 0}, merged = {.count = 0};
    for (int i = 0; i < COUNT; i++) {
        const double v = of_kind(i % 5);
        assert_true(sketch_add(&parts[i % 7], v));
        assert_true(sketch_add(&all, v));
    }
    for (int i = 0; i < 7; i++) {
        assert_true(sketch_merge(&merged, &parts[i]));
        sketch_free(&parts[i]);
    }
    assert_int_equal(merged.count, all.count);
    for (size_t i = 0; i < sizeof quantiles / sizeof quantiles[0]; i++)
        assert_true(sketch_quantile(&merged, quantiles[i]) == sketch_quantile(&all, quantiles[i]));
    sketch_free(&merged);
    sketch_free(&all);
}

static void exact_quantiles_of_few_values_by_hand(void **state)
{
    (void)state;
    double values[] = {40, 15, 35, 50, 20};  // the usual example of the nearest rank: 15 20 35 40 50
    assert_true(exact_quantile(values, 5, 0.05) == 15);
    assert_true(exact_quantile(values, 5, 0.30) == 20);
    assert_true(exact_quantile(values, 5, 0.40) == 20);
    assert_true(exact_quantile(values, 5, 0.50) == 35);
    assert_true(exact_quantile(values, 5, 1.00) == 50);
    double equal[] = {1, 1, 1, 1};
    assert_true(exact_quantile(equal, 4, 0.5) == 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quantiles_are_within_the_bound),
        cmocka_unit_test(merging_is_the_same_as_adding_all_to_one),
        cmocka_unit_test(exact_quantiles_of_few_values_by_hand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
