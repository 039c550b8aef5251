// SPDX-License-Identifier: EUPL-1.2
// layer.h: what pages that show one layer have in common: tabs of the layers, markers, rows of meters.
#ifndef PEIL_PORTAL_VIEW_LAYER_H
#define PEIL_PORTAL_VIEW_LAYER_H

#include "portal/view/spot.h"

str layer_name(const struct page *p, str key);
str layer_count(struct page *p, size_t n);
str layer_meters(struct page *p, size_t n);  // "1 meter", "12 meters"
// `path` is what stands before the layer's key: "kaart?laag=".
void layer_put_tabs(struct page *p, const char *path, struct spot_choice from, str chosen);
struct map_marker layer_marker(struct page *p, const struct spot *s, str layer);
// Fills meters and has_meters; they come by neighbourhood's name.
void layer_put_meters(struct page *p, const struct spot *spots, size_t count, str layer);

#endif
