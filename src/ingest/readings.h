// SPDX-License-Identifier: EUPL-1.2
// readings.h: a decoded device message to Observations of its Things and Datastreams. Private to ingest.
// Threads  the writer thread, inside an operation
#ifndef PEIL_INGEST_READINGS_H
#define PEIL_INGEST_READINGS_H

#include "ingest/intake.h"
#include "ingest/lines/series.h"

void readings_add_metrics(struct metrics *m);
void readings_count_stored(int64_t n);  // that did not come by readings_store

// *learned: lines that need not go this way again, once this is committed; in the arena.
// A reading that is refused (an impossible time) leaves its neighbours; false is a fault of the store.
NODISCARD bool readings_store(struct ingest *in, struct store_tx *tx, const struct device_adapter *adapter,
                              const struct device_result *result, const struct principal *who,
                              instant received, arena *a, struct ingest_outcome *out,
                              struct line_series_new **learned, err *e);

#endif
