// SPDX-License-Identifier: EUPL-1.2
#include "sta/write/observation_body.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static arena *a;
static struct observation_body b;
static err e;

static int set_up(void **state)
{
    (void)state;
    a = arena_new(1 << 20);
    return a ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(a);
    return 0;
}

static void accept(const char *body)
{
    if (!observation_body_read(str_of(body), a, &b, &e)) fail_msg("%s: %s", body, e.text);
}

static void refuse(const char *body, err_code code, const char *text)
{
    assert_false(observation_body_read(str_of(body), a, &b, &e));
    if (strcmp(e.text, text) != 0) fail_msg("%s says: %s", body, e.text);
    assert_int_equal(e.code, code);
}

static void a_plain_body_needs_no_memory(void **state)
{
    (void)state;
    const size_t before = arena_used(a);
    accept("{\"phenomenonTime\":\"2026-01-01T00:00:00Z\",\"result\":20.50,\"Datastream\":{\"@iot.id\":1}}");
    assert_int_equal(arena_used(a), before);
    assert_int_equal(b.o.phenomenon_time.start, INT64_C(1767225600000000));
    assert_int_equal(b.o.result.type, VALUE_DECIMAL);
    assert_int_equal(b.o.result.number.units, 2050);
    assert_int_equal(b.o.result.number.scale, 2);
    assert_int_equal(b.o.stream, 1);
    assert_int_equal(b.stream_kind, SET_DATASTREAM);
    assert_false(b.is_deep);
}

static void every_property_is_read(void **state)
{
    (void)state;
    accept("{\"resultTime\":null,\"result\":{\"a\" : 1},\"resultQuality\":\"good\",\"validTime\":"
           "\"2026-01-01T00:00:00Z/"
           "2026-01-01T01:00:00Z\",\"parameters\":{\"p\":1},\"FeatureOfInterest\":{\"@iot.id\":3},"
           "\"MultiDatastream\":{\"@iot.id\":\"2\"},\"@iot.id\":77}");
    assert_int_equal(b.o.result_time, TIME_NONE);
    assert_int_equal(b.o.phenomenon_time.start, TIME_NONE);
    assert_int_equal(b.o.result.type, VALUE_JSON);
    assert_memory_equal(b.o.result.text.p, "{\"a\":1}", b.o.result.text.n);
    assert_int_equal(b.o.quality.type, VALUE_TEXT);
    assert_int_equal(b.o.valid_time.end - b.o.valid_time.start, TIME_HOUR);
    assert_int_equal(b.o.feature, 3);
    assert_int_equal(b.o.stream, 2);
    assert_int_equal(b.stream_kind, SET_MULTI_DATASTREAM);
}

static void entities_to_be_made_are_told(void **state)
{
    (void)state;
    accept("{\"result\":1,\"Datastream\":{\"name\":\"new\"}}");
    assert_true(b.is_deep);
    accept("{\"result\":1,\"Datastream\":{\"@iot.id\":\"$stream\"}}");
    assert_true(b.is_deep);
}

static void faults_are_named(void **state)
{
    (void)state;
    refuse("{\"result\":1,\"result\":2}", ERR_SYNTAX, "the name 'result' is there twice in one object");
    refuse("{\"rslt\":1}", ERR_UNKNOWN, "an Observation has no 'rslt'");
    refuse("{\"parameters\":[]}", ERR_TYPE, "parameters: expected an object, found an array");
    refuse("{\"Datastream\":{\"@iot.id\":-1}}", ERR_LINK, "there is no entity with the id '-1'");
    refuse("{\"Datastream\":1}", ERR_TYPE, "expected an object for 'Datastream', not a number");
    assert_false(observation_body_read(STR("{\"result\":NaN}"), a, &b, &e));
    assert_int_equal(e.code, ERR_SYNTAX);
    assert_false(observation_body_read(STR("{\"result\":1}}"), a, &b, &e));
    assert_false(observation_body_read(STR(""), a, &b, &e));
    assert_false(observation_body_read(STR("{\"phenomenonTime\":\"2026-13-01T00:00:00Z\"}"), a, &b, &e));
    assert_memory_equal(e.text, "phenomenonTime: ", 16);
    assert_int_equal(e.at, 18);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_plain_body_needs_no_memory, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_property_is_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(entities_to_be_made_are_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(faults_are_named, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
