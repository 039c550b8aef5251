// SPDX-License-Identifier: EUPL-1.2
#include "area/shape.h"

#include <geodesic.h>
#include <math.h>
#include <proj.h>
#include <stdio.h>
#include <stdlib.h>

#define POINTS_MAX 2000000  // of one area
#define METRES_PER_DEGREE 111320.0
#define STREET_ARC_STEPS 4

struct shape_maker {
    GEOSContextHandle_t geos;
    PJ_CONTEXT *proj;
    PJ *rd;  // made when the first area in RD comes
    struct geod_geodesic earth;
    char why[256];  // GEOS's last words
};

static void hear_geos(const char *message, void *context)
{
    struct shape_maker *m = context;
    snprintf(m->why, sizeof m->why, "%s", message);
}

struct shape_maker *shape_maker_new(err *e)
{
    struct shape_maker *m = calloc(1, sizeof *m);
    if (m) m->geos = GEOS_init_r();
    if (!m || !m->geos) {
        free(m);
        (void)err_no_memory(e);
        return NULL;
    }
    GEOSContext_setErrorMessageHandler_r(m->geos, hear_geos, m);
    GEOSContext_setNoticeMessageHandler_r(m->geos, hear_geos, m);
    geod_init(&m->earth, 6378137, 1 / 298.257223563);
    return m;
}

void shape_maker_free(struct shape_maker *m)
{
    if (!m) return;
    if (m->rd) proj_destroy(m->rd);
    if (m->proj) proj_context_destroy(m->proj);
    GEOS_finish_r(m->geos);
    free(m);
}

GEOSContextHandle_t shape_geos(struct shape_maker *m)
{
    return m->geos;
}

void shape_free(struct shape_maker *m, GEOSGeometry *g)
{
    if (g) GEOSGeom_destroy_r(m->geos, g);
}

static bool open_rd(struct shape_maker *m, err *e)
{
    if (m->rd) return true;
    m->proj = proj_context_create();
    if (!m->proj) return err_no_memory(e);
    proj_context_set_enable_network(m->proj, 0);
    PJ *raw = proj_create_crs_to_crs(m->proj, "EPSG:28992", "EPSG:4326", NULL);
    if (raw) m->rd = proj_normalize_for_visualization(m->proj, raw);
    if (raw) proj_destroy(raw);
    return m->rd || err_set(e, ERR_IO, ERR_NOWHERE, "PROJ does not know EPSG:28992: is proj-data installed?");
}

// ---- reading -------------------------------------------------------------------------------------------------------

static bool fits(area_crs crs, double x, double y)
{
    if (crs == AREA_CRS_RD) return x >= -7000 && x <= 300000 && y >= 289000 && y <= 629000;
    return fabs(x) <= 180 && fabs(y) <= 90;
}

static bool position_read(const json *j, area_crs crs, double *x, double *y, err *e)
{
    const json *first = j->type == JSON_ARRAY ? j->first : NULL, *second = first ? first->next : NULL;
    if (!second || first->type != JSON_NUMBER || second->type != JSON_NUMBER)
        return err_set(e, ERR_TYPE, j->at, "expected a position [x, y]");
    if (!num_parse_double(first->text, x, e) || !num_parse_double(second->text, y, e)) return false;
    return fits(crs, *x, *y) ||
           err_set(e, ERR_RANGE, j->at,
                   crs == AREA_CRS_RD ? "not a position in the area of RD New (EPSG:28992)"
                                      : "not a longitude and latitude in degrees");
}

static GEOSCoordSequence *positions_read(struct shape_maker *m, const json *j, area_crs crs, size_t least,
                                         err *e)
{
    if (j->type != JSON_ARRAY || j->count < least || j->count > POINTS_MAX) {
        (void)err_set(e, ERR_RANGE, j->at, "expected a list of %zu to %d positions", least, POINTS_MAX);
        return NULL;
    }
    GEOSCoordSequence *s = GEOSCoordSeq_create_r(m->geos, (unsigned)j->count, 2);
    unsigned i = 0;
    for (const json *p = j->first; s && p; p = p->next, i++) {
        double x, y;
        if (!position_read(p, crs, &x, &y, e)) {
            GEOSCoordSeq_destroy_r(m->geos, s);
            return NULL;
        }
        GEOSCoordSeq_setXY_r(m->geos, s, i, x, y);
    }
    if (!s) (void)err_no_memory(e);
    return s;
}

static GEOSGeometry *ring_read(struct shape_maker *m, const json *j, area_crs crs, err *e)
{
    GEOSCoordSequence *s = positions_read(m, j, crs, 4, e);
    if (!s) return NULL;
    GEOSGeometry *g = GEOSGeom_createLinearRing_r(m->geos, s);
    if (!g) (void)err_set(e, ERR_RANGE, j->at, "a ring must end where it begins");
    return g;
}

static GEOSGeometry *line_read(struct shape_maker *m, const json *j, area_crs crs, err *e)
{
    GEOSCoordSequence *s = positions_read(m, j, crs, 2, e);
    if (!s) return NULL;
    GEOSGeometry *g = GEOSGeom_createLineString_r(m->geos, s);
    if (!g) (void)err_set(e, ERR_RANGE, j->at, "this is no line");
    return g;
}

typedef GEOSGeometry *(*part_reader)(struct shape_maker *m, const json *j, area_crs crs, err *e);

static void parts_free(struct shape_maker *m, GEOSGeometry **parts, unsigned n)
{
    for (unsigned i = 0; i < n; i++) GEOSGeom_destroy_r(m->geos, parts[i]);
    free(parts);
}

static GEOSGeometry **parts_read(struct shape_maker *m, const json *j, area_crs crs, part_reader read,
                                 unsigned *n, err *e)
{
    *n = 0;
    if (j->type != JSON_ARRAY || j->count == 0 || j->count > POINTS_MAX) {
        (void)err_set(e, ERR_TYPE, j->at, "expected a list of coordinates");
        return NULL;
    }
    GEOSGeometry **parts = calloc(j->count, sizeof *parts);
    if (!parts) (void)err_no_memory(e);
    for (const json *p = j->first; parts && p; p = p->next) {
        parts[*n] = read(m, p, crs, e);
        if (parts[*n]) {
            ++*n;
            continue;
        }
        parts_free(m, parts, *n);
        return NULL;
    }
    return parts;
}

static GEOSGeometry *polygon_read(struct shape_maker *m, const json *j, area_crs crs, err *e)
{
    unsigned n;
    GEOSGeometry **rings = parts_read(m, j, crs, ring_read, &n, e);
    if (!rings) return NULL;
    GEOSGeometry *g = GEOSGeom_createPolygon_r(m->geos, rings[0], rings + 1, n - 1);
    free(rings);  // what they point to belongs to the polygon, even when none was made
    if (!g) (void)err_set(e, ERR_RANGE, j->at, "this is no polygon: %s", m->why);
    return g;
}

static GEOSGeometry *collection_read(struct shape_maker *m, const json *j, area_crs crs, part_reader read,
                                     int type, err *e)
{
    unsigned n;
    GEOSGeometry **parts = parts_read(m, j, crs, read, &n, e);
    if (!parts) return NULL;
    GEOSGeometry *g = GEOSGeom_createCollection_r(m->geos, type, parts, n);
    free(parts);
    if (!g) (void)err_no_memory(e);
    return g;
}

static int widen(double *x, double *y, void *context)
{
    const double *scale = context;
    *x *= scale[0];
    *y *= scale[1];
    return 1;
}

// A strip beside a line; degrees are made metres, well enough over the length of a street.
static GEOSGeometry *strip(struct shape_maker *m, GEOSGeometry *line, area_crs crs)
{
    double latitude = 0;
    GEOSGeom_getYMin_r(m->geos, line, &latitude);
    const bool in_degrees = crs != AREA_CRS_RD;
    double there[2] = {METRES_PER_DEGREE * cos(latitude * M_PI / 180), METRES_PER_DEGREE};
    double back[2] = {1 / there[0], 1 / there[1]};
    GEOSGeometry *metres = in_degrees ? GEOSGeom_transformXY_r(m->geos, line, widen, there) : line;
    GEOSGeometry *wide_one = metres ? GEOSBuffer_r(m->geos, metres, STREET_HALF_WIDTH_M, STREET_ARC_STEPS)
                                    : NULL;
    GEOSGeometry *out = wide_one && in_degrees ? GEOSGeom_transformXY_r(m->geos, wide_one, widen, back)
                                               : wide_one;
    if (in_degrees) {
        shape_free(m, metres);
        shape_free(m, wide_one);
    }
    shape_free(m, line);
    return out;
}

bool shape_read(struct shape_maker *m, const json *geometry, area_crs crs, bool line_may, GEOSGeometry **out,
                err *e)
{
    const str type = json_text(geometry, STR("type"));
    const json *at;
    GEOSGeometry *g = NULL;
    bool is_line = false;
    if (geometry->type != JSON_OBJECT) return err_set(e, ERR_MISSING, geometry->at, "there is no geometry");
    if (!json_need(geometry, STR("coordinates"), JSON_ARRAY, &at, e)) return false;
    if (str_eq(type, STR("Polygon"))) {
        g = polygon_read(m, at, crs, e);
    } else if (str_eq(type, STR("MultiPolygon"))) {
        g = collection_read(m, at, crs, polygon_read, GEOS_MULTIPOLYGON, e);
    } else if (line_may && str_eq(type, STR("LineString"))) {
        is_line = (g = line_read(m, at, crs, e)) != NULL;
    } else if (line_may && str_eq(type, STR("MultiLineString"))) {
        is_line = (g = collection_read(m, at, crs, line_read, GEOS_MULTILINESTRING, e)) != NULL;
    } else {
        return err_set(e, ERR_TYPE, geometry->at, "an area is a Polygon or MultiPolygon%s, not '%.*s'",
                       line_may ? ", a street also a line" : "", STR_ARG(type));
    }
    if (is_line && !(g = strip(m, g, crs)))
        return err_set(e, ERR_RANGE, geometry->at, "no strip beside this line: %s", m->why);
    *out = g;
    return g != NULL;
}

area_crs shape_guess_crs(const json *geometry)
{
    const json *at = json_get(geometry, STR("coordinates"));
    double x, y;
    err ignored;
    while (at && at->type == JSON_ARRAY && at->first && at->first->type == JSON_ARRAY) at = at->first;
    const bool is_rd = at && position_read(at, AREA_CRS_RD, &x, &y, &ignored);
    return is_rd ? AREA_CRS_RD : AREA_CRS_WGS84;
}

// ---- making it valid -----------------------------------------------------------------------------------------------

// Polygons of a collection; lines and points that repairing left are dropped. NULL: none, or no memory.
static GEOSGeometry *polygons_of(struct shape_maker *m, GEOSGeometry *g)
{
    const int type = GEOSGeomTypeId_r(m->geos, g);
    if (type == GEOS_POLYGON || type == GEOS_MULTIPOLYGON) return g;
    const int n = type == GEOS_GEOMETRYCOLLECTION ? GEOSGetNumGeometries_r(m->geos, g) : 0;
    GEOSGeometry *sum = NULL;
    for (int i = 0; i < n; i++) {
        const GEOSGeometry *part = GEOSGetGeometryN_r(m->geos, g, i);
        const int kind = GEOSGeomTypeId_r(m->geos, part);
        if (kind != GEOS_POLYGON && kind != GEOS_MULTIPOLYGON) continue;
        GEOSGeometry *more = sum ? GEOSUnion_r(m->geos, sum, part) : GEOSGeom_clone_r(m->geos, part);
        shape_free(m, sum);
        sum = more;
    }
    shape_free(m, g);
    return sum;
}

static bool has_area(struct shape_maker *m, const GEOSGeometry *g)
{
    double size = 0;
    return g && GEOSArea_r(m->geos, g, &size) && size > 0;
}

static bool make_valid(struct shape_maker *m, GEOSGeometry **g, bool *repaired, err *e)
{
    *repaired = GEOSisValid_r(m->geos, *g) != 1;
    if (*repaired) {
        char *reason = GEOSisValidReason_r(m->geos, *g);
        snprintf(m->why, sizeof m->why, "%s", reason ? reason : "not valid");
        GEOSFree_r(m->geos, reason);
        GEOSGeometry *valid = GEOSMakeValid_r(m->geos, *g);
        shape_free(m, *g);
        *g = valid ? polygons_of(m, valid) : NULL;
    }
    if (has_area(m, *g)) return true;
    return err_set(e, ERR_RANGE, ERR_NOWHERE, "no area is left of its geometry%s%s", *repaired ? ": " : "",
                   *repaired ? m->why : "");
}

static int to_wgs84(double *x, double *y, void *context)
{
    struct shape_maker *m = context;
    const PJ_COORD out = proj_trans(m->rd, PJ_FWD, proj_coord(*x, *y, 0, HUGE_VAL));
    if (proj_errno(m->rd) != 0 || !isfinite(out.xy.x) || !isfinite(out.xy.y)) {
        proj_errno_reset(m->rd);
        return 0;
    }
    *x = out.xy.x;
    *y = out.xy.y;
    return 1;
}

bool shape_finish(struct shape_maker *m, GEOSGeometry *g, area_crs crs, bool *repaired, GEOSGeometry **out,
                  err *e)
{
    if (!make_valid(m, &g, repaired, e) || (crs == AREA_CRS_RD && !open_rd(m, e))) {
        shape_free(m, g);
        return false;
    }
    if (crs == AREA_CRS_RD) {
        GEOSGeometry *there = GEOSGeom_transformXY_r(m->geos, g, to_wgs84, m);
        shape_free(m, g);
        g = there;
    }
    *out = g;
    return g || err_set(e, ERR_RANGE, ERR_NOWHERE, "its coordinates cannot be brought from RD to WGS84");
}

// ---- measuring and writing -----------------------------------------------------------------------------------------

static double ring_square_metres(struct shape_maker *m, const GEOSGeometry *ring)
{
    const GEOSCoordSequence *s = GEOSGeom_getCoordSeq_r(m->geos, ring);
    struct geod_polygon p;
    unsigned n = 0;
    double size = 0, round;
    geod_polygon_init(&p, 0);
    GEOSCoordSeq_getSize_r(m->geos, s, &n);
    for (unsigned i = 0; i + 1 < n; i++) {
        double x, y;
        GEOSCoordSeq_getXY_r(m->geos, s, i, &x, &y);
        geod_polygon_addpoint(&m->earth, &p, y, x);
    }
    geod_polygon_compute(&m->earth, &p, 0, 1, &size, &round);
    return fabs(size);
}

static double polygon_square_metres(struct shape_maker *m, const GEOSGeometry *g)
{
    double size = ring_square_metres(m, GEOSGetExteriorRing_r(m->geos, g));
    const int holes = GEOSGetNumInteriorRings_r(m->geos, g);
    for (int i = 0; i < holes; i++) size -= ring_square_metres(m, GEOSGetInteriorRingN_r(m->geos, g, i));
    return size;
}

double shape_square_metres(struct shape_maker *m, const GEOSGeometry *wgs84)
{
    double size = 0;
    const int n = GEOSGetNumGeometries_r(m->geos, wgs84);
    for (int i = 0; i < n; i++) size += polygon_square_metres(m, GEOSGetGeometryN_r(m->geos, wgs84, i));
    return size;
}

bool shape_middle(struct shape_maker *m, const GEOSGeometry *g, struct area_place *out)
{
    GEOSGeometry *p = GEOSPointOnSurface_r(m->geos, g);
    const bool ok = p && GEOSGeomGetX_r(m->geos, p, &out->longitude) == 1 &&
                    GEOSGeomGetY_r(m->geos, p, &out->latitude) == 1;
    shape_free(m, p);
    return ok;
}

static void write_degrees(buf *b, double v)
{
    const int64_t micro = llround(v * 1e6);
    char text[NUM_TEXT_MAX];
    size_t n = num_write_decimal(text, (decimal){micro, 6});
    while (n > 1 && text[n - 1] == '0') n--;
    if (text[n - 1] == '.') n--;
    buf_add(b, (str){text, n});
}

static void write_ring(struct shape_maker *m, const GEOSGeometry *ring, bool counterclockwise, buf *b)
{
    const GEOSCoordSequence *s = GEOSGeom_getCoordSeq_r(m->geos, ring);
    unsigned n = 0;
    char is_ccw = 1;
    GEOSCoordSeq_getSize_r(m->geos, s, &n);
    GEOSCoordSeq_isCCW_r(m->geos, s, &is_ccw);
    const bool reversed = (is_ccw != 0) != counterclockwise;
    buf_add_char(b, '[');
    for (unsigned i = 0; i < n; i++) {
        double x, y;
        GEOSCoordSeq_getXY_r(m->geos, s, reversed ? n - 1 - i : i, &x, &y);
        if (i) buf_add_char(b, ',');
        buf_add_char(b, '[');
        write_degrees(b, x);
        buf_add_char(b, ',');
        write_degrees(b, y);
        buf_add_char(b, ']');
    }
    buf_add_char(b, ']');
}

static void write_polygon(struct shape_maker *m, const GEOSGeometry *g, buf *b)
{
    buf_add_char(b, '[');
    write_ring(m, GEOSGetExteriorRing_r(m->geos, g), true, b);
    const int holes = GEOSGetNumInteriorRings_r(m->geos, g);
    for (int i = 0; i < holes; i++) {
        buf_add_char(b, ',');
        write_ring(m, GEOSGetInteriorRingN_r(m->geos, g, i), false, b);
    }
    buf_add_char(b, ']');
}

void shape_write(struct shape_maker *m, const GEOSGeometry *wgs84, buf *b)
{
    const int n = GEOSGetNumGeometries_r(m->geos, wgs84);
    if (n == 1) {
        BUF_LIT(b, "{\"type\":\"Polygon\",\"coordinates\":");
        write_polygon(m, GEOSGetGeometryN_r(m->geos, wgs84, 0), b);
        buf_add_char(b, '}');
        return;
    }
    BUF_LIT(b, "{\"type\":\"MultiPolygon\",\"coordinates\":[");
    for (int i = 0; i < n; i++) {
        if (i) buf_add_char(b, ',');
        write_polygon(m, GEOSGetGeometryN_r(m->geos, wgs84, i), b);
    }
    BUF_LIT(b, "]}");
}
