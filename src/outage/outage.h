// SPDX-License-Identifier: EUPL-1.2
// outage.h: interruptions that are over: of a feed, of peil itself, of a device. What lasts, its owner tells.
//
// An interruption is a document of its own under its end and whose it was, so that those of the last days are one run of keys. Each
// that is written lets those of its kind go that ended longer ago than OUTAGE_DAYS.
//
// Units    times: microseconds since 1970-01-01T00:00Z
// Owns     documents: kinds "feed_outage", "service_outage" and "device_outage"
// Threads  any; the snapshot or operation passed in decides
// Errors   what the store says
#ifndef PEIL_OUTAGE_OUTAGE_H
#define PEIL_OUTAGE_OUTAGE_H

#include "store/store.h"

#define OUTAGE_NAME_MAX 64
#define OUTAGE_DAYS 90  // how long one is kept

typedef enum {
    OUTAGE_FEED,     // name: of the feed; from the first try that failed to the one that did not
    OUTAGE_SERVICE,  // name: empty; from its last sign of life to its next
    OUTAGE_DEVICE,   // name: id of the Thing; from its last reading before the silence to the first one after
    OUTAGE_KIND_COUNT
} outage_kind;

struct outage {
    str name;
    interval when;
    bool is_planned;  // somebody stopped it
};

NODISCARD bool outage_write(struct store_tx *tx, outage_kind k, const struct outage *o, err *e);
NODISCARD bool outage_delete(struct store_tx *tx, outage_kind k, instant end, str name,
                             err *e);  // absent is fine

// Those that ended at `since` or later, in order of their end; `each` stops the pass by returning false.
typedef bool (*outage_each)(const struct outage *o, void *context, err *e);
NODISCARD bool outages_each(struct snapshot *at, outage_kind k, instant since, arena *a, outage_each each,
                            void *context, err *e);
// Of them those with one name.
NODISCARD bool outages_of(struct snapshot *at, outage_kind k, str name, instant since, arena *a,
                          outage_each each, void *context, err *e);

#endif
