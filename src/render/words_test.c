// SPDX-License-Identifier: EUPL-1.2
#include "render/words.h"

#include "base/test.h"

#define THIN "\xe2\x80\xaf"
#define MINUS "\xe2\x88\x92"

static const char nl_texts[] =
    "{\"hello\":\"Dag {name}, het is "
    "{time}.\",\"month.11\":\"november\",\"month.short.11\":\"nov\",\"time.again\":\"{time} (wintertijd)\","
    "\"time.clock\":\"{time} uur\",\"time.date\":\"{day} {mon} {time} uur\",\"time.day\":\"{weekday} {day} "
    "{month}\","
    "\"time.yesterday\":\"gisteren {time} uur\",\"weekday.4\":\"donderdag\",\"weekday.short.4\":\"do\"}";
static const char en_texts[] = "{\"time.clock\":\"{time}\"}";

struct fixture {
    arena *a;
    struct tz *zone;
    struct words *nl, *en;
};

static struct fixture start(void)
{
    struct fixture f = {.a = arena_new(1 << 20)};
    err e;
    assert_non_null(f.zone = tz_load("Europe/Amsterdam", &e));
    assert_true(words_load(LANGUAGE_NL, str_of(nl_texts), f.a, &f.nl, &e));
    assert_true(words_load(LANGUAGE_EN, str_of(en_texts), f.a, &f.en, &e));
    return f;
}

static void end(struct fixture *f)
{
    tz_free(f->zone);
    arena_free(f->a);
}

static instant at(const char *text)
{
    instant t;
    err e;
    assert_true(time_parse(str_of(text), &t, &e));
    return t;
}

TEST(places_are_filled_by_name)
{
    struct fixture f = start();
    assert_str(
        words_fill(f.nl, f.a, STR("hello"), FILLS({STR("time"), STR("laat")}, {STR("name"), STR("An")})),
        "Dag An, het is laat.");
    end(&f);
}

TEST(a_place_that_is_not_given_stays_visible)
{
    struct fixture f = start();
    assert_str(words_fill(f.nl, f.a, STR("hello"), FILLS({STR("name"), STR("An")})),
               "Dag An, het is {time}.");
    end(&f);
}

TEST(an_unknown_text_shows_its_id)
{
    struct fixture f = start();
    assert_str(words_get(f.nl, STR("nothing.like.it")), "nothing.like.it");
    end(&f);
}

TEST(numbers_have_the_marks_of_their_language)
{
    struct fixture f = start();
    assert_str(words_number(f.nl, f.a, 1234567.891, 1), "1.234.567,9");
    assert_str(words_number(f.en, f.a, 1234567.891, 1), "1,234,567.9");
    assert_str(words_number(f.nl, f.a, 999, 0), "999");
    assert_str(words_number(f.nl, f.a, -3.14159, 2), MINUS "3,14");
    end(&f);
}

TEST(a_half_goes_up)
{
    struct fixture f = start();
    assert_str(words_number(f.nl, f.a, 3.25, 1), "3,3");
    assert_str(words_number(f.nl, f.a, -3.25, 1), MINUS "3,3");
    assert_str(words_number(f.nl, f.a, 1.005, 2), "1,01");
    assert_str(words_number(f.nl, f.a, 2.5, 0), "3");
    assert_str(words_number(f.nl, f.a, 2.4999, 0), "2");
    end(&f);
}

TEST(a_number_that_rounds_to_zero_has_no_minus)
{
    struct fixture f = start();
    assert_str(words_number(f.nl, f.a, -0.04, 1), "0,0");
    assert_str(words_number(f.nl, f.a, -0.0, 0), "0");
    end(&f);
}

TEST(a_reading_has_two_significant_digits_and_a_thin_space)
{
    struct fixture f = start();
    assert_str(words_reading(f.nl, f.a, 8.44, 1, STR("\xc2\xb5g/m\xc2\xb3")),
               "8,4" THIN "\xc2\xb5g/m\xc2\xb3");
    assert_str(words_reading(f.nl, f.a, 9.96, 1, STR("x")), "10" THIN "x");
    assert_str(words_reading(f.nl, f.a, 1020.3, 0, (str){0}), "1.020");
    end(&f);
}

TEST(clock_times_are_in_the_zone_of_the_town)
{
    struct fixture f = start();
    assert_str(words_clock(f.nl, f.a, f.zone, at("2026-11-26T13:05:00Z")), "14.05 uur");
    assert_str(words_clock(f.en, f.a, f.zone, at("2026-07-26T13:05:00Z")), "15:05");
    end(&f);
}

// 2026-10-25: at 01:00Z clocks go from 03.00 back to 02.00.
TEST(the_hour_that_occurs_twice_is_marked_the_second_time)
{
    struct fixture f = start();
    assert_str(words_clock(f.nl, f.a, f.zone, at("2026-10-25T00:30:00Z")), "02.30 uur");
    assert_str(words_clock(f.nl, f.a, f.zone, at("2026-10-25T01:30:00Z")), "02.30 (wintertijd) uur");
    assert_str(words_clock(f.nl, f.a, f.zone, at("2026-10-25T02:30:00Z")), "03.30 uur");
    end(&f);
}

TEST(a_time_says_how_far_back_it_lies)
{
    struct fixture f = start();
    const instant now = at("2026-11-26T13:05:00Z");
    assert_str(words_when(f.nl, f.a, f.zone, at("2026-11-25T23:00:00Z"), now), "00.00 uur");
    assert_str(words_when(f.nl, f.a, f.zone, at("2026-11-25T22:59:00Z"), now), "gisteren 23.59 uur");
    assert_str(words_when(f.nl, f.a, f.zone, at("2026-11-24T22:59:00Z"), now), "24 nov 23.59 uur");
    assert_str(words_day(f.nl, f.a, f.zone, now), "donderdag 26 november");
    assert_str(words_weekday_short(f.nl, f.zone, now), "do");
    end(&f);
}

TEST(texts_out_of_order_are_refused)
{
    arena *a = arena_new(1 << 16);
    struct words *w;
    err e;
    assert_false(words_load(LANGUAGE_NL, STR("{\"b\":\"1\",\"a\":\"2\"}"), a, &w, &e));
    assert_false(words_load(LANGUAGE_NL, STR("{\"a\":1}"), a, &w, &e));
    assert_int_equal(e.code, ERR_TYPE);
    assert_false(words_load(LANGUAGE_NL, STR("[]"), a, &w, &e));
    arena_free(a);
}

RUN(CASE(places_are_filled_by_name), CASE(a_place_that_is_not_given_stays_visible),
    CASE(an_unknown_text_shows_its_id), CASE(numbers_have_the_marks_of_their_language), CASE(a_half_goes_up),
    CASE(a_number_that_rounds_to_zero_has_no_minus),
    CASE(a_reading_has_two_significant_digits_and_a_thin_space),
    CASE(clock_times_are_in_the_zone_of_the_town), CASE(the_hour_that_occurs_twice_is_marked_the_second_time),
    CASE(a_time_says_how_far_back_it_lies), CASE(texts_out_of_order_are_refused))
