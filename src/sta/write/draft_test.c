// SPDX-License-Identifier: EUPL-1.2
#include "sta/write/draft.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static arena *a;
static struct draft *d;
static err e;

static int set_up(void **state)
{
    (void)state;
    a = arena_new(4 << 20);
    return a ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(a);
    return 0;
}

static bool read(entity_set set, draft_mode mode, const char *body)
{
    e = (err){0};
    return draft_read(
        &(struct draft_request){.body = str_of(body), .set = set, .mode = mode, .parent_relation = -1}, a, &d,
        &e);
}

static void accept(entity_set set, draft_mode mode, const char *body)
{
    if (!read(set, mode, body)) fail_msg("%s: %s", body, e.text);
}

static void refuse(entity_set set, draft_mode mode, const char *body, err_code code, const char *text)
{
    assert_false(read(set, mode, body));
    if (strcmp(e.text, text) != 0) fail_msg("%s says: %s", body, e.text);
    assert_int_equal(e.code, code);
}

#define THING "\"name\":\"n\",\"description\":\"d\""
#define UNIT \
    "\"unitOfMeasurement\":{\"name\":\"degree Celsius\",\"symbol\":\"°C\",\"definition\":\"ucum:Cel\"}"
#define STREAM THING ",\"observationType\":\"t\"," UNIT
#define SENSOR "\"Sensor\":{" THING ",\"encodingType\":\"text/html\",\"metadata\":{\"a\": [1, 2]}}"
#define PROPERTY "\"ObservedProperty\":{" THING ",\"definition\":\"http://x\"}"

static void a_thing_needs_name_and_description(void **state)
{
    (void)state;
    accept(SET_THING, DRAFT_CREATE, "{" THING "}");
    assert_int_equal(d->properties, 1u << THING_NAME | 1u << THING_DESCRIPTION);
    refuse(SET_THING, DRAFT_CREATE, "{\"name\":\"n\"}", ERR_MISSING, "description: is missing");
    refuse(SET_THING, DRAFT_CREATE, "{\"name\":null,\"description\":\"d\"}", ERR_TYPE,
           "name: must not be null");
    refuse(SET_THING, DRAFT_CREATE, "[]", ERR_TYPE, "expected an object with a Thing, found an array");
}

static void errors_name_the_member_and_the_byte(void **state)
{
    (void)state;
    const char *body = "{" THING ",\"Datastreams\":[{" THING
                       ",\"observationType\":\"t\",\"unitOfMeasurement\":5," SENSOR "," PROPERTY "}]}";
    refuse(SET_THING, DRAFT_CREATE, body, ERR_TYPE,
           "Datastreams[0].unitOfMeasurement: expected an object with name, symbol and definition, found a "
           "number");
    assert_int_equal(e.at, strstr(body, "5,") - body);
}

static void a_deep_insert_links_back_to_the_entity_around(void **state)
{
    (void)state;
    accept(SET_THING, DRAFT_CREATE,
           "{" THING ",\"Datastreams\":[{" STREAM "," SENSOR "," PROPERTY
           ",\"Observations\":[{\"result\":1}]}],\"Locations\":[{\"@iot.id\":4}]}");
    const struct draft *stream = d->links[THING_DATASTREAMS]->draft;
    assert_ptr_equal(stream->links[DATASTREAM_THING]->id, &d->id);
    assert_int_equal(stream->links[DATASTREAM_SENSOR]->draft->set, SET_SENSOR);
    const struct draft *reading = stream->links[DATASTREAM_OBSERVATIONS]->draft;
    assert_ptr_equal(reading->links[OBSERVATION_DATASTREAM]->id, &stream->id);
    assert_int_equal(reading->observation->result.number.units, 1);
    assert_int_equal(*d->links[THING_LOCATIONS]->id, 4);
}

static void missing_parts_are_found_at_any_depth(void **state)
{
    (void)state;
    refuse(SET_THING, DRAFT_CREATE, "{" THING ",\"Datastreams\":[{" STREAM "," SENSOR "}]}", ERR_MISSING,
           "Datastreams[0].ObservedProperty: is missing");
    refuse(SET_DATASTREAM, DRAFT_CREATE, "{" STREAM "," SENSOR "," PROPERTY "}", ERR_MISSING,
           "Thing: is missing");
    refuse(SET_OBSERVATION, DRAFT_CREATE, "{\"result\":1}", ERR_MISSING, "Datastream: is missing");
    refuse(SET_OBSERVATION, DRAFT_CREATE, "{\"Datastream\":{\"@iot.id\":1}}", ERR_MISSING,
           "result: is missing");
}

static void the_path_gives_the_parent(void **state)
{
    (void)state;
    const entity_id parent = 9;
    const str body = STR("{" STREAM "," SENSOR "," PROPERTY "}");
    const struct draft_request r = {body, SET_DATASTREAM, DRAFT_CREATE, DATASTREAM_THING, &parent, NULL};
    assert_true(draft_read(&r, a, &d, &e));
    assert_ptr_equal(d->links[DATASTREAM_THING]->id, &parent);
}

static void an_id_with_links_is_still_a_link(void **state)
{
    (void)state;
    accept(SET_OBSERVATION, DRAFT_CREATE,
           "{\"result\":\"x\",\"Datastream\":{\"@iot.id\":7,\"@iot.selfLink\":\"http://h/v1.1/"
           "Datastreams(7)\"}}");
    assert_int_equal(*d->links[OBSERVATION_DATASTREAM]->id, 7);
    assert_null(d->links[OBSERVATION_DATASTREAM]->draft);
    refuse(SET_OBSERVATION, DRAFT_CREATE, "{\"result\":1,\"Datastream\":{\"@iot.id\":\"abc\"}}", ERR_LINK,
           "Datastream: there is no entity with the id 'abc'");
    refuse(SET_OBSERVATION, DRAFT_CREATE, "{\"result\":1,\"Datastream\":{\"@iot.id\":0}}", ERR_LINK,
           "Datastream: there is no entity with the id '0'");
}

static void a_reading_is_in_one_stream_only(void **state)
{
    (void)state;
    refuse(SET_OBSERVATION, DRAFT_CREATE,
           "{\"result\":1,\"Datastream\":{\"@iot.id\":1},\"MultiDatastream\":{\"@iot.id\":2}}", ERR_RANGE,
           "MultiDatastream: an Observation has a Datastream or a MultiDatastream, not both");
}

static void unknown_members_are_refused_and_control_information_is_not(void **state)
{
    (void)state;
    accept(SET_THING, DRAFT_CREATE,
           "{\"@iot.id\":\"mine\",\"id\":3,\"Locations@iot.navigationLink\":\"x\"," THING "}");
    refuse(SET_THING, DRAFT_CREATE, "{" THING ",\"nmae\":1}", ERR_UNKNOWN,
           "nmae: a Thing has no such member");
}

static void units_get_their_missing_members_as_null(void **state)
{
    (void)state;
    accept(SET_DATASTREAM, DRAFT_PATCH, "{\"unitOfMeasurement\":{\"name\": \"count\"}}");
    const str unit = d->record->properties[DATASTREAM_UNIT_OF_MEASUREMENT].text;
    const str wanted = STR("{\"name\":\"count\",\"symbol\":null,\"definition\":null}");
    assert_int_equal(unit.n, wanted.n);
    assert_memory_equal(unit.p, wanted.p, wanted.n);
}

static void json_values_are_kept_compact(void **state)
{
    (void)state;
    accept(SET_SENSOR, DRAFT_PATCH, "{\"metadata\": {\"a b\" : [ 1.0,\n 2e5 ], \"c\": \"x \\\" y\"}}");
    const str kept = d->record->properties[SENSOR_METADATA].text,
              wanted = STR("{\"a b\":[1.0,2e5],\"c\":\"x \\\" y\"}");
    assert_int_equal(kept.n, wanted.n);
    assert_memory_equal(kept.p, wanted.p, wanted.n);
}

static void server_kept_properties_are_ignored(void **state)
{
    (void)state;
    accept(SET_DATASTREAM, DRAFT_PATCH,
           "{\"phenomenonTime\":\"2026-01-01T00:00:00Z/2026-01-02T00:00:00Z\",\"observedArea\":{}}");
    assert_int_equal(d->properties, 0);
}

static void geojson_is_checked_by_its_encoding(void **state)
{
    (void)state;
    accept(SET_LOCATION, DRAFT_CREATE,
           "{" THING ",\"encodingType\":\"application/"
           "geo+json\",\"location\":{\"type\":\"Point\",\"coordinates\":[4.3,52]}}");
    accept(SET_LOCATION, DRAFT_CREATE,
           "{" THING
           ",\"encodingType\":\"application/vnd.geo+json\",\"location\":{\"type\":\"Feature\",\"geometry\":"
           "{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[1,0],[1,1],[0,0]]]}}}");
    accept(SET_LOCATION, DRAFT_CREATE,
           "{" THING ",\"encodingType\":\"text/plain\",\"location\":\"behind the church\"}");
    refuse(
        SET_LOCATION, DRAFT_CREATE,
        "{" THING
        ",\"location\":{\"type\":\"Point\",\"coordinates\":[4.3]},\"encodingType\":\"application/geo+json\"}",
        ERR_RANGE, "location: a position has 2 or 3 numbers, not 1");
    refuse(SET_FEATURE_OF_INTEREST, DRAFT_CREATE,
           "{" THING ",\"feature\":{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[1,0],[1,1],[0,1]]]},"
           "\"encodingType\":\"application/geo+json\"}",
           ERR_RANGE, "feature: a ring ends where it starts; this one does not");
}

static void an_update_names_only_what_changes(void **state)
{
    (void)state;
    accept(SET_THING, DRAFT_PATCH, "{}");
    accept(SET_THING, DRAFT_PATCH, "{\"properties\":null}");
    assert_int_equal(d->properties, 1u << THING_PROPERTIES);
    refuse(SET_THING, DRAFT_PATCH, "{\"name\":null}", ERR_TYPE, "name: must not be null");
    refuse(SET_THING, DRAFT_PATCH, "{\"Locations\":[{" THING "}]}", ERR_TYPE,
           "Locations[0]: an update only links to entities by {\"@iot.id\": ...}; make new ones with POST");
    refuse(SET_THING, DRAFT_PUT, "{\"name\":\"n\"}", ERR_MISSING, "description: is missing");
}

#define MULTI(units, types, observed)                                                                \
    "{" THING ",\"Thing\":{\"@iot.id\":1},\"Sensor\":{\"@iot.id\":1},\"unitOfMeasurements\":[" units \
    "],\"multiObservationDataTypes\":[" types "],\"ObservedProperties\":[" observed "]}"

static void the_parts_of_a_multi_datastream_have_one_length(void **state)
{
    (void)state;
    accept(SET_MULTI_DATASTREAM, DRAFT_CREATE,
           MULTI("{},{}", "\"a\",\"b\"", "{\"@iot.id\":1},{\"@iot.id\":2}"));
    const str type = d->record->properties[MULTI_DATASTREAM_OBSERVATION_TYPE].text;
    assert_true(str_ends(type, STR("OM_ComplexObservation")));
    refuse(SET_MULTI_DATASTREAM, DRAFT_CREATE, MULTI("{}", "\"a\",\"b\"", "{\"@iot.id\":1},{\"@iot.id\":2}"),
           ERR_RANGE,
           "a MultiDatastream has as many unitOfMeasurements as multiObservationDataTypes as "
           "ObservedProperties, not 1, 2 and 2");
}

static void references_of_a_change_set_are_resolved_by_name(void **state)
{
    (void)state;
    struct draft_reference made = {STR("sensor1"), SET_SENSOR, 0};
    const struct draft_references known = {&made, 1};
    const str body = STR("{\"Sensor\":{\"@iot.id\":\"$sensor1\"}}"),
              wrong = STR("{\"Thing\":{\"@iot.id\":\"$sensor1\"}}");
    struct draft_request r = {body, SET_DATASTREAM, DRAFT_PATCH, -1, NULL, &known};
    assert_true(draft_read(&r, a, &d, &e));
    made.id = 12;
    assert_int_equal(*d->links[DATASTREAM_SENSOR]->id, 12);
    r.body = wrong;
    assert_false(draft_read(&r, a, &d, &e));
    assert_string_equal(e.text,
                        "Thing: no earlier request of this change set makes a Thing named '$sensor1'");
}

static void times_are_checked(void **state)
{
    (void)state;
    refuse(SET_HISTORICAL_LOCATION, DRAFT_PATCH, "{\"time\":5}", ERR_TYPE,
           "time: expected a text with a time, found a number");
    assert_false(read(SET_HISTORICAL_LOCATION, DRAFT_PATCH, "{\"time\":\"yesterday\"}"));
    assert_int_equal(e.code, ERR_SYNTAX);
    assert_memory_equal(e.text, "time: ", 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_thing_needs_name_and_description, set_up, tear_down),
        cmocka_unit_test_setup_teardown(errors_name_the_member_and_the_byte, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_deep_insert_links_back_to_the_entity_around, set_up, tear_down),
        cmocka_unit_test_setup_teardown(missing_parts_are_found_at_any_depth, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_path_gives_the_parent, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_id_with_links_is_still_a_link, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_reading_is_in_one_stream_only, set_up, tear_down),
        cmocka_unit_test_setup_teardown(unknown_members_are_refused_and_control_information_is_not, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(units_get_their_missing_members_as_null, set_up, tear_down),
        cmocka_unit_test_setup_teardown(json_values_are_kept_compact, set_up, tear_down),
        cmocka_unit_test_setup_teardown(server_kept_properties_are_ignored, set_up, tear_down),
        cmocka_unit_test_setup_teardown(geojson_is_checked_by_its_encoding, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_update_names_only_what_changes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_parts_of_a_multi_datastream_have_one_length, set_up, tear_down),
        cmocka_unit_test_setup_teardown(references_of_a_change_set_are_resolved_by_name, set_up, tear_down),
        cmocka_unit_test_setup_teardown(times_are_checked, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
