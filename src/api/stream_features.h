// SPDX-License-Identifier: EUPL-1.2
// stream_features.h: a FeatureCollection of areas as an answer that leaves piece by piece, for it may have 12,000 outlines.
#ifndef PEIL_API_STREAM_FEATURES_H
#define PEIL_API_STREAM_FEATURES_H

#include "api/api.h"
#include "area/collection.h"

// `list` and what `context` points to must live as long as the request (c->a), or until `release` is called, once, whatever happens
// from here on. The atlas is held until then.
NODISCARD bool api_stream_features(struct api_call *c, const struct atlas *t, const struct area *const *list,
                                   size_t count, area_put_properties put, void *context,
                                   void (*release)(void *context), err *e);

#endif
