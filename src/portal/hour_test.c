// SPDX-License-Identifier: EUPL-1.2
#include "portal/hour.h"

#include "base/test.h"

static struct tz *amsterdam(void)
{
    err e;
    struct tz *zone = tz_load("Europe/Amsterdam", &e);
    assert_non_null(zone);
    return zone;
}

static instant utc(const char *text)
{
    instant t;
    err e;
    assert_true(time_parse_utc(str_of(text), &t, &e));
    return t;
}

static void same(struct tz *zone, const char *text, const char *start)
{
    instant t;
    char out[HOUR_TEXT_MAX];
    assert_true(hour_parse(str_of(text), zone, utc("2026-11-27T12:34:56Z"), &t));
    assert_int_equal(t, utc(start));
    assert_str(hour_write(zone, t, out), text);
}

TEST(an_hour_is_that_of_the_towns_clock)
{
    struct tz *zone = amsterdam();
    same(zone, "2026-11-26T14", "2026-11-26T13:00:00Z");
    same(zone, "2026-07-01T00", "2026-06-30T22:00:00Z");
    tz_free(zone);
}

// On 25 October 2026 clocks go back from 3 to 2 at 01:00 UTC.
TEST(both_hours_of_one_name_have_an_address)
{
    struct tz *zone = amsterdam();
    same(zone, "2026-10-25T02", "2026-10-25T00:00:00Z");
    same(zone, "2026-10-25T01Z", "2026-10-25T01:00:00Z");
    same(zone, "2026-10-25T03", "2026-10-25T02:00:00Z");
    tz_free(zone);
}

TEST(only_an_hour_that_is_over_counts)
{
    struct tz *zone = amsterdam();
    const instant now = utc("2026-11-27T12:34:56Z");
    static const char *const wrong[] = {
        "",
        "2026-11-27T13",  // under way: 13.00 to 14.00 on the clock is 12 to 13 UTC
        "2026-11-27T15",
        "2026-11-27T25",
        "2026-13-01T00",
        "2026-11-2T140",
        "2026-11-26T14:00",
        "2026-11-26T14X",
        "1960-01-01T00",
        "aaaa-bb-ccTdd",
        "2026-11-26 14"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        instant t = 7;
        assert_false(hour_parse(str_of(wrong[i]), zone, now, &t));
        assert_int_equal(t, 7);
    }
    same(zone, "2026-11-27T12", "2026-11-27T11:00:00Z");
    tz_free(zone);
}

// Kathmandu is 5:45 ahead: an hour that is whole in UTC begins at a quarter to.
TEST(a_zone_of_no_whole_hours_comes_back_to_the_same_hour)
{
    err e;
    struct tz *zone = tz_load("Asia/Kathmandu", &e);
    assert_non_null(zone);
    same(zone, "2026-11-26T08Z", "2026-11-26T08:00:00Z");
    tz_free(zone);
}

RUN(CASE(an_hour_is_that_of_the_towns_clock), CASE(both_hours_of_one_name_have_an_address),
    CASE(only_an_hour_that_is_over_counts), CASE(a_zone_of_no_whole_hours_comes_back_to_the_same_hour))
