// SPDX-License-Identifier: EUPL-1.2
#include "store/function/function.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// Geometries are GeoJSON (geometry or Feature) or WKT, longitude before latitude; measures are planar, in degrees.
// What is no geometry gives NULL, and so does what GEOS cannot answer.
// Source   OGC 18-088, table 24; OGC 06-103r4 (simple features)

struct geometry {
    GEOSContextHandle_t geos;
    GEOSGeometry *shape;
    const GEOSPreparedGeometry *prepared;  // made when the same literal is asked for a second time
};

static void geometry_free(void *p)
{
    struct geometry *g = p;
    if (!g) return;
    if (g->prepared) GEOSPreparedGeom_destroy_r(g->geos, g->prepared);
    if (g->shape) GEOSGeom_destroy_r(g->geos, g->shape);
    free(g);
}

// ---- Reading -----------------------------------------------------------------------------------------------------

static bool is_bounded(GEOSContextHandle_t geos, const GEOSGeometry *g)
{
    double low_x, low_y, high_x, high_y;
    if (GEOSisEmpty_r(geos, g) != 0) return false;
    return GEOSGeom_getXMin_r(geos, g, &low_x) && GEOSGeom_getYMin_r(geos, g, &low_y) &&
           GEOSGeom_getXMax_r(geos, g, &high_x) && GEOSGeom_getYMax_r(geos, g, &high_y) && isfinite(low_x) &&
           isfinite(low_y) && isfinite(high_x) && isfinite(high_y);
}

// "SRID=4326;POINT(4 52)" as "POINT(4 52)". Other reference systems are read as if they were this one.
static const char *after_srid(const char *wkt)
{
    if (strncasecmp(wkt, "SRID=", 5) != 0) return wkt;
    const char *semicolon = strchr(wkt, ';');
    return semicolon ? semicolon + 1 : wkt;
}

// The text ends with a NUL, as SQLite's do.
static GEOSGeometry *read_shape(const struct sql_shared *s, const char *text)
{
    GEOSGeometry *g = text[0] == '{' ? GEOSGeoJSONReader_readGeometry_r(s->geos, s->geojson_reader, text)
                                     : GEOSWKTReader_read_r(s->geos, s->wkt_reader, after_srid(text));
    if (!g || is_bounded(s->geos, g)) return g;
    GEOSGeom_destroy_r(s->geos, g);
    return NULL;
}

static const char *geometry_text(sqlite3_value *v)
{
    str s;
    if (function_text(v, &s)) return s.n > 0 ? s.p : NULL;
    // SQLite turns the bytes of a dynamic object into a text that ends with a NUL.
    return dynamic_json(v, &s) ? (const char *)sqlite3_value_text(v) : NULL;
}

// The geometry of an argument; a literal's is kept from row to row. `fresh` tells that the caller must keep or free it.
static struct geometry *take(sqlite3_context *c, sqlite3_value **args, int i, bool *fresh)
{
    const struct sql_shared *s = function_shared(c);
    struct geometry *g = sqlite3_get_auxdata(c, i);
    *fresh = !g;
    if (g) {
        if (!g->prepared) g->prepared = GEOSPrepare_r(g->geos, g->shape);
        return g;
    }
    const char *text = geometry_text(args[i]);
    GEOSGeometry *shape = text ? read_shape(s, text) : NULL;
    if (!shape) return NULL;
    g = calloc(1, sizeof *g);
    if (!g) {
        GEOSGeom_destroy_r(s->geos, shape);
        return NULL;
    }
    *g = (struct geometry){.geos = s->geos, .shape = shape};
    return g;
}

// SQLite frees at once what belongs to an argument that changes from row to row.
static void keep(sqlite3_context *c, int i, struct geometry *g, bool fresh)
{
    if (g && fresh) sqlite3_set_auxdata(c, i, g, geometry_free);
}

// Calls `answer` with the geometries of the first two arguments, when both are some.
static void with_two(sqlite3_context *c, sqlite3_value **args,
                     void (*answer)(sqlite3_context *c, sqlite3_value **args, const struct geometry *a,
                                    const struct geometry *b))
{
    bool a_is_fresh, b_is_fresh = false;
    struct geometry *a = take(c, args, 0, &a_is_fresh);
    struct geometry *b = a ? take(c, args, 1, &b_is_fresh) : NULL;
    if (a && b) answer(c, args, a, b);
    keep(c, 0, a, a_is_fresh);
    keep(c, 1, b, b_is_fresh);
}

// ---- Predicates --------------------------------------------------------------------------------------------------

typedef char (*predicate)(GEOSContextHandle_t, const GEOSGeometry *, const GEOSGeometry *);
typedef char (*prepared_predicate)(GEOSContextHandle_t, const GEOSPreparedGeometry *, const GEOSGeometry *);

enum { EQUALS, DISJOINT, TOUCHES, WITHIN, OVERLAPS, CROSSES, INTERSECTS, CONTAINS };

// `second`: the same question when the second geometry is the prepared one.
// clang-format off
static const struct {
    predicate plain;
    prepared_predicate first, second;
} predicates[] = {
    [EQUALS]     = {GEOSEquals_r, NULL, NULL},
    [DISJOINT]   = {GEOSDisjoint_r, GEOSPreparedDisjoint_r, GEOSPreparedDisjoint_r},
    [TOUCHES]    = {GEOSTouches_r, GEOSPreparedTouches_r, GEOSPreparedTouches_r},
    [WITHIN]     = {GEOSWithin_r, GEOSPreparedWithin_r, GEOSPreparedContains_r},
    [OVERLAPS]   = {GEOSOverlaps_r, GEOSPreparedOverlaps_r, GEOSPreparedOverlaps_r},
    [CROSSES]    = {GEOSCrosses_r, GEOSPreparedCrosses_r, GEOSPreparedCrosses_r},
    [INTERSECTS] = {GEOSIntersects_r, GEOSPreparedIntersects_r, GEOSPreparedIntersects_r},
    [CONTAINS]   = {GEOSContains_r, GEOSPreparedContains_r, GEOSPreparedWithin_r},
};
// clang-format on

static void answer_predicate(sqlite3_context *c, sqlite3_value **args, const struct geometry *a,
                             const struct geometry *b)
{
    (void)args;
    const int which = function_data(c);
    const prepared_predicate first = predicates[which].first, second = predicates[which].second;
    char answer;
    if (a->prepared && first) {
        answer = first(a->geos, a->prepared, b->shape);
    } else if (b->prepared && second) {
        answer = second(b->geos, b->prepared, a->shape);
    } else {
        answer = predicates[which].plain(a->geos, a->shape, b->shape);
    }
    if (answer == 0 || answer == 1) sqlite3_result_int(c, answer);
}

static void run_predicate(sqlite3_context *c, int argc, sqlite3_value **args)
{
    (void)argc;
    with_two(c, args, answer_predicate);
}

static void answer_relate(sqlite3_context *c, sqlite3_value **args, const struct geometry *a,
                          const struct geometry *b)
{
    str pattern;
    if (!function_text(args[2], &pattern) || !geometry_pattern_check(pattern)) return;
    const char answer = GEOSRelatePattern_r(a->geos, a->shape, b->shape, pattern.p);
    if (answer == 0 || answer == 1) sqlite3_result_int(c, answer);
}

static void run_relate(sqlite3_context *c, int argc, sqlite3_value **args)
{
    (void)argc;
    with_two(c, args, answer_relate);
}

// ---- Measures ----------------------------------------------------------------------------------------------------

static void answer_distance(sqlite3_context *c, sqlite3_value **args, const struct geometry *a,
                            const struct geometry *b)
{
    (void)args;
    double distance;
    if (GEOSDistance_r(a->geos, a->shape, b->shape, &distance)) function_result_double(c, distance);
}

static void run_distance(sqlite3_context *c, int argc, sqlite3_value **args)
{
    (void)argc;
    with_two(c, args, answer_distance);
}

static bool is_line(const struct geometry *g)
{
    const int type = GEOSGeomTypeId_r(g->geos, g->shape);
    return type == GEOS_LINESTRING || type == GEOS_LINEARRING || type == GEOS_MULTILINESTRING;
}

// Only lines have a length.
static void run_length(sqlite3_context *c, int argc, sqlite3_value **args)
{
    (void)argc;
    bool fresh;
    struct geometry *g = take(c, args, 0, &fresh);
    double length = 0;
    if (g && (!is_line(g) || GEOSLength_r(g->geos, g->shape, &length))) function_result_double(c, length);
    keep(c, 0, g, fresh);
}

// ---- The area that geometries cover together ---------------------------------------------------------------------

#define PARTS_MAX 256  // gathered before they are replaced by their hull, which bounds the memory

struct area {
    GEOSGeometry *parts[PARTS_MAX];
    unsigned count;
};

// Their convex hull takes the place of all of them.
static void make_hull(GEOSContextHandle_t geos, struct area *area)
{
    GEOSGeometry *all = GEOSGeom_createCollection_r(geos, GEOS_GEOMETRYCOLLECTION, area->parts, area->count);
    area->count = 0;
    if (!all) return;
    GEOSGeometry *hull = GEOSConvexHull_r(geos, all);
    GEOSGeom_destroy_r(geos, all);
    if (hull) area->parts[area->count++] = hull;
}

static void run_area_step(sqlite3_context *c, int argc, sqlite3_value **args)
{
    (void)argc;
    const struct sql_shared *s = function_shared(c);
    const char *text = geometry_text(args[0]);
    struct area *area = sqlite3_aggregate_context(c, sizeof *area);
    if (!text || !area) return;
    if (area->count == PARTS_MAX) make_hull(s->geos, area);
    GEOSGeometry *shape = read_shape(s, text);
    if (shape) area->parts[area->count++] = shape;
}

static void run_area_finish(sqlite3_context *c)
{
    const struct sql_shared *s = function_shared(c);
    struct area *area = sqlite3_aggregate_context(c, 0);
    if (!area || area->count == 0) return;
    make_hull(s->geos, area);
    if (area->count == 0) return;
    char *text = GEOSGeoJSONWriter_writeGeometry_r(s->geos, s->geojson_writer, area->parts[0], -1);
    if (text) function_result_text(c, str_of(text));
    GEOSFree_r(s->geos, text);
    GEOSGeom_destroy_r(s->geos, area->parts[0]);
}

// ---- Literals ----------------------------------------------------------------------------------------------------

bool geometry_pattern_check(str pattern)
{
    if (pattern.n != 9) return false;
    for (size_t i = 0; i < pattern.n; i++)
        if (!pattern.p[i] || !strchr("TtFf*012", pattern.p[i])) return false;
    return true;
}

static bool names_no_number(const char *wkt)
{
    return strcasestr(wkt, "nan") || strcasestr(wkt, "inf");
}

bool geometry_check(str wkt, err *e)
{
    char *text = strndup(wkt.p ? wkt.p : "", wkt.n);
    struct sql_shared s = {.geos = GEOS_init_r()};
    GEOSGeometry *g = NULL;
    if (s.geos) s.wkt_reader = GEOSWKTReader_create_r(s.geos);
    if (text && s.wkt_reader && text[0] != '{' && !names_no_number(text)) g = read_shape(&s, text);
    if (g) GEOSGeom_destroy_r(s.geos, g);
    if (s.wkt_reader) GEOSWKTReader_destroy_r(s.geos, s.wkt_reader);
    if (s.geos) GEOS_finish_r(s.geos);
    free(text);
    return g || err_set(e, ERR_SYNTAX, ERR_NOWHERE, "expected a geometry in WKT, such as POINT(4.3 52.0)");
}

// clang-format off
const struct sql_function geometry_functions[] = {
    {"sta_geo_distance",  2, run_distance, NULL, 0},
    {"sta_geo_length",    1, run_length, NULL, 0},
    {"sta_st_equals",     2, run_predicate, NULL, EQUALS},
    {"sta_st_disjoint",   2, run_predicate, NULL, DISJOINT},
    {"sta_st_touches",    2, run_predicate, NULL, TOUCHES},
    {"sta_st_within",     2, run_predicate, NULL, WITHIN},
    {"sta_st_overlaps",   2, run_predicate, NULL, OVERLAPS},
    {"sta_st_crosses",    2, run_predicate, NULL, CROSSES},
    {"sta_st_intersects", 2, run_predicate, NULL, INTERSECTS},
    {"sta_st_contains",   2, run_predicate, NULL, CONTAINS},
    {"sta_st_relate",     3, run_relate, NULL, 0},
    {"observed_area",     1, run_area_step, run_area_finish, 0},
    {0},
};
// clang-format on
