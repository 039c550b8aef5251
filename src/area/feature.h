// SPDX-License-Identifier: EUPL-1.2
// feature.h: what the properties of a GeoJSON feature say about an area, whoever made the file. Private, pure.
// Owns     texts are views of the properties, or lie in the arena
// Errors   ERR_MISSING (no code), ERR_RANGE (a code, level or year that is none)
#ifndef PEIL_AREA_FEATURE_H
#define PEIL_AREA_FEATURE_H

#include "area/area.h"
#include "base/json.h"

#define AREA_CODE_MAX 40
#define AREA_NAME_MAX 200

struct area_feature {
    str code, name;
    area_level level;
    int year;                 // 0: not said
    str parent, parent_name;  // empty: not said
    str country;              // where it lies when no parent is known: "NL"; empty: not known
    int64_t people;           // -1: not said
};

NODISCARD bool area_feature_read(const json *properties, arena *a, struct area_feature *out, err *e);
bool area_code_is_fine(str code);  // up to 40 of A-Z a-z 0-9 . _ -
bool area_code_level(str code,
                     area_level *out);  // of the codes whose letters say so: BU, WK, GM, WP, PV, OR, NL
bool area_code_parent(str code, arena *a,
                      str *out);  // that a CBS code names by itself: WK060301 of BU06030111

#endif
