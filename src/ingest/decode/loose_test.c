// SPDX-License-Identifier: EUPL-1.2
#include "ingest/decode/loose.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static int set_up(void **state)
{
    *state = arena_new((size_t)1 << 20);
    return *state ? 0 : -1;
}

static int tear_down(void **state)
{
    arena_free(*state);
    return 0;
}

static const json *parse(const char *text, arena *a)
{
    json *j;
    err e;
    if (!loose_json(str_of(text), a, &j, &e)) fail_msg("%s: %s", text, e.text);
    return j;
}

static void assert_digits(value v, const char *digits)
{
    buf b = {.max = 100};
    value_write_json(&b, &v);
    buf_add_char(&b, '\0');
    assert_string_equal(b.p, digits);
    buf_free(&b);
}

static void numbers_come_bare_in_texts_and_with_units(void **state)
{
    static const struct {
        const char *json, *digits, *unit;
    } rows[] = {
        {"5.38", "5.38", ""},
        {"\"5.38\"", "5.38", ""},
        {"\" 5.0 \"", "5.0", ""},
        {"\"-59 dBm\"", "-59", "dBm"},
        {"\"30.11 \\u00b0C\"", "30.11", "\u00b0C"},
        {"1e3", "1e3", ""},
        {"\"100520.25\"", "100520.25", ""},
        {"\"12  ug/m3\"", "12", "ug/m3"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        value v;
        str unit;
        err e;
        if (!loose_number(parse(rows[i].json, *state), &v, &unit, &e))
            fail_msg("%s: %s", rows[i].json, e.text);
        assert_digits(v, rows[i].digits);
        assert_true(str_eq(unit, str_of(rows[i].unit)));
    }
}

static void what_is_no_number_is_refused(void **state)
{
    static const struct {
        const char *json;
        err_code code;
    } rows[] = {
        {"null", ERR_MISSING},     {"\"\"", ERR_MISSING},   {"\"nan\"", ERR_MISSING},
        {"\"-inf\"", ERR_MISSING}, {"nan", ERR_MISSING},    {"-Infinity", ERR_MISSING},
        {"\"abc\"", ERR_TYPE},     {"\"12dBm\"", ERR_TYPE}, {"\"1,5\"", ERR_TYPE},
        {"\"0x1F\"", ERR_TYPE},    {"\"--1\"", ERR_TYPE},   {"true", ERR_TYPE},
        {"[1]", ERR_TYPE},         {"1e999", ERR_RANGE},    {"\"unknown\"", ERR_TYPE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        value v;
        str unit;
        err e = {0};
        if (loose_number(parse(rows[i].json, *state), &v, &unit, &e)) fail_msg("%s", rows[i].json);
        if (e.code != rows[i].code) fail_msg("%s: %s", rows[i].json, e.text);
    }
}

static void bare_nan_is_read_and_moves_no_position(void **state)
{
    const char *text = "{\"a\": nan, \"b\": [-INF,1], \"nan\": \"is nan, \\\" nan\", \"c\": 2}";
    const json *j = parse(text, *state);
    assert_int_equal(json_get(j, STR("a"))->type, JSON_TEXT);
    assert_int_equal(json_get(j, STR("a"))->text.n, 0);
    assert_int_equal(json_get(j, STR("b"))->count, 2);
    assert_true(str_eq(json_get(j, STR("nan"))->text, STR("is nan, \" nan")));
    assert_int_equal(json_get(j, STR("c"))->at, (size_t)(strrchr(text, '2') - text));
}

static void other_faults_of_json_stay_faults(void **state)
{
    static const char *const bad[] = {"{\"a\": nanny}", "{\"a\": nan", "nan nan",
                                      "{nan: 1",        "[inf,,1]",    "na"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        json *j;
        err e = {0};
        if (loose_json(str_of(bad[i]), *state, &j, &e)) fail_msg("%s", bad[i]);
        assert_int_equal(e.code, ERR_SYNTAX);
    }
}

static void any_value_is_kept_as_it_is(void **state)
{
    const json *j = parse("[\"1.5 V\", true, \"on\", null]", *state);
    assert_digits(loose_value(j->first), "1.5");
    assert_digits(loose_value(j->first->next), "true");
    assert_digits(loose_value(j->first->next->next), "\"on\"");
    assert_int_equal(loose_value(j->first->next->next->next).type, VALUE_NULL);
    assert_int_equal(loose_value(NULL).type, VALUE_NULL);
}

static void text_that_is_no_utf_8_is_of_an_old_logger(void **state)
{
    str out;
    assert_true(loose_text(STR("21 \xB0"
                               "C"),
                           *state, &out));
    assert_true(str_eq(out, STR("21 °C")));
    assert_true(loose_text(STR("21 °C"), *state, &out));
    assert_true(str_eq(out, STR("21 °C")));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(numbers_come_bare_in_texts_and_with_units),
        TEST(what_is_no_number_is_refused),
        TEST(bare_nan_is_read_and_moves_no_position),
        TEST(other_faults_of_json_stay_faults),
        TEST(any_value_is_kept_as_it_is),
        TEST(text_that_is_no_utf_8_is_of_an_old_logger),
    };
    return cmocka_run_group_tests_name("ingest/decode/loose", tests, NULL, NULL);
}
