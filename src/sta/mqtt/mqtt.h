// SPDX-License-Identifier: EUPL-1.2
// mqtt.h: SensorThings over the town's broker: creating by publishing, and receiving updates.
//
// Creating: a message on v1.1/Observations, v1.1/Datastreams(5)/Observations, ... is a POST there. It is
// acknowledged after the commit, or when it is refused for good (counted, and logged at most every ten
// seconds). When the store cannot take it now, it is tried again and not acknowledged.
//
// Receiving: after each commit what changed is announced, on these topics always:
//   v1.1/Set, v1.1/Set(id)   for entities other than Observations
//   v1.1/Observations, v1.1/Datastreams(id)/Observations (or MultiDatastreams)
// and on any other topic that names an entity, a set, a property or a $select once somebody has subscribed to
// it. A broker does not tell who subscribes, but Mosquitto says so in $SYS/broker/log/M/subscribe with
// `log_dest topic` and `log_type subscribe`: we listen there and remember. See ARCHITECTURE.md, MQTT.
//
// The broker gives us our own announcements back. They are told from creating messages by their
// @iot.selfLink, which no client has before it created something.
//
// Threads  sta_mqtt_message on the subscriber's thread; one thread of its own announces
// Source   OGC 18-088 sections 13 and 14
#ifndef PEIL_STA_MQTT_MQTT_H
#define PEIL_STA_MQTT_MQTT_H

#include "mqtt/publisher.h"
#include "mqtt/subscriber.h"
#include "sta/request.h"

struct sta_mqtt;

typedef struct {
    const struct sta *sta;
    struct mqtt_publisher *publisher;  // NULL: nothing is announced
    bool only_asked;                   // announce on topics that were asked for, the two kinds above included
    str client_id;                     // of our subscriber: what it subscribes to is not asked for
    struct metrics *metrics;
} sta_mqtt_config;

// Before the first write to the store, whose changes are listened to.
NODISCARD struct sta_mqtt *sta_mqtt_new(const sta_mqtt_config *c, err *e);

// What to subscribe to, and the subscriber's `message` for these topics.
const str *sta_mqtt_filters(size_t *count);
bool sta_mqtt_is_ours(str topic);
bool sta_mqtt_message(struct sta_mqtt *m, const mqtt_message *message);

// To stop: drain (nothing more is taken, what is under way is finished or given up after `seconds`), stop the
// subscriber, then sta_mqtt_stop (announces what is queued; nothing is announced after it), close the store,
// free.
void sta_mqtt_drain(struct sta_mqtt *m, int seconds);
void sta_mqtt_stop(struct sta_mqtt *m);
void sta_mqtt_free(struct sta_mqtt *m);

#endif
