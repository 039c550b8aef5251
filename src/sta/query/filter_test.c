// SPDX-License-Identifier: EUPL-1.2
#include "sta/option.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

struct parsed {
    entity_set set;
    const char *text;
    const char *tree;  // brackets show what was bound to what
};

static void assert_tree(struct parsed row)
{
    arena *a = arena_new(1 << 20);
    err e;
    struct expr *x;
    if (!sta_filter_parse(str_of(row.text), row.set, NULL, a, &x, &e)) fail_msg("%s\n  %s", row.text, e.text);
    buf b = {.max = 4096};
    sta_filter_print(&b, x, row.set);
    buf_add_char(&b, '\0');
    assert_false(b.failed);
    assert_string_equal(b.p, row.tree);
    buf_free(&b);
    arena_free(a);
}

static void assert_trees(const struct parsed *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) assert_tree(rows[i]);
}

#define ASSERT_TREES(rows) assert_trees(rows, sizeof rows / sizeof *rows)

// OData 4.01 part 2, 5.1.1.17; the first four are FROST-Server's tests of precedence.
static void operators_bind_as_odata_says(void **state)
{
    (void)state;
    static const struct parsed rows[] = {
        {SET_OBSERVATION, "result eq 2 and result eq 1 or result eq 1",
         "((result eq 2) and (result eq 1)) or (result eq 1)"},
        {SET_OBSERVATION, "1 add result mul 2 sub -1 eq 4", "((1 add (result mul 2)) sub -1) eq 4"},
        {SET_OBSERVATION, "6 div 2 sub result eq 2", "((6 div 2) sub result) eq 2"},
        {SET_OBSERVATION, "1 add 2.0 mod (result add 1) eq 1", "(1 add (2.0 mod (result add 1))) eq 1"},
        {SET_OBSERVATION, "14 div (result add 1) mod 3 mul 3 eq 3",
         "(((14 div (result add 1)) mod 3) mul 3) eq 3"},
        {SET_OBSERVATION, "result eq 1 or result eq 2 and result eq 3",
         "(result eq 1) or ((result eq 2) and (result eq 3))"},
        {SET_OBSERVATION, "(result eq 1 or result eq 2) and result eq 3",
         "((result eq 1) or (result eq 2)) and (result eq 3)"},
        {SET_OBSERVATION, "result gt 1 eq true", "(result gt 1) eq true"},
        {SET_OBSERVATION, "true eq result gt 1", "true eq (result gt 1)"},
        {SET_OBSERVATION, "result sub 1 sub 2 eq 0", "((result sub 1) sub 2) eq 0"},
        {SET_OBSERVATION, "-result add 1 lt 0", "((-result) add 1) lt 0"},
        {SET_OBSERVATION, "-(result add 1) lt -2.5e3", "(-(result add 1)) lt -2.5e3"},
    };
    ASSERT_TREES(rows);
}

static void not_takes_a_whole_comparison(void **state)
{
    (void)state;
    static const struct parsed rows[] = {
        {SET_OBSERVATION, "not result lt 1", "not (result lt 1)"},
        {SET_OBSERVATION, "not result lt 1 and not result gt 3",
         "(not (result lt 1)) and (not (result gt 3))"},
        {SET_THING, "not properties/boolean", "not properties/boolean"},
        {SET_THING, "not (name eq 'a' or name eq 'b')", "not ((name eq 'a') or (name eq 'b'))"},
        {SET_THING, "not contains(name,'a') or name eq 'b'", "(not contains(name, 'a')) or (name eq 'b')"},
    };
    ASSERT_TREES(rows);
}

static void paths_go_over_relations_and_into_json(void **state)
{
    (void)state;
    static const struct parsed rows[] = {
        {SET_THING, "Datastreams/id eq null", "Datastreams/id eq null"},
        {SET_OBSERVATION, "Datastream/Thing/properties/owner/name eq 'x'",
         "Datastream/Thing/properties/owner/name eq 'x'"},
        {SET_THING, "@iot.id eq 5", "id eq 5"},
        {SET_THING, "datastreams/observedProperty/name eq 'pm10'",
         "Datastreams/ObservedProperty/name eq 'pm10'"},
        {SET_THING, "properties/a-b_c.d:e/2x[3]/y eq 1", "properties/a-b_c.d:e/2x[3]/y eq 1"},
        {SET_DATASTREAM, "unitOfMeasurement/name eq 'µg'", "unitOfMeasurement/name eq 'µg'"},
        {SET_OBSERVATION, "parameters/int eq '5'", "parameters/int eq '5'"},
        {SET_THING, "properties/and eq 1 and properties/not", "(properties/and eq 1) and properties/not"},
        {SET_OBSERVATION, "Datastreams/id eq 1", "Datastream/id eq 1"},
        {SET_LOCATION, "location/coordinates[0] gt 4", "location/coordinates[0] gt 4"},
    };
    ASSERT_TREES(rows);
}

static void any_has_a_variable_of_its_own(void **state)
{
    (void)state;
    static const struct parsed rows[] = {
        {SET_THING, "Datastreams/any(d:d/name eq 'x')", "Datastreams/any(v1: v1/name eq 'x')"},
        {SET_THING,
         "Datastreams/any(d : d/Observations/any(o:o/result gt 5 and d/id eq 1 and id eq 2)) and true",
         "Datastreams/any(v1: v1/Observations/any(v2: ((v2/result gt 5) and (v1/id eq 1)) and (id eq 2))) "
         "and true"},
    };
    ASSERT_TREES(rows);
}

static void literals_of_every_form(void **state)
{
    (void)state;
    static const struct parsed rows[] = {
        {SET_THING, "name eq 'it''s'", "name eq 'it''s'"},
        {SET_THING, "name eq ''", "name eq ''"},
        {SET_THING, "name eq 'Ö€'", "name eq 'Ö€'"},
        {SET_OBSERVATION, "result eq 1.50", "result eq 1.50"},
        {SET_OBSERVATION, "result eq 1E-3", "result eq 1E-3"},
        {SET_OBSERVATION, "result eq 12345678901234567890123", "result eq 12345678901234567890123"},
        {SET_OBSERVATION, "result eq true or result eq null", "(result eq true) or (result eq null)"},
        {SET_OBSERVATION, "phenomenonTime sub resultTime eq duration'PT1H30M'",
         "(phenomenonTime sub resultTime) eq duration'PT1H30M'"},
        {SET_OBSERVATION, "phenomenonTime gt now() sub duration'P1D' mul (Datastream/properties/days)",
         "phenomenonTime gt (now() sub (duration'P1D' mul Datastream/properties/days))"},
        {SET_OBSERVATION, "2 mul duration'P1D' gt duration'P1D' div 2",
         "(2 mul duration'P1D') gt (duration'P1D' div 2)"},
        {SET_OBSERVATION, "phenomenonTime add duration'P1D' gt now()",
         "(phenomenonTime add duration'P1D') gt now()"},
        {SET_OBSERVATION, "time(phenomenonTime) ge 09:30:00", "time(phenomenonTime) ge 09:30:00"},
        {SET_LOCATION, "geo.distance(location, geography'SRID=4326;POINT(6.099 51.447)') lt 0.02",
         "geo.distance(location, geography'POINT(6.099 51.447)') lt 0.02"},
        {SET_LOCATION, "st_within(location, geometry'POLYGON((0 0,1 0,1 1,0 0))')",
         "st_within(location, geography'POLYGON((0 0,1 0,1 1,0 0))')"},
        {SET_THING, "id in (1, 2,3)", "id in (1, 2, 3)"},
        {SET_THING, "'a' in properties/list", "'a' in properties/list"},
    };
    ASSERT_TREES(rows);
}

static void times_are_read_as_clients_send_them(void **state)
{
    (void)state;
    static const struct parsed rows[] = {
        {SET_OBSERVATION, "phenomenonTime gt 2026-01-01T00:00:00Z", "phenomenonTime gt 2026-01-01T00:00:00Z"},
        {SET_OBSERVATION, "phenomenonTime gt 2026-01-01T01:00:00.5+01:00",
         "phenomenonTime gt 2026-01-01T00:00:00.500Z"},
        {SET_OBSERVATION, "phenomenonTime gt 2026-01-01T01:00:00-0700",
         "phenomenonTime gt 2026-01-01T08:00:00Z"},
        {SET_OBSERVATION, "phenomenonTime lt 2026-01-01T00:00:00Z/2026-01-02T00:00:00Z",
         "phenomenonTime lt 2026-01-01T00:00:00Z/2026-01-02T00:00:00Z"},
        // a '+' that was read as a space
        {SET_OBSERVATION, "phenomenonTime gt 2026-01-01T01:00:00 01:00",
         "phenomenonTime gt 2026-01-01T00:00:00Z"},
        {SET_OBSERVATION, "phenomenonTime gt 2026-01-01T01:00:00 0100 and result gt 3",
         "(phenomenonTime gt 2026-01-01T00:00:00Z) and (result gt 3)"},
        {SET_OBSERVATION, "phenomenonTime gt 2026-01-01T01:00:00 01:00/2026-01-01T02:00:00 01:00",
         "phenomenonTime gt 2026-01-01T00:00:00Z/2026-01-01T01:00:00Z"},
        {SET_OBSERVATION, "phenomenonTime gt '2026-01-01T01:00:00 01:00'",
         "phenomenonTime gt 2026-01-01T00:00:00Z"},
        // RIVM's clients and samanapir
        {SET_OBSERVATION, "phenomenonTime gt '20190909' and phenomenonTime lt '20190912'",
         "(phenomenonTime gt 2019-09-09T00:00:00Z) and (phenomenonTime lt 2019-09-12T00:00:00Z)"},
        {SET_OBSERVATION, "phenomenonTime gt '2019-09-09 10:00:00'",
         "phenomenonTime gt 2019-09-09T10:00:00Z"},
        {SET_OBSERVATION, "phenomenonTime gt 2019-09-09", "phenomenonTime gt 2019-09-09T00:00:00Z"},
        {SET_OBSERVATION, "datetime'2019-09-09T10:00:00' lt phenomenonTime",
         "2019-09-09T10:00:00Z lt phenomenonTime"},
        {SET_OBSERVATION, "date(phenomenonTime) eq date('2019-10-01')",
         "date(phenomenonTime) eq date(2019-10-01T00:00:00Z)"},
        {SET_OBSERVATION, "date(phenomenonTime) eq 2019-10-01", "date(phenomenonTime) eq 2019-10-01"},
        {SET_OBSERVATION, "date(phenomenonTime) eq '2019-10-01'", "date(phenomenonTime) eq 2019-10-01"},
        {SET_OBSERVATION, "during(phenomenonTime, 2026-01-01/2026-02-01)",
         "during(phenomenonTime, 2026-01-01T00:00:00Z/2026-02-01T00:00:00Z)"},
        {SET_OBSERVATION, "year(resultTime) eq 2026", "year(resultTime) eq 2026"},
    };
    ASSERT_TREES(rows);
}

// Queries that Dutch clients of RIVM Samen Meten send.
static void queries_of_samen_meten_clients_are_read(void **state)
{
    (void)state;
    static const struct parsed rows[] = {
        {SET_THING, "contains(name,'USP')", "contains(name, 'USP')"},
        {SET_THING, "startswith(name,'LUC')", "startswith(name, 'LUC')"},
        {SET_THING, "name eq 'LTD_68263'", "name eq 'LTD_68263'"},
        {SET_THING, "(properties/project eq'Amersfoort')", "properties/project eq 'Amersfoort'"},
        {SET_THING, "contains(properties/project,'HEI')", "contains(properties/project, 'HEI')"},
        {SET_THING, "  properties/codegemeente   eq\t'984'  ", "properties/codegemeente eq '984'"},
    };
    ASSERT_TREES(rows);
}

static void ids_in_quotes_are_numbers_and_other_texts_are_nobodys_id(void **state)
{
    (void)state;
    static const struct parsed rows[] = {
        {SET_THING, "id eq '5'", "id eq 5"},
        {SET_THING, "'5' eq id", "5 eq id"},
        {SET_THING, "id ne 'abc'", "id ne 0"},
        {SET_THING, "id in ('1', 'x')", "id in (1, 0)"},
    };
    ASSERT_TREES(rows);
}

// ---- what is refused ----

struct refused {
    entity_set set;
    const char *text;
    err_code code;
    const char *message;
};

static void assert_refused(struct refused row)
{
    arena *a = arena_new(1 << 20);
    err e = {0};
    struct expr *x;
    if (sta_filter_parse(str_of(row.text), row.set, NULL, a, &x, &e)) fail_msg("accepted: %s", row.text);
    assert_string_equal(e.text, row.message);
    assert_int_equal(e.code, row.code);
    arena_free(a);
}

static void errors_name_the_position_and_what_was_expected(void **state)
{
    (void)state;
    static const struct refused rows[] = {
        {SET_OBSERVATION, "length('a') gt phenomenonTime", ERR_TYPE,
         "$filter, position 16: expected a number after 'gt', found 'phenomenonTime'"},
        {SET_THING, "", ERR_SYNTAX,
         "$filter, position 1: expected a property, literal, function or '(', found the end"},
        {SET_THING, "name eq", ERR_SYNTAX,
         "$filter, position 8: expected a property, literal, function or '(', found the end"},
        {SET_THING, "name EQ 'a'", ERR_SYNTAX,
         "$filter, position 6: expected an operator such as eq, lt, and, found 'EQ'"},
        {SET_THING, "name eq 'a", ERR_SYNTAX,
         "$filter, position 9: expected a closing quote for the text that starts here"},
        {SET_THING, "(name eq 'a'", ERR_SYNTAX,
         "$filter, position 13: expected an operator or ')', found the end"},
        {SET_THING, "name eq 'é' )", ERR_SYNTAX,
         "$filter, position 13: expected an operator or the end, found ')'"},
        {SET_THING, "name eq 5", ERR_TYPE, "$filter, position 9: expected a text after 'eq', found '5'"},
        {SET_THING, "name", ERR_TYPE, "$filter, position 1: expected a condition, found a text"},
        {SET_THING, "1 and true", ERR_TYPE,
         "$filter, position 1: expected true or false before 'and', found '1'"},
        {SET_THING, "not name", ERR_TYPE,
         "$filter, position 5: expected true or false after 'not', found 'name'"},
        {SET_THING, "nam eq 1", ERR_UNKNOWN,
         "$filter, position 1: 'nam' is not a property or relation of Things; there are id, name, "
         "description, properties, "
         "Locations, HistoricalLocations, Datastreams, MultiDatastreams"},
        {SET_THING, "foo(name)", ERR_UNKNOWN, "$filter, position 1: there is no function 'foo'"},
        {SET_THING, "length()", ERR_SYNTAX, "$filter, position 8: length takes 1 argument"},
        {SET_THING, "substring(name) eq 'a'", ERR_SYNTAX,
         "$filter, position 15: substring takes at least 2 arguments"},
        {SET_THING, "length(name,name) eq 1", ERR_SYNTAX, "$filter, position 13: length takes 1 argument"},
        {SET_THING, "contains(name, 5)", ERR_TYPE,
         "$filter, position 16: expected a text as argument 2 of function 'contains', found '5'"},
        {SET_THING, "name/x eq 1", ERR_UNKNOWN, "$filter, position 5: 'name' has no members"},
        {SET_THING, "Datastreams eq 1", ERR_SYNTAX,
         "$filter, position 13: expected '/' and a property behind the relation, found 'eq'"},
        {SET_THING, "Datastreams/any(name eq 'x')", ERR_SYNTAX,
         "$filter, position 17: expected a variable and ':', as in any(d: d/name eq 'x')"},
        {SET_THING, "id eq 007", ERR_SYNTAX,
         "$filter, position 7: expected a number without leading zeros, found '007'"},
        {SET_THING, "id eq 1x", ERR_SYNTAX, "$filter, position 8: expected a space behind the number '1'"},
        {SET_THING, "id eq \x01", ERR_SYNTAX,
         "$filter, position 7: expected a word, number or quote, found the byte 0x01"},
        {SET_OBSERVATION, "during(phenomenonTime, 2026-01-01T00:00:00Z)", ERR_TYPE,
         "$filter, position 24: expected an interval as argument 2 of function 'during', found "
         "'2026-01-01T00:00:00Z'"},
        {SET_OBSERVATION, "phenomenonTime gt 2026-01-02T00:00:00Z/2026-01-01T00:00:00Z", ERR_RANGE,
         "$filter, position 19: the interval starts after it ends"},
        {SET_LOCATION, "location eq geography'POINT(1 2)'", ERR_TYPE,
         "$filter, position 1: expected a value that can be compared (geometries: st_equals) before 'eq', "
         "found 'location'"},
        {SET_LOCATION, "st_within(location, geography'POINT(1)')", ERR_SYNTAX,
         "$filter, position 38: expected a coordinate in this geometry"},
        {SET_LOCATION, "st_within(location, geography'SRID=28992;POINT(1 2)')", ERR_RANGE,
         "$filter, position 31: expected SRID=4326 (WGS 84, longitude before latitude)"},
        {SET_LOCATION, "st_within(location, geography'POLYGON((0 0,1 0,1 1))')", ERR_SYNTAX,
         "$filter, position 51: expected at least four points of a ring in this geometry"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) assert_refused(rows[i]);
}

static void a_time_without_a_zone_is_refused_with_a_sentence_about_zones(void **state)
{
    (void)state;
    arena *a = arena_new(1 << 20);
    err e = {0};
    struct expr *x;
    assert_false(
        sta_filter_parse(STR("phenomenonTime gt 2026-01-01T00:00:00"), SET_OBSERVATION, NULL, a, &x, &e));
    assert_non_null(strstr(e.text, "$filter, position 38: "));
    assert_non_null(strstr(e.text, "zone"));
    arena_free(a);
}

static void limits_are_refused_clearly(void **state)
{
    (void)state;
    arena *a = arena_new(16 << 20);
    err e = {0};
    struct expr *x;
    buf b = {.max = 100000};
    for (int i = 0; i < 200; i++) buf_add_char(&b, '(');
    assert_false(sta_filter_parse(buf_str(&b), SET_THING, NULL, a, &x, &e));
    assert_string_equal(e.text, "$filter, position 101: nested more than 100 deep");
    buf_clear(&b);
    for (int i = 0; i < 300; i++) BUF_LIT(&b, "true and ");
    BUF_LIT(&b, "true");
    assert_false(sta_filter_parse(buf_str(&b), SET_THING, NULL, a, &x, &e));
    assert_non_null(strstr(e.text, "more than 500 operators, paths and literals in one request"));
    assert_int_equal(err_http_status(e.code), 400);
    assert_true(
        sta_filter_parse(buf_str(&b), SET_THING, &(struct sta_limits){.filter_nodes = 601}, a, &x, &e));
    buf_free(&b);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(operators_bind_as_odata_says),
        cmocka_unit_test(not_takes_a_whole_comparison),
        cmocka_unit_test(paths_go_over_relations_and_into_json),
        cmocka_unit_test(any_has_a_variable_of_its_own),
        cmocka_unit_test(literals_of_every_form),
        cmocka_unit_test(times_are_read_as_clients_send_them),
        cmocka_unit_test(queries_of_samen_meten_clients_are_read),
        cmocka_unit_test(ids_in_quotes_are_numbers_and_other_texts_are_nobodys_id),
        cmocka_unit_test(errors_name_the_position_and_what_was_expected),
        cmocka_unit_test(a_time_without_a_zone_is_refused_with_a_sentence_about_zones),
        cmocka_unit_test(limits_are_refused_clearly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
