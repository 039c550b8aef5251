// SPDX-License-Identifier: EUPL-1.2
// subscriber.h: MQTT 3.1.1 subscriber that acknowledges a message only when told that it is safe on disk.
// Reconnects with backoff and a persistent session (clean_session = 0), so that the broker keeps what was not
// acknowledged. Threads  its own thread reads; `message` is called there and must not wait; mqtt_done may be
// called from any thread Errors   of the connection are logged and counted, never fatal; a malformed packet
// closes the connection and reconnects Source   MQTT 3.1.1 (OASIS, 29 October 2014)
#ifndef PEIL_MQTT_SUBSCRIBER_H
#define PEIL_MQTT_SUBSCRIBER_H

#include "base/err.h"
#include "base/metrics.h"
#include "base/str.h"
#include "mqtt/topic.h"

struct mqtt_subscriber;

// Identifies a delivery for its acknowledgement, also across a reconnect (a late acknowledgement of an old
// connection is dropped).
typedef struct {
    uint64_t connection;
    uint16_t packet;
    uint8_t qos;
} mqtt_delivery;

typedef struct {
    str topic;    // valid during the call only, valid UTF-8 without NUL
    str payload;  // valid during the call only
    bool retained;
    bool duplicate;  // the broker says it sent this before
    mqtt_delivery delivery;
    struct mqtt_subscriber
        *subscriber;  // for mqtt_done, for a message may come before mqtt_subscribe has returned
} mqtt_message;

typedef struct {
    str host;
    int port;
    str client_id;                     // must be stable: the session belongs to it
    str username, password;            // empty: none
    str ca_file, cert_file, key_file;  // ca_file empty: no TLS
    const str *topics;                 // filters, subscribed with QoS 1
    size_t topic_count;
    size_t payload_max;    // larger is skipped, acknowledged and counted; 0: 1 MiB
    size_t in_flight_max;  // messages given out and not yet done before the socket is left unread; 0: 1000
    int keep_alive_s;      // 0: 30
    int pause_max_ms;      // longest pause between attempts to connect; 0: 30000
    // Returns false when the receiver is full: the message stays, is offered again shortly, and the socket is
    // left unread.
    bool (*message)(const mqtt_message *m, void *context);
    void (*state)(bool connected, const char *why, void *context);  // may be NULL
    void *context;
    struct metrics *metrics;  // may be NULL
} mqtt_config;

NODISCARD struct mqtt_subscriber *mqtt_subscribe(const mqtt_config *c,
                                                 err *e);  // returns at once; connects in the background
void mqtt_done(struct mqtt_subscriber *s,
               mqtt_delivery d);  // stored (or refused for good): acknowledge it. QoS 0: no effect
// One more filter, known only by what a message said; in this and every later connection, once however often it is
// added. Within `message` only. Errors: ERR_RANGE (no filter, or longer than MQTT_ADDED_TOPIC_BYTES), ERR_LIMIT.
#define MQTT_ADDED_TOPIC_BYTES 512
#define MQTT_ADDED_TOPICS_MAX 2000
NODISCARD bool mqtt_subscriber_add(struct mqtt_subscriber *s, str filter, err *e);
bool mqtt_is_connected(const struct mqtt_subscriber *s);
// Acknowledges what is done by now, disconnects, ends the thread; from then on mqtt_done has no effect. To stop without
// having messages sent twice: let `message` return false, wait until what was given out is done, stop. NULL is fine.
void mqtt_subscriber_stop(struct mqtt_subscriber *s);
void mqtt_subscriber_free(
    struct mqtt_subscriber *s);  // stops first; nobody may be in mqtt_done any more. NULL is fine

#endif
