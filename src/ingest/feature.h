// SPDX-License-Identifier: EUPL-1.2
// feature.h: the FeatureOfInterest of an Observation that names none: the one generated from its Thing's
// current Location. Private to ingest.
//
// It is reused while it exists and while the Location says the same, shared by Things at one Location, and
// made anew after it was deleted. What was found is kept per stream until an entity changes, so that the hot
// path asks the store nothing.
// Threads  the writer thread, inside an operation
// Source   OGC 18-088 section 10.2
#ifndef PEIL_INGEST_FEATURE_H
#define PEIL_INGEST_FEATURE_H

#include "store/store.h"

struct place;

struct features {
    arena *scratch;
    struct place *places;  // by stream id
    size_t place_count;
};

NODISCARD bool features_init(struct features *f, struct metrics *m);
void features_free(struct features *f);

// *feature 0: the Thing has no Location. ERR_LINK: there is no such stream.
NODISCARD bool feature_of_stream(struct features *f, struct store_tx *tx, entity_id stream,
                                 entity_id *feature, err *e);

#endif
