// SPDX-License-Identifier: EUPL-1.2
#include "model/value.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void assert_json(value v, const char *expected)
{
    buf b = {.max = 1000};
    value_write_json(&b, &v);
    buf_add_char(&b, '\0');
    assert_false(b.failed);
    assert_string_equal(b.p, expected);
    buf_free(&b);
}

static void numbers_keep_the_senders_digits(void **state)
{
    (void)state;
    const char *const texts[] = {"1",     "1.0", "20.50", "-0.5", "0", "1e3", "-0", "12345678901234567890",
                                 "1.5E-7"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_json(value_of_number(str_of(texts[i])), texts[i]);
}

static void numbers_have_their_nearest_double(void **state)
{
    (void)state;
    const struct {
        const char *text;
        value_type type;
        double real;
    } rows[] = {
        {"1.0", VALUE_DECIMAL, 1.0},       {"0.1", VALUE_DECIMAL, 0.1},
        {"1e3", VALUE_NUMBER, 1000.0},     {"-2.5e-1", VALUE_NUMBER, -.25},
        {"1e999", VALUE_NUMBER, INFINITY}, {"-1e999", VALUE_NUMBER, -INFINITY},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const value v = value_of_number(str_of(rows[i].text));
        assert_int_equal(v.type, rows[i].type);
        assert_true(value_to_double(&v) == rows[i].real);
    }
}

static void each_type_is_written_as_its_json(void **state)
{
    (void)state;
    assert_json(value_null(), "null");
    assert_json(value_bool(true), "true");
    assert_json(value_bool(false), "false");
    assert_json(value_int(-7), "-7");
    assert_json(value_text(STR("say \"hi\"\n")), "\"say \\\"hi\\\"\\n\"");
    assert_json(value_json(STR("{\"a\":[1,2]}")), "{\"a\":[1,2]}");
    assert_json((value){.type = VALUE_NUMBER, .real = 0.1}, "0.1");
    assert_json((value){.type = VALUE_NUMBER, .real = (double)NAN}, "null");
    assert_json((value){.type = VALUE_GEOMETRY, .text = STR("POINT(5 52)")}, "null");
}

// 2026-01-01T00:00:00Z is 1767225600 s after 1970: date -u -d 2026-01-01 +%s
#define NEW_YEAR_2026 (1767225600 * TIME_SECOND)

static void times_are_written_in_utc(void **state)
{
    (void)state;
    assert_json(value_instant(NEW_YEAR_2026), "\"2026-01-01T00:00:00Z\"");
    assert_json(value_instant(TIME_NONE), "null");
    assert_json(value_time((interval){TIME_NONE, TIME_NONE}), "null");
    assert_json(value_time((interval){NEW_YEAR_2026, NEW_YEAR_2026 + TIME_HOUR}),
                "\"2026-01-01T00:00:00Z/2026-01-01T01:00:00Z\"");
    assert_json(value_time((interval){NEW_YEAR_2026, NEW_YEAR_2026}),
                "\"2026-01-01T00:00:00Z/2026-01-01T00:00:00Z\"");
}

static void durations_are_written_as_they_are_read(void **state)
{
    (void)state;
    const char *const texts[] = {"PT1H",   "P1D",     "P1Y",  "P1Y2M3DT4H5M6S", "PT0S",
                                 "-PT30M", "P1DT12H", "P11M", "PT0.500000S"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        value v = {.type = VALUE_DURATION};
        err e;
        assert_true(duration_parse(str_of(texts[i]), &v.months, &v.microseconds, &e));
        buf b = {.max = 100};
        value_write_duration(&b, v.months, v.microseconds);
        buf_add_char(&b, '\0');
        assert_string_equal(b.p, texts[i]);
        buf_free(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_keep_the_senders_digits),
        cmocka_unit_test(numbers_have_their_nearest_double),
        cmocka_unit_test(each_type_is_written_as_its_json),
        cmocka_unit_test(times_are_written_in_utc),
        cmocka_unit_test(durations_are_written_as_they_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
