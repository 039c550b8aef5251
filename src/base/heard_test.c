// SPDX-License-Identifier: EUPL-1.2
#include "base/heard.h"

#include "base/test.h"

TEST(the_oldest_is_kept_until_it_is_taken)
{
    struct heard *m = heard_new(1000000);
    assert_non_null(m);
    assert_true(heard_take(m, 5) == TIME_NONE);
    heard_note(m, 5, 30);
    heard_note(m, 5, 10);
    heard_note(m, 5, 20);
    heard_note(m, 6, 1);
    assert_true(heard_take(m, 5) == 10);
    assert_true(heard_take(m, 5) == TIME_NONE);
    assert_true(heard_take(m, 6) == 1);
    heard_free(m);
}

TEST(numbers_out_of_range_are_passed_over_and_the_start_of_1970_is_a_time)
{
    struct heard *m = heard_new(10);
    heard_note(m, 11, 5);
    heard_note(m, -1, 5);
    heard_note(m, 10, 0);
    heard_note(m, 9, TIME_NONE);
    assert_true(heard_take(m, 11) == TIME_NONE);
    assert_true(heard_take(m, 10) == -1);  // a microsecond earlier: nothing is missed
    assert_true(heard_take(m, 9) == TIME_NONE);
    heard_free(m);
}

RUN(CASE(the_oldest_is_kept_until_it_is_taken),
    CASE(numbers_out_of_range_are_passed_over_and_the_start_of_1970_is_a_time))
