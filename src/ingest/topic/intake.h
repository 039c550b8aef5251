// SPDX-License-Identifier: EUPL-1.2
// intake.h: device messages that come over MQTT. Each adapter names the topics that it reads (device.h), the operator's mapping
// goes before them, and what is announced to Home Assistant is subscribed to as it is announced.
//
// A message is acknowledged after the commit, or when it is refused for good (counted, and logged at most every ten seconds).
// What the store cannot take now is tried again each second and not acknowledged. Who may publish as which device is what the
// broker's access list says; a device that nobody let in waits in quarantine (ingest.h).
// Threads  topic_intake_message on the subscriber's; topic_intake_retry from any
#ifndef PEIL_INGEST_TOPIC_INTAKE_H
#define PEIL_INGEST_TOPIC_INTAKE_H

#include "ingest/ingest.h"
#include "ingest/topic/rule.h"
#include "mqtt/subscriber.h"

struct topic_intake;

typedef struct {
    struct ingest *ingest;
    const struct device_site *site;  // the ingest's; its mapping is looked at here
    struct metrics *metrics;
} topic_intake_config;

NODISCARD struct topic_intake *topic_intake_new(const topic_intake_config *c, err *e);
void topic_intake_free(struct topic_intake *t);  // after the store is closed. NULL is fine

// What to subscribe to.
const str *topic_intake_filters(const struct topic_intake *t, size_t *count);
// The subscriber's `message`, for topics that are not somebody else's.
bool topic_intake_message(struct topic_intake *t, const mqtt_message *m);
void topic_intake_retry(struct topic_intake *t);  // once a second
// Nothing more is taken; what is under way is finished or given up after `seconds`.
void topic_intake_drain(struct topic_intake *t, int seconds);

#endif
