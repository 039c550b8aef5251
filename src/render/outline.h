// SPDX-License-Identifier: EUPL-1.2
// outline.h: outlines of areas for a picture.
// Units    degrees, WGS84
// Owns     the caller's
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
    struct place middle;  // where its name stands
};

struct outlines {
    struct outline *all;
    size_t count;
    struct place south_west, north_east;
};

#endif
