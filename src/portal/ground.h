// SPDX-License-Identifier: EUPL-1.2
// ground.h: the areas that the portal's maps and lists are made of: those of one level, of the municipalities that have meters. The
// smallest level that is not too many to look at: neighbourhoods of a town, municipalities of a country.
// Owns     everything lies in the arena; texts are views of the atlas
// Errors   ERR_LIMIT
#ifndef PEIL_PORTAL_GROUND_H
#define PEIL_PORTAL_GROUND_H

#include "area/area.h"
#include "render/outline.h"

#define GROUND_AREAS_MOST 300

struct ground {
    struct outlines *outlines;  // NULL: no area with boundaries is known
    const struct area **areas;  // beside outlines->all
    area_level level;
};

// `leaves`: where the meters lie, as atlas_spot says.
NODISCARD bool ground_make(const struct atlas *t, int year, const struct area *const *leaves, size_t count,
                           arena *a, struct ground *out, err *e);
// The one that `leaf` lies in; NULL: none of them.
const struct outline *ground_find(const struct ground *g, const struct atlas *t, const struct area *leaf,
                                  int year);

#endif
