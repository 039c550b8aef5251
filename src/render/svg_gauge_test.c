// SPDX-License-Identifier: EUPL-1.2
#include "render/svg_gauge.h"

#include "base/test.h"

#include <math.h>

static const struct gauge_class air[] = {
    {20, STR("air-1"), STR("goed"), STR("20")},
    {50, STR("air-2"), STR("matig"), STR("50")},
    {90, STR("air-3"), STR("onvoldoende"), STR("90")},
    {(double)INFINITY, STR("air-4"), STR("slecht"), {0}},
};

TEST(each_class_has_the_same_width)
{
    const struct gauge g = {.classes = air, .class_count = 4, .from_zero = true};
    assert_float_equal(gauge_share(&g, 0), 0, 1e-9);
    assert_float_equal(gauge_share(&g, 10), 0.125, 1e-9);
    assert_float_equal(gauge_share(&g, 20), 0.25, 1e-9);
    assert_float_equal(gauge_share(&g, 35), 0.375, 1e-9);
    assert_float_equal(gauge_share(&g, 90), 0.75, 1e-9);
}

TEST(open_ends_hold_what_lies_beyond)
{
    const struct gauge g = {.classes = air, .class_count = 4};
    assert_float_equal(gauge_share(&g, -1000), 0, 1e-9);
    assert_float_equal(gauge_share(&g, 110), 0.875, 1e-9);  // as wide as the class before: 90 to 130
    assert_float_equal(gauge_share(&g, 1e9), 1, 1e-9);
}

TEST(a_scale_without_classes_is_not_drawn)
{
    const struct gauge g = {.class_count = 0};
    buf out = {.max = 4096};
    svg_gauge(&out, &g);
    assert_int_equal(out.n, 0);
    buf_free(&out);
}

TEST(the_ticks_are_one_path_with_each_place_once)
{
    const double values[] = {35, 10, 10, 10.001, -5};
    const struct gauge g = {.classes = air,
                            .class_count = 4,
                            .from_zero = true,
                            .values = values,
                            .value_count = 5,
                            .middle = 10};
    buf out = {.max = 4096};
    svg_gauge(&out, &g);
    size_t at;
    assert_true(
        str_find(buf_str(&out), STR("<path class=\"gauge-tick\" d=\"M0 0v8M125 0v8M375 0v8\"/>"), &at));
    buf_free(&out);
}

RUN(CASE(each_class_has_the_same_width), CASE(open_ends_hold_what_lies_beyond),
    CASE(a_scale_without_classes_is_not_drawn), CASE(the_ticks_are_one_path_with_each_place_once))
