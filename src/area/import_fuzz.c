// SPDX-License-Identifier: EUPL-1.2
// GeoJSON of areas: features one by one, their properties, their geometry; what is taken can be written and read again.
#include "base/fuzz.h"

#include "area/shape.h"
#include "area/stored.h"

static void feature_try(struct shape_maker *m, arena *a, str raw, area_crs crs)
{
    json *j;
    struct stored_area s = {0}, again;
    err e;
    if (!json_parse(raw, a, &j, &e) || !area_feature_read(json_get(j, STR("properties")), a, &s.feature, &e))
        return;
    const json *geometry = json_get(j, STR("geometry"));
    GEOSGeometry *g;
    bool repaired;
    if (!geometry) return;
    if (s.feature.year == 0) s.feature.year = 2024;  // as an import does
    if (crs == AREA_CRS_GUESS) crs = shape_guess_crs(geometry);
    if (!shape_read(m, geometry, crs, s.feature.level == AREA_STREET, &g, &e) ||
        !shape_finish(m, g, crs, &repaired, &g, &e))
        return;
    buf shape = {.max = 1 << 22}, text = {.max = 1 << 23};
    shape_write(m, g, &shape);
    s.geometry = buf_str(&shape);
    s.square_metres = shape_square_metres(m, g);
    FUZZ_REQUIRE(s.square_metres >= 0);
    if (shape_middle(m, g, &s.middle) && !shape.failed) {
        str key;
        stored_area_write(&text, &s);
        FUZZ_REQUIRE(!text.failed && stored_area_key(a, s.feature.year, s.feature.code, &key));
        FUZZ_REQUIRE(stored_area_read(key, buf_str(&text), a, &again, &e));
        FUZZ_REQUIRE(str_eq(again.feature.name, s.feature.name) && again.feature.level == s.feature.level);
        FUZZ_REQUIRE(str_eq(again.geometry, s.geometry));
        json *tree;
        FUZZ_REQUIRE(json_parse(again.geometry, a, &tree, &e));
        GEOSGeometry *read = NULL;
        if (shape_read(m, tree, AREA_CRS_WGS84, false, &read, &e)) shape_free(m, read);
    }
    shape_free(m, g);
    buf_free(&shape);
    buf_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct shape_maker *m;
    err e;
    if (size > 1 << 16) return 0;
    if (!m) m = shape_maker_new(&e);
    arena *a = arena_new(64 << 20);
    FUZZ_REQUIRE(m && a);
    struct feature_reader r;
    str feature;
    bool got = true;
    if (feature_reader_open((str){(const char *)data, size}, a, &r, &e))
        while (feature_reader_next(&r, &feature, &got) && got) feature_try(m, a, feature, r.crs);
    arena_free(a);
    return 0;
}
