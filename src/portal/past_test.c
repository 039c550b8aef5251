// SPDX-License-Identifier: EUPL-1.2
#include "portal/past.h"

#include "base/test.h"
#include "portal/testing.h"

#define NOW "2026-11-26T12:04:00Z"

struct fixture {
    struct testing t;
    struct tz *zone;
    struct meter_book *book;
    const struct meter_list *list;
    entity_id stream;
};

static void start(struct fixture *f, const char *quantity, const char *symbol)
{
    err e;
    testing_start(&f->t);
    assert_non_null(f->zone = tz_load("Europe/Amsterdam", &e));
    testing_meter(&f->t, (struct testing_meter){"M", "{}", quantity, symbol, 4.3, 52}, &f->stream);
    assert_non_null(f->book = meter_book_new(f->t.store, NULL, ACCESS_PUBLIC, &e));
}

static struct past read_past(struct fixture *f, past_period p)
{
    struct snapshot *at;
    struct past past;
    err e;
    assert_true(meters_take(f->book, &f->list, &e));
    assert_true(snapshot_open(f->t.store, &at, &e));
    assert_true(
        past_read(at, series_find(f->list, f->stream), p, f->zone, testing_time(NOW), f->t.a, &past, &e));
    snapshot_close(at);
    meters_give(f->book, f->list);
    return past;
}

static void end(struct fixture *f)
{
    meter_book_free(f->book);
    tz_free(f->zone);
    testing_end(&f->t);
}

TEST(a_day_ends_with_the_ten_minutes_of_now)
{
    struct fixture f;
    start(&f, "temperature",
          "\xc2\xb0"
          "C");
    testing_reading(&f.t, f.stream, testing_time("2026-11-26T12:01:00Z"), "10", NULL);
    testing_reading(&f.t, f.stream, testing_time("2026-11-26T12:03:00Z"), "13", NULL);
    const struct past p = read_past(&f, PAST_DAY);
    assert_true(p.when.end == testing_time("2026-11-26T12:10:00Z"));
    assert_true(p.when.start == testing_time("2026-11-25T12:10:00Z"));
    assert_int_equal(p.count, 1);
    assert_true(p.points[0].at == testing_time("2026-11-26T12:05:00Z"));
    assert_float_equal(p.points[0].mean, 11.5, 1e-9);
    assert_float_equal(p.points[0].low, 10, 1e-9);
    assert_float_equal(p.points[0].high, 13, 1e-9);
    end(&f);
}

// 10 lg((10^6 + 10^4) / 2) = 57.03 dB: the arithmetic mean, 50, would be wrong.
TEST(levels_are_averaged_as_energy)
{
    struct fixture f;
    start(&f, "noise_laeq", "dB(A)");
    testing_reading(&f.t, f.stream, testing_time("2026-11-26T12:01:00Z"), "60", NULL);
    testing_reading(&f.t, f.stream, testing_time("2026-11-26T12:03:00Z"), "40", NULL);
    const struct past p = read_past(&f, PAST_DAY);
    assert_float_equal(p.points[0].mean, 57.03, 0.01);
    assert_float_equal(p.mean, 57.03, 0.01);
    end(&f);
}

TEST(readings_before_the_day_or_rejected_are_left_out)
{
    struct fixture f;
    start(&f, "temperature",
          "\xc2\xb0"
          "C");
    testing_reading(&f.t, f.stream, testing_time("2026-11-25T12:09:00Z"), "1", NULL);
    testing_reading(&f.t, f.stream, testing_time("2026-11-25T12:10:00Z"), "2", NULL);
    testing_reading(&f.t, f.stream, testing_time("2026-11-25T12:11:00Z"), "2", NULL);
    testing_reading(&f.t, f.stream, testing_time("2026-11-26T11:59:00Z"), "900", NULL);
    testing_reading(&f.t, f.stream, testing_time("2026-11-26T12:00:00Z"), "3", "{\"status\":\"clock\"}");
    const struct past p = read_past(&f, PAST_DAY);
    assert_int_equal(p.count, 1);
    assert_float_equal(p.points[0].mean, 2, 1e-9);
    end(&f);
}

TEST(a_meter_that_reports_each_half_hour_gets_bins_of_half_an_hour)
{
    struct fixture f;
    start(&f, "temperature",
          "\xc2\xb0"
          "C");
    for (int i = 8; i >= 0; i--)
        testing_reading(&f.t, f.stream, testing_time("2026-11-26T12:00:00Z") - i * 30 * TIME_MINUTE, "7",
                        NULL);
    const struct past p = read_past(&f, PAST_DAY);
    assert_true(p.step == 30 * TIME_MINUTE);
    assert_int_equal(p.count, 9);
    end(&f);
}

// A reading each 20 minutes for two hours; the third hour has one of three, less than 75 %, and is a gap.
TEST(an_hour_with_less_than_three_quarters_of_its_readings_is_a_gap)
{
    struct fixture f;
    start(&f, "temperature",
          "\xc2\xb0"
          "C");
    for (int i = 0; i < 6; i++)
        testing_reading(&f.t, f.stream, testing_time("2026-11-25T08:00:00Z") + i * 20 * TIME_MINUTE,
                        i < 3 ? "6" : "9", NULL);
    testing_reading(&f.t, f.stream, testing_time("2026-11-25T10:00:00Z"), "30", NULL);
    const struct past p = read_past(&f, PAST_WEEK);
    assert_int_equal(p.count, 2);
    assert_true(p.points[0].at == testing_time("2026-11-25T08:30:00Z"));
    assert_float_equal(p.points[0].mean, 6, 1e-9);
    assert_float_equal(p.points[1].mean, 9, 1e-9);
    assert_float_equal(p.mean, 7.5, 1e-9);
    end(&f);
}

// Local days of Amsterdam: 23.30 UTC is half past midnight of the next day.
TEST(days_of_a_month_are_the_days_of_the_town)
{
    struct fixture f;
    start(&f, "temperature",
          "\xc2\xb0"
          "C");
    testing_reading(&f.t, f.stream, testing_time("2026-11-20T12:00:00Z"), "4", NULL);
    testing_reading(&f.t, f.stream, testing_time("2026-11-20T23:30:00Z"), "5", NULL);
    const struct past p = read_past(&f, PAST_MONTH);
    assert_int_equal(p.count, 2);
    assert_true(p.points[0].at == testing_time("2026-11-20T11:00:00Z"));
    assert_float_equal(p.points[0].mean, 4, 1e-9);
    assert_float_equal(p.points[1].mean, 5, 1e-9);
    assert_true(p.when.end == testing_time("2026-11-26T23:00:00Z"));
    assert_true(p.when.start == testing_time("2026-10-27T23:00:00Z"));
    end(&f);
}

TEST(periods_have_stable_names_in_addresses)
{
    past_period p;
    assert_true(past_period_by_key(STR("week"), &p));
    assert_int_equal(p, PAST_WEEK);
    assert_false(past_period_by_key(STR("weeks"), &p));
    assert_str(past_period_key(PAST_MONTH), "maand");
}

RUN(CASE(a_day_ends_with_the_ten_minutes_of_now), CASE(levels_are_averaged_as_energy),
    CASE(readings_before_the_day_or_rejected_are_left_out),
    CASE(a_meter_that_reports_each_half_hour_gets_bins_of_half_an_hour),
    CASE(an_hour_with_less_than_three_quarters_of_its_readings_is_a_gap),
    CASE(days_of_a_month_are_the_days_of_the_town), CASE(periods_have_stable_names_in_addresses))
