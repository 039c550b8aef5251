// SPDX-License-Identifier: EUPL-1.2
#include "demo/signal.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#define SOME_MONDAY ((instant)1730678400000000)  // 2024-11-04T00:00:00Z

static void there_are_sixty_two_devices_inside_the_town(void **state)
{
    (void)state;
    assert_int_equal(demo_device_count(), 62);
    for (size_t k = 0; k < demo_device_count(); k++) {
        const struct demo_device d = demo_device_at(k);
        assert_true(d.longitude > 4.29 && d.longitude < 4.36);
        assert_true(d.latitude > 52.01 && d.latitude < 52.07);
        assert_true(d.offset >= 0 && d.offset < demo_kind_of(d.kind)->period);
    }
}

static void everything_a_device_measures_is_a_known_quantity_within_its_range(void **state)
{
    (void)state;
    for (size_t k = 0; k < demo_device_count(); k++) {
        const struct demo_device d = demo_device_at(k);
        const struct demo_kind_info *kind = demo_kind_of(d.kind);
        for (size_t q = 0; kind->quantities[q]; q++) {
            const struct quantity *quantity = quantity_by_key(str_of(kind->quantities[q]));
            assert_non_null(quantity);
            for (instant t = SOME_MONDAY; t < SOME_MONDAY + 2 * TIME_DAY; t += 20 * TIME_MINUTE) {
                decimal v;
                if (!demo_reading(&d, kind->quantities[q], t, -1, &v)) continue;
                assert_true(decimal_to_double(v) >= quantity->least &&
                            decimal_to_double(v) <= quantity->most);
            }
        }
    }
}

static void the_same_moment_gives_the_same_reading(void **state)
{
    (void)state;
    for (size_t k = 0; k < demo_device_count(); k++) {
        const struct demo_device d = demo_device_at(k), again = demo_device_at(k);
        const char *quantity = demo_kind_of(d.kind)->quantities[0];
        decimal a = {0}, b = {0};
        assert_int_equal(demo_reading(&d, quantity, SOME_MONDAY, -1, &a),
                         demo_reading(&again, quantity, SOME_MONDAY, -1, &b));
        assert_int_equal(a.units, b.units);
    }
}

// Mean of a noise meter over an hour of a weekday.
static double hour_mean(const struct demo_device *d, instant from)
{
    double sum = 0;
    int n = 0;
    for (instant t = from; t < from + TIME_HOUR; t += TIME_MINUTE) {
        decimal v;
        if (!demo_reading(d, "noise_laeq", t, -1, &v)) continue;
        sum += decimal_to_double(v);
        n++;
    }
    return n ? sum / n : (double)NAN;
}

static void rush_hour_is_louder_than_the_night(void **state)
{
    (void)state;
    int louder = 0, compared = 0;
    for (size_t k = 0; k < demo_device_count(); k++) {
        const struct demo_device d = demo_device_at(k);
        if (d.kind != DEMO_NOISE || d.where->traffic < 0.3) continue;
        const double rush = hour_mean(&d, SOME_MONDAY + 7 * TIME_HOUR),
                     night = hour_mean(&d, SOME_MONDAY + 2 * TIME_HOUR);
        if (isnan(rush) || isnan(night)) continue;
        compared++;
        louder += rush > night + 2;
    }
    assert_true(compared > 3);
    assert_int_equal(louder, compared);
}

static void some_devices_are_silent_now_and_most_are_not(void **state)
{
    (void)state;
    size_t speaking = 0;
    for (size_t k = 0; k < demo_device_count(); k++) {
        const struct demo_device d = demo_device_at(k);
        bool any = false;
        for (instant t = SOME_MONDAY; t < SOME_MONDAY + TIME_HOUR; t += TIME_MINUTE) {
            decimal v;
            any |= demo_reading(&d, demo_kind_of(d.kind)->quantities[0], t, -1, &v);
        }
        speaking += any;
    }
    assert_true(speaking > 45 && speaking < 60);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(there_are_sixty_two_devices_inside_the_town),
        cmocka_unit_test(everything_a_device_measures_is_a_known_quantity_within_its_range),
        cmocka_unit_test(the_same_moment_gives_the_same_reading),
        cmocka_unit_test(rush_hour_is_louder_than_the_night),
        cmocka_unit_test(some_devices_are_silent_now_and_most_are_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
