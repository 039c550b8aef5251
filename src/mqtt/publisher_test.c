// SPDX-License-Identifier: EUPL-1.2
#include "base/test_directory.h"
#include "mqtt/publisher.h"

#include "base/time.h"
#include "mqtt/broker.h"
#include "mqtt/testing.h"
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

struct place {
    char directory[TEST_DIRECTORY_MAX];
    struct mqtt_broker *broker;
    struct receiver *receiver;
    struct mqtt_subscriber *subscriber;
    mqtt_publisher_config c;
};

static bool is_connected(void *context)
{
    return mqtt_is_connected(context);
}

static int set_up(void **state)
{
    static struct place place;
    struct place *p = &place;
    *p = (struct place){0};
    err e;
    test_directory_make(p->directory);
    p->broker = mqtt_broker_start(&(mqtt_broker_config){.directory = str_of(p->directory)}, &e);
    if (p->broker == NULL) return -1;
    p->receiver = receiver_new();
    const mqtt_config c = receiver_config(p->receiver, mqtt_broker_port(p->broker));
    p->subscriber = mqtt_subscribe(&c, &e);
    p->c = (mqtt_publisher_config){.host = STR("127.0.0.1"), .port = c.port, .client_id = STR("peil-out")};
    *state = p;
    return comes_true(is_connected, p->subscriber) ? 0 : -1;
}

static int tear_down(void **state)
{
    struct place *p = *state;
    mqtt_subscriber_free(p->subscriber);
    mqtt_broker_stop(p->broker);
    receiver_free(p->receiver);
    test_directory_remove(p->directory);
    return 0;
}

static struct mqtt_publisher *start(const mqtt_publisher_config *c)
{
    err e;
    struct mqtt_publisher *p = mqtt_publisher_start(c, &e);
    if (p == NULL) fail_msg("%s", e.text);
    return p;
}

static void publish_numbers(struct mqtt_publisher *p, int from, int to, int qos)
{
    for (int i = from; i < to; i++) {
        char text[16];
        const int n = snprintf(text, sizeof text, "%d", i);
        assert_true(mqtt_publish(p, STR("test/number"), (str){text, (size_t)n}, qos, false));
    }
}

static void assert_arrive(struct place *p, int count)
{
    receiver_expect(p->receiver, count);
    if (!comes_true(receiver_has_all, p->receiver))
        fail_msg("%d of %d arrived", p->receiver->distinct, count);
}

static void messages_of_every_qos_arrive_in_order(void **state)
{
    struct place *p = *state;
    struct mqtt_publisher *out = start(&p->c);
    publish_numbers(out, 0, 1000, 0);
    publish_numbers(out, 1000, 2000, 1);
    publish_numbers(out, 2000, 3000, 2);
    assert_arrive(p, 3000);
    assert_int_equal(p->receiver->received, 3000);
    assert_int_equal(p->receiver->out_of_order, 0);
    mqtt_publisher_stop(out);
}

static void stopping_sends_what_waits(void **state)
{
    struct place *p = *state;
    struct mqtt_publisher *out = start(&p->c);
    publish_numbers(out, 0, 1, 1);
    assert_arrive(p, 1);
    publish_numbers(out, 1, 5000, 1);
    mqtt_publisher_stop(out);
    assert_arrive(p, 5000);
}

static void a_broker_that_ends_gets_the_rest_when_it_is_back(void **state)
{
    struct place *p = *state;
    struct mqtt_publisher *out = start(&p->c);
    publish_numbers(out, 0, 1000, 1);
    kill(mqtt_broker_pid(p->broker), SIGTERM);
    publish_numbers(out, 1000, 5000, 1);
    assert_arrive(p, 5000);
    mqtt_publisher_stop(out);
}

static void without_a_broker_it_never_waits_and_drops_the_oldest(void **state)
{
    struct place *p = *state;
    p->c.port = 1;
    struct mqtt_publisher *out = start(&p->c);
    const instant before = time_monotonic_us();
    publish_numbers(out, 0, 50000, 1);
    assert_true(time_monotonic_us() - before < 5 * TIME_SECOND);  // 5 s: under a sanitizer on a busy machine
    const int64_t resident = resident_bytes();
    static char large[1024 * 1024];
    for (int i = 0; i < 200; i++)
        assert_true(mqtt_publish(out, STR("test/large"), (str){large, sizeof large}, 1, false));
    assert_true(resident_bytes() - resident < 100 * 1024 * 1024);
    mqtt_publisher_stop(out);
}

static void what_cannot_be_published_is_dropped(void **state)
{
    struct place *p = *state;
    struct mqtt_publisher *out = start(&p->c);
    static char too_large[1024 * 1024 + 1];
    assert_false(mqtt_publish(out, STR(""), STR("1"), 0, false));
    assert_false(mqtt_publish(out, STR("a/#"), STR("1"), 0, false));
    assert_false(mqtt_publish(out, STR("a"), STR("1"), 3, false));
    assert_false(mqtt_publish(out, STR("a"), (str){too_large, sizeof too_large}, 0, false));
    mqtt_publisher_stop(out);
}

static void a_configuration_that_cannot_work_is_refused(void **state)
{
    struct place *p = *state;
    err e = {0};
    mqtt_publisher_config c = p->c;
    c.host = STR("");
    assert_null(mqtt_publisher_start(&c, &e));
    assert_int_equal(e.code, ERR_CONFIG);
    c = p->c;
    c.ca_file = STR("/nonexistent");
    assert_null(mqtt_publisher_start(&c, &e));
    assert_int_equal(e.code, ERR_CONFIG);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(messages_of_every_qos_arrive_in_order),
        TEST(stopping_sends_what_waits),
        TEST(a_broker_that_ends_gets_the_rest_when_it_is_back),
        TEST(without_a_broker_it_never_waits_and_drops_the_oldest),
        TEST(what_cannot_be_published_is_dropped),
        TEST(a_configuration_that_cannot_work_is_refused),
    };
    return cmocka_run_group_tests_name("mqtt/publisher", tests, NULL, NULL);
}
