// SPDX-License-Identifier: EUPL-1.2
// intake.h: what the files of ingest share. Private to ingest.
#ifndef PEIL_INGEST_INTAKE_H
#define PEIL_INGEST_INTAKE_H

#include "ingest/feature.h"
#include "ingest/ingest.h"
#include "ingest/lines/series.h"

#include <stdatomic.h>

struct ingest {
    struct store *store;
    const struct device_site *site;  // may be NULL
    atomic_bool accepts_new_devices;
    struct features features;
    struct line_series_table *series;  // of lines
    struct raw *raw;                   // NULL: nothing is kept
};

// As ingest_append; counted by the caller, once for many.
NODISCARD bool ingest_append_uncounted(struct ingest *in, struct store_tx *tx, struct observation *o,
                                       instant received, err *e);

#endif
