// SPDX-License-Identifier: EUPL-1.2
// announce.h: what changed, told to the broker after the commit. Private to sta/mqtt. The writer thread only
// copies; a thread of its own writes the forms and publishes. When that falls behind, what does not fit into
// its bounded queue is dropped and counted: the store has everything.
#ifndef PEIL_STA_MQTT_ANNOUNCE_H
#define PEIL_STA_MQTT_ANNOUNCE_H

#include "mqtt/publisher.h"
#include "sta/mqtt/watch.h"

struct announcer;

typedef struct {
    const struct sta *sta;
    struct mqtt_publisher *publisher;  // NULL: nothing is announced
    bool only_asked;
    struct metrics *metrics;
    void (*tick)(void *context);  // called about every second on the announcing thread
    void *context;
} announcer_config;

NODISCARD struct announcer *announcer_new(const announcer_config *c, err *e);
void announcer_note(struct announcer *a, str topic);  // somebody subscribed to it; any thread
void announcer_stop(struct announcer *a);             // publishes what is queued, ends the thread
void announcer_free(struct announcer *a);

#endif
