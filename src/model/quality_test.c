// SPDX-License-Identifier: EUPL-1.2
#include "model/quality.h"

#include "base/test.h"

TEST(what_is_written_is_read)
{
    for (quality_flag f = QUALITY_GOOD + 1; f < QUALITY_COUNT; f++) {
        buf b = {.max = 256};
        assert_true(quality_write(&b, f, STR("why \"so\"")));
        const value v = value_json(buf_str(&b));
        assert_int_equal(quality_of_value(&v), f);
        assert_str(quality_reason(&v), "why \\\"so\\\"");
        buf_free(&b);
    }
}

TEST(what_others_write_is_no_doubt_of_ours)
{
    const value own[] = {value_null(), value_text(STR("spike")),
                         value_json(STR("{\"nameOfMeasure\":\"DQ_Status\"}")),
                         value_json(STR("{\"status\":\"splendid\"}")), value_json(STR("[\"status\"]"))};
    for (size_t k = 0; k < sizeof own / sizeof own[0]; k++)
        assert_int_equal(quality_of_value(&own[k]), QUALITY_GOOD);
}

TEST(the_impossible_does_not_count_and_the_different_does)
{
    assert_false(quality_counts(QUALITY_IMPLAUSIBLE));
    assert_false(quality_counts(QUALITY_SPIKE));
    assert_false(quality_counts(QUALITY_STUCK));
    assert_true(quality_counts(QUALITY_BIASED));
    assert_true(quality_counts(QUALITY_GOOD));
}

RUN(CASE(what_is_written_is_read), CASE(what_others_write_is_no_doubt_of_ours),
    CASE(the_impossible_does_not_count_and_the_different_does))
