// SPDX-License-Identifier: EUPL-1.2
// No question may read more than it answers: how SQLite goes about what a town's dashboards ask. SHOW_PLANS=1 prints it.
#include "store/test/graph.h"

#include "store/query/plan.h"
#include "store/tx.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define T SET_THING
#define D SET_DATASTREAM
#define O SET_OBSERVATION
#define EQ(a, b) CALL(OP_EQ, (a), (b))

// The steps of EXPLAIN QUERY PLAN, one a line.
static const char *steps_of(const struct query *q, bool is_count)
{
    struct snapshot *at;
    struct plan p;
    err e;
    if (!snapshot_open(the_store, &at, &e)) fail_msg("%s", e.text);
    if (!(is_count ? plan_count(q, NULL, the_arena, &p, &e) : plan_rows(q, NULL, the_arena, &p, &e)))
        fail_msg("%s", e.text);
    struct connection *c = snapshot_connection(at);
    str sql, steps = {0};
    sqlite3_stmt *st;
    bool got;
    assert_true(arena_print(the_arena, &sql, "EXPLAIN QUERY PLAN %.*s", STR_ARG(p.sql)));
    if (!sql_take(c, sql, &st, &e)) fail_msg("%s", e.text);
    buf b = {.max = 65536};
    while (sql_step(c, st, &got, &e) && got) buf_print(&b, "%s\n", (const char *)sqlite3_column_text(st, 3));
    sql_give(c, st);
    snapshot_close(at);
    assert_true(arena_copy(the_arena, buf_str(&b), &steps));
    buf_free(&b);
    if (getenv("SHOW_PLANS")) printf("%.*s\n%s\n", STR_ARG(p.sql), steps.p);
    return steps.p;
}

static void assert_steps(const struct query *q, const char *has, const char *has_not)
{
    const char *steps = steps_of(q, false);
    if (has && !strstr(steps, has)) fail_msg("no '%s' in:\n%s", has, steps);
    if (has_not && strstr(steps, has_not)) fail_msg("'%s' in:\n%s", has_not, steps);
}

static struct query ordered(struct query q, struct expr *key, bool is_descending, int64_t top)
{
    q.orders = order_by(key, is_descending);
    q.order_count = 1;
    q.top = top;
    return q;
}

static void children_are_found_by_an_index(void **state)
{
    (void)state;
    struct query q = query_under(T, 1, THING_DATASTREAMS);
    assert_steps(&q, "SEARCH t0 USING COVERING INDEX by_Datastream_Thing (Thing=?)", "TEMP B-TREE");
    q = query_under(T, 1, THING_LOCATIONS);
    assert_steps(&q, "SEARCH p USING PRIMARY KEY (Thing=?)", "TEMP B-TREE");
    q = query_under(SET_LOCATION, 1, LOCATION_THINGS);
    assert_steps(&q, "SEARCH p USING COVERING INDEX by_Thing_Locations_LocationThing", "TEMP B-TREE");
    q = query_under(D, 1, DATASTREAM_THING);
    assert_steps(&q, "SEARCH t0 USING INTEGER PRIMARY KEY (rowid=?)", "SCAN");
    q = query_under(SET_MULTI_DATASTREAM, 1, MULTI_DATASTREAM_OBSERVED_PROPERTIES);
    assert_steps(&q, "SEARCH p USING PRIMARY KEY (MultiDatastream=?)", "TEMP B-TREE");
}

static void the_newest_historical_location_is_an_index_step(void **state)
{
    (void)state;
    struct query q = query_under(T, 1, THING_HISTORICAL_LOCATIONS);
    q = ordered(q, path(SET_HISTORICAL_LOCATION, "time"), true, 1);
    assert_steps(&q, "by_HistoricalLocation_Thingtime (Thing=?)", "TEMP B-TREE");
}

static void names_are_found_and_ordered_by_an_index(void **state)
{
    (void)state;
    struct query q = query_where(T, EQ(path(T, "name"), text("x")));
    assert_steps(&q, "SEARCH t0 USING COVERING INDEX by_Thing_name (name=?)", "TEMP B-TREE");
    q = query_where(D, EQ(path(D, "Thing/name"), text("x")));
    assert_steps(&q, "by_Thing_name (name=?)", "SCAN");
    q = ordered(query_on(D), path(D, "name"), false, 10);
    assert_steps(&q, "USING COVERING INDEX by_Datastream_name", "TEMP B-TREE");
    const value after[] = {value_text(STR("m")), value_int(4)};
    q.after = after;
    q.after_count = 2;
    assert_steps(&q, "SEARCH t0 USING COVERING INDEX by_Datastream_name (name>?)", "TEMP B-TREE");
    q.orders[0].is_descending = true;
    assert_steps(&q, "SEARCH t0 USING COVERING INDEX by_Datastream_name (name<?)", "TEMP B-TREE");
}

static void pages_by_id_seek(void **state)
{
    (void)state;
    const value after[] = {value_int(40)};
    struct query q = query_on(T);
    q.after = after;
    q.after_count = 1;
    assert_steps(&q, "SEARCH t0 USING INTEGER PRIMARY KEY (rowid>?)", "TEMP B-TREE");
    q = query_on(O);
    q.after = after;
    q.after_count = 1;
    assert_steps(&q, "SCAN t0 VIRTUAL TABLE INDEX 2:g", "TEMP B-TREE");
}

static void observations_of_a_datastream_are_sought_and_not_sorted(void **state)
{
    (void)state;
    struct query q = query_under(D, 1, DATASTREAM_OBSERVATIONS);
    assert_steps(&q, "SCAN t0 VIRTUAL TABLE INDEX 1:s", "TEMP B-TREE");
    q = ordered(q, path(O, "phenomenonTime"), true, 1);
    assert_steps(&q, "SCAN t0 VIRTUAL TABLE INDEX 5:s", "TEMP B-TREE");
    const value after[] = {of_time("2020-01-01T00:00:00Z"), value_int(4)};
    q.after = after;
    q.after_count = 2;
    assert_steps(&q, "SCAN t0 VIRTUAL TABLE INDEX 5:sqQ", "TEMP B-TREE");
}

static void times_in_a_filter_are_sought(void **state)
{
    (void)state;
    struct expr *p = path(O, "phenomenonTime");
    struct query q = query_under(D, 1, DATASTREAM_OBSERVATIONS);
    q.filter = CALL(OP_AND, CALL(OP_GE, p, at_time("2020-01-01T00:00:00Z")),
                    CALL(OP_LT, p, at_time("2020-01-02T00:00:00Z")));
    assert_steps(&q, "SCAN t0 VIRTUAL TABLE INDEX 1:sAB", "TEMP B-TREE");
    q.filter = CALL(FN_DURING, p, at_time("2020-01-01T00:00:00Z/2020-01-02T00:00:00Z"));
    assert_steps(&q, "SCAN t0 VIRTUAL TABLE INDEX 1:sAB", "TEMP B-TREE");
    q.filter = CALL(FN_OVERLAPS, p, at_time("2020-01-01T00:00:00Z/2020-01-02T00:00:00Z"));
    assert_steps(&q, "SCAN t0 VIRTUAL TABLE INDEX 1:sBA", "TEMP B-TREE");
    q.filter = CALL(OP_AND, CALL(OP_NOT, CALL(OP_LT, p, at_time("2020-01-01T00:00:00Z"))),
                    CALL(OP_NOT, CALL(OP_GE, p, at_time("2020-01-02T00:00:00Z"))));
    assert_steps(&q, "SCAN t0 VIRTUAL TABLE INDEX 1:sAB", "TEMP B-TREE");
    q.filter = CALL(OP_GT, p, CALL(OP_SUB, call_of(FN_NOW, NULL), lasting("PT1H")));
    assert_steps(&q, "SCAN t0 VIRTUAL TABLE INDEX 1:sa", "TEMP B-TREE");
    q.filter = EQ(p, at_time("2020-01-01T00:00:00Z"));
    assert_steps(&q, "SCAN t0 VIRTUAL TABLE INDEX 1:s=", "TEMP B-TREE");
    q = query_where(O, EQ(p, at_time("2020-01-01T00:00:00Z")));
    assert_steps(&q, "SCAN t0 VIRTUAL TABLE INDEX 2:=", "TEMP B-TREE");
}

static void observations_are_asked_of_the_chosen_streams_only(void **state)
{
    (void)state;
    struct query q = query_where(O, EQ(path(O, "Datastream/Thing/name"), text("x")));
    assert_steps(&q, "SCAN t0 VIRTUAL TABLE INDEX 2:S", "TEMP B-TREE");
    assert_steps(&q, "by_Thing_name (name=?)", NULL);
    assert_steps(&q, "by_Datastream_Thing (Thing=?)", NULL);
    q = ordered(q, path(O, "phenomenonTime"), true, 10);
    assert_steps(&q, "SCAN t0 VIRTUAL TABLE INDEX 5:S", "TEMP B-TREE");
    q = query_where(O, EQ(path(O, "FeatureOfInterest/name"), text("x")));
    assert_steps(&q, "SCAN t0 VIRTUAL TABLE INDEX 2:S", "TEMP B-TREE");
}

static void latest_observation_filters_of_things_stay_within_their_streams(void **state)
{
    (void)state;
    struct query q = query_where(
        T, CALL(OP_GT, path(T, "Datastreams/Observations/phenomenonTime"), at_time("2020-01-01T00:00:00Z")));
    assert_steps(&q, "SCAN t2 VIRTUAL TABLE INDEX 0:as", "LEFT-JOIN");
    assert_steps(&q, "by_Datastream_Thing (Thing=?)", NULL);
}

static void one_entity_is_one_step(void **state)
{
    (void)state;
    struct query q = query_on(O);
    q.id = OBSERVATION_ID(3, 4);
    assert_steps(&q, "SCAN t0 VIRTUAL TABLE INDEX 2:i", NULL);
    q = query_where(D, EQ(path(D, "id"), number("3")));
    assert_steps(&q, "SEARCH t0 USING INTEGER PRIMARY KEY (rowid=?)", NULL);
    q = query_where(D, CALL(OP_IN, path(D, "id"), list_of(number("3"), number("4"), (struct expr *)NULL)));
    assert_steps(&q, "SEARCH t0 USING INTEGER PRIMARY KEY (rowid=?)", "SCAN");
}

static void counts_of_whole_streams_read_no_observation(void **state)
{
    (void)state;
    const struct query questions[] = {query_on(O), query_under(D, 1, DATASTREAM_OBSERVATIONS),
                                      query_where(O, EQ(path(O, "Datastream/Thing/name"), text("x")))};
    for (size_t i = 0; i < 3; i++) {
        const char *steps = steps_of(&questions[i], true);
        assert_null(strstr(steps, "TEMP B-TREE"));
        assert_non_null(strstr(steps, "SCAN t0 VIRTUAL TABLE"));
        struct plan p;
        err e;
        assert_true(plan_count(&questions[i], NULL, the_arena, &p, &e));
        str sql;
        assert_true(arena_copy(the_arena, p.sql, &sql));
        assert_non_null(strstr(sql.p, "FROM stream_extent AS t0"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(children_are_found_by_an_index),
        cmocka_unit_test(the_newest_historical_location_is_an_index_step),
        cmocka_unit_test(names_are_found_and_ordered_by_an_index),
        cmocka_unit_test(pages_by_id_seek),
        cmocka_unit_test(observations_of_a_datastream_are_sought_and_not_sorted),
        cmocka_unit_test(times_in_a_filter_are_sought),
        cmocka_unit_test(observations_are_asked_of_the_chosen_streams_only),
        cmocka_unit_test(latest_observation_filters_of_things_stay_within_their_streams),
        cmocka_unit_test(one_entity_is_one_step),
        cmocka_unit_test(counts_of_whole_streams_read_no_observation),
    };
    return cmocka_run_group_tests(tests, graph_open, graph_close);
}
