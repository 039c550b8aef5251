// SPDX-License-Identifier: EUPL-1.2
// place.h: whose place is not told exactly. A meter at somebody's home stands, for everybody below an operator, in the middle of a
// square of 100 m: in Locations, their history, FeaturesOfInterest, observedArea, GeoJSON, on pages, and for each geo filter and order. What
// is stored stays exact.
//
// The rule, of the Thing's properties: "place": "coarse"; or "origin": "citizen", unless "exactPlace" is true. A Location or FeatureOfInterest
// that any such Thing has, or had, is coarse. Names and descriptions are shown as they are: an address does not belong there.
// Units    degrees, WGS84
// Threads  any
// Source   portal.md section 8
#ifndef PEIL_MODEL_PLACE_H
#define PEIL_MODEL_PLACE_H

#include "base/json.h"

#define PLACE_GRID_M 100

bool place_is_coarse(const json *properties);  // NULL is not
// To the middle of its square: rows of PLACE_GRID_M, in each row columns of about that. A middle stays where it is.
void place_to_grid(double *longitude, double *latitude);
// The first position of a GeoJSON geometry or Feature, on the grid, as a Point. False: it has none.
NODISCARD bool place_coarsen(str geojson, arena *a, buf *out);

#endif
