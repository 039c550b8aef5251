// SPDX-License-Identifier: EUPL-1.2
// site.h: what adapters need to know that no message tells (device.h), read from files and the store.
// Owns     the site owns what device_site points to
// Threads  opened once, then any
#ifndef PEIL_INGEST_SITE_H
#define PEIL_INGEST_SITE_H

#include "ingest/device.h"
#include "store/store.h"

struct site;

typedef struct {
    const char *zone;  // "Europe/Amsterdam"; NULL: UTC
    const char *payload_directories
        [2];  // descriptions of payloads; later ones go before; NULL or not there: passed over
    const char *mapping_file;  // of MQTT topics (topic/mapping.h); NULL: none
    struct store *store;  // keeps the secret of pseudonyms, made when it is not there; NULL: there is none
} site_config;

// Faults in descriptions are logged, and the description is left out. Errors: the zone, the mapping, the store.
NODISCARD bool site_open(const site_config *c, struct site **out, err *e);
void site_close(struct site *s);  // NULL is fine
const struct device_site *site_of_devices(const struct site *s);

#endif
