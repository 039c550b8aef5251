// SPDX-License-Identifier: EUPL-1.2
#include "model/entity.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void every_relation_has_a_way_back(void **state)
{
    (void)state;
    for (int set = 0; set < ENTITY_SET_COUNT; set++) {
        const struct entity_schema *s = entity_schema_of((entity_set)set);
        for (int r = 0; r < s->relation_count; r++) {
            const struct entity_schema *t = entity_schema_of(s->relations[r].target);
            assert_in_range(s->relations[r].inverse, 0, t->relation_count - 1);
            const struct relation *back = &t->relations[s->relations[r].inverse];
            assert_int_equal(back->target, set);
            assert_int_equal(back->inverse, r);
        }
    }
}

static void tables_fit_a_record(void **state)
{
    (void)state;
    for (int set = 0; set < ENTITY_SET_COUNT; set++) {
        const struct entity_schema *s = entity_schema_of((entity_set)set);
        assert_in_range(s->property_count, 1, ENTITY_PROPERTIES_MAX);
        assert_in_range(s->relation_count, 1, ENTITY_RELATIONS_MAX);
    }
}

// A to-many relation is named after the set, a to-one after the entity.
static void relations_are_named_after_their_target(void **state)
{
    (void)state;
    for (int set = 0; set < ENTITY_SET_COUNT; set++) {
        const struct entity_schema *s = entity_schema_of((entity_set)set);
        for (int r = 0; r < s->relation_count; r++) {
            const struct entity_schema *t = entity_schema_of(s->relations[r].target);
            assert_true(str_eq(s->relations[r].name, s->relations[r].is_many ? t->set_name : t->entity_name));
        }
    }
}

// The indexes of entity.h name the rows of entity.c: one of each table, the last where there is one.
static void indexes_name_their_rows(void **state)
{
    (void)state;
    const struct {
        entity_set set;
        int property;
        str name;
    } rows[] = {
        {SET_THING, THING_PROPERTIES, STR("properties")},
        {SET_LOCATION, LOCATION_LOCATION, STR("location")},
        {SET_HISTORICAL_LOCATION, HISTORICAL_LOCATION_TIME, STR("time")},
        {SET_DATASTREAM, DATASTREAM_OBSERVATION_TYPE, STR("observationType")},
        {SET_DATASTREAM, DATASTREAM_RESULT_TIME, STR("resultTime")},
        {SET_MULTI_DATASTREAM, MULTI_DATASTREAM_UNIT_OF_MEASUREMENTS, STR("unitOfMeasurements")},
        {SET_MULTI_DATASTREAM, MULTI_DATASTREAM_PROPERTIES, STR("properties")},
        {SET_SENSOR, SENSOR_METADATA, STR("metadata")},
        {SET_OBSERVED_PROPERTY, OBSERVED_PROPERTY_DEFINITION, STR("definition")},
        {SET_OBSERVATION, OBSERVATION_RESULT, STR("result")},
        {SET_OBSERVATION, OBSERVATION_PARAMETERS, STR("parameters")},
        {SET_FEATURE_OF_INTEREST, FEATURE_FEATURE, STR("feature")},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(entity_property_find(rows[i].set, rows[i].name), rows[i].property);
    assert_int_equal(entity_relation_find(SET_THING, STR("MultiDatastreams")), THING_MULTI_DATASTREAMS);
    assert_int_equal(entity_relation_find(SET_OBSERVATION, STR("FeatureOfInterest")),
                     OBSERVATION_FEATURE_OF_INTEREST);
    assert_int_equal(entity_relation_find(SET_DATASTREAM, STR("Observations")), DATASTREAM_OBSERVATIONS);
}

static void sets_are_found_by_their_exact_name(void **state)
{
    (void)state;
    entity_set set;
    assert_true(entity_set_by_name(STR("FeaturesOfInterest"), &set));
    assert_int_equal(set, SET_FEATURE_OF_INTEREST);
    assert_true(entity_set_by_name(STR("ObservedProperties"), &set));
    assert_int_equal(set, SET_OBSERVED_PROPERTY);
    assert_false(entity_set_by_name(STR("things"), &set));
    assert_false(entity_set_by_name(STR("Thing"), &set));
    assert_false(entity_set_by_name(STR(""), &set));
}

static void relations_are_also_found_without_case(void **state)
{
    (void)state;
    assert_int_equal(entity_relation_find(SET_THING, STR("locations")), -1);
    assert_int_equal(entity_relation_find_nocase(SET_THING, STR("locations")), THING_LOCATIONS);
    assert_int_equal(entity_relation_find_nocase(SET_THING, STR("location")), -1);
    assert_int_equal(entity_property_find(SET_THING, STR("Name")), -1);
}

static void an_observation_id_holds_stream_and_number(void **state)
{
    (void)state;
    const entity_id id = OBSERVATION_ID(STREAM_ID_MAX, UINT32_MAX);
    assert_int_equal(id, ENTITY_ID_MAX);
    assert_int_equal(OBSERVATION_STREAM(id), STREAM_ID_MAX);
    assert_int_equal(OBSERVATION_NUMBER(id), UINT32_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_relation_has_a_way_back),
        cmocka_unit_test(tables_fit_a_record),
        cmocka_unit_test(relations_are_named_after_their_target),
        cmocka_unit_test(indexes_name_their_rows),
        cmocka_unit_test(sets_are_found_by_their_exact_name),
        cmocka_unit_test(relations_are_also_found_without_case),
        cmocka_unit_test(an_observation_id_holds_stream_and_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
