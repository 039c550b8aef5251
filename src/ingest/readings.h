// SPDX-License-Identifier: EUPL-1.2
// readings.h: a decoded device message to Observations of its Things and Datastreams. Private to ingest.
// Threads  the writer thread, inside an operation
#ifndef PEIL_INGEST_READINGS_H
#define PEIL_INGEST_READINGS_H

#include "ingest/intake.h"

void readings_add_metrics(struct metrics *m);

// A reading that is refused (an impossible time) leaves its neighbours; false is a fault of the store.
NODISCARD bool readings_store(struct ingest *in, struct store_tx *tx, const struct device_adapter *adapter,
                              const struct device_result *result, instant received, arena *a,
                              struct ingest_outcome *out, err *e);

#endif
