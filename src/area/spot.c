// SPDX-License-Identifier: EUPL-1.2
// Which areas a place lies in: an STRtree of all outlines, then prepared geometries.
#include "area/atlas.h"

#include <stdlib.h>

#define TREE_NODE 10

static bool ring_take(struct atlas *t, const GEOSGeometry *g, struct area_ring *out, err *e)
{
    GEOSContextHandle_t geos = shape_geos(t->shapes);
    const GEOSCoordSequence *s = GEOSGeom_getCoordSeq_r(geos, g);
    unsigned n = 0;
    GEOSCoordSeq_getSize_r(geos, s, &n);
    out->points = ARENA_ARRAY(t->a, n + 1, struct area_place);
    if (!out->points) return err_no_memory(e);
    out->count = n;
    for (unsigned i = 0; i < n; i++)
        GEOSCoordSeq_getXY_r(geos, s, i, &out->points[i].longitude, &out->points[i].latitude);
    return true;
}

static size_t ring_count(GEOSContextHandle_t geos, const GEOSGeometry *g)
{
    size_t n = 0;
    const int parts = GEOSGetNumGeometries_r(geos, g);
    for (int i = 0; i < parts; i++)
        n += 1 + (size_t)GEOSGetNumInteriorRings_r(geos, GEOSGetGeometryN_r(geos, g, i));
    return n;
}

static bool rings_take(struct atlas *t, const GEOSGeometry *g, struct area *out, err *e)
{
    GEOSContextHandle_t geos = shape_geos(t->shapes);
    out->rings = ARENA_ARRAY(t->a, ring_count(geos, g) + 1, struct area_ring);
    if (!out->rings) return err_no_memory(e);
    const int parts = GEOSGetNumGeometries_r(geos, g);
    for (int i = 0; i < parts; i++) {
        const GEOSGeometry *p = GEOSGetGeometryN_r(geos, g, i);
        if (!ring_take(t, GEOSGetExteriorRing_r(geos, p), &out->rings[out->ring_count++], e)) return false;
        const int holes = GEOSGetNumInteriorRings_r(geos, p);
        for (int k = 0; k < holes; k++)
            if (!ring_take(t, GEOSGetInteriorRingN_r(geos, p, k), &out->rings[out->ring_count++], e))
                return false;
    }
    return true;
}

static bool outline_take(struct atlas *t, struct area *a, arena *scratch, err *e)
{
    GEOSContextHandle_t geos = shape_geos(t->shapes);
    GEOSGeometry **g = &t->outlines[a->index];
    json *j;
    arena_reset(scratch);
    if (!json_parse(a->geometry, scratch, &j, e) || !shape_read(t->shapes, j, AREA_CRS_WGS84, false, g, e))
        return err_within(e, "the stored area %.*s", STR_ARG(a->code));
    if (!rings_take(t, *g, a, e)) return false;
    GEOSGeom_getXMin_r(geos, *g, &a->south_west.longitude);
    GEOSGeom_getYMin_r(geos, *g, &a->south_west.latitude);
    GEOSGeom_getXMax_r(geos, *g, &a->north_east.longitude);
    GEOSGeom_getYMax_r(geos, *g, &a->north_east.latitude);
    GEOSSTRtree_insert_r(geos, t->tree, *g, a);
    return true;
}

bool atlas_index_outlines(struct atlas *t, err *e)
{
    arena *scratch = arena_new((size_t)512 << 20);
    t->outlines = (GEOSGeometry **)arena_array(t->a, t->count + 1, sizeof *t->outlines);
    t->prepared = (const GEOSPreparedGeometry **)arena_array(t->a, t->count + 1, sizeof *t->prepared);
    t->tree = GEOSSTRtree_create_r(shape_geos(t->shapes), TREE_NODE);
    bool ok = (scratch && t->outlines && t->prepared && t->tree) || err_no_memory(e);
    for (size_t i = 0; ok && i < t->count; i++)
        if (t->all[i].geometry.n) ok = outline_take(t, &t->all[i], scratch, e);
    arena_free(scratch);
    return ok;
}

// ---- looking -------------------------------------------------------------------------------------------------------

struct look {
    const struct atlas *t;
    GEOSGeometry *point;
    int year;
    area_level above;
    struct area_spot found;
};

static const struct area **kind_of(struct look *l, area_level level)
{
    switch ((int)level) {
    case AREA_STREET: return &l->found.street;
    case AREA_TOWN: return &l->found.town;
    case AREA_REGION: return &l->found.region;
    default: return &l->found.leaf;
    }
}

static bool is_inside(struct look *l, const struct area *a)
{
    GEOSContextHandle_t geos = shape_geos(l->t->shapes);
    const GEOSPreparedGeometry **p = &l->t->prepared[a->index];
    if (!*p) *p = GEOSPrepare_r(geos, l->t->outlines[a->index]);
    return *p && GEOSPreparedIntersects_r(geos, *p, l->point) == 1;
}

static void look_at(void *item, void *context)
{
    struct look *l = context;
    const struct area *a = item;
    const struct area **best = kind_of(l, a->level);
    if ((int)a->level <= (int)l->above || !area_holds(a, l->year)) return;
    const bool is_better = !*best || a->level < (*best)->level ||
                           (a->level == (*best)->level && a->index < (*best)->index);
    if (is_better && is_inside(l, a)) *best = a;
}

// Everything above `above`, which is -1 for everything.
static struct area_spot look(const struct atlas *t, struct area_place p, int year, int above)
{
    GEOSContextHandle_t geos = shape_geos(t->shapes);
    struct look l = {.t = t, .year = year, .above = (area_level)above};
    lock_take(t->lock);
    l.point = GEOSGeom_createPointFromXY_r(geos, p.longitude, p.latitude);
    if (l.point) GEOSSTRtree_query_r(geos, t->tree, l.point, look_at, &l);
    shape_free(t->shapes, l.point);
    lock_drop(t->lock);
    return l.found;
}

const struct area *atlas_above(const struct atlas *t, struct area_place p, int year, area_level level)
{
    return look(t, p, year, (int)level).leaf;
}

struct area_spot atlas_spot(const struct atlas *t, struct area_place p, int year)
{
    struct area_spot s = look(t, p, year, -1);
    if (!s.leaf) s.leaf = atlas_find(t, STR("001"), year);
    return s;
}
