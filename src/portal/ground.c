// SPDX-License-Identifier: EUPL-1.2
#include "portal/ground.h"

#include <math.h>

#define TOWNS_MOST 64

// Municipalities that have meters, each once; more than TOWNS_MOST: `count` stays there and all count as having some.
struct towns {
    const struct area *all[TOWNS_MOST];
    size_t count;
};

static const struct area *town_of(const struct atlas *t, const struct area *a, int year)
{
    while (a && a->level != AREA_MUNICIPALITY)
        a = a->level > AREA_MUNICIPALITY ? NULL : atlas_parent(t, a, year);
    return a;
}

static void add_town(struct towns *towns, const struct area *a)
{
    if (!a) return;
    for (size_t i = 0; i < towns->count; i++)
        if (towns->all[i] == a) return;
    if (towns->count < TOWNS_MOST) towns->all[towns->count++] = a;
}

static bool is_wanted(const struct towns *towns, const struct area *town)
{
    if (towns->count == 0 || towns->count == TOWNS_MOST) return true;
    for (size_t i = 0; i < towns->count; i++)
        if (towns->all[i] == town) return true;
    return false;
}

// Those of the level that have boundaries and lie in a town with meters; provinces and countries all.
static bool choose(const struct atlas *t, area_level level, int year, const struct towns *towns, arena *a,
                   const struct area ***out, size_t *count, err *e)
{
    const struct area **all;
    size_t n, kept = 0;
    if (!atlas_level(t, level, year, a, &all, &n, e)) return false;
    for (size_t i = 0; i < n; i++)
        if (all[i]->ring_count && (level > AREA_MUNICIPALITY || is_wanted(towns, town_of(t, all[i], year))))
            all[kept++] = all[i];
    *out = all;
    *count = kept;
    return true;
}

static bool copy_ring(const struct area_ring *r, arena *a, struct ring *out)
{
    *out = (struct ring){.points = ARENA_ARRAY(a, r->count + 1, struct place), .count = r->count};
    if (!out->points) return false;
    for (size_t i = 0; i < r->count; i++)
        out->points[i] = (struct place){r->points[i].longitude, r->points[i].latitude};
    return true;
}

static void include(struct outlines *o, const struct area *a)
{
    o->south_west.longitude = fmin(o->south_west.longitude, a->south_west.longitude);
    o->south_west.latitude = fmin(o->south_west.latitude, a->south_west.latitude);
    o->north_east.longitude = fmax(o->north_east.longitude, a->north_east.longitude);
    o->north_east.latitude = fmax(o->north_east.latitude, a->north_east.latitude);
}

static bool draw(const struct area *const *areas, size_t count, arena *a, struct outlines **out, err *e)
{
    struct outlines *o = ARENA_NEW(a, struct outlines);
    if (!o || !(o->all = ARENA_ARRAY(a, count + 1, struct outline))) return err_no_memory(e);
    o->south_west = (struct place){180, 90};
    o->north_east = (struct place){-180, -90};
    for (size_t i = 0; i < count; i++) {
        struct outline *one = &o->all[o->count++];
        *one = (struct outline){.code = areas[i]->code,
                                .name = areas[i]->name,
                                .rings = ARENA_ARRAY(a, areas[i]->ring_count + 1, struct ring),
                                .ring_count = areas[i]->ring_count,
                                .middle = {areas[i]->middle.longitude, areas[i]->middle.latitude}};
        if (!one->rings) return err_no_memory(e);
        for (size_t r = 0; r < one->ring_count; r++)
            if (!copy_ring(&areas[i]->rings[r], a, &one->rings[r])) return err_no_memory(e);
        include(o, areas[i]);
    }
    *out = o;
    return true;
}

bool ground_make(const struct atlas *t, int year, const struct area *const *leaves, size_t count, arena *a,
                 struct ground *out, err *e)
{
    static const area_level levels[] = {AREA_NEIGHBOURHOOD, AREA_DISTRICT, AREA_MUNICIPALITY, AREA_PROVINCE,
                                        AREA_COUNTRY};
    struct towns towns = {.count = 0};
    struct ground g = {0};
    for (size_t i = 0; i < count; i++) add_town(&towns, town_of(t, leaves[i], year));
    for (size_t i = 0; i < sizeof levels / sizeof levels[0] && !g.outlines; i++) {
        size_t n;
        if (!choose(t, levels[i], year, &towns, a, &g.areas, &n, e)) return false;
        g.level = levels[i];
        if (n > 0 && n <= GROUND_AREAS_MOST && !draw(g.areas, n, a, &g.outlines, e)) return false;
    }
    *out = g;
    return true;
}

const struct outline *ground_find(const struct ground *g, const struct atlas *t, const struct area *leaf,
                                  int year)
{
    while (leaf && leaf->level < g->level) leaf = atlas_parent(t, leaf, year);
    for (size_t i = 0; g->outlines && leaf && i < g->outlines->count; i++)
        if (g->areas[i] == leaf) return &g->outlines->all[i];
    return NULL;
}
