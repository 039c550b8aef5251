// SPDX-License-Identifier: EUPL-1.2
// Entities through store.h: what is written comes back, links are checked, deletes take along what the standard says.
#include "store/test/graph.h"

#include "store/observations.h"

#include <string.h>

static entity_id sensor, property;

static int open_with_basics(void **state)
{
    if (graph_open(state) != 0) return -1;
    sensor = make_sensor("sensor");
    property = make_observed_property("property");
    return 0;
}

static bool is_there(entity_set set, entity_id id)
{
    struct snapshot *at;
    err e;
    if (!snapshot_open(the_store, &at, &e)) fail_msg("%s", e.text);
    const bool found = store_exists(at, set, id, &e);
    if (!found) assert_int_equal(e.code, ERR_ABSENT);
    snapshot_close(at);
    return found;
}

static void assert_text(value v, const char *wanted)
{
    assert_int_equal(v.type, VALUE_TEXT);
    assert_int_equal(v.text.n, strlen(wanted));
    assert_memory_equal(v.text.p, wanted, v.text.n);
}

static void assert_json(value v, const char *wanted)
{
    buf b = {.max = 4096};
    value_write_json(&b, &v);
    assert_int_equal(b.n, strlen(wanted));
    assert_memory_equal(b.p, wanted, b.n);
    buf_free(&b);
}

static size_t related(entity_set set, entity_id id, int relation, entity_id **ids)
{
    struct snapshot *at;
    err e;
    size_t count = 0;
    if (!snapshot_open(the_store, &at, &e)) fail_msg("%s", e.text);
    if (!store_related(at, set, id, relation, the_arena, ids, &count, &e)) fail_msg("%s", e.text);
    snapshot_close(at);
    return count;
}

// ---- Values --------------------------------------------------------------------------------------------------------

static void what_is_written_comes_back(void **state)
{
    (void)state;
    const entity_id id = make_thing("Größe \"1\"", "{\"a\":1.0,\"b\":[null]}");
    const struct record r = get(SET_THING, id);
    assert_int_equal(r.id, id);
    assert_text(r.properties[THING_NAME], "Größe \"1\"");
    assert_json(r.properties[THING_PROPERTIES], "{\"a\":1.0,\"b\":[null]}");
}

static void optional_properties_may_be_null_and_texts_empty(void **state)
{
    (void)state;
    const struct record r = get(SET_THING, make_thing("", NULL));
    assert_text(r.properties[THING_NAME], "");
    assert_int_equal(r.properties[THING_PROPERTIES].type, VALUE_NULL);
}

static void json_properties_keep_their_type_and_digits(void **state)
{
    (void)state;
    static const char *const values[] = {
        "\"a \\\" \\u00e9\"", "12345678901234567890", "1.50", "-0.0", "1e5", "true", "false", "[1,2]", "{}"};
    static const char *const written[] = {
        "\"a \\\" é\"", "12345678901234567890", "1.50", "-0.0", "1e5", "true", "false", "[1,2]", "{}"};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        struct record r = {.set = SET_SENSOR};
        r.properties[SENSOR_NAME] = of_text("s");
        r.properties[SENSOR_DESCRIPTION] = of_text("s");
        r.properties[SENSOR_ENCODING_TYPE] = of_text("text/plain");
        r.properties[SENSOR_METADATA] = of_json(values[i]);
        assert_json(get(SET_SENSOR, make(&r)).properties[SENSOR_METADATA], written[i]);
    }
}

static void every_set_keeps_its_properties_and_links(void **state)
{
    (void)state;
    const entity_id thing = make_thing("t", NULL),
                    place = make_location("l", "{\"type\":\"Point\",\"coordinates\":[4.3,52.05]}");
    const entity_id moment = make_historical_location("2024-02-29T12:00:00.123456Z", thing, place);
    struct record r = get(SET_HISTORICAL_LOCATION, moment);
    assert_int_equal(r.links[HISTORICAL_LOCATION_THING], thing);
    assert_true(r.properties[HISTORICAL_LOCATION_TIME].time.start ==
                of_time("2024-02-29T12:00:00.123456Z").time.start);
    assert_true(interval_is_instant(r.properties[HISTORICAL_LOCATION_TIME].time));
    assert_json(get(SET_LOCATION, place).properties[LOCATION_LOCATION],
                "{\"type\":\"Point\",\"coordinates\":[4.3,52.05]}");

    r = get(SET_DATASTREAM, make_datastream("d", thing, sensor, property));
    assert_int_equal(r.links[DATASTREAM_THING], thing);
    assert_int_equal(r.links[DATASTREAM_SENSOR], sensor);
    assert_int_equal(r.links[DATASTREAM_OBSERVED_PROPERTY], property);
    assert_json(r.properties[DATASTREAM_UNIT_OF_MEASUREMENT],
                "{\"name\":\"degree\",\"symbol\":\"C\",\"definition\":null}");
    assert_int_equal(r.properties[DATASTREAM_PHENOMENON_TIME].type, VALUE_NULL);

    r = get(SET_MULTI_DATASTREAM, make_multi_datastream("m", thing, sensor, 2));
    assert_json(r.properties[MULTI_DATASTREAM_MULTI_OBSERVATION_DATA_TYPES], "[\"a\",\"a\"]");
}

// ---- Ids -----------------------------------------------------------------------------------------------------------

static void ids_count_up_and_are_never_given_twice(void **state)
{
    (void)state;
    const entity_id a = make_thing("a", NULL), b = make_thing("b", NULL);
    assert_int_equal(b, a + 1);
    delete_entity(SET_THING, b);
    assert_int_equal(make_thing("c", NULL), b + 1);
}

static void both_kinds_of_stream_share_one_count(void **state)
{
    (void)state;
    const entity_id thing = make_thing("t", NULL), d = make_datastream("d", thing, sensor, property);
    const entity_id m = make_multi_datastream("m", thing, sensor, 1);
    assert_int_equal(m, d + 1);
    assert_int_equal(make_datastream("e", thing, sensor, property), m + 1);
    assert_false(is_there(SET_DATASTREAM, m));
    assert_false(is_there(SET_MULTI_DATASTREAM, d));
}

static bool insert_step(struct store_tx *tx, void *context, err *e)
{
    entity_id id;
    return store_insert(tx, context, &id, e);
}

static void a_chosen_id_is_kept_and_passed_over_later(void **state)
{
    (void)state;
    struct record r = {.set = SET_THING, .id = 5000};
    r.properties[THING_NAME] = r.properties[THING_DESCRIPTION] = of_text("x");
    assert_int_equal(make(&r), 5000);
    write_fails(insert_step, &r, ERR_CONFLICT, "5000");
    assert_int_equal(make_thing("next", NULL), 5001);
    r.id = 4000;
    assert_int_equal(make(&r), 4000);
    assert_int_equal(make_thing("next", NULL), 5002);
    r.id = ENTITY_ID_MAX + 1;
    write_fails(insert_step, &r, ERR_RANGE, "id");
    r.id = -1;
    write_fails(insert_step, &r, ERR_RANGE, "id");
}

static void a_chosen_stream_id_is_free_in_both_kinds(void **state)
{
    (void)state;
    const entity_id thing = make_thing("t", NULL), m = make_multi_datastream("m", thing, sensor, 1);
    struct record r = get(SET_DATASTREAM, make_datastream("d", thing, sensor, property));
    r.id = m;
    write_fails(insert_step, &r, ERR_CONFLICT, "MultiDatastream");
    r.id = STREAM_ID_MAX + 1;
    write_fails(insert_step, &r, ERR_RANGE, "2097151");
}

// ---- Refusals --------------------------------------------------------------------------------------------------------

static void mandatory_properties_and_links_are_needed(void **state)
{
    (void)state;
    struct record r = {.set = SET_THING};
    r.properties[THING_DESCRIPTION] = of_text("x");
    write_fails(insert_step, &r, ERR_MISSING, "a Thing needs name");
    struct record d = get(SET_DATASTREAM, make_datastream("d", make_thing("t", NULL), sensor, property));
    d.id = 0;
    d.links[DATASTREAM_SENSOR] = 0;
    write_fails(insert_step, &d, ERR_MISSING, "a Datastream needs a Sensor");
    d.links[DATASTREAM_SENSOR] = 123456;
    write_fails(insert_step, &d, ERR_LINK, "Sensor: there is no Sensor with id 123456");
    r.properties[THING_NAME] = value_int(5);
    write_fails(insert_step, &r, ERR_TYPE, "name of a Thing must be a text");
}

static bool insert_twice(struct store_tx *tx, void *context, err *e)
{
    struct record r = {.set = SET_THING};
    entity_id *id = context;
    r.properties[THING_NAME] = r.properties[THING_DESCRIPTION] = of_text("gone");
    if (!store_insert(tx, &r, id, e)) return false;
    r.properties[THING_NAME] = value_null();
    return store_insert(tx, &r, id, e);
}

static void a_failed_operation_leaves_nothing(void **state)
{
    (void)state;
    entity_id id = 0;
    write_fails(insert_twice, &id, ERR_MISSING, "name");
    assert_true(id > 0);
    assert_false(is_there(SET_THING, id));
}

static void the_absent_is_said_to_be_absent(void **state)
{
    (void)state;
    struct snapshot *at;
    struct record r;
    err e;
    if (!snapshot_open(the_store, &at, &e)) fail_msg("%s", e.text);
    for (int set = 0; set < ENTITY_SET_COUNT; set++) {
        assert_false(store_get(at, (entity_set)set, 999999, the_arena, &r, &e));
        assert_int_equal(e.code, ERR_ABSENT);
        assert_false(store_exists(at, (entity_set)set, 999999, &e));
        assert_int_equal(e.code, ERR_ABSENT);
    }
    snapshot_close(at);
}

// ---- Update --------------------------------------------------------------------------------------------------------

static void an_update_changes_only_what_it_names(void **state)
{
    (void)state;
    const entity_id thing = make_thing("t", "{\"a\":1}"), other = make_thing("u", NULL);
    struct record r = {.set = SET_THING, .id = thing};
    r.properties[THING_NAME] = of_text("new");
    update(&r, 1u << THING_NAME, 0);
    assert_text(get(SET_THING, thing).properties[THING_NAME], "new");
    assert_text(get(SET_THING, thing).properties[THING_DESCRIPTION], "a Thing");
    assert_json(get(SET_THING, thing).properties[THING_PROPERTIES], "{\"a\":1}");
    update(&r, 1u << THING_PROPERTIES, 0);
    assert_int_equal(get(SET_THING, thing).properties[THING_PROPERTIES].type, VALUE_NULL);

    struct record d = {.set = SET_DATASTREAM, .id = make_datastream("d", thing, sensor, property)};
    d.links[DATASTREAM_THING] = other;
    update(&d, 0, 1u << DATASTREAM_THING);
    assert_int_equal(get(SET_DATASTREAM, d.id).links[DATASTREAM_THING], other);
    assert_int_equal(get(SET_DATASTREAM, d.id).links[DATASTREAM_SENSOR], sensor);
}

static bool update_thing_step(struct store_tx *tx, void *context, err *e)
{
    return store_update(tx, context, 1u << THING_NAME, 0, e);
}

static void an_update_keeps_the_rules_of_an_insert(void **state)
{
    (void)state;
    struct record r = {.set = SET_THING, .id = make_thing("t", NULL)};
    write_fails(update_thing_step, &r, ERR_MISSING, "a Thing needs name");
    r.id = 999999;
    write_fails(update_thing_step, &r, ERR_ABSENT, "no Thing with id 999999");
}

static void what_the_server_keeps_is_not_written(void **state)
{
    (void)state;
    struct record d = {.set = SET_DATASTREAM,
                       .id = make_datastream("d", make_thing("t", NULL), sensor, property)};
    d.properties[DATASTREAM_PHENOMENON_TIME] = of_time("2020-01-01T00:00:00Z/2021-01-01T00:00:00Z");
    update(&d, 1u << DATASTREAM_PHENOMENON_TIME, 0);
    assert_int_equal(get(SET_DATASTREAM, d.id).properties[DATASTREAM_PHENOMENON_TIME].type, VALUE_NULL);
}

// ---- What follows from observations ------------------------------------------------------------------------------------

static void a_datastream_knows_its_extent(void **state)
{
    (void)state;
    const entity_id d = make_datastream("d", make_thing("t", NULL), sensor, property);
    const entity_id here = make_feature("f", "{\"type\":\"Point\",\"coordinates\":[4,52]}");
    const entity_id there = make_feature(
        "g", "{\"type\":\"Feature\",\"geometry\":{\"type\":\"Point\",\"coordinates\":[5,52]}}");
    const entity_id beyond = make_feature("h", "{\"type\":\"Point\",\"coordinates\":[4,53]}");
    struct observation o = {.stream = d,
                            .phenomenon_time = of_time("2020-01-02T00:00:00Z").time,
                            .result_time = of_time("2020-01-05T00:00:00Z").time.start,
                            .valid_time = {TIME_NONE, TIME_NONE},
                            .result = value_int(1),
                            .feature = here};
    append(&o);
    assert_json(get(SET_DATASTREAM, d).properties[DATASTREAM_OBSERVED_AREA],
                "{\"type\":\"Point\",\"coordinates\":[4.0,52.0]}");
    assert_json(get(SET_DATASTREAM, d).properties[DATASTREAM_PHENOMENON_TIME],
                "\"2020-01-02T00:00:00Z/2020-01-02T00:00:00Z\"");

    o = (struct observation){.stream = d,
                             .phenomenon_time = of_time("2020-01-01T00:00:00Z/2020-01-03T00:00:00Z").time,
                             .result_time = of_time("2020-01-04T00:00:00Z").time.start,
                             .valid_time = {TIME_NONE, TIME_NONE},
                             .result = value_int(1),
                             .feature = there};
    append(&o);
    o.number = 0;
    o.feature = beyond;
    append(&o);
    const struct record r = get(SET_DATASTREAM, d);
    assert_json(r.properties[DATASTREAM_PHENOMENON_TIME], "\"2020-01-01T00:00:00Z/2020-01-03T00:00:00Z\"");
    assert_json(r.properties[DATASTREAM_RESULT_TIME], "\"2020-01-04T00:00:00Z/2020-01-05T00:00:00Z\"");
    assert_json(r.properties[DATASTREAM_OBSERVED_AREA],
                "{\"type\":\"Polygon\",\"coordinates\":[[[4.0,52.0],[4.0,53.0],[5.0,52.0],[4.0,52.0]]]}");
}

static void an_observation_is_an_entity_too(void **state)
{
    (void)state;
    const entity_id d = make_datastream("d", make_thing("t", NULL), sensor, property);
    const entity_id f = make_feature("f", "{\"type\":\"Point\",\"coordinates\":[4,52]}");
    struct observation o = {.stream = d,
                            .phenomenon_time = of_time("2020-01-01T00:00:00Z").time,
                            .result_time = TIME_NONE,
                            .valid_time = of_time("2020-01-01T00:00:00Z/2020-01-02T00:00:00Z").time,
                            .result = of_json("20.50"),
                            .quality = of_json("[\"good\"]"),
                            .parameters = STR("{\"p\":1}"),
                            .feature = f};
    const struct record r = get(SET_OBSERVATION, append(&o));
    assert_int_equal(r.links[OBSERVATION_DATASTREAM], d);
    assert_int_equal(r.links[OBSERVATION_MULTI_DATASTREAM], 0);
    assert_int_equal(r.links[OBSERVATION_FEATURE_OF_INTEREST], f);
    assert_json(r.properties[OBSERVATION_PHENOMENON_TIME], "\"2020-01-01T00:00:00Z\"");
    assert_int_equal(r.properties[OBSERVATION_RESULT_TIME].type, VALUE_NULL);
    assert_json(r.properties[OBSERVATION_VALID_TIME], "\"2020-01-01T00:00:00Z/2020-01-02T00:00:00Z\"");
    assert_json(r.properties[OBSERVATION_RESULT], "20.50");
    assert_json(r.properties[OBSERVATION_RESULT_QUALITY], "[\"good\"]");
    assert_json(r.properties[OBSERVATION_PARAMETERS], "{\"p\":1}");
}

static void results_of_every_kind_come_back_as_sent(void **state)
{
    (void)state;
    const entity_id d = make_datastream("d", make_thing("t", NULL), sensor, property);
    static const char *const results[] = {"1",     "1.0",  "-3.25",       "12345678901234567890",
                                          "1e-7",  "true", "false",       "null",
                                          "\"1\"", "\"\"", "{\"a\":[1]}", "[1,\"x\"]"};
    for (size_t i = 0; i < sizeof results / sizeof results[0]; i++)
        assert_json(get(SET_OBSERVATION, observe(d, "2020-01-01T00:00:00Z", results[i]))
                        .properties[OBSERVATION_RESULT],
                    results[i]);
}

// ---- Links ---------------------------------------------------------------------------------------------------------

struct link_of_two {
    entity_set set;
    entity_id id;
    int relation;
    entity_id target;
};

static bool link_step(struct store_tx *tx, void *context, err *e)
{
    const struct link_of_two *l = context;
    return store_link(tx, l->set, l->id, l->relation, l->target, e);
}

static bool unlink_step(struct store_tx *tx, void *context, err *e)
{
    const struct link_of_two *l = context;
    return store_unlink(tx, l->set, l->id, l->relation, l->target, e);
}

static bool unlink_all_step(struct store_tx *tx, void *context, err *e)
{
    const struct link_of_two *l = context;
    return store_unlink_all(tx, l->set, l->id, l->relation, e);
}

static void pairs_are_seen_from_both_sides(void **state)
{
    (void)state;
    const entity_id t = make_thing("t", NULL), u = make_thing("u", NULL), l = make_location("l", "{}");
    entity_id *ids;
    link_to(SET_THING, t, THING_LOCATIONS, l);
    link_to(SET_THING, t, THING_LOCATIONS, l);  // already so
    link_to(SET_LOCATION, l, LOCATION_THINGS, u);
    assert_int_equal(related(SET_THING, t, THING_LOCATIONS, &ids), 1);
    assert_int_equal(ids[0], l);
    assert_int_equal(related(SET_LOCATION, l, LOCATION_THINGS, &ids), 2);
    assert_int_equal(ids[0], t);
    assert_int_equal(ids[1], u);

    struct link_of_two pair = {SET_LOCATION, l, LOCATION_THINGS, t};
    write_ok(unlink_step, &pair);
    write_ok(unlink_step, &pair);
    assert_int_equal(related(SET_THING, t, THING_LOCATIONS, &ids), 0);
    write_ok(unlink_all_step, &pair);
    assert_int_equal(related(SET_LOCATION, l, LOCATION_THINGS, &ids), 0);
}

static void observed_properties_keep_their_order(void **state)
{
    (void)state;
    const entity_id m = make_multi_datastream("m", make_thing("t", NULL), sensor, 3);
    const entity_id p = make_observed_property("p"), q = make_observed_property("q");
    entity_id *ids;
    link_to(SET_MULTI_DATASTREAM, m, MULTI_DATASTREAM_OBSERVED_PROPERTIES, q);
    link_to(SET_OBSERVED_PROPERTY, p, OBSERVED_PROPERTY_MULTI_DATASTREAMS, m);
    link_to(SET_MULTI_DATASTREAM, m, MULTI_DATASTREAM_OBSERVED_PROPERTIES, q);
    assert_int_equal(related(SET_MULTI_DATASTREAM, m, MULTI_DATASTREAM_OBSERVED_PROPERTIES, &ids), 3);
    assert_int_equal(ids[0], q);
    assert_int_equal(ids[1], p);
    assert_int_equal(ids[2], q);
}

static void relations_lead_both_ways(void **state)
{
    (void)state;
    const entity_id t = make_thing("t", NULL), d = make_datastream("d", t, sensor, property);
    const entity_id m = make_multi_datastream("m", t, sensor, 1);
    const entity_id o = observe(d, "2020-01-01T00:00:00Z", "1"),
                    p = observe(m, "2020-01-01T00:00:00Z", "[1]");
    entity_id *ids;
    assert_int_equal(related(SET_THING, t, THING_DATASTREAMS, &ids), 1);
    assert_int_equal(ids[0], d);
    assert_int_equal(related(SET_DATASTREAM, d, DATASTREAM_THING, &ids), 1);
    assert_int_equal(ids[0], t);
    assert_int_equal(related(SET_OBSERVATION, o, OBSERVATION_DATASTREAM, &ids), 1);
    assert_int_equal(ids[0], d);
    assert_int_equal(related(SET_OBSERVATION, o, OBSERVATION_MULTI_DATASTREAM, &ids), 0);
    assert_int_equal(related(SET_OBSERVATION, p, OBSERVATION_MULTI_DATASTREAM, &ids), 1);
    assert_int_equal(related(SET_OBSERVATION, o, OBSERVATION_FEATURE_OF_INTEREST, &ids), 0);
}

static void a_link_to_nothing_is_refused(void **state)
{
    (void)state;
    struct link_of_two l = {SET_THING, make_thing("t", NULL), THING_LOCATIONS, 999999};
    write_fails(link_step, &l, ERR_LINK, "Locations: there is no Location with id 999999");
    l.id = 999999;
    write_fails(link_step, &l, ERR_ABSENT, "no Thing");
}

// ---- Delete --------------------------------------------------------------------------------------------------------

static void deleting_a_thing_takes_what_is_its_own(void **state)
{
    (void)state;
    const entity_id t = make_thing("t", NULL), l = make_location("l", "{}"),
                    d = make_datastream("d", t, sensor, property);
    const entity_id m = make_multi_datastream("m", t, sensor, 1),
                    h = make_historical_location("2020-01-01T00:00:00Z", t, l);
    const entity_id o = observe(d, "2020-01-01T00:00:00Z", "1");
    entity_id *ids;
    link_to(SET_THING, t, THING_LOCATIONS, l);
    delete_entity(SET_THING, t);
    assert_false(is_there(SET_THING, t));
    assert_false(is_there(SET_DATASTREAM, d));
    assert_false(is_there(SET_MULTI_DATASTREAM, m));
    assert_false(is_there(SET_HISTORICAL_LOCATION, h));
    assert_false(is_there(SET_OBSERVATION, o));
    assert_true(is_there(SET_LOCATION, l));
    assert_true(is_there(SET_SENSOR, sensor));
    assert_int_equal(related(SET_LOCATION, l, LOCATION_THINGS, &ids), 0);
    assert_int_equal(related(SET_LOCATION, l, LOCATION_HISTORICAL_LOCATIONS, &ids), 0);
}

static void deleting_a_location_takes_its_history(void **state)
{
    (void)state;
    const entity_id t = make_thing("t", NULL), l = make_location("l", "{}"), k = make_location("k", "{}");
    const entity_id d = make_datastream("d", t, sensor, property),
                    h = make_historical_location("2020-01-01T00:00:00Z", t, l);
    const entity_id other = make_historical_location("2020-01-01T00:00:00Z", t, k);
    entity_id *ids;
    link_to(SET_THING, t, THING_LOCATIONS, l);
    delete_entity(SET_LOCATION, l);
    assert_false(is_there(SET_HISTORICAL_LOCATION, h));
    assert_true(is_there(SET_HISTORICAL_LOCATION, other));
    assert_true(is_there(SET_THING, t));
    assert_true(is_there(SET_DATASTREAM, d));
    assert_int_equal(related(SET_THING, t, THING_LOCATIONS, &ids), 0);
}

static void deleting_a_sensor_or_property_takes_its_streams(void **state)
{
    (void)state;
    const entity_id t = make_thing("t", NULL), s = make_sensor("s"), p = make_observed_property("p");
    const entity_id by_sensor = make_datastream("d", t, s, property),
                    by_property = make_datastream("e", t, sensor, p);
    const entity_id multi = make_multi_datastream("m", t, sensor, 1),
                    neither = make_datastream("f", t, sensor, property);
    link_to(SET_MULTI_DATASTREAM, multi, MULTI_DATASTREAM_OBSERVED_PROPERTIES, p);
    delete_entity(SET_SENSOR, s);
    assert_false(is_there(SET_DATASTREAM, by_sensor));
    assert_true(is_there(SET_DATASTREAM, by_property));
    delete_entity(SET_OBSERVED_PROPERTY, p);
    assert_false(is_there(SET_DATASTREAM, by_property));
    assert_false(is_there(SET_MULTI_DATASTREAM, multi));
    assert_true(is_there(SET_DATASTREAM, neither));
}

static void deleting_a_datastream_leaves_features(void **state)
{
    (void)state;
    const entity_id d = make_datastream("d", make_thing("t", NULL), sensor, property),
                    f = make_feature("f", "{}");
    struct observation o = {.stream = d,
                            .phenomenon_time = of_time("2020-01-01T00:00:00Z").time,
                            .result_time = TIME_NONE,
                            .valid_time = {TIME_NONE, TIME_NONE},
                            .result = value_int(1),
                            .feature = f};
    const entity_id id = append(&o);
    delete_entity(SET_DATASTREAM, d);
    assert_false(is_there(SET_OBSERVATION, id));
    assert_true(is_there(SET_FEATURE_OF_INTEREST, f));
}

struct range_step {
    entity_id stream;
    interval when;
    int64_t deleted;
};

static bool delete_range_step(struct store_tx *tx, void *context, err *e)
{
    struct range_step *r = context;
    return store_delete_range(tx, r->stream, r->when, &r->deleted, e);
}

// How many features the stream has observations of.
static int64_t features_of(entity_id stream)
{
    struct snapshot *at;
    sqlite3_stmt *st;
    err e;
    bool got;
    assert_true(snapshot_open(the_store, &at, &e));
    struct connection *c = snapshot_connection(at);
    assert_true(sql_take(c, STR("SELECT count(*) FROM stream_feature WHERE stream = ?1"), &st, &e));
    sqlite3_bind_int64(st, 1, stream);
    assert_true(sql_step(c, st, &got, &e));
    const int64_t n = sqlite3_column_int64(st, 0);
    sql_give(c, st);
    snapshot_close(at);
    return n;
}

static void deleting_a_range_forgets_features_that_are_left_without(void **state)
{
    (void)state;
    const entity_id d = make_datastream("d", make_thing("t", NULL), sensor, property);
    const entity_id features[] = {make_feature("f", "{}"), make_feature("g", "{}")};
    for (int i = 0; i < 10; i++) {
        struct observation o = {.stream = d,
                                .phenomenon_time = {i * TIME_HOUR, TIME_NONE},
                                .result_time = TIME_NONE,
                                .valid_time = {TIME_NONE, TIME_NONE},
                                .result = value_int(i),
                                .feature = features[i >= 5]};
        append(&o);
    }
    struct range_step r = {.stream = d, .when = {TIME_NONE, 4 * TIME_HOUR}};
    write_ok(delete_range_step, &r);
    assert_int_equal(r.deleted, 4);
    assert_int_equal(features_of(d), 2);
    r.when = (interval){4 * TIME_HOUR, 5 * TIME_HOUR};
    write_ok(delete_range_step, &r);
    assert_int_equal(r.deleted, 1);
    assert_int_equal(features_of(d), 1);
    r.when = (interval){TIME_NONE, TIME_NONE};
    write_ok(delete_range_step, &r);
    assert_int_equal(r.deleted, 5);
    assert_int_equal(features_of(d), 0);
    r.stream = 99999;
    write_fails(delete_range_step, &r, ERR_ABSENT, "no Datastream");
}

static bool delete_step(struct store_tx *tx, void *context, err *e)
{
    const struct link_of_two *l = context;
    return store_delete(tx, l->set, l->id, e);
}

static void what_is_deleted_cannot_be_deleted_again(void **state)
{
    (void)state;
    struct link_of_two l = {.set = SET_THING, .id = make_thing("t", NULL)};
    write_ok(delete_step, &l);
    write_fails(delete_step, &l, ERR_ABSENT, "no Thing");
}

// ---- Documents -------------------------------------------------------------------------------------------------------

struct document {
    const char *kind, *key, *json;
};

static bool put_step(struct store_tx *tx, void *context, err *e)
{
    const struct document *d = context;
    return store_document_put(tx, str_of(d->kind), str_of(d->key), str_of(d->json), e);
}

static bool drop_step(struct store_tx *tx, void *context, err *e)
{
    const struct document *d = context;
    return store_document_delete(tx, str_of(d->kind), str_of(d->key), e);
}

static bool list_each(str key, str json, void *context, err *e)
{
    (void)json;
    buf *b = context;
    buf_add(b, key);
    return b->n < 3 || err_set(e, ERR_RANGE, ERR_NOWHERE, "enough");
}

static void documents_are_kept_by_kind_and_key(void **state)
{
    (void)state;
    struct document all[] = {
        {"device", "b", "1"}, {"device", "a", "{}"}, {"token", "a", "2"}, {"device", "b", "3"}};
    struct snapshot *at;
    err e;
    str json;
    buf b = {.max = 100};
    for (size_t i = 0; i < 4; i++) write_ok(put_step, &all[i]);
    if (!snapshot_open(the_store, &at, &e)) fail_msg("%s", e.text);
    assert_true(store_document_get(at, STR("device"), STR("b"), the_arena, &json, &e));
    assert_true(str_eq(json, STR("3")));
    assert_false(store_document_get(at, STR("device"), STR("c"), the_arena, &json, &e));
    assert_int_equal(e.code, ERR_ABSENT);
    assert_true(store_document_each(at, STR("device"), list_each, &b, &e));
    assert_true(str_eq(buf_str(&b), STR("ab")));
    assert_false(store_document_each(at, STR("device"), list_each, &b, &e));
    assert_int_equal(e.code, ERR_RANGE);
    snapshot_close(at);
    write_ok(drop_step, &all[0]);
    write_ok(drop_step, &all[0]);
    if (!snapshot_open(the_store, &at, &e)) fail_msg("%s", e.text);
    assert_false(store_document_get(at, STR("device"), STR("b"), the_arena, &json, &e));
    snapshot_close(at);
    buf_free(&b);
}

static bool list_all(str key, str json, void *context, err *e)
{
    (void)e;
    buf_print(context, "%.*s=%.*s ", STR_ARG(key), STR_ARG(json));
    return true;
}

static void expect_range(struct snapshot *at, const char *from, const char *to, const char *expected)
{
    err e;
    buf b = {.max = 1000};
    if (!store_document_range(at, STR("hour"), str_of(from), str_of(to), list_all, &b, &e))
        fail_msg("%s", e.text);
    if (!str_eq(buf_str(&b), str_of(expected))) fail_msg("%s to %s: %.*s", from, to, STR_ARG(buf_str(&b)));
    buf_free(&b);
}

static void documents_of_a_range_of_keys_come_in_order(void **state)
{
    (void)state;
    struct document all[] = {{"hour", "b", "2"}, {"hour", "a", "1"},  {"hour", "ba", "3"},
                             {"hour", "c", "4"}, {"other", "b", "5"}, {"hour", "\xc3\xa9", "6"}};
    struct snapshot *at;
    err e;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) write_ok(put_step, &all[i]);
    if (!snapshot_open(the_store, &at, &e)) fail_msg("%s", e.text);
    expect_range(at, "a", "c", "a=1 b=2 ba=3 ");
    expect_range(at, "b", "", "b=2 ba=3 c=4 \xc3\xa9=6 ");
    expect_range(at, "", "b", "a=1 ");
    expect_range(at, "b", "b", "");
    expect_range(at, "c", "a", "");
    snapshot_close(at);
}

struct number {
    int64_t at;
    const char *bytes;  // NULL: goes
};

static bool number_step(struct store_tx *tx, void *context, err *e)
{
    const struct number *n = context;
    return n->bytes ? store_bytes_put(tx, BYTES_STREAM_DAYS, n->at, str_of(n->bytes), e)
                    : store_bytes_delete(tx, BYTES_STREAM_DAYS, n->at, e);
}

static bool list_number(int64_t number, str bytes, void *context, err *e)
{
    (void)e;
    buf_print(context, "%lld=%.*s ", (long long)number, STR_ARG(bytes));
    return number != 7;
}

static void expect_numbers(int64_t from, int64_t to, const char *expected)
{
    struct snapshot *at;
    err e;
    buf b = {.max = 1000};
    if (!snapshot_open(the_store, &at, &e)) fail_msg("%s", e.text);
    if (!store_bytes_range(at, BYTES_STREAM_DAYS, from, to, list_number, &b, &e)) fail_msg("%s", e.text);
    snapshot_close(at);
    if (!str_eq(buf_str(&b), str_of(expected))) fail_msg("%.*s", STR_ARG(buf_str(&b)));
    buf_free(&b);
}

static void bytes_are_kept_by_number_also_when_they_are_packed(void **state)
{
    (void)state;
    struct number all[] = {{5, "five"}, {0, "zero"}, {BYTES_NUMBERS - 1, "last"}, {3, "x"}, {3, "three"},
                           {4, "x"},    {4, NULL}};
    struct snapshot *at;
    str bytes;
    err e;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) write_ok(number_step, &all[i]);
    for (int packed = 0; packed < 2; packed++) {
        expect_numbers(0, BYTES_NUMBERS, "0=zero 3=three 5=five 4503599627370495=last ");
        expect_numbers(1, 5, "3=three ");
        expect_numbers(4, 5, "");
        expect_numbers(5, 5, "");
        if (!store_pack(the_store, &e)) fail_msg("%s", e.text);
    }
    if (!snapshot_open(the_store, &at, &e)) fail_msg("%s", e.text);
    assert_true(store_bytes_get(at, BYTES_STREAM_DAYS, 3, the_arena, &bytes, &e));
    assert_true(str_eq(bytes, STR("three")));
    assert_true(store_bytes_get(at, BYTES_STREAM_DAYS, 4, the_arena, &bytes, &e));
    assert_int_equal(bytes.n, 0);
    snapshot_close(at);
    write_ok(number_step, &(struct number){7, "seven"});
    expect_numbers(5, BYTES_NUMBERS, "5=five 7=seven ");  // who has enough stops
}

// ---- Check -----------------------------------------------------------------------------------------------------------

static void keep_sentence(const char *sentence, void *context)
{
    buf *b = context;
    buf_print(b, "%s\n", sentence);
}

static void the_check_finds_what_is_broken_and_nothing_else(void **state)
{
    (void)state;
    const entity_id t = make_thing("t", "{}"), d = make_datastream("d", t, sensor, property);
    struct snapshot *at;
    err e;
    int64_t findings = 0;
    buf b = {.max = 10000};
    if (!snapshot_open(the_store, &at, &e)) fail_msg("%s", e.text);
    assert_true(entity_check(at, keep_sentence, &b, &findings, &e));
    if (findings != 0) fail_msg("%.*s", STR_ARG(buf_str(&b)));
    snapshot_close(at);

    if (!snapshot_open(the_store, &at, &e)) fail_msg("%s", e.text);
    struct connection *c = snapshot_connection(at);
    assert_true(sql_script(c, "PRAGMA query_only=OFF; PRAGMA foreign_keys=OFF; SAVEPOINT broken;", &e));
    char sql[256];
    sqlite3_snprintf(sizeof sql, sql,
                     "UPDATE Datastream SET Thing = 77777 WHERE id = %lld; UPDATE Thing SET properties = '{' "
                     "WHERE id = %lld; UPDATE sequence SET next = 1 WHERE name = 'Sensors';",
                     (long long)d, (long long)t);
    if (!sql_script(c, sql, &e)) fail_msg("%s", e.text);
    assert_true(entity_check(at, keep_sentence, &b, &findings, &e));
    assert_true(sql_script(c, "ROLLBACK TO broken; RELEASE broken; PRAGMA query_only=ON", &e));
    snapshot_close(at);
    buf_add_char(&b, '\0');
    assert_int_equal(findings, 3);
    assert_non_null(strstr(b.p, "1 rows of Datastream name a Thing that does not exist"));
    assert_non_null(strstr(b.p, "1 Things have properties that is not JSON"));
    assert_non_null(strstr(b.p, "Sensors have ids beyond the counter of ids"));
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_comes_back),
        cmocka_unit_test(optional_properties_may_be_null_and_texts_empty),
        cmocka_unit_test(json_properties_keep_their_type_and_digits),
        cmocka_unit_test(every_set_keeps_its_properties_and_links),
        cmocka_unit_test(ids_count_up_and_are_never_given_twice),
        cmocka_unit_test(both_kinds_of_stream_share_one_count),
        cmocka_unit_test(a_chosen_id_is_kept_and_passed_over_later),
        cmocka_unit_test(a_chosen_stream_id_is_free_in_both_kinds),
        cmocka_unit_test(mandatory_properties_and_links_are_needed),
        cmocka_unit_test(a_failed_operation_leaves_nothing),
        cmocka_unit_test(the_absent_is_said_to_be_absent),
        cmocka_unit_test(an_update_changes_only_what_it_names),
        cmocka_unit_test(an_update_keeps_the_rules_of_an_insert),
        cmocka_unit_test(what_the_server_keeps_is_not_written),
        cmocka_unit_test(a_datastream_knows_its_extent),
        cmocka_unit_test(an_observation_is_an_entity_too),
        cmocka_unit_test(results_of_every_kind_come_back_as_sent),
        cmocka_unit_test(pairs_are_seen_from_both_sides),
        cmocka_unit_test(observed_properties_keep_their_order),
        cmocka_unit_test(relations_lead_both_ways),
        cmocka_unit_test(a_link_to_nothing_is_refused),
        cmocka_unit_test(deleting_a_thing_takes_what_is_its_own),
        cmocka_unit_test(deleting_a_location_takes_its_history),
        cmocka_unit_test(deleting_a_sensor_or_property_takes_its_streams),
        cmocka_unit_test(deleting_a_datastream_leaves_features),
        cmocka_unit_test(deleting_a_range_forgets_features_that_are_left_without),
        cmocka_unit_test(what_is_deleted_cannot_be_deleted_again),
        cmocka_unit_test(documents_are_kept_by_kind_and_key),
        cmocka_unit_test(documents_of_a_range_of_keys_come_in_order),
        cmocka_unit_test(bytes_are_kept_by_number_also_when_they_are_packed),
        cmocka_unit_test(the_check_finds_what_is_broken_and_nothing_else),
    };
    return cmocka_run_group_tests(tests, open_with_basics, graph_close);
}
