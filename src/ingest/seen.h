// SPDX-License-Identifier: EUPL-1.2
// seen.h: has this reading been stored before? For senders that may send a reading twice: devices, MQTT
// deliveries.
// Threads  the writer thread, inside an operation
#ifndef PEIL_INGEST_SEEN_H
#define PEIL_INGEST_SEEN_H

#include "store/store.h"

typedef enum {
    SEEN_NEVER,
    SEEN_OTHER,  // there is one of the same time with another result
    SEEN_SAME    // same time, same result
} seen;

// Looks at o's stream, phenomenonTime and result. Asks the store only when o is not newer than all others of
// its stream.
NODISCARD bool seen_before(struct store_tx *tx, const struct observation *o, seen *out, err *e);

#endif
