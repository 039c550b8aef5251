// SPDX-License-Identifier: EUPL-1.2
#include "sta/option.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static const struct sta_target things = {.set = SET_THING};
static const struct sta_target observations = {.set = SET_OBSERVATION};
static const struct sta_target one_thing = {.set = SET_THING, .id = 1};
static const struct sta_target one_stream = {.set = SET_DATASTREAM,
                                             .has_parent = true,
                                             .parent_set = SET_OBSERVATION,
                                             .parent_id = 5,
                                             .relation = OBSERVATION_DATASTREAM,
                                             .id = 2};

struct row {
    const struct sta_target *target;
    const char *query;
    const char *printed;  // as a link would carry it; or the message
};

static struct query *parse(const struct row *row, arena *a, err *e)
{
    struct query *q;
    return sta_options_parse(str_of(row->query), row->target, NULL, a, &q, e) ? q : NULL;
}

static void assert_printed(const struct row *row)
{
    arena *a = arena_new(1 << 20);
    err e;
    const struct query *q = parse(row, a, &e);
    if (!q) fail_msg("%s\n  %s", row->query, e.text);
    buf b = {.max = 4096};
    sta_options_print(&b, q, NULL, 0);
    buf_add_char(&b, '\0');
    assert_string_equal(b.p, row->printed);
    buf_free(&b);
    arena_free(a);
}

static void assert_refused(const struct row *row)
{
    arena *a = arena_new(1 << 20);
    err e = {0};
    if (parse(row, a, &e)) fail_msg("accepted: %s", row->query);
    assert_string_equal(e.text, row->printed);
    arena_free(a);
}

#define FOR_ALL(rows, check) \
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) check(&rows[i])

static void options_are_read_in_any_order_and_printed_in_one(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {&things, "", "$top=100"},
        {&things, "$top=5&$skip=2&$count=true", "$top=5&$count=true&$skip=2"},
        {&things, "$count=false&$top=0", "$top=0"},
        {&things, "$top=1000000", "$top=10000"},
        {&things, "%24top=5&apikey=x&_=123", "$top=5"},
        {&things, "%20%20$top=5&%0a$count=true&%20apikey=x", "$top=5&$count=true"},
        {&things, "$orderby=name+desc,id&$filter=name%20eq%20'a%26b'",
         "$filter=name%20eq%20'a%26b'&$orderby=name%20desc,id&$top=100"},
        {&things, "$filter=contains(name,'%C3%96+x')", "$filter=contains(name,%20'%C3%96%20x')&$top=100"},
        {&observations, "$filter=phenomenonTime gt 2026-01-01T01:00:00+01:00",
         "$filter=phenomenonTime%20gt%202026-01-01T00:00:00Z&$top=100"},
        {&observations, "$orderby=phenomenonTime asc , result desc",
         "$orderby=phenomenonTime,result%20desc&$top=100"},
        {&observations, "$orderby=Datastreams/id", "$orderby=Datastream/id&$top=100"},
        {&things, "$orderby=Datastreams/Observations/phenomenonTime desc",
         "$orderby=Datastreams/Observations/phenomenonTime%20desc&$top=100"},
        {&observations, "$resultFormat=dataarray&$top=2", "$resultFormat=dataArray&$top=2"},
        {&observations, "$resultFormat=csv", "$resultFormat=CSV"},
        {&one_thing, "$select=name", "$select=name"},
        {&one_stream, "$expand=Thing", "$expand=Thing"},
    };
    FOR_ALL(rows, assert_printed);
}

static void selections_keep_names_paths_and_links(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {&things, "$select=name,id,Datastreams", "$top=100&$select=id,name,Datastreams"},
        {&things, "$select=@iot.id", "$top=100&$select=id"},
        {&things, "$select=name,properties/codegemeente", "$top=100&$select=name,properties/codegemeente"},
        {&things, "$select=properties/a,properties", "$top=100&$select=properties"},
        {&things, "$select=properties,properties/a", "$top=100&$select=properties"},
        {&things, "$select=properties/a/b,properties/c[0]",
         "$top=100&$select=properties/a/b,properties/c%5B0%5D"},
        {&things, "$select=distinct:name", "$top=100&$select=distinct:name"},
    };
    FOR_ALL(rows, assert_printed);
}

static void expansions_nest_and_merge(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {&things, "$expand=Locations,Datastreams&$top=1",
         "$top=1&$expand=Locations($top=100),Datastreams($top=100)"},
        {&things, "$top=1&$expand=locations", "$top=1&$expand=Locations($top=100)"},
        {&observations, "$top=1&$expand=Datastream/Thing", "$top=1&$expand=Datastream($expand=Thing)"},
        {&observations, "$top=1&$expand=Datastream/Sensor,Datastream/Thing",
         "$top=1&$expand=Datastream($expand=Sensor,Thing)"},
        {&observations, "$top=1&$expand=Datastream($select=name)/Thing($select=id)",
         "$top=1&$expand=Datastream($select=name;$expand=Thing($select=id))"},
        {&things,
         "$top=1&$expand=Datastreams($select=id,name;$expand=Observations($orderby=phenomenonTime "
         "desc;$top=1))",
         "$top=1&$expand=Datastreams($top=100;$select=id,name;$expand=Observations($orderby=phenomenonTime%"
         "20desc;$top=1))"},
        {&things,
         "$top=1&$expand=Datastreams($filter=name eq 'a;b,c)(' and (id gt 1);$count=true;$top=2;$skip=1)",
         "$top=1&$expand=Datastreams($filter=(name%20eq%20'a;b,c)(')%20and%20(id%20gt%201);$top=2;$count="
         "true)"},
    };
    FOR_ALL(rows, assert_printed);
}

static void faults_name_the_option_and_the_position(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {&things, "$top=-1", "$top, position 1: expected a whole number, 0 or more, found '-'"},
        {&things, "$top=1.5", "$top, position 1: expected a whole number, 0 or more, found '1.5'"},
        {&things, "$top=", "$top, position 1: expected a whole number, 0 or more, found the end"},
        {&things, "$top=99999999999999999999",
         "$top, position 1: expected a whole number, 0 or more, found '99999999999999999999'"},
        {&things, "$count=yes", "$count, position 1: expected true or false, found 'yes'"},
        {&things, "$top=1&$top=2", "$top is given twice"},
        {&things, "$search=x", "the option $search is not supported"},
        {&things, "$foo=x", "the option $foo is not supported"},
        {&things, "$expand=Datastreams($foo=1)", "$expand, position 13: the option $foo is not supported"},
        {&things, "$expand=Datastreams($top=1;$top=2)", "$expand, position 20: $top is given twice"},
        {&things, "$expand=Datastreams($resultFormat=CSV)",
         "$expand, position 13: expected an option such as $select, $filter or $top, found '$resultFormat'"},
        {&things, "$expand=Datastreams(",
         "$expand, position 13: expected an option such as $select, $filter or $top, found the end"},
        {&things, "$expand=Datastreams($top=1",
         "$expand, position 19: expected ';' or ')' behind an option of $expand, found the end"},
        {&observations, "$expand=Datastream($top=1)",
         "$expand, position 12: $top makes no sense for Datastream, which is one entity"},
        {&things, "$expand=Foo",
         "$expand, position 1: 'Foo' is not a property or relation of Things; there are id, name, "
         "description, properties, "
         "Locations, HistoricalLocations, Datastreams, MultiDatastreams"},
        {&things, "$select=nam",
         "$select, position 1: 'nam' is not a property or relation of Things; there are id, name, "
         "description, properties, "
         "Locations, HistoricalLocations, Datastreams, MultiDatastreams"},
        {&things, "$orderby=name up", "$orderby, position 6: expected the end, found 'up'"},
        {&one_thing, "$top=1", "$top makes no sense for a single entity"},
        {&one_stream, "$filter=id eq 1", "$filter makes no sense for a single entity"},
        {&things, "$resultFormat=XML",
         "$resultFormat, position 1: expected JSON, dataArray, CSV or GeoJSON, found 'XML'"},
        {&things, "$resultFormat=dataArray", "$resultFormat=dataArray is for sets of Observations only"},
        {&observations, "$resultFormat=dataArray&$expand=Datastream",
         "$resultFormat=dataArray cannot be combined with $expand"},
        {&things, "$resultFormat=CSV&$expand=Datastreams",
         "$resultFormat=CSV: Datastreams can be expanded with $top=1 only"},
        {&things, "$skiptoken=abc",
         "this link does not belong to this query: start again without $skiptoken"},
        {&things, "$skiptoken=1,2.5",
         "this link does not belong to this query: start again without $skiptoken"},
        {&things, "$skiptoken='a'&$orderby=name",
         "this link does not belong to this query: start again without $skiptoken"},
        {&things, "$expand=Datastreams/Thing/Datastreams/Thing/Datastreams/Thing/Datastreams",
         "$expand, position 55: expands more than 6 levels"},
    };
    FOR_ALL(rows, assert_refused);
}

static void an_unknown_option_is_501_and_a_malformed_one_400(void **state)
{
    (void)state;
    arena *a = arena_new(1 << 20);
    err e = {0};
    assert_null(parse(&(struct row){&things, "$search=x", NULL}, a, &e));
    assert_int_equal(err_http_status(e.code), 501);
    assert_null(parse(&(struct row){&things, "$top=x", NULL}, a, &e));
    assert_int_equal(err_http_status(e.code), 400);
    assert_null(parse(&(struct row){&things, "$filter=%zz", NULL}, a, &e));
    assert_int_equal(err_http_status(e.code), 400);
    arena_free(a);
}

static void an_answer_that_could_be_huge_is_refused(void **state)
{
    (void)state;
    arena *a = arena_new(1 << 20);
    err e = {0};
    assert_null(parse(
        &(struct row){&things, "$expand=Datastreams($expand=Observations($top=10000);$top=10000)&$top=10000",
                      NULL},
        a, &e));
    assert_string_equal(
        e.text,
        "$expand: this could be 1000100010000 entities, at most 1000000000 are given at once; use $top");
    assert_non_null(parse(&(struct row){&things, "$expand=Datastreams/Observations", NULL}, a, &e));
    arena_free(a);
}

static void a_position_travels_in_a_link_and_back(void **state)
{
    (void)state;
    arena *a = arena_new(1 << 20);
    err e;
    const struct row row = {&observations,
                            "$orderby=result,phenomenonTime desc,parameters/x,parameters&$top=2", NULL};
    const struct query *q = parse(&row, a, &e);
    assert_non_null(q);
    const value after[] = {value_of_number(STR("-20.50")),
                           value_time((interval){TIME_SECOND, 2 * TIME_SECOND}), value_text(STR("it's+")),
                           value_json(STR("{\"a\":\"it's\"}")), value_int(OBSERVATION_ID(7, 9))};
    buf b = {.max = 4096};
    sta_options_print(&b, q, after, 5);
    struct query *again;
    if (!sta_options_parse(buf_str(&b), &observations, NULL, a, &again, &e))
        fail_msg("%.*s: %s", STR_ARG(buf_str(&b)), e.text);
    assert_int_equal(again->after_count, 5);
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(again->after[i].type, after[i].type);
        assert_true(str_eq(again->after[i].text, after[i].text));
        assert_int_equal(again->after[i].number.units, after[i].number.units);
        assert_int_equal(again->after[i].number.scale, after[i].number.scale);
    }
    assert_int_equal(again->after[1].time.end, 2 * TIME_SECOND);
    buf_free(&b);
    arena_free(a);
}

static void what_must_be_read_follows_from_the_options(void **state)
{
    (void)state;
    arena *a = arena_new(1 << 20);
    err e;
    static const struct {
        struct row row;
        uint32_t properties, links;
        bool select_id;
    } rows[] = {
        {{&things, "", NULL}, 7, 0, true},
        {{&observations, "$select=result&$expand=FeatureOfInterest", NULL},
         1 << OBSERVATION_RESULT,
         1 << OBSERVATION_FEATURE_OF_INTEREST,
         false},
        {{&observations, "$resultFormat=dataArray&$select=id,result", NULL},
         1 << OBSERVATION_RESULT,
         1 << OBSERVATION_DATASTREAM | 1 << OBSERVATION_MULTI_DATASTREAM,
         true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct query *q = parse(&rows[i].row, a, &e);
        if (!q)
            fail_msg("%s", e.text);
        else {
            assert_int_equal(q->properties, rows[i].properties);
            assert_int_equal(q->links, rows[i].links);
            assert_int_equal(q->select_id, rows[i].select_id);
        }
    }
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_are_read_in_any_order_and_printed_in_one),
        cmocka_unit_test(selections_keep_names_paths_and_links),
        cmocka_unit_test(expansions_nest_and_merge),
        cmocka_unit_test(faults_name_the_option_and_the_position),
        cmocka_unit_test(an_unknown_option_is_501_and_a_malformed_one_400),
        cmocka_unit_test(an_answer_that_could_be_huge_is_refused),
        cmocka_unit_test(a_position_travels_in_a_link_and_back),
        cmocka_unit_test(what_must_be_read_follows_from_the_options),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
