// SPDX-License-Identifier: EUPL-1.2
// collection.h: areas as GeoJSON with whatever one has to say of each: figures, indices, links. The geometry's text is made when an
// area is imported and only copied here: 12,000 areas cost the copying of their bytes.
// Source   RFC 7946
#ifndef PEIL_AREA_COLLECTION_H
#define PEIL_AREA_COLLECTION_H

#include "area/area.h"
#include "base/json.h"

// Writes members of the feature's properties; code, name and level are there already.
typedef void (*area_put_properties)(json_writer *w, const struct area *a, size_t i, void *context);

void area_write_feature(json_writer *w, const struct area *a, size_t i, area_put_properties more,
                        void *context);
#endif
