// SPDX-License-Identifier: EUPL-1.2
// outline.h: outlines of areas for a picture, and which area a point lies in.
// Units    degrees, WGS84
// Owns     everything lies in the arena; texts are views of the source, which must outlive it
// Errors   ERR_SYNTAX, ERR_TYPE, ERR_RANGE with the position in the file, ERR_LIMIT
// Source   RFC 7946: a FeatureCollection of Polygons and MultiPolygons whose properties have "code" and "name"
#ifndef PEIL_RENDER_OUTLINE_H
#define PEIL_RENDER_OUTLINE_H

#include "base/arena.h"
#include "base/err.h"

struct place {
    double longitude, latitude;
};

struct ring {
    struct place *points;  // the last one is the first
    size_t count;
};

struct outline {
    str code, name;
    struct ring *rings;  // of all polygons; a hole is a ring like any other
    size_t ring_count;
    struct place middle;  // of the first ring: where its name stands
};

struct outlines {
    struct outline *all;
    size_t count;
    struct place south_west, north_east;
};

NODISCARD bool outlines_load(str geojson, arena *a, struct outlines **out, err *e);
const struct outline *outline_at(const struct outlines *o, struct place p);  // NULL: in none

#endif
