// SPDX-License-Identifier: EUPL-1.2
#include "area/import.h"

#include "base/file.h"
#include "base/test.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char directory[TEST_DIRECTORY_MAX];
static const char *corpus;
static struct store *store;
static struct tz *zone;
static struct areas *areas;
static arena *a;

static void must(bool ok, const err *e)
{
    if (ok) return;
    print_error("%s\n", e->text);
    fail();
}

static str file(const char *name)
{
    char path[512];
    err e;
    buf b = {.max = 1 << 24};
    str out;
    snprintf(path, sizeof path, "%s/%s", corpus, name);
    must(file_read(path, &b, &e), &e);
    assert_true(arena_copy(a, buf_str(&b), &out));
    buf_free(&b);
    return out;
}

static char reasons[8][600];
static size_t reason_count;

static void hear(int64_t feature, const err *why, void *context)
{
    (void)context;
    if (reason_count < 8)
        snprintf(reasons[reason_count++], sizeof reasons[0], "%lld: %s", (long long)feature, why->text);
}

static struct area_import take(str geojson, int year)
{
    struct area_import i = {.year = year, .first_feature = 1, .refuse = hear};
    err e;
    reason_count = 0;
    must(area_import(store, geojson, 0, &i, &e), &e);
    must(areas_reload(areas, &e), &e);
    return i;
}

static bool refused_whole(const char *geojson, err *e)
{
    struct area_import i = {0};
    return !area_import(store, str_of(geojson), 0, &i, e);
}

// A square of 0.01 degree.
static str square(const char *code, const char *more, double west, double south)
{
    str out;
    assert_true(arena_print(
        a, &out,
        "{\"type\":\"Feature\",\"properties\":{\"code\":\"%s\"%s},\"geometry\":{\"type\":\"Polygon\","
        "\"coordinates\":[[[%.2f,%.2f],[%.2f,%.2f],[%.2f,%.2f],[%.2f,%.2f],[%.2f,%.2f]]]}}",
        code, more, west, south, west + 0.01, south, west + 0.01, south + 0.01, west, south + 0.01, west,
        south));
    return out;
}

// ---- CBS -----------------------------------------------------------------------------------------------------------

TEST(neighbourhoods_in_rd_cover_the_town_exactly)
{
    const struct area_import i = take(file("cbs_buurt_2024_rd.geojson"), 0);
    assert_int_equal(i.stored, 32);
    assert_int_equal(i.refused, 0);
    const struct atlas *t = areas_take(areas);
    const struct area **list;
    size_t count;
    err e;
    double sum = 0;
    must(atlas_level(t, AREA_NEIGHBOURHOOD, 2024, a, &list, &count, &e), &e);
    assert_int_equal(count, 32);
    for (size_t k = 0; k < count; k++) sum += list[k]->square_metres;
    // 1455.77 ha in the plane of RD, whose scale near Rijswijk (0.99995) makes it 0.01 % smaller than on the ellipsoid
    assert_true(fabs(sum / 1e4 - 1455.77) < 1455.77 * 0.0003);
    areas_give(areas, t);
}

TEST(a_neighbourhood_has_its_place_in_the_tree_up_to_the_world)
{
    const struct atlas *t = areas_take(areas);
    const struct area *at = atlas_find(t, STR("BU06030111"), 2024);
    assert_non_null(at);
    assert_str(at->name, "Cromvliet");
    assert_int_equal(at->year, 2024);
    static const char *const line[] = {"WK060301", "GM0603", "NL", "EU", "001"};
    for (size_t k = 0; k < sizeof line / sizeof line[0]; k++) {
        at = atlas_parent(t, at, 2024);
        assert_non_null(at);
        assert_str(at->code, line[k]);
    }
    assert_null(atlas_parent(t, at, 2024));
    areas_give(areas, t);
}

TEST(districts_take_the_place_of_those_that_were_only_named)
{
    const struct area_import i = take(file("cbs_wijk_2024_wgs84.geojson"), 0);
    assert_int_equal(i.stored, 11);
    const struct atlas *t = areas_take(areas);
    const struct area *wijk = atlas_find(t, STR("WK060301"), 2024);
    const struct area **list;
    size_t count;
    err e;
    assert_str(wijk->name, "Wijk 01");
    assert_true(wijk->geometry.n > 0);
    must(atlas_children(t, wijk, 2024, a, &list, &count, &e), &e);
    assert_int_equal(count, 2);
    assert_str(list[0]->code, "BU06030111");
    must(atlas_children(t, atlas_find(t, STR("GM0603"), 2024), 2024, a, &list, &count, &e), &e);
    assert_int_equal(count, 11);
    areas_give(areas, t);
}

TEST(a_place_lies_in_one_neighbourhood_and_its_ancestors)
{
    const struct atlas *t = areas_take(areas);
    const struct area_spot s = atlas_spot(t, (struct area_place){4.3403, 52.0501}, 2024);
    assert_str(s.leaf->name, "Bomenbuurt");
    assert_true(atlas_is_within(t, s.leaf, atlas_find(t, STR("GM0603"), 2024), 2024));
    assert_str(atlas_spot(t, (struct area_place){5.9, 52.5}, 2024).leaf->code, "001");
    areas_give(areas, t);
}

// RD of a point of the map beside its WGS84 as the sample's maker derived it by another program: [83468,452856] is
// [4.344152, 52.059383].
TEST(rd_becomes_wgs84_within_a_metre)
{
    const struct atlas *t = areas_take(areas);
    const struct area *at = atlas_find(t, STR("BU06030111"), 2024);
    bool found = false;
    for (size_t k = 0; k < at->rings[0].count; k++) {
        const struct area_place p = at->rings[0].points[k];
        const double east = (p.longitude - 4.344152) * 68400, north = (p.latitude - 52.059383) * 111250;
        found |= hypot(east, north) < 1.0;
    }
    assert_true(found);
    areas_give(areas, t);
}

// ---- years ---------------------------------------------------------------------------------------------------------

TEST(a_year_has_the_boundaries_that_held_then)
{
    str collection;
    assert_true(arena_print(
        a, &collection, "{\"type\":\"FeatureCollection\",\"features\":[%.*s,%.*s]}",
        STR_ARG(square("GM9001", ",\"year\":2018,\"name\":\"Oud\",\"country\":\"X1\"", 6.00, 53.00)),
        STR_ARG(square("GM9002", ",\"year\":2018,\"country\":\"X1\"", 6.01, 53.00))));
    assert_int_equal(take(collection, 0).stored, 2);
    assert_int_equal(
        take(square("GM9001", ",\"year\":2020,\"name\":\"Nieuw\",\"country\":\"X1\"", 6.01, 53.00), 0).stored,
        1);
    const struct atlas *t = areas_take(areas);
    const struct area_place west = {6.005, 53.005}, east = {6.015, 53.005};
    assert_str(atlas_spot(t, west, 2019).leaf->name, "Oud");
    assert_str(atlas_spot(t, east, 2019).leaf->code, "GM9002");
    assert_str(atlas_spot(t, east, 2020).leaf->name, "Nieuw");
    assert_str(atlas_spot(t, west, 2020).leaf->code, "001");
    assert_str(atlas_find(t, STR("GM9001"), 2010)->name, "Oud");  // the oldest also holds before
    assert_null(atlas_find(t, STR("GM9002"), 2020));              // was joined to another
    areas_give(areas, t);
}

// ---- whose files ---------------------------------------------------------------------------------------------------

TEST(files_of_others_are_understood_by_their_property_names)
{
    static const struct {
        const char *properties;
        const char *code, *name, *level, *parent;
    } cases[] = {
        {"\"buurtcode\":\"BU19040102\",\"buurtnaam\":\"Kern\",\"wijkcode\":\"WK190401\",\"wijknaam\":"
         "\"Wijk\",\"jaar\":2023",
         "BU19040102", "Kern", "neighbourhood", "WK190401"},
        {"\"wijkcode\":\"WK190401\",\"wijknaam\":\"Wijk\",\"gemeentecode\":\"GM1904\"", "WK190401", "Wijk",
         "district", "GM1904"},
        {"\"gemeentecode\":603,\"gemeentenaam\":\"Rijswijk\"", "GM0603", "Rijswijk", "municipality", "NL"},
        {"\"BU_CODE\":\"BU19040105\",\"BU_NAAM\":\"Oud\",\"WK_CODE\":\"WK190401\",\"GM_CODE\":\"GM1904\"",
         "BU19040105", "Oud", "neighbourhood", "WK190401"},
        {"\"NUTS_ID\":\"DE30\",\"LEVL_CODE\":2,\"NAME_LATN\":\"Berlin\"", "DE30", "Berlin", "province",
         "001"},
        {"\"NUTS_ID\":\"DE\",\"LEVL_CODE\":0,\"NAME_LATN\":\"Deutschland\"", "DE", "Deutschland", "country",
         "EU"},
        {"\"LAU_ID\":\"08111000\",\"LAU_NAME\":\"Stuttgart\",\"GISCO_ID\":\"DE_08111000\",\"CNTR_CODE\":"
         "\"DE\"",
         "DE_08111000", "Stuttgart", "municipality", "DE"},
        {"\"identificatie\":2096,\"woonplaats\":\"Rijswijk\"", "WP2096", "Rijswijk", "town", "NL"},
        {"\"code\":\"kerklaan\",\"name\":\"Kerklaan\",\"level\":\"street\",\"country\":\"NL\"", "kerklaan",
         "Kerklaan", "street", "NL"},
    };
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        str text;
        assert_true(arena_print(
            a, &text,
            "{\"type\":\"Feature\",\"properties\":{%s},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":"
            "[[[-%zu,10],[-%zu.5,10],[-%zu.5,10.5],[-%zu,10]]]}}",
            cases[k].properties, k + 20, k + 20, k + 20, k + 20));
        const struct area_import i = take(text, 2024);
        if (i.refused) print_error("%s\n", reasons[0]);
        assert_int_equal(i.stored, 1);
        const struct atlas *t = areas_take(areas);
        const struct area *got = atlas_find(t, str_of(cases[k].code), 2024);
        assert_non_null(got);
        assert_str(got->name, cases[k].name);
        assert_str(area_level_name(got->level), cases[k].level);
        assert_str(got->parent, cases[k].parent);
        areas_give(areas, t);
    }
}

// ---- faults --------------------------------------------------------------------------------------------------------

TEST(a_bow_tie_is_repaired_into_two_triangles)
{
    const struct area_import i = take(
        STR("{\"type\":\"Feature\",\"properties\":{\"code\":\"GM9100\",\"year\":2024},\"geometry\":{\"type\":"
            "\"Polygon\","
            "\"coordinates\":[[[7,50],[7.02,50.02],[7.02,50],[7,50.02],[7,50]]]}}"),
        0);
    assert_int_equal(i.stored, 1);
    assert_int_equal(i.repaired, 1);
    const struct atlas *t = areas_take(areas);
    assert_str(atlas_spot(t, (struct area_place){7.001, 50.01}, 2024).leaf->code, "GM9100");
    assert_str(atlas_spot(t, (struct area_place){7.01, 50.001}, 2024).leaf->code, "001");
    areas_give(areas, t);
}

TEST(a_feature_that_is_refused_says_why_and_the_others_are_stored)
{
    static const char text[] = "{\"type\":\"FeatureCollection\",\"features\":["
                               "{\"type\":\"Feature\",\"properties\":{\"code\":\"GM9200\"},\"geometry\":{"
                               "\"type\":\"Polygon\",\"coordinates\":"
                               "[[[8,50],[8,50],[8,50],[8,50]]]}},"
                               "{\"type\":\"Feature\",\"properties\":{\"naam\":\"geen "
                               "code\"},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":"
                               "[[[8,50],[8.1,50],[8,50.1],[8,50]]]}},"
                               "{\"type\":\"Feature\",\"properties\":{\"code\":\"GM9201\"},\"geometry\":{"
                               "\"type\":\"Point\",\"coordinates\":[8,50]}},"
                               "{\"type\":\"Feature\",\"properties\":{\"code\":\"GM9202\"},\"geometry\":{"
                               "\"type\":\"Polygon\",\"coordinates\":"
                               "[[[800,50],[8.1,50],[8,50.1],[8,50]]]}},"
                               "{\"type\":\"Feature\",\"properties\":{\"code\":\"../x\"},\"geometry\":null},"
                               "{\"type\":\"Feature\",\"properties\":{\"code\":\"GM9203\"},\"geometry\":{"
                               "\"type\":\"Polygon\",\"coordinates\":"
                               "[[[8,50],[8.1,50],[8,50.1],[8.05,50.05]]]}},"
                               "{\"type\":\"Feature\",\"properties\":{\"code\":\"GM9204\"},\"geometry\":{"
                               "\"type\":\"Polygon\",\"coordinates\":"
                               "[[[8,50],[8.1,50],[8,50.1],[8,50]]]}}]}";
    const struct area_import i = take(str_of(text), 2024);
    assert_int_equal(i.stored, 1);
    assert_int_equal(i.refused, 6);
    assert_non_null(strstr(reasons[0], "1: GM9200: no area is left of its geometry"));
    assert_non_null(strstr(reasons[1], "2: no property names its code"));
    assert_non_null(strstr(reasons[2], "3: GM9201: an area is a Polygon or MultiPolygon, not 'Point'"));
    assert_non_null(strstr(reasons[3], "4: GM9202: not a longitude and latitude in degrees"));
    assert_non_null(strstr(reasons[4], "5: "));
    assert_non_null(strstr(reasons[5], "6: GM9203: a ring must end where it begins"));
}

TEST(what_is_no_geojson_of_features_is_refused_as_a_whole)
{
    err e;
    assert_true(refused_whole("", &e));
    assert_true(refused_whole("[]", &e));
    assert_true(refused_whole("{}", &e));
    assert_int_equal(e.code, ERR_MISSING);
    assert_true(refused_whole("{\"type\":\"Topology\"}", &e));
    assert_int_equal(e.code, ERR_TYPE);
    assert_true(refused_whole("{\"type\":\"FeatureCollection\",\"features\":[", &e));
    assert_int_equal(e.code, ERR_SYNTAX);
    assert_true(refused_whole("{\"type\":\"FeatureCollection\",\"features\":[]} x", &e));
    assert_true(
        refused_whole("{\"type\":\"FeatureCollection\",\"crs\":{\"type\":\"name\",\"properties\":{\"name\":"
                      "\"EPSG:3857\"}},\"features\":[]}",
                      &e));
    assert_int_equal(e.code, ERR_TYPE);
}

TEST(a_street_may_be_a_line_and_lies_beside_the_neighbourhood)
{
    const struct area_import i = take(
        STR("{\"type\":\"Feature\",\"properties\":{\"code\":\"bomenlaan\",\"name\":\"Bomenlaan\",\"level\":"
            "\"street\",\"year\":2024},"
            "\"geometry\":{\"type\":\"LineString\",\"coordinates\":[[4.3400,52.0501],[4.3410,52.0501]]}}"),
        0);
    assert_int_equal(i.stored, 1);
    const struct atlas *t = areas_take(areas);
    const struct area_spot s = atlas_spot(t, (struct area_place){4.3405, 52.05015}, 2024);
    assert_str(s.street->code, "bomenlaan");
    assert_str(s.leaf->name, "Bomenbuurt");
    assert_str(s.street->parent, "BU06030222");
    // 68.5 m long, 30 m wide, and about a circle of 15 m at its ends
    const double length = 0.001 * 111320 * cos(52.0501 * M_PI / 180);
    assert_true(fabs(s.street->square_metres - (length * 30 + M_PI * 225)) < 60);
    assert_null(atlas_spot(t, (struct area_place){4.3405, 52.0505}, 2024).street);
    areas_give(areas, t);
}

static int before(void **state)
{
    (void)state;
    err e;
    a = arena_new(1 << 26);
    if (!a) return 1;
    test_directory_make(directory);
    const store_config c = {.directory = directory, .create = true};
    must(store_open(&c, &store, &e), &e);
    zone = tz_load("Europe/Amsterdam", &e);
    must(zone != NULL, &e);
    must(areas_open(store, zone, &areas, &e), &e);
    return 0;
}

static int after(void **state)
{
    (void)state;
    areas_close(areas);
    store_close(store);
    tz_free(zone);
    arena_free(a);
    test_directory_remove(directory);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc != 2) return 2;
    corpus = argv[1];
    const struct CMUnitTest tests[] = {CASE(neighbourhoods_in_rd_cover_the_town_exactly),
                                       CASE(a_neighbourhood_has_its_place_in_the_tree_up_to_the_world),
                                       CASE(districts_take_the_place_of_those_that_were_only_named),
                                       CASE(a_place_lies_in_one_neighbourhood_and_its_ancestors),
                                       CASE(rd_becomes_wgs84_within_a_metre),
                                       CASE(a_year_has_the_boundaries_that_held_then),
                                       CASE(files_of_others_are_understood_by_their_property_names),
                                       CASE(a_bow_tie_is_repaired_into_two_triangles),
                                       CASE(a_feature_that_is_refused_says_why_and_the_others_are_stored),
                                       CASE(what_is_no_geojson_of_features_is_refused_as_a_whole),
                                       CASE(a_street_may_be_a_line_and_lies_beside_the_neighbourhood)};
    return cmocka_run_group_tests(tests, before, after);
}
