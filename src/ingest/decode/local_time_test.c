// SPDX-License-Identifier: EUPL-1.2
// In the Netherlands the clocks went forward on 2025-03-30 at 01:00Z and back on 2025-10-26 at 01:00Z.
#include "ingest/decode/local_time.h"

#include "base/test.h"

static struct tz *zone;

static int set_up(void **state)
{
    err e;
    (void)state;
    zone = tz_load("Europe/Amsterdam", &e);
    return zone ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    tz_free(zone);
    return 0;
}

static instant at(const char *text)
{
    instant t;
    assert_true(time_parse(str_of(text), &t, NULL));
    return t;
}

static void expect(civil local, char season, const char *received, const char *expected)
{
    bool is_skipped;
    char text[TIME_TEXT_MAX];
    const instant t = local_time(zone, local, season, at(received), &is_skipped);
    const str is = {text, time_write(text, t)};
    assert_str(is, expected);
    assert_false(is_skipped);
}

TEST(the_season_settles_the_hour_that_occurs_twice)
{
    const civil twice = {2025, 10, 26, 2, 30, 0, 0};
    expect(twice, 'S', "2025-10-27T00:00:00Z", "2025-10-26T00:30:00Z");
    expect(twice, 'W', "2025-10-27T00:00:00Z", "2025-10-26T01:30:00Z");
}

TEST(without_a_season_the_receipt_settles_it)
{
    const civil twice = {2025, 10, 26, 2, 30, 0, 0};
    expect(twice, 0, "2025-10-26T00:31:00Z", "2025-10-26T00:30:00Z");
    expect(twice, 0, "2025-10-26T01:31:00Z", "2025-10-26T01:30:00Z");
}

static void expect_in_file(struct repeated_hour *seen, arena *a, const char *device, int hour, int minute,
                           const char *expected)
{
    bool is_skipped;
    const civil local = {2025, 10, 26, hour, minute, 0, 0};
    assert_int_equal(local_time_in_file(zone, local, seen, str_of(device), a, &is_skipped), at(expected));
    assert_false(is_skipped);
}

TEST(the_lines_of_a_file_settle_it_for_each_device)
{
    struct repeated_hour seen = {0};
    arena *a = arena_new(1 << 16);
    assert_non_null(a);
    expect_in_file(&seen, a, "a", 1, 30, "2025-10-25T23:30:00Z");
    expect_in_file(&seen, a, "a", 2, 0, "2025-10-26T00:00:00Z");
    expect_in_file(&seen, a, "b", 2, 0, "2025-10-26T00:00:00Z");
    expect_in_file(&seen, a, "a", 2, 30, "2025-10-26T00:30:00Z");
    expect_in_file(&seen, a, "b", 2, 0, "2025-10-26T01:00:00Z");
    expect_in_file(&seen, a, "a", 2, 0, "2025-10-26T01:00:00Z");
    expect_in_file(&seen, a, "a", 2, 30, "2025-10-26T01:30:00Z");
    expect_in_file(&seen, a, "a", 3, 0, "2025-10-26T02:00:00Z");
    arena_free(a);
}

TEST(a_meter_may_stay_in_winter_time)
{
    expect((civil){2025, 7, 1, 12, 0, 0, 0}, 'S', "2025-07-01T10:00:00Z", "2025-07-01T10:00:00Z");
    expect((civil){2025, 7, 1, 12, 0, 0, 0}, 'W', "2025-07-01T11:00:00Z", "2025-07-01T11:00:00Z");
    expect((civil){2025, 1, 1, 12, 0, 0, 0}, 'S', "2025-01-01T10:00:00Z", "2025-01-01T10:00:00Z");
}

TEST(a_time_that_was_skipped_is_told)
{
    bool is_skipped;
    const instant t = local_time(zone, (civil){2025, 3, 30, 2, 30, 0, 0}, 0, 0, &is_skipped);
    assert_true(is_skipped);
    assert_int_equal(t, at("2025-03-30T01:00:00Z"));
}

TEST(what_is_no_time_is_none)
{
    bool is_skipped;
    assert_int_equal(local_time(zone, (civil){2025, 2, 29, 0, 0, 0, 0}, 0, 0, &is_skipped), TIME_NONE);
    assert_int_equal(local_time(NULL, (civil){2025, 2, 29, 0, 0, 0, 0}, 0, 0, &is_skipped), TIME_NONE);
    assert_int_equal(local_time(NULL, (civil){2025, 1, 1, 0, 0, 0, 0}, 'W', 0, &is_skipped),
                     at("2025-01-01T00:00:00Z"));
}

RUN_WITH(set_up, tear_down, CASE(the_season_settles_the_hour_that_occurs_twice),
         CASE(without_a_season_the_receipt_settles_it), CASE(the_lines_of_a_file_settle_it_for_each_device),
         CASE(a_meter_may_stay_in_winter_time), CASE(a_time_that_was_skipped_is_told),
         CASE(what_is_no_time_is_none))
