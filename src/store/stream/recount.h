// SPDX-License-Identifier: EUPL-1.2
// recount.h: what a stream's row and its list of features say, after observations have gone from its chunks.
// Threads  the writer
#ifndef PEIL_STORE_STREAM_RECOUNT_H
#define PEIL_STORE_STREAM_RECOUNT_H

#include "store/stream/seal.h"

// Counts anew what the chunks hold, mostly from their heads; the last one is read, for the newest stands there. Numbers given out
// stay given out, and what was out of order is taken to be still.
NODISCARD bool recount(struct sealing *k, err *e);

// The stream no longer has observations of the feature, perhaps.
NODISCARD bool forget_feature(struct sealing *k, entity_id feature, err *e);
// Of all its features; mostly the first observation has the only one.
NODISCARD bool forget_features(struct sealing *k, err *e);

#endif
