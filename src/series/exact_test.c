// SPDX-License-Identifier: EUPL-1.2
#include "series/exact.h"

#include "base/num.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void ten_tenths_are_one(void **unused)
{
    (void)unused;
    struct exact x = {.units = 0};
    for (int i = 0; i < 10; i++) exact_add(&x, 1, 1);
    assert_true(exact_value(&x) == 1);
}

// 0.1 + 0.2 is 0.3, whichever comes first and in whichever scale.
static void order_and_scale_make_no_difference(void **unused)
{
    (void)unused;
    struct exact a = {.units = 0}, b = {.units = 0};
    exact_add(&a, 1, 1);
    exact_add(&a, 200, 3);
    exact_add(&b, 20, 2);
    exact_add(&b, 1, 1);
    assert_true(exact_value(&a) == 0.3);
    assert_true(exact_value(&b) == 0.3);
}

static void what_is_small_is_not_lost_beside_what_is_great(void **unused)
{
    (void)unused;
    struct exact x = {.units = 0};
    exact_add(&x, INT64_MAX, 0);
    exact_add(&x, 1, DECIMAL_SCALE_MAX);
    exact_add(&x, -(__int128)INT64_MAX, 0);
    assert_true(exact_value(&x) == 1e-18);
}

static void more_digits_than_there_is_room_for_are_rounded(void **unused)
{
    (void)unused;
    struct exact x = {.units = 0};
    for (int i = 0; i < 1000; i++) exact_add(&x, INT64_MAX, 0);
    exact_add(&x, 1, DECIMAL_SCALE_MAX);
    const double expected = 9223372036854775807.0 * 1000;
    assert_true(exact_value(&x) > expected * (1 - 1e-15) && exact_value(&x) < expected * (1 + 1e-15));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ten_tenths_are_one),
        cmocka_unit_test(order_and_scale_make_no_difference),
        cmocka_unit_test(what_is_small_is_not_lost_beside_what_is_great),
        cmocka_unit_test(more_digits_than_there_is_room_for_are_rounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
