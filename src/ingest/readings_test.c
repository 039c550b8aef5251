// SPDX-License-Identifier: EUPL-1.2
// Devices to Things and Observations, on a real store.
#include "base/test_directory.h"
#include "ingest/ingest.h"

#include "base/file.h"
#include "base/json.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define NOW ((instant)1798761600000000)  // 2027-01-01T00:00:00Z

// ---- a device kind whose messages are given by the test ----

static struct device_result next_result;

static bool decode(const struct device_message *m, arena *a, struct device_result *out, err *e)
{
    (void)m, (void)a, (void)e;
    *out = next_result;
    return true;
}

static const struct device_adapter test_adapter = {
    .name = {"test", 4}, .title = {"Test device", 11}, .decode = decode};

// ---- a store and an intake ----

static char directory[TEST_DIRECTORY_MAX];
static struct store *store;
static struct ingest *in;
static arena *a;
static err e;

static int set_up(void **state)
{
    (void)state;
    test_directory_make(directory);
    const store_config c = {.directory = directory, .create = true};
    const ingest_config accepts = {.accept_new_devices = true};
    a = arena_new(16 << 20);
    if (!store_open(&c, &store, &e)) fail_msg("%s", e.text);
    in = ingest_new(store, &accepts, &e);
    return in && a ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    ingest_free(in);
    store_close(store);
    arena_free(a);
    test_directory_remove(directory);
    return 0;
}

static struct reading reading(const char *quantity, int64_t tenths, instant time)
{
    return (struct reading){.device = STR("device-1"),
                            .sensor = STR("SDS011"),
                            .quantity = quantity_by_key(str_of(quantity)),
                            .name = str_of(quantity),
                            .result = value_decimal((decimal){tenths, 1}),
                            .time = time};
}

static struct ingest_outcome outcome;
static int answered;
static bool retained;

static void done(void *context, const struct ingest_outcome *o, const err *why)
{
    (void)context;
    outcome = *o;
    if (why) e = *why;
    __atomic_store_n(&answered, why ? 2 : 1, __ATOMIC_SEQ_CST);
}

static bool nothing(struct store_tx *tx, void *context, err *why)
{
    (void)tx, (void)context, (void)why;
    return true;
}

// Sends readings as one message and waits until they are stored.
static void send(struct reading *readings, size_t count)
{
    const struct device_message m = {.received = NOW, .retained = retained};
    next_result.readings = readings;
    next_result.reading_count = count;
    answered = 0;
    if (!ingest_device(in, &test_adapter, &m, done, NULL, &e)) fail_msg("%s", e.text);
    assert_true(store_run(store, nothing, NULL, &e));  // operations are answered in order
    if (__atomic_load_n(&answered, __ATOMIC_SEQ_CST) != 1) fail_msg("%s", e.text);
}

static void send_one(struct reading r)
{
    send(&r, 1);
}

static int reset_result(void **state)
{
    next_result = (struct device_result){.state = DEVICE_STATE_NONE};
    return set_up(state);
}

static int64_t count(entity_set set)
{
    struct snapshot *at;
    int64_t n;
    const struct query q = {.set = set, .top = -1};
    assert_true(snapshot_open(store, &at, &e));
    assert_true(store_count(at, &q, &n, &e));
    snapshot_close(at);
    return n;
}

static struct record get(entity_set set, entity_id id)
{
    struct snapshot *at;
    struct record r;
    assert_true(snapshot_open(store, &at, &e));
    if (!store_get(at, set, id, a, &r, &e)) fail_msg("%s", e.text);
    snapshot_close(at);
    return r;
}

static struct observation latest(entity_id stream)
{
    struct snapshot *at;
    struct observation o;
    assert_true(snapshot_open(store, &at, &e));
    if (!store_latest(at, stream, a, &o, &e)) fail_msg("%s", e.text);
    snapshot_close(at);
    return o;
}

static json *document(const char *kind, const char *key)
{
    struct snapshot *at;
    str text;
    json *j;
    assert_true(snapshot_open(store, &at, &e));
    const bool found = store_document_get(at, str_of(kind), str_of(key), a, &text, &e);
    snapshot_close(at);
    if (!found) return NULL;
    assert_true(json_parse(text, a, &j, &e));
    return j;
}

static void assert_str(str s, const char *wanted)
{
    if (!str_eq(s, str_of(wanted))) fail_msg("'%.*s' is not '%s'", STR_ARG(s), wanted);
}

// ---- tests ----

static void a_new_device_becomes_a_thing_with_datastreams(void **state)
{
    (void)state;
    struct reading both[] = {reading("pm25", 81, NOW), reading("pm10", 123, NOW)};
    next_result.state.latitude = 52.04;
    next_result.state.longitude = 4.32;
    next_result.state.battery_percent = 87;
    send(both, 2);
    assert_int_equal(outcome.stored, 2);
    assert_int_equal(count(SET_THING), 1);
    assert_int_equal(count(SET_DATASTREAM), 2);
    assert_int_equal(count(SET_SENSOR), 1);
    assert_int_equal(count(SET_OBSERVED_PROPERTY), 2);
    assert_int_equal(count(SET_LOCATION), 1);
    assert_int_equal(count(SET_HISTORICAL_LOCATION), 1);
    const struct record thing = get(SET_THING, outcome.thing);
    assert_str(thing.properties[THING_NAME].text, "device-1");
    assert_str(thing.properties[THING_PROPERTIES].text, "{\"device\":\"device-1\",\"adapter\":\"test\"}");
    const struct record stream = get(SET_DATASTREAM, 1);
    const struct quantity *pm25 = quantity_by_key(STR("pm25"));
    assert_str(get(SET_OBSERVED_PROPERTY, stream.links[DATASTREAM_OBSERVED_PROPERTY])
                   .properties[OBSERVED_PROPERTY_DEFINITION]
                   .text,
               pm25->definition.p);
    const struct observation o = latest(1);
    assert_int_equal(o.result.number.units, 81);
    assert_int_equal(o.result_time, NOW);
    assert_str(get(SET_FEATURE_OF_INTEREST, o.feature).properties[FEATURE_FEATURE].text,
               "{\"type\":\"Point\",\"coordinates\":[4.320000,52.040000]}");
    const json *d = document("device", "test/device-1");
    assert_str(json_get(d, STR("battery_percent"))->text, "87");
    assert_str(json_get(d, STR("last_seen"))->text, "2027-01-01T00:00:00Z");
}

static void its_next_message_makes_nothing_new(void **state)
{
    (void)state;
    send_one(reading("pm25", 1, NOW));
    send_one(reading("pm25", 2, NOW + TIME_MINUTE));
    assert_int_equal(outcome.stored, 1);
    assert_int_equal(count(SET_THING), 1);
    assert_int_equal(count(SET_DATASTREAM), 1);
    assert_int_equal(count(SET_OBSERVATION), 2);
    assert_str(json_get(document("device", "test/device-1"), STR("messages"))->text, "2");
}

static void a_device_whose_place_nobody_knows_is_kept_all_the_same(void **state)
{
    (void)state;
    send_one(reading("pm25", 1, NOW));
    assert_int_equal(outcome.stored, 1);
    assert_int_equal(count(SET_LOCATION), 0);
    const struct record f = get(SET_FEATURE_OF_INTEREST, latest(1).feature);
    assert_str(f.properties[FEATURE_FEATURE].text,
               "{\"type\":\"Feature\",\"geometry\":null,\"properties\":{}}");
    next_result.state.latitude = 52;
    next_result.state.longitude = 4;
    send_one(reading("pm25", 2, NOW + TIME_MINUTE));
    assert_int_equal(count(SET_LOCATION), 1);
    assert_int_not_equal(latest(1).feature, f.id);
}

static void a_device_that_moves_gets_a_new_location_and_a_history(void **state)
{
    (void)state;
    const double places[][2] = {{52, 4}, {52.0001, 4.0001}, {52.1, 4}, {0, 0}, {NAN, NAN}};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        next_result.state.latitude = places[i][0];
        next_result.state.longitude = places[i][1];
        send_one(reading("pm25", 1, NOW + (instant)i * TIME_MINUTE));
    }
    assert_int_equal(count(SET_LOCATION), 2);
    assert_int_equal(count(SET_HISTORICAL_LOCATION), 2);
    assert_int_equal(count(SET_FEATURE_OF_INTEREST), 2);
}

static void the_same_reading_is_stored_once_and_another_is_marked(void **state)
{
    (void)state;
    send_one(reading("pm25", 81, NOW));
    send_one(reading("pm25", 81, NOW));
    assert_int_equal(outcome.duplicates, 1);
    assert_int_equal(outcome.stored, 0);
    struct reading in_other_digits = reading("pm25", 81, NOW);
    in_other_digits.result = value_of_number(STR("8.10"));
    send_one(in_other_digits);
    assert_int_equal(outcome.duplicates, 1);
    send_one(reading("pm25", 82, NOW));
    assert_int_equal(outcome.stored, 1);
    assert_int_equal(outcome.flagged, 1);
    assert_str(latest(1).quality.text,
               "{\"status\":\"contradicted\",\"reason\":\"another value was sent for the same time\"}");
    send_one(reading("pm25", 83, NOW - TIME_HOUR));
    assert_int_equal(outcome.stored, 1);
    assert_int_equal(outcome.flagged, 0);
}

static void a_sequence_that_was_heard_is_not_taken_again(void **state)
{
    (void)state;
    next_result.sequence = STR("17");
    send_one(reading("pm25", 81, NOW));
    send_one(reading("pm25", 82, NOW + TIME_MINUTE));
    assert_int_equal(outcome.duplicates, 1);
    next_result.sequence = STR("18");
    send_one(reading("pm25", 82, NOW + TIME_MINUTE));
    assert_int_equal(outcome.stored, 1);
}

static void doubt_is_written_down(void **state)
{
    (void)state;
    struct reading r = reading("pm25", 99999, NOW);
    r.flags = READING_IMPLAUSIBLE | READING_CONVERTED;
    r.why = STR("above \"999.9\"");
    send_one(r);
    assert_int_equal(outcome.flagged, 1);
    assert_str(latest(1).quality.text, "{\"status\":\"implausible\",\"reason\":\"above \\\"999.9\\\"\"}");
}

static void a_reading_without_a_time_is_of_now(void **state)
{
    (void)state;
    struct reading r = reading("pm25", 1, TIME_NONE);
    r.flags = READING_NO_DEVICE_TIME;
    send_one(r);
    assert_int_equal(latest(1).phenomenon_time.start, NOW);
    assert_int_equal(latest(1).quality.type, VALUE_NULL);
}

static void an_impossible_time_refuses_one_reading_only(void **state)
{
    (void)state;
    struct reading all[] = {reading("pm25", 1, NOW), reading("pm25", 2, NOW + 40000 * TIME_DAY),
                            reading("pm10", 3, NOW)};
    send(all, 3);
    assert_int_equal(outcome.stored, 2);
    assert_int_equal(outcome.refused, 1);
}

static void a_number_under_a_name_that_peil_does_not_know_is_kept_under_it_and_listed(void **state)
{
    (void)state;
    struct reading r = reading("pm25", 1, NOW);
    r.quantity = NULL;
    r.name = STR("SDS_P9");
    send_one(r);
    assert_int_equal(outcome.stored, 1);
    assert_int_equal(outcome.unknown, 0);
    assert_int_equal(count(SET_DATASTREAM), 1);
    assert_int_equal(latest(1).result.number.units, 1);
    r.name = STR("state");
    r.result = value_text(STR("on"));
    send_one(r);
    assert_int_equal(outcome.stored, 0);
    assert_int_equal(outcome.unknown, 1);
    assert_str(json_get(document("device", "test/device-1"), STR("unmapped"))->first->next->text, "state");
    assert_str(json_get(document("device", "test/device-1"), STR("unmapped"))->first->text, "SDS_P9");
}

static bool bind(struct store_tx *tx, void *context, err *why)
{
    (void)context;
    const struct device_binding_stream streams[] = {{STR("SDS011"), STR("SDS_P9"), 1}};
    const struct device_binding b = {STR("test"), STR("device-1"), 1, streams, 1};
    return ingest_bind_device(tx, &b, why);
}

static void a_name_that_peil_does_not_know_goes_where_it_is_bound(void **state)
{
    (void)state;
    send_one(reading("pm25", 1, NOW));  // so that there is a Thing and a Datastream
    assert_true(store_run(store, bind, NULL, &e));
    struct reading r = reading("pm25", 99, NOW + TIME_MINUTE);
    r.quantity = NULL;
    r.name = STR("SDS_P9");
    send_one(r);
    assert_int_equal(outcome.unknown, 0);
    assert_int_equal(outcome.stored, 1);
    assert_int_equal(latest(1).result.number.units, 99);
}

static void a_message_without_a_reading_is_a_sign_of_life(void **state)
{
    (void)state;
    next_result.device = STR("device-1");
    next_result.state.battery_percent = 55;
    next_result.note = STR("joined");
    send(NULL, 0);
    assert_int_equal(outcome.stored, 0);
    assert_str(outcome.note, "joined");
    assert_int_equal(count(SET_THING), 0);
    const json *d = document("device", "test/device-1");
    assert_str(json_get(d, STR("battery_percent"))->text, "55");
    send_one(reading("pm25", 1, NOW));
    assert_int_equal(count(SET_THING), 1);
}

static void a_retained_reading_needs_a_time_of_its_own(void **state)
{
    (void)state;
    struct reading both[] = {reading("pm25", 1, TIME_NONE), reading("pm10", 2, NOW - TIME_HOUR)};
    retained = true;
    send(both, 2);
    retained = false;
    assert_int_equal(outcome.stored, 1);
    assert_int_equal(latest(1).phenomenon_time.start, NOW - TIME_HOUR);
    assert_str(outcome.note, "retained readings without a time of their own may be old");
}

static void what_could_not_be_read_is_told(void **state)
{
    (void)state;
    struct device_reject reject = {.name = STR("pm10")};
    (void)err_set(&reject.why, ERR_TYPE, 7, "pm10: is not a number");
    next_result.rejects = &reject;
    next_result.reject_count = 1;
    send_one(reading("pm25", 1, NOW));
    assert_int_equal(outcome.refused, 1);
    assert_int_equal(outcome.reject_count, 1);
    assert_string_equal(outcome.rejects[0].why.text, "pm10: is not a number");
}

static bool let_in(struct store_tx *tx, void *context, err *why)
{
    (void)context;
    return store_document_put(tx, STR("device"), STR("test/device-1"), STR("{}"), why);
}

static void an_unknown_device_waits_until_it_is_let_in(void **state)
{
    (void)state;
    const ingest_config refuses = {.accept_new_devices = false};
    ingest_configure(in, &refuses);
    send_one(reading("pm25", 1, NOW));
    send_one(reading("pm25", 2, NOW));
    assert_true(outcome.quarantined);
    assert_int_equal(outcome.stored, 0);
    assert_int_equal(count(SET_THING), 0);
    const json *waiting = document("quarantine", "test/device-1");
    assert_str(json_get(waiting, STR("messages"))->text, "2");
    assert_str(json_get(waiting, STR("readings"))->first->text, "pm25");
    assert_true(store_run(store, let_in, NULL, &e));
    send_one(reading("pm25", 3, NOW));
    assert_int_equal(outcome.stored, 1);
    assert_int_equal(count(SET_THING), 1);
}

static void quarantine_is_bounded(void **state)
{
    (void)state;
    const ingest_config refuses = {.accept_new_devices = false};
    ingest_configure(in, &refuses);
    for (int i = 0; i < 1010; i++) {
        char name[32];
        snprintf(name, sizeof name, "device-%d", i);
        struct reading r = reading("pm25", 1, NOW);
        r.device = str_of(name);
        send_one(r);
    }
    assert_non_null(document("quarantine", "test/device-999"));
    assert_null(document("quarantine", "test/device-1005"));
}

static bool delete_thing(struct store_tx *tx, void *context, err *why)
{
    return store_delete(tx, SET_THING, *(entity_id *)context, why);
}

static void a_thing_that_was_deleted_is_made_again(void **state)
{
    (void)state;
    send_one(reading("pm25", 1, NOW));
    entity_id thing = outcome.thing;
    assert_true(store_run(store, delete_thing, &thing, &e));
    send_one(reading("pm25", 2, NOW));
    assert_int_equal(outcome.stored, 1);
    assert_int_not_equal(outcome.thing, thing);
    assert_int_equal(count(SET_DATASTREAM), 1);
}

static void a_device_without_a_name_is_an_error(void **state)
{
    (void)state;
    const struct device_message m = {.received = NOW};
    struct reading r = reading("pm25", 1, NOW);
    r.device = (str){0};
    next_result.readings = &r;
    next_result.reading_count = 1;
    answered = 0;
    assert_true(ingest_device(in, &test_adapter, &m, done, NULL, &e));
    assert_true(store_run(store, nothing, NULL, &(err){0}));
    assert_int_equal(__atomic_load_n(&answered, __ATOMIC_SEQ_CST), 2);
    assert_int_equal(e.code, ERR_RANGE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, reset_result, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_new_device_becomes_a_thing_with_datastreams),
        TEST(its_next_message_makes_nothing_new),
        TEST(a_device_whose_place_nobody_knows_is_kept_all_the_same),
        TEST(a_device_that_moves_gets_a_new_location_and_a_history),
        TEST(the_same_reading_is_stored_once_and_another_is_marked),
        TEST(a_sequence_that_was_heard_is_not_taken_again),
        TEST(doubt_is_written_down),
        TEST(a_reading_without_a_time_is_of_now),
        TEST(an_impossible_time_refuses_one_reading_only),
        TEST(a_number_under_a_name_that_peil_does_not_know_is_kept_under_it_and_listed),
        TEST(a_name_that_peil_does_not_know_goes_where_it_is_bound),
        TEST(a_message_without_a_reading_is_a_sign_of_life),
        TEST(a_retained_reading_needs_a_time_of_its_own),
        TEST(what_could_not_be_read_is_told),
        TEST(an_unknown_device_waits_until_it_is_let_in),
        TEST(quarantine_is_bounded),
        TEST(a_thing_that_was_deleted_is_made_again),
        TEST(a_device_without_a_name_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
