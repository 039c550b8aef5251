// SPDX-License-Identifier: EUPL-1.2
#include "store/answer/counts.h"

#include "base/test.h"

#include <stdlib.h>

TEST(each_rank_is_the_value_that_stands_there_in_order)
{
    const int64_t units[] = {213, -5, 213, 0, 7, 213, -5};
    const double sorted[] = {-0.5, -0.5, 0, 0.7, 21.3, 21.3, 21.3};
    struct value_counts t = {.count = 0};
    double all[7];
    assert_true(value_counts_add(&t, units, 3, 1));
    assert_true(value_counts_add(&t, units + 3, 4, 1));
    for (size_t i = 0; i < 7; i++) assert_true(value_counts_rank(&t, i) == sorted[i]);
    value_counts_values(&t, all);
    for (size_t i = 0; i < 7; i++) assert_true(all[i] == sorted[i]);
    value_counts_free(&t);
}

TEST(what_does_not_fit_changes_nothing)
{
    const int64_t near[] = {1000, 1001}, far[] = {1000, 1000 + VALUE_COUNTS_WIDTH},
                  below[] = {1000, INT64_MIN};
    struct value_counts t = {.count = 0};
    assert_true(value_counts_add(&t, near, 2, 0));
    assert_false(value_counts_add(&t, far, 2, 0));
    assert_false(value_counts_add(&t, below, 2, 0));
    assert_false(value_counts_add(&t, near, 2, 1));  // to another scale
    assert_int_equal(t.count, 2);
    assert_true(value_counts_rank(&t, 0) == 1000 && value_counts_rank(&t, 1) == 1001);
    value_counts_free(&t);
}

TEST(the_outermost_integers_fit_or_are_refused)
{
    const int64_t most[] = {INT64_MAX, INT64_MAX - VALUE_COUNTS_WIDTH / 2}, least[] = {INT64_MIN},
                  low[] = {INT64_MIN + VALUE_COUNTS_WIDTH / 2, INT64_MIN},
                  exact[] = {9007199254740993, 9007199254740992};
    struct value_counts t = {.count = 0};
    assert_true(value_counts_add(&t, most, 2, 0));
    assert_true(value_counts_rank(&t, 1) == 9223372036854775808.0);
    value_counts_clear(&t);
    assert_false(value_counts_add(&t, least, 1, 0));
    assert_true(value_counts_add(&t, low, 2, 0));
    assert_true(value_counts_rank(&t, 0) == -9223372036854775808.0);
    value_counts_clear(&t);
    assert_true(
        value_counts_add(&t, exact, 2, 1));  // 2^53 + 1 is no double, but its tenth is one, rounded once
    assert_true(value_counts_rank(&t, 1) == 900719925474099.3 &&
                value_counts_rank(&t, 0) == 900719925474099.2);
    value_counts_free(&t);
}

TEST(what_is_cleared_knows_nothing_of_before)
{
    const int64_t first[] = {5, 6, 7}, second[] = {6};
    struct value_counts t = {.count = 0};
    for (int i = 0; i < 3; i++) {
        assert_true(value_counts_add(&t, first, 3, 0));
        assert_true(value_counts_rank(&t, 2) == 7);
        value_counts_clear(&t);
        assert_true(value_counts_add(&t, second, 1, 2));
        assert_true(value_counts_rank(&t, 0) == 0.06);
        value_counts_clear(&t);
    }
    value_counts_free(&t);
}

RUN(CASE(each_rank_is_the_value_that_stands_there_in_order), CASE(what_does_not_fit_changes_nothing),
    CASE(the_outermost_integers_fit_or_are_refused), CASE(what_is_cleared_knows_nothing_of_before))
