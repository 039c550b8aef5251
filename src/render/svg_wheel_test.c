// SPDX-License-Identifier: EUPL-1.2
#include "render/svg_wheel.h"

#include "base/test.h"

static bool holds(const buf *b, const char *part)
{
    size_t at;
    return str_find(buf_str(b), str_of(part), &at);
}

TEST(a_segment_is_drawn_between_its_shares_with_its_class_and_escaped_name)
{
    const struct wheel_segment segments[] = {{0, 0, 0.25, STR("kpi-3"), STR("3"), STR("Air & <water>")},
                                             {1, 0.25, 1, STR("kpi-1"), STR("1"), STR("rest")}};
    const struct wheel w = {segments, 2, 2, STR("71 %"), STR("Rijswijk"), STR("A \"wheel\"")};
    buf b = {.max = 10000};
    svg_wheel(&b, &w);
    // A quarter, from the top to the right; the inner ring goes from radius 84 to 192.
    assert_true(holds(&b, "<g class=\"kpi-3\"><title>Air &amp; &lt;water&gt;</title><path d=\"M0.0 -84.0L0.0 "
                          "-192.0A192.0 192.0 0 0 1 192.0 -0.0L"));
    assert_true(holds(&b, "A300.0 300.0 0 1 1 -0.0 -300.0"));  // three quarters take the long way round
    assert_true(holds(&b, "aria-label=\"A &quot;wheel&quot;\""));
    buf_free(&b);
}

TEST(a_whole_ring_and_a_narrow_segment_are_drawn_too)
{
    const struct wheel_segment segments[] = {{0, 0, 1, STR("kpi-2"), STR("2"), STR("all")},
                                             {0, 0, 0.001, STR("kpi-4"), STR("4"), STR("narrow")}};
    const struct wheel w = {segments, 2, 1, STR(""), STR(""), STR("")};
    buf b = {.max = 10000};
    svg_wheel(&b, &w);
    assert_true(holds(&b, ">2</text>"));
    assert_false(holds(&b, ">4</text>"));
    assert_false(holds(&b, "nan"));
    buf_free(&b);
}

RUN(CASE(a_segment_is_drawn_between_its_shares_with_its_class_and_escaped_name),
    CASE(a_whole_ring_and_a_narrow_segment_are_drawn_too))
