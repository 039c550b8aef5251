// SPDX-License-Identifier: EUPL-1.2
#include "base/buf.h"

#include "base/test.h"

TEST(pieces_are_put_one_after_another)
{
    buf b = {.max = 1000};
    buf_add(&b, STR("ab"));
    buf_add(&b, (str){0});
    buf_add_char(&b, 'c');
    buf_add_int(&b, -42);
    buf_print(&b, "%s", "!");
    BUF_LIT(&b, "end");
    assert_str(buf_str(&b), "abc-42!end");
    assert_false(b.failed);
    buf_free(&b);
}

TEST(exactly_the_maximum_fits)
{
    buf b = {.max = 300};
    for (int i = 0; i < 300; i++) buf_add_char(&b, 'x');
    assert_false(b.failed);
    assert_int_equal(b.n, 300);
    buf_add_char(&b, 'x');
    assert_true(b.failed);
    assert_int_equal(b.n, 300);
    buf_free(&b);
}

TEST(print_reaches_the_maximum_too)
{
    buf b = {.max = 5};
    buf_print(&b, "%d", 12345);
    assert_str(buf_str(&b), "12345");
    assert_false(b.failed);
    buf_print(&b, "%d", 6);
    assert_true(b.failed);
    assert_str(buf_str(&b), "12345");
    buf_free(&b);
}

TEST(after_a_failure_nothing_more_is_added)
{
    buf b = {.max = 4};
    BUF_LIT(&b, "abcde");
    BUF_LIT(&b, "f");
    assert_true(b.failed);
    assert_int_equal(b.n, 0);
    buf_clear(&b);
    BUF_LIT(&b, "f");
    assert_str(buf_str(&b), "f");
    assert_false(b.failed);
    buf_free(&b);
}

TEST(an_absurd_reserve_fails)
{
    buf b = {.max = SIZE_MAX};
    buf_add_char(&b, 'x');
    assert_false(buf_reserve(&b, SIZE_MAX));
    assert_true(b.failed);
    buf_free(&b);
    assert_int_equal(b.max, SIZE_MAX);
    assert_null(b.p);
}

TEST(the_extremes_of_int64_are_written_in_full)
{
    buf b = {.max = 100};
    buf_add_int(&b, INT64_MIN);
    buf_add_char(&b, ' ');
    buf_add_int(&b, INT64_MAX);
    assert_str(buf_str(&b), "-9223372036854775808 9223372036854775807");
    buf_free(&b);
}

RUN(CASE(pieces_are_put_one_after_another), CASE(exactly_the_maximum_fits),
    CASE(print_reaches_the_maximum_too), CASE(after_a_failure_nothing_more_is_added),
    CASE(an_absurd_reserve_fails), CASE(the_extremes_of_int64_are_written_in_full))
