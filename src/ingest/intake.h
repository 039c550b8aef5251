// SPDX-License-Identifier: EUPL-1.2
// intake.h: what the files of ingest share. Private to ingest.
#ifndef PEIL_INGEST_INTAKE_H
#define PEIL_INGEST_INTAKE_H

#include "ingest/feature.h"
#include "ingest/ingest.h"

#include <stdatomic.h>

struct ingest {
    struct store *store;
    const struct device_site *site;  // may be NULL
    atomic_bool accepts_new_devices;
    struct features features;
};

#endif
