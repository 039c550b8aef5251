// SPDX-License-Identifier: EUPL-1.2
// The job at work on a real store: what is raised of readings in time, and what becomes of those that come days late.
#include "identity/identity.h"
#include "rule/rule.h"

#include "base/test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char directory[] = "/tmp/peil-rule-XXXXXX";
static struct store *store;
static struct tz *zone;
static struct areas *areas;
static struct rollups *rollups;
static struct rules *rules;
static arena *a;
static entity_id stream;
static instant now;

static void must(bool ok, const err *e)
{
    if (!ok) fail_msg("%s", e->text);
}

static void hear(uint64_t commit, const struct change *changes, size_t count, void *context)
{
    (void)commit;
    (void)context;
    if (rules) rules_hear(rules, changes, count);
}

static bool make_stream(struct store_tx *tx, void *context, err *e)
{
    entity_id sensor, property, thing;
    (void)context;
    const struct quantity *q = quantity_by_key(STR("pm25"));
    const value open = value_json(STR("{\"access\":\"public\"}")), d = value_text(STR("d"));
    const struct record s = {
        .set = SET_SENSOR,
        .properties = {
            [SENSOR_NAME] = d, [SENSOR_DESCRIPTION] = d, [SENSOR_ENCODING_TYPE] = d, [SENSOR_METADATA] = d}};
    const struct record t = {
        .set = SET_THING,
        .properties = {[THING_NAME] = d, [THING_DESCRIPTION] = d, [THING_PROPERTIES] = open}};
    const struct record p = {.set = SET_OBSERVED_PROPERTY,
                             .properties = {[OBSERVED_PROPERTY_NAME] = value_text(q->key),
                                            [OBSERVED_PROPERTY_DESCRIPTION] = d,
                                            [OBSERVED_PROPERTY_DEFINITION] = value_text(q->definition)}};
    struct record x = {.set = SET_DATASTREAM,
                       .properties = {[DATASTREAM_NAME] = d,
                                      [DATASTREAM_DESCRIPTION] = d,
                                      [DATASTREAM_OBSERVATION_TYPE] = d,
                                      [DATASTREAM_PROPERTIES] = open,
                                      [DATASTREAM_UNIT_OF_MEASUREMENT] = value_json(STR(
                                          "{\"name\":\"u\",\"symbol\":\"µg/m³\",\"definition\":\"d\"}"))}};
    if (!store_insert(tx, &s, &sensor, e) || !store_insert(tx, &t, &thing, e) ||
        !store_insert(tx, &p, &property, e))
        return false;
    x.links[DATASTREAM_THING] = thing;
    x.links[DATASTREAM_SENSOR] = sensor;
    x.links[DATASTREAM_OBSERVED_PROPERTY] = property;
    return store_insert(tx, &x, &stream, e);
}

struct reading {
    instant at;
    int value;
};

static bool append_run(struct store_tx *tx, void *context, err *e)
{
    const struct reading *r = context;
    struct observation o = {.stream = stream,
                            .phenomenon_time = {r->at, TIME_NONE},
                            .result_time = now,
                            .valid_time = {TIME_NONE, TIME_NONE},
                            .result = value_decimal((decimal){r->value, 0})};
    return store_append(tx, &o, e);
}

static void append(instant at, int v)
{
    err e;
    must(store_run(store, append_run, &(struct reading){at, v}, &e), &e);
}

static int start(void **state)
{
    (void)state;
    err e;
    now = time_now();
    a = arena_new((size_t)64 << 20);
    assert_non_null(mkdtemp(directory));
    const store_config c = {.directory = directory, .create = true};
    must(store_open(&c, &store, &e), &e);
    store_listen(store, hear, NULL);
    zone = tz_load("Europe/Amsterdam", &e);
    must(zone && areas_open(store, zone, &areas, &e), &e);
    const rollup_config r = {.store = store, .areas = areas, .zone = zone, .interval_s = 60};
    must(rollups_open(&r, &rollups, &e), &e);
    const rules_config k = {.store = store, .areas = areas, .rollups = rollups, .zone = zone};
    must(rules_open(&k, &rules, &e), &e);
    must(store_run(store, make_stream, NULL, &e), &e);
    must(rollups_catch_up(rollups, &e), &e);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    char command[128];
    rollups_stop(rollups);
    rules_stop(rules);
    store_close(store);
    rules_close(rules);
    rollups_close(rollups);
    areas_close(areas);
    tz_free(zone);
    arena_free(a);
    snprintf(command, sizeof command, "rm -rf %s", directory);
    return system(command);
}

static const char rule[] =
    "{\"nameNl\":\"n\",\"nameEn\":\"n\",\"on\":{\"meters\":\"all\"},\"quantity\":\"pm25\","
    "\"when\":\"above\",\"value\":50,\"isPublic\":true,\"isOn\":true}";

static size_t alerts(void)
{
    struct snapshot *at;
    struct alert *all;
    size_t count;
    err e;
    const struct alert_filter f = {.when = {TIME_MIN, TIME_NONE}};
    must(snapshot_open(store, &at, &e), &e);
    must(alerts_list(rules, at, &f, 100, a, &all, &count, &e), &e);
    snapshot_close(at);
    return count;
}

static struct rule_late_list late_of(const char *id)
{
    struct snapshot *at;
    struct rule_late_list h;
    err e;
    must(snapshot_open(store, &at, &e), &e);
    must(rules_late(at, str_of(id), a, &h, &e), &e);
    snapshot_close(at);
    return h;
}

static void look(instant t)
{
    err e;
    must(rules_look(rules, t, false, &e), &e);
}

TEST(a_reading_of_yesterday_is_an_alert_one_of_three_days_ago_is_in_the_history)
{
    err e;
    must(rules_put(rules, STR("high"), str_of(rule), &principal_local, now - 10 * TIME_DAY, &e), &e);
    look(now);
    append(now - 3 * TIME_DAY, 90);
    append(now - 4 * TIME_DAY, 90);
    look(now);
    assert_int_equal(alerts(), 0);
    struct rule_late_list h = late_of("high");
    assert_int_equal(h.count, 1);
    assert_int_equal(h.all[0].oldest, now - 4 * TIME_DAY);
    assert_int_equal(h.all[0].seen, now);
    assert_int_equal(h.all[0].streams, 1);
    append(now - TIME_DAY, 90);
    look(now);
    assert_int_equal(alerts(), 1);
    assert_int_equal(late_of("high").count, 1);
    // Within the hour it is the same note, later another one; before the rule was made it is none.
    append(now - 5 * TIME_DAY, 20);
    look(now + TIME_MINUTE);
    assert_int_equal(late_of("high").all[0].oldest, now - 5 * TIME_DAY);
    append(now - 6 * TIME_DAY, 20);
    look(now + 2 * TIME_HOUR);
    assert_int_equal(late_of("high").count, 2);
    append(now - 20 * TIME_DAY, 90);
    look(now + 4 * TIME_HOUR);
    assert_int_equal(late_of("high").count, 2);
}

TEST(only_so_many_notes_are_kept)
{
    const size_t before = late_of("high").count;
    for (int k = 0; k < RULE_LATE_MAX + 3; k++) {
        append(now - 5 * TIME_DAY + k, 20);
        look(now + 4 * TIME_HOUR + k * 61 * TIME_MINUTE);
    }
    const struct rule_late_list h = late_of("high");
    assert_int_equal(h.count, RULE_LATE_MAX);
    assert_true(before > 0 && h.all[0].seen > now + 4 * TIME_HOUR);
}

RUN_WITH(start, stop, CASE(a_reading_of_yesterday_is_an_alert_one_of_three_days_ago_is_in_the_history),
         CASE(only_so_many_notes_are_kept))
