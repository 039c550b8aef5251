// SPDX-License-Identifier: EUPL-1.2
// shape.h: geometries of areas: from GeoJSON in either reference system to checked polygons in WGS84, and to text. Private.
// Units    as area.h
// Owns     a GEOSGeometry given is the caller's: shape_free
// Threads  one maker per thread
// Errors   ERR_TYPE, ERR_MISSING, ERR_RANGE with the position in the feature; ERR_LIMIT
#ifndef PEIL_AREA_SHAPE_H
#define PEIL_AREA_SHAPE_H

#include "area/import.h"

#include <geos_c.h>

struct shape_maker;

NODISCARD struct shape_maker *shape_maker_new(err *e);
void shape_maker_free(struct shape_maker *m);
GEOSContextHandle_t shape_geos(struct shape_maker *m);

// Polygons of a GeoJSON geometry, as they are; of lines the strip beside them when `line_may` be.
NODISCARD bool shape_read(struct shape_maker *m, const json *geometry, area_crs crs, bool line_may,
                          GEOSGeometry **out, err *e);
// Makes it valid, of polygons alone, in WGS84. *repaired: it was not before. Takes hold of `g` whatever happens.
NODISCARD bool shape_finish(struct shape_maker *m, GEOSGeometry *g, area_crs crs, bool *repaired,
                            GEOSGeometry **out, err *e);
void shape_free(struct shape_maker *m, GEOSGeometry *g);

double shape_square_metres(struct shape_maker *m, const GEOSGeometry *wgs84);
NODISCARD bool shape_middle(struct shape_maker *m, const GEOSGeometry *g,
                            struct area_place *out);  // inside it
// GeoJSON with six decimals (0.1 m); outer rings counterclockwise.
void shape_write(struct shape_maker *m, const GEOSGeometry *wgs84, buf *b);
area_crs shape_guess_crs(const json *geometry);  // by the size of its first coordinate

#endif
