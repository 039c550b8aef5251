// SPDX-License-Identifier: EUPL-1.2
#include "render/svg_chart.h"

#include "base/test.h"

#include <math.h>

#define HOURS(n) ((n)*TIME_HOUR)

static struct chart day(const struct chart_point *points, size_t count)
{
    return (struct chart){.when = {0, TIME_DAY},
                          .step = TIME_HOUR,
                          .gap_least = TIME_HOUR,
                          .points = points,
                          .point_count = count,
                          .low = 0,
                          .high = 10,
                          .title = STR("T"),
                          .gap_text = STR("geen meting"),
                          .empty_text = STR("leeg")};
}

static size_t hours(struct chart_point *out, int from, int to)
{
    size_t n = 0;
    for (int h = from; h < to; h++)
        out[n++] = (struct chart_point){.at = HOURS(h) + TIME_HOUR / 2, .mean = 5, .low = 4, .high = 6};
    return n;
}

static size_t times(const buf *b, const char *text)
{
    size_t n = 0, at;
    for (str rest = buf_str(b); str_find(rest, str_of(text), &at); rest = str_slice(rest, at + 1, rest.n))
        n++;
    return n;
}

TEST(a_whole_day_is_one_line_without_a_gap)
{
    struct chart_point p[24];
    const struct chart c = day(p, hours(p, 0, 24));
    buf out = {.max = 1 << 18};
    svg_chart(&out, &c);
    assert_int_equal(chart_gaps(&c, NULL, 0), 0);
    assert_int_equal(times(&out, "class=\"line\""), 1);
    assert_int_equal(times(&out, "class=\"gap\""), 0);
    buf_free(&out);
}

TEST(a_missing_hour_breaks_the_line_and_is_a_gap)
{
    struct chart_point p[24];
    size_t n = hours(p, 0, 10);
    n += hours(p + n, 13, 24);
    const struct chart c = day(p, n);
    interval gap[2];
    buf out = {.max = 1 << 18};
    svg_chart(&out, &c);
    assert_int_equal(chart_gaps(&c, gap, 2), 1);
    assert_true(gap[0].start == HOURS(10) && gap[0].end == HOURS(13));
    assert_int_equal(times(&out, "class=\"line\""), 2);
    assert_int_equal(times(&out, "class=\"gap\""), 1);
    assert_int_equal(times(&out, "geen meting"), 1);
    buf_free(&out);
}

TEST(what_is_missing_at_the_ends_is_a_gap_too)
{
    struct chart_point p[24];
    const struct chart c = day(p, hours(p, 6, 20));
    interval gap[2];
    assert_int_equal(chart_gaps(&c, gap, 2), 2);
    assert_true(gap[0].start == 0 && gap[0].end == HOURS(6));
    assert_true(gap[1].start == HOURS(20) && gap[1].end == HOURS(24));
}

TEST(a_lone_point_is_a_dot)
{
    struct chart_point p[24];
    const struct chart c = day(p, hours(p, 12, 13));
    buf out = {.max = 1 << 18};
    svg_chart(&out, &c);
    assert_int_equal(times(&out, "class=\"line\""), 0);
    assert_int_equal(times(&out, "<circle class=\"lone\" cx=\"52.08%\" cy=\"110.0\""),
                     1);  // 12.5 of 24 hours, half of 220
    buf_free(&out);
}

TEST(an_empty_chart_says_so)
{
    const struct chart c = day(NULL, 0);
    buf out = {.max = 1 << 18};
    svg_chart(&out, &c);
    assert_int_equal(times(&out, "leeg"), 1);
    buf_free(&out);
}

TEST(classes_are_cut_off_at_the_axis)
{
    struct chart_point p[24];
    const struct chart_class classes[] = {{(double)-INFINITY, 5, STR("a"), STR("laag")},
                                          {5, (double)INFINITY, STR("b"), STR("hoog")}};
    struct chart c = day(p, hours(p, 0, 24));
    c.classes = classes;
    c.class_count = 2;
    buf out = {.max = 1 << 18};
    svg_chart(&out, &c);
    assert_int_equal(times(&out, "class=\"zone a\" y=\"110.0\" width=\"100%\" height=\"110.0\""), 1);
    assert_int_equal(times(&out, "class=\"zone b\" y=\"0.0\" width=\"100%\" height=\"110.0\""), 1);
    buf_free(&out);
}

static void assert_axis(double low, double high, bool from_zero, double first, double last, size_t count)
{
    struct chart_tick t[CHART_TICKS_MAX];
    const size_t n = chart_axis(low, high, from_zero, 5, t);
    assert_int_equal(n, count);
    assert_float_equal(t[0].value, first, 1e-9);
    assert_float_equal(t[n - 1].value, last, 1e-9);
}

TEST(an_axis_has_round_steps_and_holds_all_values)
{
    assert_axis(1.7, 8.8, true, 0, 10, 6);
    assert_axis(38, 59, false, 35, 60, 6);
    assert_axis(-3.2, 8.1, false, -5, 10, 4);
    assert_axis(0, 0, true, 0, 1, 6);
    assert_axis(1019.6, 1021.2, false, 1019.5, 1021.5, 5);
}

TEST(an_axis_of_nonsense_is_still_an_axis)
{
    struct chart_tick t[CHART_TICKS_MAX];
    assert_true(chart_axis((double)NAN, 1, false, 5, t) >= 2);
    assert_true(chart_axis(5, -5, false, 5, t) >= 2);
    assert_true(chart_axis(1e300, 1e300, false, 5, t) >= 2);
}

// The axis goes from 0 to 10 over CHART_HEIGHT, so 5 stands half way.
TEST(a_guideline_stands_at_its_value_and_is_left_out_beyond_the_axis)
{
    struct chart_point p[24];
    struct chart c = day(p, hours(p, 0, 24));
    const struct chart_line lines[] = {{5, STR("advies <5>")}, {15, STR("ver weg")}};
    c.lines = lines;
    c.line_count = 2;
    buf out = {.max = 1 << 18};
    svg_chart(&out, &c);
    assert_int_equal(times(&out, "class=\"guideline\" x1=\"0\" x2=\"100%\" y1=\"110.0\" y2=\"110.0\""), 1);
    assert_int_equal(times(&out, "advies &lt;5&gt;"), 1);
    assert_int_equal(times(&out, "ver weg"), 0);
    buf_free(&out);
}

RUN(CASE(a_guideline_stands_at_its_value_and_is_left_out_beyond_the_axis),
    CASE(a_whole_day_is_one_line_without_a_gap), CASE(a_missing_hour_breaks_the_line_and_is_a_gap),
    CASE(what_is_missing_at_the_ends_is_a_gap_too), CASE(a_lone_point_is_a_dot), CASE(an_empty_chart_says_so),
    CASE(classes_are_cut_off_at_the_axis), CASE(an_axis_has_round_steps_and_holds_all_values),
    CASE(an_axis_of_nonsense_is_still_an_axis))
