// SPDX-License-Identifier: EUPL-1.2
// $orderby, pages by position, $skip and $top, distinct.
#include "store/test/graph.h"

#include <stdlib.h>
#include <string.h>

#define T SET_THING
#define O SET_OBSERVATION

static entity_id stream, multi;

// Things 1 to 8 with every kind of value, equal ones and absent ones among them; a stream with equal times.
static int make_ties(void **state)
{
    if (graph_open(state) != 0) return -1;
    static const char *const properties[] = {"{\"k\":2,\"g\":\"a\"}",    "{\"k\":\"x\",\"g\":\"b\"}",
                                             "{\"k\":true,\"g\":\"a\"}", NULL,
                                             "{\"k\":2.5,\"g\":\"a\"}",  "{\"k\":false}",
                                             "{\"k\":[1],\"g\":\"b\"}",  "{\"k\":2}"};
    static const char *const names[] = {"b", "a", "c", "a", "b", "Z", "é", "a"};
    for (int i = 0; i < 8; i++) make_thing(names[i], properties[i]);
    const entity_id s = make_sensor("s"), p = make_observed_property("p");
    stream = make_datastream("d", 1, s, p);
    static const char *const times[] = {"2020-01-01T00:00:03Z", "2020-01-01T00:00:01Z",
                                        "2020-01-01T00:00:02Z", "2020-01-01T00:00:02Z",
                                        "2020-01-01T00:00:02Z", "2020-01-01T00:00:05Z"};
    static const char *const results[] = {"5", "4", "\"t\"", "4", "null", "4"};
    for (int i = 0; i < 6; i++) {
        struct observation o = {.stream = stream,
                                .phenomenon_time = of_time(times[i]).time,
                                .result_time = i % 2 ? of_time(times[i]).time.start : TIME_NONE,
                                .valid_time = {TIME_NONE, TIME_NONE},
                                .result = of_json(results[i])};
        append(&o);
    }
    const entity_id second = make_datastream("e", 2, s, p);
    observe(second, "2020-01-01T00:00:02Z", "9");
    make_datastream("f", 3, s, p);
    multi = make_multi_datastream("m", 1, s, 2);
    for (int i = 0; i < 3; i++) link_to(SET_MULTI_DATASTREAM, multi, MULTI_DATASTREAM_OBSERVED_PROPERTIES, p);
    return 0;
}

static struct query ordered(entity_set set, struct expr *key, bool is_descending)
{
    struct query q = query_on(set);
    q.orders = order_by(key, is_descending);
    q.order_count = 1;
    return q;
}

static struct query ordered_twice(entity_set set, struct expr *first, bool first_descends,
                                  struct expr *second, bool second_descends)
{
    struct query q = query_on(set);
    q.orders = ARENA_ARRAY(the_arena, 2, struct query_order);
    q.orders[0] = (struct query_order){first, first_descends};
    q.orders[1] = (struct query_order){second, second_descends};
    q.order_count = 2;
    return q;
}

#define ORDER(q, ids)                            \
    do {                                         \
        const struct query q_ = (q);             \
        assert_string_equal(ids_of(&q_), (ids)); \
    } while (0)

// ---- Orders ----------------------------------------------------------------------------------------------------------

static void without_an_order_ids_count_up(void **state)
{
    (void)state;
    ORDER(query_on(T), "1 2 3 4 5 6 7 8");
}

static void texts_order_by_code_point_and_equal_ones_by_id(void **state)
{
    (void)state;
    ORDER(ordered(T, path(T, "name"), false), "6 2 4 8 1 5 3 7");
    ORDER(ordered(T, path(T, "name"), true), "7 3 5 1 8 4 2 6");
    ORDER(ordered_twice(T, path(T, "name"), false, path(T, "id"), true), "6 8 4 2 5 1 3 7");
}

static void nulls_come_first_and_descending_last(void **state)
{
    (void)state;
    ORDER(ordered(T, path(T, "properties/g"), false), "4 6 8 1 3 5 2 7");
    ORDER(ordered(T, path(T, "properties/g"), true), "7 2 5 3 1 8 6 4");
}

static void json_orders_by_type_then_value(void **state)
{
    (void)state;
    ORDER(ordered(T, path(T, "properties/k"), false), "4 1 8 5 2 6 3 7");
    ORDER(ordered(T, path(T, "properties/k"), true), "7 3 6 2 5 8 1 4");
}

static void functions_and_paths_order_too(void **state)
{
    (void)state;
    ORDER(ordered(T, CALL(FN_TOUPPER, path(T, "name")), false), "2 4 8 1 5 3 6 7");
    ORDER(ordered(SET_DATASTREAM, path(SET_DATASTREAM, "Thing/name"), false), "2 1 3");
    ORDER(ordered(T, CALL(OP_EQ, path(T, "name"), text("a")), true), "8 4 2 7 6 5 3 1");
}

// Streams d, e and f are of Things 1, 2 and 3; the times of d go from :01 to :05, that of e is :02, f has none.
static void of_many_related_entities_the_first_in_the_order_decides(void **state)
{
    (void)state;
    ORDER(ordered(SET_DATASTREAM, path(SET_DATASTREAM, "Observations/phenomenonTime"), false), "3 1 2");
    ORDER(ordered(SET_DATASTREAM, path(SET_DATASTREAM, "Observations/phenomenonTime"), true), "1 2 3");
    ORDER(ordered(T, path(T, "Datastreams/name"), false), "4 5 6 7 8 1 2 3");
    ORDER(ordered(T, path(T, "Datastreams/Observations/result"), true), "1 2 8 7 6 5 4 3");
    ORDER(ordered_twice(T, CALL(FN_TOUPPER, path(T, "Datastreams/name")), true, path(T, "id"), false),
          "3 2 1 4 5 6 7 8");
}

static void times_order_by_start_then_end_and_none_first(void **state)
{
    (void)state;
    ORDER(ordered(SET_DATASTREAM, path(SET_DATASTREAM, "phenomenonTime"), false), "3 1 2");
    ORDER(ordered(SET_DATASTREAM, path(SET_DATASTREAM, "phenomenonTime"), true), "2 1 3");
}

static struct query of_stream(void)
{
    return query_under(SET_DATASTREAM, stream, DATASTREAM_OBSERVATIONS);
}

static void observations_of_a_datastream_come_by_time(void **state)
{
    (void)state;
    struct query q = of_stream();
    ORDER(q, "2 3 4 5 1 6");
    q.orders = order_by(path(O, "phenomenonTime"), true);
    q.order_count = 1;
    ORDER(q, "6 1 5 4 3 2");
    q.orders = order_by(path(O, "result"), false);
    ORDER(q, "5 2 4 6 1 3");
    q.orders = order_by(path(O, "resultTime"), true);
    ORDER(q, "6 4 2 5 3 1");
}

static void observations_of_all_come_by_time_when_asked(void **state)
{
    (void)state;
    ORDER(query_on(O), "1 2 3 4 5 6 1");
    ORDER(ordered(O, path(O, "phenomenonTime"), false), "2 3 4 5 1 1 6");
    ORDER(ordered(O, path(O, "phenomenonTime"), true), "6 1 1 5 4 3 2");
}

static void top_and_skip_cut_the_answer(void **state)
{
    (void)state;
    struct query q = ordered(T, path(T, "name"), false);
    q.top = 3;
    ORDER(q, "6 2 4");
    q.skip = 2;
    ORDER(q, "4 8 1");
    q.top = -1;
    ORDER(q, "4 8 1 5 3 7");
    q.top = 0;
    ORDER(q, "");
    q.top = 5;
    q.skip = 100;
    ORDER(q, "");
}

// ---- Pages -----------------------------------------------------------------------------------------------------------

// What came on one page, and where to go on.
struct page {
    entity_id ids[16];
    size_t count;
    value *after;
    size_t after_count;
};

static struct page read_page(const struct query *q)
{
    struct snapshot *at;
    struct cursor *c;
    struct record r;
    bool got;
    err e;
    struct page page = {0};
    if (!snapshot_open(the_store, &at, &e)) fail_msg("%s", e.text);
    if (!store_query(at, q, &c, &e)) fail_msg("%s", e.text);
    for (;;) {
        if (!cursor_next(c, &r, &got, &e)) fail_msg("%s", e.text);
        if (!got) break;
        page.ids[page.count++] = r.id;
        if (!cursor_position(c, the_arena, &page.after, &page.after_count, &e)) fail_msg("%s", e.text);
    }
    cursor_close(c);
    snapshot_close(at);
    return page;
}

static void assert_pages_join(struct query q)
{
    q.top = 16;
    const struct page all = read_page(&q);
    for (int64_t top = 1; top <= 4; top++) {
        q.top = top;
        q.after = NULL;
        for (size_t seen = 0;;) {
            const struct page page = read_page(&q);
            for (size_t i = 0; i < page.count; i++, seen++) {
                assert_true(seen < all.count);
                assert_int_equal(page.ids[i], all.ids[seen]);
            }
            if (page.count == 0) {
                assert_int_equal(seen, all.count);
                break;
            }
            q.after = page.after;
            q.after_count = page.after_count;
        }
    }
}

static void pages_join_to_the_whole_in_every_order(void **state)
{
    (void)state;
    struct expr *const keys[] = {path(T, "name"),
                                 path(T, "properties/k"),
                                 path(T, "properties/g"),
                                 path(T, "id"),
                                 CALL(FN_LENGTH, path(T, "name")),
                                 CALL(OP_EQ, path(T, "name"), text("a")),
                                 path(T, "properties"),
                                 CALL(OP_ADD, path(T, "properties/k"), number("0.5"))};
    const size_t count = sizeof keys / sizeof keys[0];
    assert_pages_join(query_on(T));
    for (size_t i = 0; i < count; i++) {
        assert_pages_join(ordered(T, keys[i], false));
        assert_pages_join(ordered(T, keys[i], true));
        for (size_t k = 0; k < count; k++)
            for (int form = 0; form < 4; form++)
                assert_pages_join(ordered_twice(T, keys[i], form & 1, keys[k], form & 2));
    }
}

static void pages_join_when_many_related_entities_decide(void **state)
{
    (void)state;
    for (int descends = 0; descends < 2; descends++) {
        assert_pages_join(
            ordered(SET_DATASTREAM, path(SET_DATASTREAM, "Observations/phenomenonTime"), descends));
        assert_pages_join(ordered(SET_DATASTREAM, path(SET_DATASTREAM, "Observations/resultTime"), descends));
        assert_pages_join(ordered(T, path(T, "Datastreams/Observations/result"), descends));
        assert_pages_join(ordered(T, path(T, "Datastreams/phenomenonTime"), descends));
    }
}

static void pages_of_observations_join_to_the_whole(void **state)
{
    (void)state;
    struct expr *const keys[] = {path(O, "phenomenonTime"),
                                 path(O, "result"),
                                 path(O, "resultTime"),
                                 path(O, "id"),
                                 CALL(OP_SUB, path(O, "phenomenonTime"), at_time("2020-01-01T00:00:00Z")),
                                 CALL(FN_DATE, path(O, "phenomenonTime")),
                                 CALL(FN_TIME, path(O, "phenomenonTime"))};
    struct query under = of_stream();
    assert_pages_join(query_on(O));
    assert_pages_join(under);
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        for (int descends = 0; descends < 2; descends++) {
            assert_pages_join(ordered(O, keys[i], descends));
            under.orders = order_by(keys[i], descends);
            under.order_count = 1;
            assert_pages_join(under);
            assert_pages_join(ordered_twice(O, keys[i], descends, path(O, "phenomenonTime"), !descends));
            assert_pages_join(ordered_twice(O, path(O, "Datastream/name"), !descends, keys[i], descends));
        }
    }
    struct query filtered = query_where(O, CALL(OP_EQ, path(O, "Datastream/Thing/id"), number("1")));
    filtered.orders = order_by(path(O, "phenomenonTime"), true);
    filtered.order_count = 1;
    assert_pages_join(filtered);
}

static void pages_of_streams_join_by_their_derived_times(void **state)
{
    (void)state;
    struct expr *const keys[] = {path(SET_DATASTREAM, "phenomenonTime"), path(SET_DATASTREAM, "resultTime"),
                                 path(SET_DATASTREAM, "Thing/name"),
                                 path(SET_DATASTREAM, "unitOfMeasurement")};
    for (size_t i = 0; i < 4; i++)
        for (int descends = 0; descends < 2; descends++)
            assert_pages_join(ordered(SET_DATASTREAM, keys[i], descends));
}

static void an_ordered_relation_has_pages_though_it_repeats(void **state)
{
    (void)state;
    struct query q = query_under(SET_MULTI_DATASTREAM, multi, MULTI_DATASTREAM_OBSERVED_PROPERTIES);
    ORDER(q, "1 1 1");
    assert_pages_join(q);
}

static void a_page_goes_on_where_the_last_one_ended_while_data_arrives(void **state)
{
    (void)state;
    struct query q = of_stream();
    q.orders = order_by(path(O, "phenomenonTime"), true);
    q.order_count = 1;
    q.top = 3;
    const struct page first = read_page(&q);  // 6 1 5
    assert_int_equal(OBSERVATION_NUMBER(first.ids[2]), 5);
    observe(stream, "2020-01-01T00:00:09Z", "1");  // 7: newer than the page
    observe(stream, "2020-01-01T00:00:02Z",
            "1");  // 8: at the same time as 5, later arrived: before it in this order
    observe(stream, "2020-01-01T00:00:00Z", "1");  // 9: older than all
    delete_entity(O, OBSERVATION_ID(stream, 5));   // the last of the page
    q.after = first.after;
    q.after_count = first.after_count;
    ORDER(q, "4 3 2");
    q.top = -1;
    ORDER(q, "4 3 2 9");
}

static void a_position_of_another_order_is_refused(void **state)
{
    (void)state;
    const value wrong[] = {value_text(STR("x")), value_int(1), value_int(2)};
    struct query q = ordered(T, path(T, "id"), false);
    q.after = wrong;
    q.after_count = 2;
    query_fails(&q, ERR_SYNTAX, "position");
    q.after_count = 3;
    query_fails(&q, ERR_SYNTAX, "position");
}

// ---- Distinct --------------------------------------------------------------------------------------------------------

static void distinct_shows_each_value_once(void **state)
{
    (void)state;
    struct query q = query_on(T);
    q.is_distinct = true;
    q.properties = 1u << THING_NAME;
    ORDER(q, "1 2 3 6 7");  // the first of each name
    assert_int_equal(count_of(&q), 5);
    q.orders = order_by(path(T, "name"), true);
    q.order_count = 1;
    ORDER(q, "7 3 1 2 6");
    assert_pages_join(q);
    q.filter = CALL(OP_NE, path(T, "name"), text("a"));
    ORDER(q, "7 3 1 6");
    q.select_id = true;
    ORDER(q, "7 3 5 1 6");
}

static void distinct_goes_into_json(void **state)
{
    (void)state;
    struct query q = query_on(T);
    str key = STR("g");
    struct query_select select = {.property = THING_PROPERTIES, .keys = &key, .key_count = 1};
    q.is_distinct = true;
    q.properties = 1u << THING_PROPERTIES;
    q.selects = &select;
    q.select_count = 1;
    ORDER(q, "1 2 4");
}

static void distinct_works_below_a_parent_and_on_observations(void **state)
{
    (void)state;
    struct query q = query_on(SET_DATASTREAM);
    q.is_distinct = true;
    q.links = 1u << DATASTREAM_SENSOR;
    ORDER(q, "1");
    q = of_stream();
    q.is_distinct = true;
    q.properties = 1u << OBSERVATION_RESULT;
    q.filter = CALL(OP_LE, path(O, "id"), number("4294967302"));  // those of the beginning: 2^32 + 6
    ORDER(q, "2 3 5 1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_an_order_ids_count_up),
        cmocka_unit_test(texts_order_by_code_point_and_equal_ones_by_id),
        cmocka_unit_test(nulls_come_first_and_descending_last),
        cmocka_unit_test(json_orders_by_type_then_value),
        cmocka_unit_test(functions_and_paths_order_too),
        cmocka_unit_test(of_many_related_entities_the_first_in_the_order_decides),
        cmocka_unit_test(times_order_by_start_then_end_and_none_first),
        cmocka_unit_test(observations_of_a_datastream_come_by_time),
        cmocka_unit_test(observations_of_all_come_by_time_when_asked),
        cmocka_unit_test(top_and_skip_cut_the_answer),
        cmocka_unit_test(pages_join_to_the_whole_in_every_order),
        cmocka_unit_test(pages_join_when_many_related_entities_decide),
        cmocka_unit_test(pages_of_observations_join_to_the_whole),
        cmocka_unit_test(pages_of_streams_join_by_their_derived_times),
        cmocka_unit_test(an_ordered_relation_has_pages_though_it_repeats),
        cmocka_unit_test(distinct_shows_each_value_once),
        cmocka_unit_test(distinct_goes_into_json),
        cmocka_unit_test(distinct_works_below_a_parent_and_on_observations),
        cmocka_unit_test(a_position_of_another_order_is_refused),
        cmocka_unit_test(a_page_goes_on_where_the_last_one_ended_while_data_arrives),
    };
    return cmocka_run_group_tests(tests, make_ties, graph_close);
}
