// SPDX-License-Identifier: EUPL-1.2
// demo.h: a believable town in an empty store, and a feed that keeps it alive through the real HTTP and MQTT paths.
// Everything it makes says so: Thing.properties has "demo": true.
#ifndef PEIL_DEMO_DEMO_H
#define PEIL_DEMO_DEMO_H

#include "ingest/ingest.h"
#include "store/store.h"

#define DEMO_DAYS 30

// Fills an empty store with the town and its readings of the DEMO_DAYS before `now`. ERR_CONFLICT when there are Things already.
NODISCARD bool demo_fill(struct store *s, struct ingest *in, instant now,
                         void (*progress)(int64_t done, int64_t all, void *context), void *context, err *e);

struct kpi_office;
// Figures for the assessment: two whole years and what there is of this one, marked as demonstration. After demo_fill.
NODISCARD bool demo_kpi_fill(const struct kpi_office *o, instant now, err *e);

// Four homes that take part in signs of life, marked as made up; one lives, one is silent for two days, two have a box. *link: the page of
// one of their residents, below the root. Only once: a second time makes four more.
struct care;
struct tz;
#define DEMO_LINK_MAX 64
NODISCARD bool demo_homes_fill(struct care *c, const struct tz *zone, instant now,
                               char link[static DEMO_LINK_MAX], err *e);

struct demo_feed;

typedef struct {
    struct store *store;   // only read, to find the Datastreams
    const char *root_url;  // "http://127.0.0.1:8080"
    const char *token;     // may write readings
    str mqtt_host;         // empty: everything goes over HTTP
    int mqtt_port;
} demo_feed_config;

// A thread that sends what is due each second: air meters as sensor.community's firmware does, noise meters and signs over
// MQTT, the others as SensorThings POSTs. Faults are logged and tried again.
NODISCARD struct demo_feed *demo_feed_start(const demo_feed_config *c, err *e);
void demo_feed_stop(struct demo_feed *f);

#endif
