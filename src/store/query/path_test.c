// SPDX-License-Identifier: EUPL-1.2
// Paths over relations: to-one, to-many as "there is one", any(), parents, and nulls along the way. A small town by hand:
//   Thing 1 "pole" at Location 1; Datastreams 1 (temp, sensor 1) with results 10, 20 and 2 (humidity, sensor 2) with 50
//   Thing 2 "bus"  at Locations 1 and 2; Datastream 3 (temp, sensor 2) with result 15; MultiDatastream 4 with [1,2]
//   Thing 3 "bare" nowhere, without anything
#include "store/test/graph.h"

#include <string.h>

#define T SET_THING
#define D SET_DATASTREAM
#define O SET_OBSERVATION
#define EQ(a, b) CALL(OP_EQ, (a), (b))
#define AND(a, b) CALL(OP_AND, (a), (b))
#define ASK(set, filter, ids) assert_string_equal(ids_where((set), (filter)), (ids))

static void observe_at(entity_id stream, const char *time, const char *result, entity_id feature)
{
    struct observation o = {.stream = stream,
                            .phenomenon_time = of_time(time).time,
                            .result_time = TIME_NONE,
                            .valid_time = {TIME_NONE, TIME_NONE},
                            .result = of_json(result),
                            .feature = feature};
    append(&o);
}

static int make_town(void **state)
{
    if (graph_open(state) != 0) return -1;
    const entity_id pole = make_thing("pole", "{\"owner\":\"town\"}"),
                    bus = make_thing("bus", "{\"owner\":\"operator\"}");
    make_thing("bare", NULL);
    const entity_id square = make_location("square", "{\"type\":\"Point\",\"coordinates\":[4,52]}");
    const entity_id road = make_location("road", "{\"type\":\"Point\",\"coordinates\":[5,52]}");
    link_to(T, pole, THING_LOCATIONS, square);
    link_to(T, bus, THING_LOCATIONS, square);
    link_to(T, bus, THING_LOCATIONS, road);
    make_historical_location("2020-01-01T00:00:00Z", pole, square);
    make_historical_location("2020-01-02T00:00:00Z", bus, road);
    const entity_id s1 = make_sensor("SHT31"), s2 = make_sensor("BME280");
    const entity_id temp = make_observed_property("temp"), humidity = make_observed_property("humidity");
    const entity_id d1 = make_datastream("pole temp", pole, s1, temp),
                    d2 = make_datastream("pole humidity", pole, s2, humidity);
    const entity_id d3 = make_datastream("bus temp", bus, s2, temp),
                    m4 = make_multi_datastream("bus both", bus, s2, 2);
    link_to(SET_MULTI_DATASTREAM, m4, MULTI_DATASTREAM_OBSERVED_PROPERTIES, humidity);
    link_to(SET_MULTI_DATASTREAM, m4, MULTI_DATASTREAM_OBSERVED_PROPERTIES, temp);
    const entity_id f1 = make_feature("air", "{\"type\":\"Point\",\"coordinates\":[4,52]}");
    const entity_id f2 = make_feature("road", "{\"type\":\"Point\",\"coordinates\":[5,52]}");
    observe_at(d1, "2020-01-01T00:00:00Z", "10", f1);
    observe_at(d1, "2020-01-01T01:00:00Z", "20", f1);
    observe_at(d2, "2020-01-01T02:00:00Z", "50", f1);
    observe_at(d3, "2020-01-01T03:00:00Z", "15", f2);
    observe_at(m4, "2020-01-01T04:00:00Z", "[1,2]", f2);
    return 0;
}

// Results of Observations, for their numbers repeat from stream to stream.
static const char *results_of(const struct query *asked)
{
    struct snapshot *at;
    struct cursor *c;
    struct record r;
    bool got;
    err e;
    struct query q = *asked;
    q.properties = 1u << OBSERVATION_RESULT;
    buf b = {.max = 4096};
    str kept = {0};
    if (!snapshot_open(the_store, &at, &e) || !store_query(at, &q, &c, &e)) fail_msg("%s", e.text);
    for (;;) {
        if (!cursor_next(c, &r, &got, &e)) fail_msg("%s", e.text);
        if (!got) break;
        if (b.n > 0) buf_add_char(&b, ' ');
        value_write_json(&b, &r.properties[OBSERVATION_RESULT]);
    }
    cursor_close(c);
    snapshot_close(at);
    assert_true(arena_copy(the_arena, buf_str(&b), &kept));
    buf_free(&b);
    return kept.p;
}

#define RESULTS(filter, results)                         \
    do {                                                 \
        struct query q_ = query_where(O, (filter));      \
        assert_string_equal(results_of(&q_), (results)); \
    } while (0)

static void to_one_paths_lead_to_one(void **state)
{
    (void)state;
    ASK(D, EQ(path(D, "Thing/name"), text("pole")), "1 2");
    ASK(D, EQ(path(D, "Thing/id"), number("2")), "3");
    ASK(D, EQ(path(D, "Thing/properties/owner"), text("town")), "1 2");
    ASK(D,
        AND(EQ(path(D, "Sensor/name"), text("BME280")), EQ(path(D, "ObservedProperty/name"), text("temp"))),
        "3");
    ASK(D, EQ(path(D, "Thing/id"), path(D, "id")), "1");
}

static void to_many_paths_mean_that_there_is_one(void **state)
{
    (void)state;
    ASK(T, EQ(path(T, "Datastreams/Sensor/name"), text("BME280")), "1 2");
    ASK(T, EQ(path(T, "Locations/name"), text("road")), "2");
    ASK(T, CALL(FN_CONTAINS, path(T, "Datastreams/name"), text("temp")), "1 2");
    ASK(T, CALL(OP_GT, path(T, "Datastreams/Observations/result"), number("40")), "1");
    ASK(SET_LOCATION, EQ(path(SET_LOCATION, "Things/Datastreams/ObservedProperty/name"), text("humidity")),
        "1");
    ASK(SET_SENSOR,
        CALL(OP_GT, path(SET_SENSOR, "Datastreams/Observations/phenomenonTime"),
             at_time("2020-01-01T01:30:00Z")),
        "2");
    ASK(SET_OBSERVED_PROPERTY, EQ(path(SET_OBSERVED_PROPERTY, "MultiDatastreams/name"), text("bus both")),
        "1 2");
}

static void a_parent_matched_by_many_children_comes_once(void **state)
{
    (void)state;
    struct query q = query_where(T, CALL(OP_GE, path(T, "Datastreams/Observations/result"), number("10")));
    assert_string_equal(ids_of(&q), "1 2");
    assert_int_equal(count_of(&q), 2);
}

static void conditions_on_one_to_many_path_speak_of_one_entity(void **state)
{
    (void)state;
    struct expr *is_temp = EQ(path(T, "Datastreams/ObservedProperty/name"), text("temp"));
    struct expr *is_bme = EQ(path(T, "Datastreams/Sensor/name"), text("BME280"));
    ASK(T, AND(is_temp, is_bme), "2");  // the pole has both, but not in one Datastream
    ASK(T, AND(is_temp, AND(EQ(path(T, "name"), text("pole")), CALL(OP_NOT, is_bme))), "1");
    // Other paths are free of it.
    ASK(T, AND(is_temp, EQ(path(T, "Locations/name"), text("road"))), "2");
    // Two conditions joined through a third that names both paths
    ASK(T,
        AND(AND(is_temp, EQ(path(T, "Locations/name"), text("square"))),
            CALL(OP_LT, path(T, "Datastreams/id"), path(T, "Locations/id"))),
        "");
    ASK(T,
        AND(AND(is_temp, EQ(path(T, "Locations/name"), text("square"))),
            CALL(OP_GE, path(T, "Datastreams/id"), path(T, "Locations/id"))),
        "1 2");
}

static void any_lets_conditions_speak_of_different_entities(void **state)
{
    (void)state;
    struct expr *has_temp = any(T, "Datastreams", EQ(path_of(1, D, "ObservedProperty/name"), text("temp")));
    struct expr *has_bme = any(T, "Datastreams", EQ(path_of(1, D, "Sensor/name"), text("BME280")));
    ASK(T, AND(has_temp, has_bme), "1 2");
    ASK(T, CALL(OP_NOT, has_temp), "3");
    ASK(T, any(T, "Datastreams", NULL), "1 2");
    ASK(T, any(T, "Locations", EQ(path_of(1, SET_LOCATION, "Things/name"), text("pole"))), "1 2");
    ASK(D, any(D, "Thing/Locations", EQ(path_of(1, SET_LOCATION, "name"), text("road"))), "3");
}

static void any_inside_any_sees_all_variables(void **state)
{
    (void)state;
    // Things with two Datastreams of one Thing's own name: names that start with it, and different ids.
    struct expr *other = any_of(1, D, "Thing/Datastreams",
                                CALL(OP_LT, path_of(1, D, "id"), path_of(2, D, "id")));
    ASK(T, any(T, "Datastreams", AND(other, CALL(FN_STARTSWITH, path_of(1, D, "name"), path(T, "name")))),
        "1");
    // The row's own to-many path inside an any()
    ASK(T, any(T, "Datastreams", CALL(OP_LT, path_of(1, D, "id"), path(T, "Locations/id"))), "");
    ASK(T, any(T, "Datastreams", CALL(OP_GT, path_of(1, D, "id"), path(T, "Locations/id"))), "1 2");
}

static void too_many_any_inside_each_other_are_refused(void **state)
{
    (void)state;
    struct expr *x = truth(true);
    for (int outer = 19; outer > 0; outer--) x = any_of(outer, D, "Thing/Datastreams", x);
    x = any(T, "Datastreams", x);
    struct query q = query_where(T, x);
    query_fails(&q, ERR_RANGE, "any()");
}

static void absence_along_a_path_is_null(void **state)
{
    (void)state;
    ASK(T, EQ(path(T, "Datastreams/id"), null()), "3");
    ASK(T, CALL(OP_NE, path(T, "Datastreams/id"), null()), "1 2");
    ASK(T, EQ(path(T, "Locations/HistoricalLocations/time"), null()), "3");
    ASK(T, CALL(OP_NOT, EQ(path(T, "Datastreams/name"), text("x"))), "1 2");  // of nothing, nothing is said
    RESULTS(EQ(path(O, "Datastream/id"), null()), "[1,2]");
    RESULTS(EQ(path(O, "MultiDatastream/name"), null()), "10 20 50 15");
}

static void observations_are_chosen_by_their_datastream(void **state)
{
    (void)state;
    RESULTS(EQ(path(O, "Datastream/id"), number("1")), "10 20");
    RESULTS(EQ(path(O, "Datastream/id"), number("4")), "");  // that is a MultiDatastream
    RESULTS(EQ(path(O, "MultiDatastream/id"), number("4")), "[1,2]");
    RESULTS(EQ(path(O, "Datastream/Thing/name"), text("pole")), "10 20 50");
    RESULTS(EQ(path(O, "Datastream/Thing/Locations/name"), text("road")), "15");
    RESULTS(AND(EQ(path(O, "Datastream/ObservedProperty/name"), text("temp")),
                CALL(OP_LT, path(O, "result"), number("16"))),
            "10 15");
    RESULTS(CALL(OP_NOT, EQ(path(O, "Datastream/Thing/name"), text("pole"))), "15");
    RESULTS(CALL(OP_OR, EQ(path(O, "Datastream/id"), number("2")),
                 EQ(path(O, "MultiDatastream/id"), number("4"))),
            "50 [1,2]");
    RESULTS(any(O, "Datastream/Thing/Locations", EQ(path_of(1, SET_LOCATION, "name"), text("road"))), "15");
    RESULTS(CALL(OP_NOT,
                 any(O, "Datastream/Thing/Locations", EQ(path_of(1, SET_LOCATION, "name"), text("road")))),
            "10 20 50 [1,2]");
    RESULTS(CALL(OP_IN, path(O, "Datastream/id"), list_of(number("1"), number("3"), (struct expr *)NULL)),
            "10 20 15");
}

static void observations_are_chosen_by_their_feature(void **state)
{
    (void)state;
    RESULTS(EQ(path(O, "FeatureOfInterest/name"), text("road")), "15 [1,2]");
    RESULTS(EQ(path(O, "FeatureOfInterest/id"), number("1")), "10 20 50");
    RESULTS(CALL(OP_LT, CALL(FN_GEO_DISTANCE, path(O, "FeatureOfInterest/feature"), shape("POINT(5 52)")),
                 number("0.1")),
            "15 [1,2]");
    RESULTS(
        AND(EQ(path(O, "FeatureOfInterest/name"), text("road")), EQ(path(O, "Datastream/id"), number("3"))),
        "15");
    RESULTS(CALL(OP_NE, path(O, "FeatureOfInterest/id"), null()), "10 20 50 15 [1,2]");
}

// Of the air's results 10, 20 and 50 none lies below one that is itself below 15.
static void conditions_that_share_a_path_stay_together_however_they_are_found(void **state)
{
    (void)state;
    struct expr *other = path(O, "FeatureOfInterest/Observations/result");
    RESULTS(AND(CALL(OP_LT, path(O, "result"), other), CALL(OP_LT, other, number("15"))), "");
    RESULTS(AND(CALL(OP_LT, path(O, "result"), other), CALL(OP_LT, other, number("25"))), "10");
}

static void counts_agree_with_answers(void **state)
{
    (void)state;
    struct expr *const filters[] = {
        NULL,
        EQ(path(O, "Datastream/id"), number("1")),
        EQ(path(O, "Datastream/Thing/name"), text("pole")),
        EQ(path(O, "FeatureOfInterest/name"), text("road")),
        CALL(OP_GT, path(O, "result"), number("12")),
        AND(EQ(path(O, "Datastream/Thing/name"), text("pole")), CALL(OP_GT, path(O, "result"), number("12"))),
    };
    static const int64_t counts[] = {5, 2, 3, 2, 3, 2};
    for (size_t i = 0; i < 6; i++) {
        struct query q = query_where(O, filters[i]);
        q.top = 1;
        q.skip = 1;
        assert_int_equal(count_of(&q), counts[i]);
    }
}

// ---- Parents ---------------------------------------------------------------------------------------------------------

static void every_relation_leads_from_a_parent(void **state)
{
    (void)state;
    static const struct {
        entity_set set;
        entity_id id;
        int relation;
        const char *ids;
    } ways[] = {
        {T, 2, THING_LOCATIONS, "1 2"},
        {T, 1, THING_HISTORICAL_LOCATIONS, "1"},
        {T, 1, THING_DATASTREAMS, "1 2"},
        {T, 2, THING_MULTI_DATASTREAMS, "4"},
        {T, 3, THING_DATASTREAMS, ""},
        {SET_LOCATION, 1, LOCATION_THINGS, "1 2"},
        {SET_LOCATION, 2, LOCATION_HISTORICAL_LOCATIONS, "2"},
        {SET_HISTORICAL_LOCATION, 2, HISTORICAL_LOCATION_THING, "2"},
        {SET_HISTORICAL_LOCATION, 2, HISTORICAL_LOCATION_LOCATIONS, "2"},
        {D, 3, DATASTREAM_THING, "2"},
        {D, 3, DATASTREAM_SENSOR, "2"},
        {D, 3, DATASTREAM_OBSERVED_PROPERTY, "1"},
        {D, 1, DATASTREAM_OBSERVATIONS, "1 2"},
        {D, 4, DATASTREAM_OBSERVATIONS, ""},  // a MultiDatastream's id
        {SET_MULTI_DATASTREAM, 4, MULTI_DATASTREAM_OBSERVATIONS, "1"},
        {SET_MULTI_DATASTREAM, 1, MULTI_DATASTREAM_OBSERVATIONS, ""},
        {SET_MULTI_DATASTREAM, 4, MULTI_DATASTREAM_OBSERVED_PROPERTIES, "2 1"},  // in their own order
        {SET_SENSOR, 2, SENSOR_DATASTREAMS, "2 3"},
        {SET_OBSERVED_PROPERTY, 1, OBSERVED_PROPERTY_MULTI_DATASTREAMS, "4"},
        {SET_FEATURE_OF_INTEREST, 2, FEATURE_OBSERVATIONS, "1 1"},
        {O, OBSERVATION_ID(3, 1), OBSERVATION_DATASTREAM, "3"},
        {O, OBSERVATION_ID(3, 1), OBSERVATION_MULTI_DATASTREAM, ""},
        {O, OBSERVATION_ID(4, 1), OBSERVATION_MULTI_DATASTREAM, "4"},
        {O, OBSERVATION_ID(3, 1), OBSERVATION_FEATURE_OF_INTEREST, "2"},
        {O, OBSERVATION_ID(3, 77), OBSERVATION_DATASTREAM, ""},
    };
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        struct query q = query_under(ways[i].set, ways[i].id, ways[i].relation);
        if (strcmp(ids_of(&q), ways[i].ids) != 0)
            fail_msg("way %zu: got '%s', expected '%s'", i, ids_of(&q), ways[i].ids);
        const char *ids = ways[i].ids;
        int64_t count = ids[0] ? 1 : 0;
        for (; *ids; ids++) count += *ids == ' ';
        assert_int_equal(count_of(&q), count);
    }
}

static void one_entity_must_be_related_to_the_parent(void **state)
{
    (void)state;
    struct query q = query_under(T, 1, THING_DATASTREAMS);
    q.id = 2;
    assert_string_equal(ids_of(&q), "2");
    q.id = 3;
    assert_string_equal(ids_of(&q), "");
    q = query_under(D, 1, DATASTREAM_OBSERVATIONS);
    q.id = OBSERVATION_ID(1, 2);
    assert_string_equal(ids_of(&q), "2");
    q.id = OBSERVATION_ID(2, 1);
    assert_string_equal(ids_of(&q), "");
}

static void a_cursor_starts_again_for_another_parent(void **state)
{
    (void)state;
    struct snapshot *at;
    struct cursor *c;
    struct record r;
    bool got;
    err e;
    struct query q = query_under(T, 1, THING_DATASTREAMS);
    q.top = 1;
    if (!snapshot_open(the_store, &at, &e) || !store_query(at, &q, &c, &e)) fail_msg("%s", e.text);
    static const entity_id things[] = {1, 2, 3, 1}, first[] = {1, 3, 0, 1};
    for (int i = 0; i < 4; i++) {
        assert_true(cursor_restart(c, things[i], &e));
        assert_true(cursor_next(c, &r, &got, &e));
        assert_int_equal(got ? r.id : 0, first[i]);
        assert_true(cursor_next(c, &r, &got, &e));
        assert_false(got);
        assert_true(cursor_next(c, &r, &got, &e));
        assert_false(got);
    }
    cursor_close(c);
    snapshot_close(at);
}

static void only_what_is_asked_is_filled_in(void **state)
{
    (void)state;
    struct snapshot *at;
    struct cursor *c;
    struct record r;
    bool got;
    err e;
    struct query q = query_on(D);
    q.properties = 1u << DATASTREAM_NAME;
    q.links = 1u << DATASTREAM_SENSOR;
    if (!snapshot_open(the_store, &at, &e) || !store_query(at, &q, &c, &e)) fail_msg("%s", e.text);
    assert_true(cursor_next(c, &r, &got, &e) && got);
    assert_int_equal(r.properties[DATASTREAM_NAME].type, VALUE_TEXT);
    assert_int_equal(r.properties[DATASTREAM_DESCRIPTION].type, VALUE_NULL);
    assert_int_equal(r.links[DATASTREAM_SENSOR], 1);
    assert_int_equal(r.links[DATASTREAM_THING], 0);
    cursor_close(c);
    snapshot_close(at);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(to_one_paths_lead_to_one),
        cmocka_unit_test(to_many_paths_mean_that_there_is_one),
        cmocka_unit_test(a_parent_matched_by_many_children_comes_once),
        cmocka_unit_test(conditions_on_one_to_many_path_speak_of_one_entity),
        cmocka_unit_test(any_lets_conditions_speak_of_different_entities),
        cmocka_unit_test(any_inside_any_sees_all_variables),
        cmocka_unit_test(too_many_any_inside_each_other_are_refused),
        cmocka_unit_test(absence_along_a_path_is_null),
        cmocka_unit_test(observations_are_chosen_by_their_datastream),
        cmocka_unit_test(observations_are_chosen_by_their_feature),
        cmocka_unit_test(conditions_that_share_a_path_stay_together_however_they_are_found),
        cmocka_unit_test(counts_agree_with_answers),
        cmocka_unit_test(every_relation_leads_from_a_parent),
        cmocka_unit_test(one_entity_must_be_related_to_the_parent),
        cmocka_unit_test(a_cursor_starts_again_for_another_parent),
        cmocka_unit_test(only_what_is_asked_is_filled_in),
    };
    return cmocka_run_group_tests(tests, make_town, graph_close);
}
