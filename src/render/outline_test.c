// SPDX-License-Identifier: EUPL-1.2
#include "render/outline.h"

#include "base/file.h"
#include "base/test.h"

#include <math.h>
#include <string.h>

#define SQUARE(code, w, s, e, n)                               \
    "{\"properties\":{\"code\":\"" code "\",\"name\":\"" code  \
    "\"},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[" \
    "[[" w "," s "],[" e "," s "],[" e "," n "],[" w "," n "],[" w "," s "]]]}}"

static bool load(const char *text, arena *a, struct outlines **out, err *e)
{
    return outlines_load(str_of(text), a, out, e);
}

static const char *name_at(const struct outlines *o, double longitude, double latitude)
{
    static char name[64];
    const struct outline *found = outline_at(o, (struct place){longitude, latitude});
    if (!found) return "none";
    memcpy(name, found->name.p, found->name.n);
    name[found->name.n] = '\0';
    return name;
}

TEST(a_point_lies_in_the_area_that_holds_it)
{
    arena *a = arena_new(1 << 16);
    struct outlines *o;
    err e;
    assert_true(
        load("{\"features\":[" SQUARE("A", "0", "0", "1", "1") "," SQUARE("B", "1", "0", "2", "1") "]}", a,
             &o, &e));
    assert_string_equal(name_at(o, 0.5, 0.5), "A");
    assert_string_equal(name_at(o, 1.5, 0.5), "B");
    assert_string_equal(name_at(o, 2.5, 0.5), "none");
    assert_float_equal(o->all[0].middle.longitude, 0.5, 1e-9);
    assert_float_equal(o->north_east.longitude, 2, 1e-9);
    arena_free(a);
}

TEST(a_hole_is_not_inside_and_a_second_polygon_is)
{
    arena *a = arena_new(1 << 16);
    struct outlines *o;
    err e;
    assert_true(load("{\"features\":[{\"properties\":{\"code\":\"M\",\"name\":\"M\"},\"geometry\":{\"type\":"
                     "\"MultiPolygon\","
                     "\"coordinates\":[[[[0,0],[9,0],[9,9],[0,9],[0,0]],[[3,3],[6,3],[6,6],[3,6],[3,3]]],"
                     "[[[20,0],[21,0],[21,1],[20,1],[20,0]]]]}}]}",
                     a, &o, &e));
    assert_string_equal(name_at(o, 1, 1), "M");
    assert_string_equal(name_at(o, 4, 4), "none");
    assert_string_equal(name_at(o, 20.5, 0.5), "M");
    arena_free(a);
}

TEST(what_is_wrong_with_a_file_is_said)
{
    static const struct {
        const char *text;
        err_code code;
    } faults[] = {
        {"{\"features\":[", ERR_SYNTAX},
        {"{}", ERR_MISSING},
        {"{\"features\":[{\"properties\":{\"code\":\"A\",\"name\":\"A\"}}]}", ERR_MISSING},
        {"{\"features\":[{\"properties\":{\"code\":\"A\",\"name\":\"A\"},\"geometry\":{\"type\":\"Point\","
         "\"coordinates\":[1,2]}}]}",
         ERR_TYPE},
        {"{\"features\":[{\"properties\":{\"code\":\"A\",\"name\":\"A\"},\"geometry\":{\"type\":\"Polygon\","
         "\"coordinates\":[]}}]}",
         ERR_RANGE},
        {"{\"features\":[" SQUARE("A", "0", "0", "200", "1") "]}", ERR_RANGE},
        {"{\"features\":[{\"properties\":{\"code\":\"A\",\"name\":\"A\"},\"geometry\":{\"type\":\"Polygon\","
         "\"coordinates\":[[[0,0],[1,0],[1,1],[0,1]]]}}]}",
         ERR_RANGE},
    };
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        arena *a = arena_new(1 << 16);
        struct outlines *o;
        err e = {0};
        assert_false(load(faults[i].text, a, &o, &e));
        assert_int_equal(e.code, faults[i].code);
        arena_free(a);
    }
}

// On a flat earth that touches the globe at the ring's first point.
static double hectares(const struct ring *r)
{
    const double metre_per_degree = 111195, east = cos(r->points[0].latitude * M_PI / 180);
    double twice = 0;
    for (size_t i = 0; i + 1 < r->count; i++) {
        const double ax = r->points[i].longitude - r->points[0].longitude,
                     ay = r->points[i].latitude - r->points[0].latitude;
        const double bx = r->points[i + 1].longitude - r->points[0].longitude,
                     by = r->points[i + 1].latitude - r->points[0].latitude;
        twice += (ax * by - bx * ay) * east;
    }
    return fabs(twice) / 2 * metre_per_degree * metre_per_degree / 10000;
}

// CBS, 2024: Rijswijk is 1455.77 ha in 32 neighbourhoods. One per cent is what simplifying may cost.
TEST(the_outlines_of_the_demo_cover_the_town)
{
    arena *a = arena_new(1 << 20);
    buf file = {.max = 1 << 20};
    struct outlines *o;
    err e;
    assert_true(file_read(PEIL_SOURCE "/share/demo/rijswijk.geojson", &file, &e));
    assert_true(outlines_load(buf_str(&file), a, &o, &e));
    assert_int_equal(o->count, 32);
    double sum = 0;
    for (size_t i = 0; i < o->count; i++) {
        assert_int_equal(o->all[i].ring_count, 1);
        sum += hectares(&o->all[i].rings[0]);
        assert_ptr_equal(outline_at(o, o->all[i].middle), &o->all[i]);
    }
    assert_true(fabs(sum - 1455.77) < 14.5);
    buf_free(&file);
    arena_free(a);
}

RUN(CASE(a_point_lies_in_the_area_that_holds_it), CASE(a_hole_is_not_inside_and_a_second_polygon_is),
    CASE(what_is_wrong_with_a_file_is_said), CASE(the_outlines_of_the_demo_cover_the_town))
