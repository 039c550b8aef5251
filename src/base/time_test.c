// SPDX-License-Identifier: EUPL-1.2
#include "base/time.h"

#include "base/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static instant parsed(const char *text)
{
    instant t = TIME_NONE;
    err e = {0};
    if (!time_parse(str_of(text), &t, &e)) print_error("%s: %s\n", text, e.text);
    return t;
}

static str written(instant t)
{
    static char text[TIME_TEXT_MAX];
    return (str){text, time_write(text, t)};
}

// ---- calendar ----

// Counts the days one by one from 0001-01-01, a Monday.
TEST(every_day_of_ten_thousand_years_is_in_its_place)
{
    static const int month_days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    instant expected = TIME_MIN;
    int weekday = 0;
    for (int year = 1; year <= 9999; year++) {
        const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        for (int month = 1; month <= 12; month++) {
            const int days = month_days[month - 1] + (leap && month == 2);
            for (int day = 1; day <= days; day++, expected += TIME_DAY, weekday = (weekday + 1) % 7) {
                instant t = 0;
                assert_true(time_from_civil((civil){.year = year, .month = month, .day = day}, &t));
                assert_true(t == expected);
                const civil c = time_to_civil(t + TIME_DAY - 1);
                assert_true(c.year == year && c.month == month && c.day == day && c.hour == 23 &&
                            c.microsecond == 999999);
                assert_int_equal(time_weekday(t), weekday);
            }
            instant t;
            assert_false(time_from_civil((civil){.year = year, .month = month, .day = days + 1}, &t));
        }
    }
    assert_true(expected == TIME_MAX + 1);
}

TEST(instants_agree_with_timegm)
{
    srandom(1);
    for (int i = 0; i < 100000; i++) {
        const int64_t s = (int64_t)((uint64_t)random() << 21 ^ (uint64_t)random()) % 253402300800 -
                          62135596800 / 2;
        const time_t seconds = (time_t)s;
        struct tm tm;
        gmtime_r(&seconds, &tm);
        const civil c = time_to_civil(s * TIME_SECOND + 7);
        assert_true(c.year == tm.tm_year + 1900 && c.month == tm.tm_mon + 1 && c.day == tm.tm_mday);
        assert_true(c.hour == tm.tm_hour && c.minute == tm.tm_min && c.second == tm.tm_sec &&
                    c.microsecond == 7);
        assert_int_equal(time_weekday(s * TIME_SECOND), (tm.tm_wday + 6) % 7);
        instant back;
        assert_true(time_from_civil(c, &back));
        assert_true(back == timegm(&tm) * TIME_SECOND + 7);
    }
}

TEST(times_that_do_not_exist_are_refused)
{
    static const civil wrong[] = {
        {2023, 2, 29, 0, 0, 0, 0}, {1900, 2, 29, 0, 0, 0, 0},      {2026, 0, 1, 0, 0, 0, 0},
        {2026, 13, 1, 0, 0, 0, 0}, {2026, 1, 0, 0, 0, 0, 0},       {2026, 4, 31, 0, 0, 0, 0},
        {2026, 1, 1, 24, 0, 0, 0}, {2026, 1, 1, -1, 0, 0, 0},      {2026, 1, 1, 0, 60, 0, 0},
        {2026, 1, 1, 0, 0, 60, 0}, {2026, 1, 1, 0, 0, 0, 1000000}, {0, 1, 1, 0, 0, 0, 0},
        {10000, 1, 1, 0, 0, 0, 0},
    };
    instant t = 5;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) assert_false(time_from_civil(wrong[i], &t));
    assert_int_equal(t, 5);
}

TEST(any_64_bits_can_be_taken_apart)
{
    assert_int_equal(time_to_civil(INT64_MAX).year, 294247);
    assert_int_equal(time_to_civil(INT64_MIN).year, -290308);
    assert_in_range(time_weekday(INT64_MIN), 0, 6);
}

// ---- reading ----

TEST(all_the_ways_to_write_one_instant_are_read)
{
    const instant expected = 1767258000500000;  // date -u -d 2026-01-01T09:00:00.5Z +%s%6N
    static const char *const same[] = {
        "2026-01-01T09:00:00.5Z",      "2026-01-01T09:00:00.500Z",     "2026-01-01T09:00:00,500000Z",
        "2026-01-01T10:00:00.5+01:00", "2026-01-01T10:00:00.5+0100",   "2026-01-01T10:00:00.5+01",
        "2026-01-01T04:30:00.5-04:30", "2026-01-01 09:00:00.5Z",       "20260101T090000.5Z",
        "20260101T100000.5+0100",      "2026-01-01T09:00:00.5000009Z", "2026-01-01t09:00:00.5z",
        "2025-12-31T23:00:00.5-10:00", "2026-01-01T09:00:00.5-00:00",  "2026-01-01T08:59:60.5Z",
    };
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) assert_int_equal(parsed(same[i]), expected);
    assert_int_equal(parsed("2026-01-01T09:00Z"), 1767258000000000);
    assert_int_equal(parsed("20260101T0900Z"), 1767258000000000);
}

TEST(a_leap_second_becomes_the_next_minute)
{
    assert_int_equal(parsed("2016-12-31T23:59:60Z"), parsed("2017-01-01T00:00:00Z"));
    assert_int_equal(parsed("2017-01-01T00:59:60+01:00"), parsed("2017-01-01T00:00:00Z"));
}

TEST(the_first_and_last_microsecond_are_read)
{
    assert_int_equal(parsed("0001-01-01T00:00:00Z"), TIME_MIN);
    assert_int_equal(parsed("9999-12-31T23:59:59.999999Z"), TIME_MAX);
    assert_int_equal(parsed("1969-12-31T23:59:59.999999Z"), -1);
    instant t;
    err e;
    assert_false(time_parse(STR("0001-01-01T00:00:00+01:00"), &t, &e));
    assert_int_equal(e.code, ERR_RANGE);
    assert_false(time_parse(STR("9999-12-31T23:59:60Z"), &t, &e));
    assert_int_equal(e.code, ERR_RANGE);
}

static const struct {
    const char *text;
    err_code code;
    size_t at;
    const char *says;
} malformed[] = {
    {"", ERR_SYNTAX, 0, "year"},
    {"now", ERR_SYNTAX, 0, "year"},
    {"26-01-01T09:00:00Z", ERR_SYNTAX, 2, "year"},
    {"2026/01/01", ERR_SYNTAX, 4, "month"},
    {"2026-1-1T09:00:00Z", ERR_SYNTAX, 5, "month"},
    {"2026-01-01", ERR_SYNTAX, 10, "'T'"},
    {"2026-01-01T09", ERR_SYNTAX, 13, "':'"},
    {"2026-01-01T09:00:00", ERR_SYNTAX, 19, "no zone"},
    {"2026-01-01T09:00:00 +01:00", ERR_SYNTAX, 19, "zone"},
    {"2026-01-01T09:00:00.Z", ERR_SYNTAX, 20, "digits"},
    {"2026-01-01T09:00:00Zx", ERR_SYNTAX, 20, "nothing more"},
    {"2026-01-01T0900Z", ERR_SYNTAX, 13, "':'"},
    {"2026-01-01T09:00:00+1", ERR_SYNTAX, 20, "zone"},
    {"2026-01-01T09:00:00+01:", ERR_SYNTAX, 23, "zone"},
    {"2026-01-01T09:00:00+24:00", ERR_RANGE, 19, "zone"},
    {"2026-02-30T09:00:00Z", ERR_RANGE, 0, "2026-02-30"},
    {"2026-01-01T24:00:00Z", ERR_RANGE, 0, "24:00"},
    {"0000-01-01T00:00:00Z", ERR_RANGE, 0, "0000"},
    {"\xFF\xFE\x00", ERR_SYNTAX, 0, "year"},
};

TEST(malformed_times_say_where_and_what)
{
    for (size_t i = 0; i < sizeof malformed / sizeof malformed[0]; i++) {
        instant t = 5;
        err e = {0};
        size_t found;
        assert_false(time_parse(str_of(malformed[i].text), &t, &e));
        assert_int_equal(e.code, malformed[i].code);
        assert_int_equal(e.at, malformed[i].at);
        assert_true(str_find(str_of(e.text), str_of(malformed[i].says), &found));
        assert_int_equal(t, 5);
    }
}

TEST(sources_that_mean_utc_may_leave_it_out)
{
    instant t;
    err e;
    assert_true(time_parse_utc(STR("2026-01-01T09:00:00"), &t, &e));
    assert_int_equal(t, 1767258000000000);
    assert_true(time_parse_utc(STR("2026-01-01"), &t, &e));
    assert_int_equal(t, 1767225600000000);
    assert_true(time_parse_utc(STR("20260101"), &t, &e));
    assert_int_equal(t, 1767225600000000);
    assert_true(time_parse_utc(STR("2026-01-01T09:00:00+02:00"), &t, &e));
    assert_int_equal(t, 1767250800000000);
    assert_false(time_parse_utc(STR("2026-01-01T"), &t, &e));
    assert_false(time_parse_utc(STR("2026-01"), &t, &e));
}

TEST(intervals_are_two_instants_in_order)
{
    interval i;
    err e;
    assert_true(interval_parse(STR("2026-01-01T09:00:00Z/2026-01-01T10:00:00Z"), &i, &e));
    assert_int_equal(i.end - i.start, TIME_HOUR);
    assert_true(interval_parse(STR("2026-01-01T09:00:00Z/2026-01-01T09:00:00Z"), &i, &e));
    assert_false(interval_is_instant(i));
    assert_false(interval_parse(STR("2026-01-01T09:00:00Z/2026-01-01T08:00:00Z"), &i, &e));
    assert_int_equal(e.code, ERR_RANGE);
    assert_false(interval_parse(STR("2026-01-01T09:00:00Z/2026-01-01T10:0"), &i, &e));
    assert_int_equal(e.at, 35);
    assert_false(interval_parse(STR("2026-01-01T09:00:00Z"), &i, &e));
}

TEST(a_time_object_is_an_instant_or_an_interval)
{
    interval i;
    err e;
    assert_true(time_object_parse(STR("2026-01-01T09:00:00Z"), &i, &e));
    assert_true(interval_is_instant(i));
    assert_false(interval_is_none(i));
    assert_true(time_object_parse(STR("2026-01-01T09:00:00Z/2026-01-02T09:00:00Z"), &i, &e));
    assert_int_equal(i.end - i.start, TIME_DAY);
    assert_false(time_object_parse(STR("/"), &i, &e));
    assert_true(interval_is_none((interval){TIME_NONE, TIME_NONE}));
}

// ---- durations ----

TEST(durations_are_read)
{
    static const struct {
        const char *text;
        int64_t months, us;
    } samples[] = {
        {"PT0S", 0, 0},
        {"P1D", 0, TIME_DAY},
        {"P1Y2M3DT4H5M6S", 14, 3 * TIME_DAY + 4 * TIME_HOUR + 5 * TIME_MINUTE + 6 * TIME_SECOND},
        {"P2W", 0, 14 * TIME_DAY},
        {"PT0.5S", 0, 500000},
        {"PT1,5H", 0, 90 * TIME_MINUTE},
        {"P0.5D", 0, TIME_DAY / 2},
        {"PT36H", 0, 36 * TIME_HOUR},
        {"P1M", 1, 0},
        {"PT1M", 0, TIME_MINUTE},
        {"-P1M1D", -1, -TIME_DAY},
        {"P100Y", 1200, 0},
        {"p1dt2h", 0, TIME_DAY + 2 * TIME_HOUR},
    };
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        int64_t months = -1, us = -1;
        err e = {0};
        assert_true(duration_parse(str_of(samples[i].text), &months, &us, &e));
        assert_int_equal(months, samples[i].months);
        assert_int_equal(us, samples[i].us);
    }
}

TEST(malformed_durations_are_refused)
{
    static const char *const wrong[] = {"",
                                        "P",
                                        "PT",
                                        "P1",
                                        "1D",
                                        "P1S",
                                        "PT1D",
                                        "P1DT",
                                        "P1D1Y",
                                        "P1D1D",
                                        "PT1M1H",
                                        "P0.5Y",
                                        "P0.5D1H",
                                        "PT.5S",
                                        "PT5.S",
                                        "P-1D",
                                        "P1D ",
                                        "+P1D",
                                        "P9223372036854775807W",
                                        "P99999999999999999999D",
                                        "PT0.5H1M",
                                        "P1TD"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        int64_t months = 5, us = 5;
        err e = {0};
        assert_false(duration_parse(str_of(wrong[i]), &months, &us, &e));
        assert_true(e.code == ERR_SYNTAX || e.code == ERR_RANGE);
        assert_true(months == 5 && us == 5);
    }
}

TEST(months_are_added_by_the_calendar)
{
    static const struct {
        const char *from, *to;
        int64_t months;
    } samples[] = {
        {"2026-01-31T12:00:00Z", "2026-02-28T12:00:00Z", 1},
        {"2024-01-31T12:00:00Z", "2024-02-29T12:00:00Z", 1},
        {"2026-03-31T12:00:00Z", "2026-02-28T12:00:00Z", -1},
        {"2026-12-15T00:00:00.5Z", "2027-01-15T00:00:00.500Z", 1},
        {"2024-02-29T00:00:00Z", "2025-02-28T00:00:00Z", 12},
        {"1970-01-01T00:00:00Z", "1969-12-01T00:00:00Z", -1},
        {"2026-05-05T05:05:05Z", "2026-05-05T05:05:05Z", 0},
        {"0001-01-01T00:00:00Z", "9999-12-01T00:00:00Z", 119987},
    };
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        assert_str(written(time_add_months(parsed(samples[i].from), samples[i].months)), samples[i].to);
    }
}

TEST(adding_months_stops_at_the_ends_of_the_calendar)
{
    assert_int_equal(time_add_months(0, INT64_MAX), TIME_MAX);
    assert_int_equal(time_add_months(0, INT64_MIN), TIME_MIN);
    assert_int_equal(time_add_months(TIME_MIN, -1), TIME_MIN);
    assert_int_equal(time_add_months(TIME_MAX, 1), TIME_MAX);
}

// ---- writing ----

TEST(fractions_are_written_as_far_as_needed)
{
    const instant t = 1767258000000000;
    assert_str(written(t), "2026-01-01T09:00:00Z");
    assert_str(written(t + 500000), "2026-01-01T09:00:00.500Z");
    assert_str(written(t + 1), "2026-01-01T09:00:00.000001Z");
    assert_str(written(t + 120), "2026-01-01T09:00:00.000120Z");
    assert_str(written(-1), "1969-12-31T23:59:59.999999Z");
    assert_str(written(TIME_MIN), "0001-01-01T00:00:00Z");
    assert_str(written(TIME_MAX), "9999-12-31T23:59:59.999999Z");
}

TEST(what_is_outside_the_calendar_is_written_as_its_end)
{
    assert_str(written(INT64_MAX), "9999-12-31T23:59:59.999999Z");
    assert_str(written(INT64_MIN + 1), "0001-01-01T00:00:00Z");
    assert_str(written(TIME_NONE), "");
}

TEST(what_is_written_is_read_back)
{
    srandom(2);
    for (int i = 0; i < 100000; i++) {
        const uint64_t bits = (uint64_t)random() << 33 ^ (uint64_t)random() << 11 ^ (uint64_t)random();
        instant t = TIME_MIN + (instant)(bits % (uint64_t)(TIME_MAX - TIME_MIN + 1)), back;
        if (i % 3 == 0) t -= t % TIME_SECOND;
        if (i % 3 == 1) t -= t % 1000;
        err e = {0};
        assert_true(time_parse(written(t), &back, &e));
        assert_true(back == t);
    }
}

TEST(an_interval_is_written_with_a_slash)
{
    buf b = {.max = 200};
    buf_add_interval(&b, (interval){0, TIME_NONE});
    buf_add_char(&b, ' ');
    buf_add_interval(&b, (interval){0, TIME_HOUR});
    assert_str(buf_str(&b), "1970-01-01T00:00:00Z 1970-01-01T00:00:00Z/1970-01-01T01:00:00Z");
    buf_free(&b);
}

TEST(the_clocks_go)
{
    assert_true(time_now() > parsed("2024-01-01T00:00:00Z"));
    const int64_t before = time_monotonic_us();
    assert_true(time_monotonic_us() >= before);
}

RUN(CASE(every_day_of_ten_thousand_years_is_in_its_place), CASE(instants_agree_with_timegm),
    CASE(times_that_do_not_exist_are_refused), CASE(any_64_bits_can_be_taken_apart),
    CASE(all_the_ways_to_write_one_instant_are_read), CASE(a_leap_second_becomes_the_next_minute),
    CASE(the_first_and_last_microsecond_are_read), CASE(malformed_times_say_where_and_what),
    CASE(sources_that_mean_utc_may_leave_it_out), CASE(intervals_are_two_instants_in_order),
    CASE(a_time_object_is_an_instant_or_an_interval), CASE(durations_are_read),
    CASE(malformed_durations_are_refused), CASE(months_are_added_by_the_calendar),
    CASE(adding_months_stops_at_the_ends_of_the_calendar), CASE(fractions_are_written_as_far_as_needed),
    CASE(what_is_outside_the_calendar_is_written_as_its_end), CASE(what_is_written_is_read_back),
    CASE(an_interval_is_written_with_a_slash), CASE(the_clocks_go))
