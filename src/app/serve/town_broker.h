// SPDX-License-Identifier: EUPL-1.2
// town_broker.h: peil at the town's broker: what comes in by MQTT goes to SensorThings, what changed is announced there.
// Threads  start and stop from the main thread
// Errors   ERR_CONFIG (a password file that cannot be read, TLS files); a broker that is away is no error: it is tried again
#ifndef PEIL_APP_SERVE_TOWN_BROKER_H
#define PEIL_APP_SERVE_TOWN_BROKER_H

#include "app/setting/setting.h"
#include "base/metrics.h"
#include "sta/request.h"

struct town_broker;

// Before the first write to the store. Connects in the background.
struct town_broker_config {
    const struct settings *settings;
    const struct sta *sta;
    struct ingest *ingest;
    const struct device_site *site;
    struct metrics *metrics;
};
NODISCARD bool town_broker_open(const struct town_broker_config *c, arena *a, struct town_broker **out,
                                err *e);
// At the broker, for whoever subscribes there, also later. False: nothing is published there, or the queue is full.
bool town_broker_publish(struct town_broker *l, str topic, str payload);
void town_broker_retry(struct town_broker *l);  // once a second: what the store could not take
NODISCARD bool town_broker_listen(struct town_broker *l, err *e);  // from now on messages are taken in
void town_broker_stop(struct town_broker *l);  // finishes what is under way; before store_close. NULL is fine
void town_broker_close(struct town_broker *l);  // after store_close. NULL is fine

#endif
