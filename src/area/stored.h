// SPDX-License-Identifier: EUPL-1.2
// stored.h: an area as a document of the store. Private.
// Owns     what is read lies in the arena, or is a view of the text
// Errors   ERR_CORRUPT
#ifndef PEIL_AREA_STORED_H
#define PEIL_AREA_STORED_H

#include "area/feature.h"

#define AREA_KIND "area"

struct stored_area {
    struct area_feature feature;
    double square_metres;
    struct area_place middle;
    str geometry;
};

bool stored_area_key(arena *a, int year, str code, str *out);  // "2024/BU06030111"; false: no memory
void stored_area_write(buf *b, const struct stored_area *s);
NODISCARD bool stored_area_read(str key, str text, arena *a, struct stored_area *out, err *e);

#endif
