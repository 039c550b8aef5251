// SPDX-License-Identifier: EUPL-1.2
#include "base/tz.h"

#include "base/file.h"
#include "base/test.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static instant utc(const char *text)
{
    instant t = TIME_NONE;
    err e;
    assert_true(time_parse_utc(str_of(text), &t, &e));
    return t;
}

static civil local(const char *text)
{
    return time_to_civil(utc(text));
}

static struct tz *zone(const char *name)
{
    err e = {0};
    struct tz *z = tz_load(name, &e);
    if (!z) print_error("%s\n", e.text);
    assert_non_null(z);
    return z;
}

// Both sides of changes of the clock, as `TZ=name date -d @seconds` gives them; from 2038 on by the footer's
// rule.
static const struct {
    const char *zone, *utc;
    int32_t offset_s;
    bool is_dst;
} offsets[] = {
    {"Europe/Amsterdam", "2026-03-29T00:59:59.999999", 3600, false},
    {"Europe/Amsterdam", "2026-03-29T01:00:00", 7200, true},
    {"Europe/Amsterdam", "2026-10-25T00:59:59.999999", 7200, true},
    {"Europe/Amsterdam", "2026-10-25T01:00:00", 3600, false},
    {"Europe/Amsterdam", "2060-03-28T00:59:59", 3600, false},
    {"Europe/Amsterdam", "2060-03-28T01:00:00", 7200, true},
    {"Europe/Amsterdam", "2060-10-31T01:00:00", 3600, false},
    {"Europe/Amsterdam", "9999-07-01T00:00:00", 7200, true},
    {"America/St_Johns", "2026-03-08T05:29:59", -12600, false},
    {"America/St_Johns", "2026-03-08T05:30:00", -9000, true},
    {"America/St_Johns", "2060-11-07T04:29:59", -9000, true},
    {"America/St_Johns", "2060-11-07T04:30:00", -12600, false},
    {"Australia/Lord_Howe", "2026-04-04T14:59:59", 39600, true},
    {"Australia/Lord_Howe", "2026-04-04T15:00:00", 37800, false},
    {"Australia/Lord_Howe", "2060-10-02T15:29:59", 37800, false},
    {"Australia/Lord_Howe", "2060-10-02T15:30:00", 39600, true},
    {"Europe/Dublin", "2060-01-01T00:00:00", 0,
     true},  // winter is the exception in the Irish law and in tzdata
    {"Europe/Dublin", "2060-07-01T00:00:00", 3600, false},
    {"Asia/Kolkata", "2060-07-01T00:00:00", 19800, false},
    {"UTC", "2026-07-01T00:00:00", 0, false},
};

TEST(offsets_change_at_the_second)
{
    for (size_t i = 0; i < sizeof offsets / sizeof offsets[0]; i++) {
        struct tz *z = zone(offsets[i].zone);
        bool is_dst;
        assert_int_equal(tz_offset(z, utc(offsets[i].utc), &is_dst), offsets[i].offset_s);
        assert_int_equal(is_dst, offsets[i].is_dst);
        tz_free(z);
    }
}

static const char *const zones[] = {
    "Europe/Amsterdam",  "America/St_Johns",     "Australia/Lord_Howe", "Europe/Dublin",
    "Africa/Casablanca", "America/Havana",       "America/Sao_Paulo",   "Asia/Kathmandu",
    "Pacific/Apia",      "Antarctica/Troll",     "Asia/Gaza",           "America/Nuuk",
    "Pacific/Chatham",   "America/Scoresbysund", "Africa/Cairo",        "Asia/Tehran",
};

TEST(local_times_agree_with_the_c_library_and_come_back)
{
    for (size_t i = 0; i < sizeof zones / sizeof zones[0]; i++) {
        struct tz *z = zone(zones[i]);
        setenv("TZ", zones[i], 1);
        tzset();
        srandom(1);
        for (int k = 0; k < 5000; k++) {
            const int64_t s = (int64_t)((uint64_t)random() << 31 ^ (uint64_t)random()) %
                              (k % 2 ? 4102444800 : 253402200000);
            const time_t seconds = (time_t)s;
            struct tm tm;
            localtime_r(&seconds, &tm);
            const instant t = s * TIME_SECOND + 123456;
            const civil c = tz_civil(z, t);
            bool is_dst, skipped;
            assert_int_equal(tz_offset(z, t, &is_dst), tm.tm_gmtoff);
            assert_int_equal(is_dst, tm.tm_isdst > 0);
            assert_true(c.year == tm.tm_year + 1900 && c.month == tm.tm_mon + 1 && c.day == tm.tm_mday &&
                        c.hour == tm.tm_hour && c.minute == tm.tm_min && c.second == tm.tm_sec &&
                        c.microsecond == 123456);
            instant earlier, later;
            assert_true(tz_instant(z, c, TZ_EARLIER, &earlier, &skipped) && !skipped);
            assert_true(tz_instant(z, c, TZ_LATER, &later, &skipped) && !skipped);
            assert_true(earlier <= later && (earlier == t || later == t));
        }
        tz_free(z);
    }
    unsetenv("TZ");
    tzset();
}

TEST(an_hour_that_occurs_twice_has_two_instants)
{
    struct tz *z = zone("Europe/Amsterdam");
    instant t;
    bool skipped;
    assert_true(tz_instant(z, local("2026-10-25T02:30:00"), TZ_EARLIER, &t, &skipped));
    assert_int_equal(t, utc("2026-10-25T00:30:00"));
    assert_true(tz_instant(z, local("2026-10-25T02:30:00"), TZ_LATER, &t, &skipped));
    assert_int_equal(t, utc("2026-10-25T01:30:00"));
    assert_false(skipped);
    assert_true(tz_instant(z, local("2026-10-25T03:00:00"), TZ_EARLIER, &t, NULL));
    assert_int_equal(t, utc("2026-10-25T02:00:00"));
    tz_free(z);
}

TEST(a_time_that_was_skipped_gives_the_jump)
{
    struct tz *z = zone("Europe/Amsterdam");
    instant t;
    bool skipped;
    assert_true(tz_instant(z, local("2060-03-28T02:30:00"), TZ_LATER, &t, &skipped));
    assert_true(skipped);
    assert_int_equal(t, utc("2060-03-28T01:00:00"));
    tz_free(z);
    z = zone("Pacific/Apia");  // went over the date line: no 2011-12-30
    assert_true(tz_instant(z, local("2011-12-30T12:00:00"), TZ_EARLIER, &t, &skipped));
    assert_true(skipped);
    assert_int_equal(t, utc("2011-12-30T10:00:00"));
    tz_free(z);
}

TEST(no_such_date_has_no_instant)
{
    struct tz *z = zone("UTC");
    instant t;
    assert_false(tz_instant(z, (civil){.year = 2026, .month = 2, .day = 30}, TZ_EARLIER, &t, NULL));
    tz_free(z);
}

TEST(days_months_and_years_start_at_local_midnight)
{
    struct tz *z = zone("Europe/Amsterdam");
    const instant t = utc("2026-07-15T23:30:00");  // the 16th in Amsterdam
    assert_int_equal(tz_day_start(z, t), utc("2026-07-15T22:00:00"));
    assert_int_equal(tz_month_start(z, t), utc("2026-06-30T22:00:00"));
    assert_int_equal(tz_year_start(z, t), utc("2025-12-31T23:00:00"));
    assert_int_equal(tz_day_start(z, utc("2026-03-29T12:00:00")),
                     utc("2026-03-28T23:00:00"));  // a day of 23 hours
    assert_int_equal(tz_day_start(z, utc("2026-03-28T23:00:00")), utc("2026-03-28T23:00:00"));
    tz_free(z);
}

TEST(a_day_without_midnight_starts_at_the_jump)
{
    struct tz *z = zone("America/Sao_Paulo");  // 2018-11-04 began at 01:00
    assert_int_equal(tz_day_start(z, utc("2018-11-04T12:00:00")), utc("2018-11-04T03:00:00"));
    tz_free(z);
}

TEST(the_ends_of_the_calendar_hold)
{
    struct tz *z = zone("Pacific/Apia");
    const instant ends[] = {TIME_MIN, TIME_MAX, INT64_MIN, INT64_MAX};
    for (size_t i = 0; i < 4; i++) {
        assert_true(tz_day_start(z, ends[i]) >= INT64_MIN);
        assert_true(tz_year_start(z, ends[i]) >= INT64_MIN);
        assert_in_range(tz_civil(z, ends[i]).month, 1, 12);
    }
    tz_free(z);
}

TEST(names_stay_below_the_zone_directory)
{
    static const char *const wrong[] = {"",
                                        "..",
                                        "../passwd",
                                        "Europe/../../../etc/passwd",
                                        "/etc/passwd",
                                        "Europe Amsterdam",
                                        "Europe/Nowhere",
                                        "Europe",
                                        "tzdata.zi",
                                        "right/UTC"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        err e = {0};
        assert_null(tz_load(wrong[i], &e));
        assert_true(e.code != ERR_NONE && e.text[0]);
    }
}

TEST(damaged_zone_data_is_refused_or_harmless)
{
    buf file = {.max = 100000};
    err e;
    assert_true(file_read("/usr/share/zoneinfo/Europe/Amsterdam", &file, &e));
    for (size_t n = 0; n < file.n; n++) {
        struct tz *z = tz_parse(str_slice(buf_str(&file), 0, n), &e);
        if (z) assert_true(n == file.n);
        tz_free(z);
    }
    srandom(1);
    for (int i = 0; i < 20000; i++) {
        const size_t at = (size_t)random() % file.n;
        const char kept = file.p[at];
        file.p[at] = (char)random();
        struct tz *z = tz_parse(buf_str(&file), &e);
        if (z) {
            instant t;
            tz_instant(z, local("2060-03-28T02:30:00"), TZ_LATER, &t, NULL);
            tz_day_start(z, utc("2026-07-15T23:30:00"));
        }
        tz_free(z);
        file.p[at] = kept;
    }
    buf_free(&file);
}

RUN(CASE(offsets_change_at_the_second), CASE(local_times_agree_with_the_c_library_and_come_back),
    CASE(an_hour_that_occurs_twice_has_two_instants), CASE(a_time_that_was_skipped_gives_the_jump),
    CASE(no_such_date_has_no_instant), CASE(days_months_and_years_start_at_local_midnight),
    CASE(a_day_without_midnight_starts_at_the_jump), CASE(the_ends_of_the_calendar_hold),
    CASE(names_stay_below_the_zone_directory), CASE(damaged_zone_data_is_refused_or_harmless))
