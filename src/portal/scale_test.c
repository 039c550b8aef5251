// SPDX-License-Identifier: EUPL-1.2
#include "portal/scale.h"

#include "base/test.h"

static str class_of(const char *quantity, double v)
{
    const struct scale_class *c = scale_class_at(scale_of(quantity_by_key(str_of(quantity))), v);
    return c ? c->name : STR("none");
}

// RIVM 2014-0050: index 3 ends and 4 begins at 20 PM2.5, 30 PM10, 30 NO2, 40 O3; the lower bound counts.
TEST(classes_of_air_are_those_of_the_dutch_index)
{
    static const struct {
        const char *quantity;
        double moderate, unsatisfactory, poor;
    } rows[] = {{"pm25", 20, 50, 90}, {"pm10", 30, 75, 125}, {"no2", 30, 75, 125}, {"o3", 40, 100, 180}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_str(class_of(rows[i].quantity, 0), "air-1");
        assert_str(class_of(rows[i].quantity, rows[i].moderate - 0.1), "air-1");
        assert_str(class_of(rows[i].quantity, rows[i].moderate), "air-2");
        assert_str(class_of(rows[i].quantity, rows[i].unsatisfactory), "air-3");
        assert_str(class_of(rows[i].quantity, rows[i].poor), "air-4");
    }
}

TEST(ends_are_open)
{
    assert_str(class_of("temperature", -60), "warm-1");
    assert_str(class_of("temperature", 1e9), "warm-6");
}

TEST(a_quantity_without_classes_has_none)
{
    assert_str(class_of("pressure", 1013), "none");
    assert_str(class_of("battery", 50), "none");
    assert_int_equal(scale_of(NULL)->class_count, 0);
}

RUN(CASE(classes_of_air_are_those_of_the_dutch_index), CASE(ends_are_open),
    CASE(a_quantity_without_classes_has_none))
