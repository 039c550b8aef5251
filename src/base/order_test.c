// SPDX-License-Identifier: EUPL-1.2
#include "base/order.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define MANY 5000

static void check(uint32_t (*key_of)(size_t i), size_t count)
{
    static struct order_item items[MANY], spare[MANY];
    static bool seen[MANY];
    for (size_t i = 0; i < count; i++) {
        items[i] = (struct order_item){key_of(i), (uint32_t)i};
        seen[i] = false;
    }
    order_by_key(items, spare, count);
    for (size_t i = 0; i < count; i++) {
        assert_true(items[i].at < count && !seen[items[i].at]);
        seen[items[i].at] = true;
        assert_int_equal(items[i].key, key_of(items[i].at));
        if (i == 0) continue;
        assert_true(items[i - 1].key <= items[i].key);
        if (items[i - 1].key == items[i].key) assert_true(items[i - 1].at < items[i].at);
    }
}

static uint32_t few(size_t i)
{
    return (uint32_t)(i * 7919 % 13);
}

static uint32_t wide(size_t i)
{
    return (uint32_t)i * UINT32_C(2654435761);
}

static uint32_t high_digit_alone(size_t i)
{
    return (uint32_t)(i % 3) << 30;
}

static uint32_t falling(size_t i)
{
    return UINT32_MAX - (uint32_t)i;
}

static uint32_t same(size_t i)
{
    (void)i;
    return 4711;
}

static void items_are_in_order_of_key_then_as_they_came(void **state)
{
    (void)state;
    uint32_t (*const keys[])(size_t) = {few, wide, high_digit_alone, falling, same};
    const size_t counts[] = {0, 1, 2, 2047, MANY};
    for (size_t k = 0; k < sizeof keys / sizeof keys[0]; k++)
        for (size_t n = 0; n < sizeof counts / sizeof counts[0]; n++) check(keys[k], counts[n]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(items_are_in_order_of_key_then_as_they_came)};
    return cmocka_run_group_tests_name("order", tests, NULL, NULL);
}
