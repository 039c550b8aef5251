// SPDX-License-Identifier: EUPL-1.2
#include "mqtt/pending.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static metric refused = {.name = "refused", .type = METRIC_COUNTER},
              given_up = {.name = "given_up", .type = METRIC_COUNTER};
static const mqtt_message message = {0};  // of QoS 0, which nobody acknowledges
static struct mqtt_pendings *all;
static struct mqtt_pending one;

static int begin(void **state)
{
    (void)state;
    err e;
    const mqtt_pendings_config c = {"messages of a test", &refused, &given_up};
    all = mqtt_pendings_new(&c, &e);
    return all && mqtt_pending_begin(all, &one, &message) ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    mqtt_pendings_free(all);
    return 0;
}

static bool fails_by(err_code code)
{
    err e;
    (void)err_set(&e, code, ERR_NOWHERE, "of a test");
    return mqtt_pending_failed(all, &one, STR("topic"), &e);
}

static void what_the_sender_did_wrong_is_refused_for_good(void **state)
{
    (void)state;
    const int64_t before = refused.value;
    assert_true(fails_by(ERR_SYNTAX));
    assert_true(fails_by(ERR_ABSENT));
    assert_int_equal(refused.value, before + 2);
    assert_null(mqtt_pendings_take_again(all));
}

static void what_passes_by_itself_is_tried_without_end(void **state)
{
    (void)state;
    for (int i = 0; i < 10 * MQTT_TRIES_MAX; i++) {
        assert_false(fails_by(i % 2 ? ERR_DISK_FULL : ERR_BUSY));
        assert_ptr_equal(mqtt_pendings_take_again(all), &one);
        assert_null(mqtt_pendings_take_again(all));
    }
}

static void any_other_fault_is_given_up_in_the_end(void **state)
{
    (void)state;
    const int64_t before = given_up.value;
    for (int i = 1; i < MQTT_TRIES_MAX; i++) {
        assert_false(fails_by(ERR_INTERNAL));
        assert_ptr_equal(mqtt_pendings_take_again(all), &one);
    }
    assert_true(fails_by(ERR_INTERNAL));
    assert_int_equal(given_up.value, before + 1);
}

static void who_drains_takes_no_more(void **state)
{
    (void)state;
    struct mqtt_pending another;
    mqtt_pending_undo(all);
    mqtt_pendings_drain(all, 60);  // none is under way: at once
    assert_true(mqtt_pendings_is_draining(all));
    assert_false(mqtt_pending_begin(all, &another, &message));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_the_sender_did_wrong_is_refused_for_good, begin, end),
        cmocka_unit_test_setup_teardown(what_passes_by_itself_is_tried_without_end, begin, end),
        cmocka_unit_test_setup_teardown(any_other_fault_is_given_up_in_the_end, begin, end),
        cmocka_unit_test_setup_teardown(who_drains_takes_no_more, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
