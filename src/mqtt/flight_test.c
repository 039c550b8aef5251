// SPDX-License-Identifier: EUPL-1.2
#include "mqtt/flight.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void assert_acknowledged(struct flight *f, str wanted)
{
    buf b = {.max = 1000};
    assert_int_equal(flight_acknowledge(f, &b), wanted.n / 4);
    assert_int_equal(b.n, wanted.n);
    if (wanted.n > 0) assert_memory_equal(b.p, wanted.p, wanted.n);
    buf_free(&b);
}

static struct flight *flight_of(size_t most)
{
    struct flight *f = flight_new(most);
    assert_non_null(f);
    flight_begin(f);
    return f;
}

static void acknowledgements_leave_in_the_order_of_arrival(void **state)
{
    (void)state;
    struct flight *f = flight_of(8);
    const mqtt_delivery a = flight_add(f, 3, 1);
    const mqtt_delivery b = flight_add(f, 1, 2);
    const mqtt_delivery c = flight_add(f, 2, 1);
    assert_true(flight_done(f, c));
    assert_acknowledged(f, STR(""));
    (void)flight_done(f, a);
    assert_acknowledged(f, STR("\x40\x02\x00\x03"));
    (void)flight_done(f, b);
    assert_acknowledged(f, STR("\x50\x02\x00\x01\x40\x02\x00\x02"));
    assert_int_equal(flight_count(f), 0);
    flight_free(f);
}

static void a_sleeping_thread_is_woken_once_and_one_that_is_awake_never(void **state)
{
    (void)state;
    struct flight *f = flight_of(8);
    const mqtt_delivery a = flight_add(f, 1, 1);
    const mqtt_delivery b = flight_add(f, 2, 1);
    const mqtt_delivery c = flight_add(f, 3, 1);
    assert_true(flight_done(f, a));
    assert_false(flight_done(f, b));
    assert_acknowledged(f, STR("\x40\x02\x00\x01\x40\x02\x00\x02"));
    flight_awake(f);
    assert_false(flight_done(f, c));
    assert_acknowledged(f, STR("\x40\x02\x00\x03"));
    assert_true(flight_done(f, flight_add(f, 4, 1)));
    flight_free(f);
}

static void done_twice_or_of_an_older_connection_acknowledges_nothing(void **state)
{
    (void)state;
    struct flight *f = flight_of(8);
    const mqtt_delivery old = flight_add(f, 7, 1);
    flight_begin(f);
    assert_int_equal(flight_count(f), 0);
    const mqtt_delivery again = flight_add(f, 7, 1);
    assert_false(flight_done(f, old));
    assert_acknowledged(f, STR(""));
    assert_true(flight_done(f, again));
    assert_acknowledged(f, STR("\x40\x02\x00\x07"));
    assert_false(flight_done(f, again));
    assert_acknowledged(f, STR(""));
    assert_false(flight_done(f, (mqtt_delivery){0}));
    flight_free(f);
}

static void a_message_taken_back_is_as_if_never_added(void **state)
{
    (void)state;
    struct flight *f = flight_of(2);
    (void)flight_add(f, 1, 1);
    (void)flight_add(f, 2, 1);
    assert_true(flight_is_full(f));
    flight_take_back(f);
    assert_false(flight_is_full(f));
    assert_int_equal(flight_stage_of(f, 2), FLIGHT_UNKNOWN);
    assert_int_equal(flight_stage_of(f, 1), FLIGHT_GIVEN_OUT);
    flight_free(f);
}

static void qos_2_stays_received_until_released_also_across_connections(void **state)
{
    (void)state;
    struct flight *f = flight_of(2);
    (void)flight_done(f, flight_add(f, 9, 2));
    assert_acknowledged(f, STR("\x50\x02\x00\x09"));
    assert_int_equal(flight_stage_of(f, 9), FLIGHT_RECEIVED);
    flight_add_done(f, 9, 2);  // the broker sends it again, and the connection ends before the answer
    flight_begin(f);
    assert_int_equal(flight_stage_of(f, 9), FLIGHT_RECEIVED);
    flight_release(f, 9);
    assert_int_equal(flight_stage_of(f, 9), FLIGHT_UNKNOWN);

    (void)flight_done(f, flight_add(f, 9, 2));
    assert_acknowledged(f, STR("\x50\x02\x00\x09"));
    flight_begin(f);
    flight_forget_session(f);
    assert_int_equal(flight_stage_of(f, 9), FLIGHT_UNKNOWN);
    flight_free(f);
}

static void the_ring_turns_over_many_times(void **state)
{
    (void)state;
    struct flight *f = flight_of(3);
    uint16_t next = 1;
    for (int round = 0; round < 1000; round++) {
        const mqtt_delivery a = flight_add(f, next++, 1);
        const mqtt_delivery b = flight_add(f, next++, 1);
        assert_true(flight_done(f, b));
        (void)flight_done(f, a);
        buf out = {.max = 8};
        assert_int_equal(flight_acknowledge(f, &out), 2);
        assert_false(out.failed);
        buf_free(&out);
    }
    flight_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(acknowledgements_leave_in_the_order_of_arrival),
        cmocka_unit_test(a_sleeping_thread_is_woken_once_and_one_that_is_awake_never),
        cmocka_unit_test(done_twice_or_of_an_older_connection_acknowledges_nothing),
        cmocka_unit_test(a_message_taken_back_is_as_if_never_added),
        cmocka_unit_test(qos_2_stays_received_until_released_also_across_connections),
        cmocka_unit_test(the_ring_turns_over_many_times),
    };
    return cmocka_run_group_tests_name("mqtt/flight", tests, NULL, NULL);
}
