// SPDX-License-Identifier: EUPL-1.2
#include "base/test.h"
#include "model/place.h"

#include <math.h>
#include <stdio.h>

static arena *a;

static bool is_coarse(const char *properties)
{
    json *j;
    err e;
    assert_true(json_parse(str_of(properties), a, &j, &e));
    return place_is_coarse(j);
}

static void the_rule_is_told_by_the_thing(void **state)
{
    (void)state;
    assert_true(is_coarse("{\"place\":\"coarse\"}"));
    assert_true(is_coarse("{\"origin\":\"citizen\"}"));
    assert_true(is_coarse("{\"origin\":\"citizen\",\"exactPlace\":\"true\"}"));
    assert_true(is_coarse("{\"place\":\"coarse\",\"exactPlace\":true}"));
    assert_false(is_coarse("{\"origin\":\"citizen\",\"exactPlace\":true}"));
    assert_false(is_coarse("{\"origin\":\"municipal\"}"));
    assert_false(is_coarse("[]"));
    assert_false(place_is_coarse(NULL));
}

// At 52 degrees a degree of longitude is 68.5 km: a middle lies at most half a square from any place in it.
static void a_place_moves_at_most_half_a_square_and_then_stays(void **state)
{
    (void)state;
    for (int k = 0; k < 2000; k++) {
        const double lat = 51.9 + k * 0.000137, lon = 4.2 + k * 0.000211;
        double x = lon, y = lat;
        place_to_grid(&x, &y);
        assert_true(fabs(y - lat) * 111320 <= 50.01);
        assert_true(fabs(x - lon) * 111320 * cos(lat * M_PI / 180) <= 50.2);
        const double once_x = x, once_y = y;
        place_to_grid(&x, &y);
        assert_true(fabs(x - once_x) < 1e-9 && fabs(y - once_y) < 1e-9);
    }
}

static void each_form_becomes_a_point(void **state)
{
    (void)state;
    static const char *const forms[] = {
        "{\"type\":\"Point\",\"coordinates\":[4.3001,52.0401]}",
        "{\"type\":\"Point\",\"coordinates\":[4.3001,52.0401,7]}",
        "{\"type\":\"Feature\",\"properties\":{\"street\":\"x\"},\"geometry\":{\"type\":\"Point\","
        "\"coordinates\":[4.3001,52.0401]}}",
        "{\"type\":\"LineString\",\"coordinates\":[[4.3001,52.0401],[5,53]]}",
        "{\"type\":\"Polygon\",\"coordinates\":[[[4.3001,52.0401],[5,53],[5,52],[4.3001,52.0401]]]}",
        "{\"type\":\"GeometryCollection\",\"geometries\":[{\"type\":\"Point\",\"coordinates\":[4.3001,52."
        "0401]}]}"};
    double x = 4.3001, y = 52.0401;
    char expected[128];
    place_to_grid(&x, &y);
    snprintf(expected, sizeof expected, "{\"type\":\"Point\",\"coordinates\":[%.6f,%.6f]}", x, y);
    for (size_t k = 0; k < sizeof forms / sizeof forms[0]; k++) {
        buf b = {.max = 256};
        assert_true(place_coarsen(str_of(forms[k]), a, &b));
        assert_true(str_eq(buf_str(&b), str_of(expected)));
        buf_free(&b);
    }
}

static void what_has_no_place_gives_none(void **state)
{
    (void)state;
    static const char *const forms[] = {"",
                                        "null",
                                        "\"Dorpsstraat 4\"",
                                        "{}",
                                        "{\"coordinates\":[\"4\",52]}",
                                        "{\"coordinates\":[4]}",
                                        "{\"geometry\":null,\"coordinates\":[]}",
                                        "{\"geometries\":[]}"};
    for (size_t k = 0; k < sizeof forms / sizeof forms[0]; k++) {
        buf b = {.max = 256};
        assert_false(place_coarsen(str_of(forms[k]), a, &b));
        buf_free(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_rule_is_told_by_the_thing),
        cmocka_unit_test(a_place_moves_at_most_half_a_square_and_then_stays),
        cmocka_unit_test(each_form_becomes_a_point),
        cmocka_unit_test(what_has_no_place_gives_none),
    };
    a = arena_new((size_t)1 << 20);
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(a);
    return failed;
}
