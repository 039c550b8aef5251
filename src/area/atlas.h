// SPDX-License-Identifier: EUPL-1.2
// atlas.h: how an atlas is kept. Private.
// Threads  an atlas is built by one, read by any; the geometries only under its lock, for GEOS prepares them when first asked
#ifndef PEIL_AREA_ATLAS_H
#define PEIL_AREA_ATLAS_H

#include "area/shape.h"
#include "area/stored.h"
#include "base/queue.h"

struct atlas {
    arena *a;
    uint64_t version;
    int users;  // under the lock of struct areas
    struct area *all;
    size_t count;
    size_t *by_parent;  // indexes in order of (parent, code, year)
    size_t *by_level;   // of (level, code, year)
    struct shape_maker *shapes;
    GEOSGeometry **outlines;  // by index; NULL: none
    const GEOSPreparedGeometry **prepared;
    GEOSSTRtree *tree;
    struct lock *lock;  // of tree and prepared
};

NODISCARD bool atlas_build(struct snapshot *at, uint64_t version, struct atlas **out, err *e);
void atlas_free(struct atlas *t);
bool area_holds(const struct area *a, int year);
bool atlas_knows(const struct atlas *t, str code);  // in any year

// spot.c
NODISCARD bool atlas_index_outlines(struct atlas *t, err *e);
// The smallest area of the line above `level` that a place lies in; NULL: none.
const struct area *atlas_above(const struct atlas *t, struct area_place p, int year, area_level level);

#endif
