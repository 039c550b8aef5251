// SPDX-License-Identifier: EUPL-1.2
// geojson.h: is this JSON a GeoJSON geometry or Feature? Only its shape is looked at, not whether rings
// cross.
// Errors   ERR_TYPE, ERR_MISSING, ERR_RANGE with the position
// Source   RFC 7946 section 3
#ifndef PEIL_MODEL_GEOJSON_H
#define PEIL_MODEL_GEOJSON_H

#include "base/json.h"

bool geojson_is_encoding(
    str encoding_type);  // application/geo+json, or application/vnd.geo+json as before RFC 7946
NODISCARD bool geojson_check(const json *j, err *e);

#endif
