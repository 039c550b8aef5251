// SPDX-License-Identifier: EUPL-1.2
#include "base/err.h"

#include "base/test.h"
#include "base/utf8.h"

#include <string.h>

TEST(setting_gives_false_and_keeps_all)
{
    err e;
    assert_false(err_set(&e, ERR_SYNTAX, 12, "expected %s", "a number"));
    assert_int_equal(e.code, ERR_SYNTAX);
    assert_int_equal(e.at, 12);
    assert_string_equal(e.text, "expected a number");
}

TEST(within_puts_the_place_before_the_cause)
{
    err e;
    err_set(&e, ERR_TYPE, 3, "must be a number");
    assert_false(err_within(&e, "'%s'", "result"));
    assert_false(err_within(&e, "observation %d", 7));
    assert_string_equal(e.text, "observation 7: 'result': must be a number");
    assert_int_equal(e.code, ERR_TYPE);
    assert_int_equal(e.at, 3);
}

TEST(nobody_who_asks_needs_no_err)
{
    assert_false(err_set(NULL, ERR_SYNTAX, 0, "x"));
    assert_false(err_within(NULL, "x"));
    assert_false(err_no_memory(NULL));
}

TEST(a_long_text_is_cut_between_characters)
{
    err e;
    char euros[1000] = "";
    for (size_t i = 0; i + 3 < sizeof euros; i += 3) memcpy(euros + i, "\xE2\x82\xAC", 3);
    for (int shift = 0; shift < 3; shift++) {
        err_set(&e, ERR_SYNTAX, 0, "%.*s%s", shift, "xxx", euros);
        assert_true(utf8_is_valid(str_of(e.text), NULL));
        assert_true(strlen(e.text) > 490);
        assert_null(strchr(e.text, '?'));
        err_within(&e, "a place");
        assert_true(utf8_is_valid(str_of(e.text), NULL));
        assert_null(strchr(e.text, '?'));
    }
}

TEST(quoted_rubbish_becomes_question_marks)
{
    err e;
    err_set(&e, ERR_SYNTAX, 0, "not '%s'", "a\xFF\xC3");
    assert_string_equal(e.text, "not 'a?\?'");
}

TEST(every_code_has_a_name_and_statuses)
{
    for (err_code c = ERR_SYNTAX; c < ERR_CODE_COUNT; c++) {
        assert_true(err_code_name(c).n > 0);
        assert_in_range(err_http_status(c), 400, 599);
        assert_in_range(err_exit_status(c), 1, 125);
        assert_in_range(err_mqtt_reason(c), 0x80, 0xA2);
    }
    assert_int_equal(err_exit_status(ERR_NONE), 0);
}

TEST(statuses_are_those_of_the_header)
{
    assert_int_equal(err_http_status(ERR_LIMIT), 413);
    assert_int_equal(err_http_status(ERR_BUSY), 503);
    assert_int_equal(err_http_status(ERR_DISK_FULL), 507);
    assert_int_equal(err_exit_status(ERR_USAGE), 2);
    assert_int_equal(err_exit_status(ERR_CONFIG), 78);
    assert_int_equal(err_http_status((err_code)999), 500);
}

RUN(CASE(setting_gives_false_and_keeps_all), CASE(within_puts_the_place_before_the_cause),
    CASE(nobody_who_asks_needs_no_err), CASE(a_long_text_is_cut_between_characters),
    CASE(quoted_rubbish_becomes_question_marks), CASE(every_code_has_a_name_and_statuses),
    CASE(statuses_are_those_of_the_header))
