// SPDX-License-Identifier: EUPL-1.2
#include "sta/path.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static struct sta_path parse(const char *text, arena *a)
{
    struct sta_path p;
    err e;
    if (!sta_path_parse(str_of(text), a, &p, &e)) fail_msg("%s: %s", text, e.text);
    return p;
}

static void every_form_of_address_is_known(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        sta_path_kind kind;
        size_t hops;
        entity_set set;
        int property;
        size_t keys;
    } rows[] = {
        {"", PATH_ROOT, 0, 0, 0, 0},
        {"/", PATH_ROOT, 0, 0, 0, 0},
        {"/$batch", PATH_BATCH, 0, 0, 0, 0},
        {"/CreateObservations", PATH_CREATE_OBSERVATIONS, 0, 0, 0, 0},
        {"/Things", PATH_SET, 1, SET_THING, 0, 0},
        {"Things", PATH_SET, 1, SET_THING, 0, 0},
        {"/Things/", PATH_SET, 1, SET_THING, 0, 0},
        {"/Things(1)", PATH_ENTITY, 1, SET_THING, 0, 0},
        {"/Things(1)/name", PATH_PROPERTY, 1, SET_THING, THING_NAME, 0},
        {"/Things(1)/id", PATH_PROPERTY, 1, SET_THING, PROPERTY_IS_ID, 0},
        {"/Things(1)/@iot.id/$value", PATH_VALUE, 1, SET_THING, PROPERTY_IS_ID, 0},
        {"/Things(1)/name/$value", PATH_VALUE, 1, SET_THING, THING_NAME, 0},
        {"/Things(1)/properties/a/b", PATH_PROPERTY, 1, SET_THING, THING_PROPERTIES, 2},
        {"/Things(1)/properties/a[2]/b/$value", PATH_VALUE, 1, SET_THING, THING_PROPERTIES, 3},
        {"/Datastreams(1)/unitOfMeasurement/name", PATH_PROPERTY, 1, SET_DATASTREAM,
         DATASTREAM_UNIT_OF_MEASUREMENT, 1},
        {"/MultiDatastreams(1)/unitOfMeasurements[0]", PATH_PROPERTY, 1, SET_MULTI_DATASTREAM,
         MULTI_DATASTREAM_UNIT_OF_MEASUREMENTS, 1},
        {"/Datastreams(1)/Observations", PATH_SET, 2, SET_OBSERVATION, 0, 0},
        {"/Observations(1)/Datastream", PATH_ENTITY, 2, SET_DATASTREAM, 0, 0},
        {"/Datastreams(1)/Observations/$ref", PATH_REF, 2, SET_OBSERVATION, 0, 0},
        {"/Observations(1)/Datastream/$ref", PATH_REF, 2, SET_DATASTREAM, 0, 0},
        {"/Datastreams(1)/Observations(5)/FeatureOfInterest/name/$value", PATH_VALUE, 3,
         SET_FEATURE_OF_INTEREST, FEATURE_NAME, 0},
    };
    arena *a = arena_new(1 << 20);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct sta_path p = parse(rows[i].text, a);
        assert_int_equal(p.kind, rows[i].kind);
        assert_int_equal(p.hop_count, rows[i].hops);
        assert_int_equal(p.key_count, rows[i].keys);
        if (p.hop_count > 0) assert_int_equal(sta_path_last(&p)->set, rows[i].set);
        if (p.kind == PATH_PROPERTY || p.kind == PATH_VALUE) assert_int_equal(p.property, rows[i].property);
    }
    arena_free(a);
}

static void keys_are_numbers_or_belong_to_nobody(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        entity_id key;
    } rows[] = {
        {"Things(7)", 7},
        {"Things('7')", 7},
        {"Things(%277%27)", 7},
        {"Things(9007199254740991)", ENTITY_ID_MAX},
        {"Things(9007199254740992)", 0},
        {"Things(0)", 0},
        {"Things(-7)", 0},
        {"Things('a%2Fb')", 0},
        {"Things('it''s %25')", 0},
        {"Things(550e8400-e29b-41d4-a716-446655440000)", 0},
        {"Things('550e8400-e29b-41d4-a716-446655440000')", 0},
        {"Things('%C3%96')", 0},
    };
    arena *a = arena_new(1 << 20);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct sta_path p = parse(rows[i].text, a);
        assert_true(p.hops[0].has_key);
        assert_int_equal(p.hops[0].key, rows[i].key);
    }
    arena_free(a);
}

static void paths_that_lead_nowhere_are_404(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "Foo",
        "things",
        "Things(",
        "Things()",
        "Things(1",
        "Things(1)x",
        "Things(1 or 1)",
        "Things('a)",
        "Things('a'b')",
        "Things//name",
        "Things/name",
        "Things(1)/nam",
        "Things(1)/name/x",
        "Things(1)/name/$value/x",
        "Things(1)/$value",
        "Things(1)/Datastream",
        "Things(1)/datastreams",
        "Observations(1)/Datastream(2)",
        "Things/$ref/x",
        "Things/Datastreams",
        "Things(1)/Datastreams/name",
        "$batch/x",
        "Things(1)/%zz",
        "Things(1)/%00",
        "Things(1)/%ff",
        "Things(1)/name[0]",
    };
    arena *a = arena_new(1 << 20);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct sta_path p;
        err e = {0};
        if (sta_path_parse(str_of(rows[i]), a, &p, &e)) fail_msg("accepted: %s", rows[i]);
        assert_int_equal(err_http_status(e.code), 404);
        assert_true(e.text[0] != '\0');
    }
    arena_free(a);
}

static void long_paths_are_refused(void **state)
{
    (void)state;
    arena *a = arena_new(1 << 20);
    buf b = {.max = 10000};
    BUF_LIT(&b, "Things(1)");
    for (int i = 0; i < 20; i++) BUF_LIT(&b, "/Datastreams(1)/Thing");
    struct sta_path p;
    err e = {0};
    assert_false(sta_path_parse(buf_str(&b), a, &p, &e));
    assert_int_equal(e.code, ERR_LIMIT);
    buf_clear(&b);
    BUF_LIT(&b, "Things(1)/properties");
    for (int i = 0; i < 40; i++) BUF_LIT(&b, "/a");
    assert_false(sta_path_parse(buf_str(&b), a, &p, &e));
    assert_int_equal(e.code, ERR_LIMIT);
    buf_free(&b);
    arena_free(a);
}

static void urls_are_read_in_every_form(void **state)
{
    (void)state;
    static const struct {
        const char *root, *url, *path, *query;
        sta_version version;
    } rows[] = {
        {"https://host", "https://host/v1.1/Things(1)?$select=id", "/Things(1)", "$select=id", STA_V1_1},
        {"https://host", "http://other:80/v1.0/Things", "/Things", "", STA_V1_0},
        {"https://host", "/v1.1/Things", "/Things", "", STA_V1_1},
        {"https://host", "/v1.0", "", "", STA_V1_0},
        {"https://host", "Things(1)/name", "Things(1)/name", "", STA_V1_1},
        {"https://host", "/Things?a=b#c", "/Things", "a=b", STA_V1_1},
        {"https://host/sta", "/sta/v1.1/Things", "/Things", "", STA_V1_1},
        {"https://host/sta", "https://host/sta/v1.0/Things", "/Things", "", STA_V1_0},
        {"https://host", "/v1.10/Things", "/v1.10/Things", "", STA_V1_1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct sta sta = {.root_url = str_of(rows[i].root)};
        sta_version v = STA_V1_1;
        str path, query;
        sta_url_split(&sta, str_of(rows[i].url), &v, &path, &query);
        if (!str_eq(path, str_of(rows[i].path)) || !str_eq(query, str_of(rows[i].query)))
            fail_msg("%s: '%.*s' '%.*s'", rows[i].url, STR_ARG(path), STR_ARG(query));
        assert_int_equal(v, rows[i].version);
    }
}

static void members_of_json_are_found_by_keys(void **state)
{
    (void)state;
    static const struct {
        str keys[3];
        size_t count;
        const char *json;  // NULL: there is none
    } rows[] = {
        {{STR("a")}, 1, "{\"b\":[1,{\"c\":\"x\"},2.50]}"},
        {{STR("a"), STR("b"), STR("[2]")}, 3, "2.50"},
        {{STR("a"), STR("b"), STR("0")}, 3, "1"},
        {{STR("n")}, 1, "null"},
        {{STR("t")}, 1, "\"\\u00e9\\\"\""},
        {{STR("x")}, 1, NULL},
        {{STR("a"), STR("b"), STR("[3]")}, 3, NULL},
        {{STR("a"), STR("b"), STR("c")}, 3, NULL},
        {{STR("t"), STR("x")}, 2, NULL},
    };
    arena *a = arena_new(1 << 20);
    const value whole = value_json(
        STR("{\"a\":{\"b\":[1,{\"c\":\"x\"},2.50]},\"n\":null,\"t\":\"\\u00e9\\\"\"}"));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        value v;
        const bool found = sta_json_at(&whole, rows[i].keys, rows[i].count, a, &v);
        assert_int_equal(found, rows[i].json != NULL);
        if (!found || v.type == VALUE_TEXT) continue;
        buf b = {.max = 1000};
        value_write_json(&b, &v);
        assert_true(str_eq(buf_str(&b), str_of(rows[i].json)));
        buf_free(&b);
    }
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_form_of_address_is_known),
        cmocka_unit_test(keys_are_numbers_or_belong_to_nobody),
        cmocka_unit_test(paths_that_lead_nowhere_are_404),
        cmocka_unit_test(long_paths_are_refused),
        cmocka_unit_test(urls_are_read_in_every_form),
        cmocka_unit_test(members_of_json_are_found_by_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
