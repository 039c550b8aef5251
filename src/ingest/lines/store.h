// SPDX-License-Identifier: EUPL-1.2
// store.h: points of known lines to Observations. Private to ingest.
// Threads  the writer thread, inside an operation
#ifndef PEIL_INGEST_LINES_STORE_H
#define PEIL_INGEST_LINES_STORE_H

#include "ingest/intake.h"
#include "ingest/lines/points.h"

struct points_work {
    struct ingest *in;
    struct store_tx *tx;
    const struct device_adapter *adapter;  // for points whose Datastream is not there any more
    const struct points *points;
    const struct principal *who;  // NULL: nobody whose Things must be looked at
    instant received;
    arena *a;
    struct ingest_outcome *out;
    struct line_series_new **learned;
};

void points_forget_gaps(const struct points *p);  // their operation was undone
NODISCARD bool points_store(const struct points_work *w, err *e);

#endif
