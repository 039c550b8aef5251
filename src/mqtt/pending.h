// SPDX-License-Identifier: EUPL-1.2
// pending.h: messages that were taken from the broker and are on their way into the store: how many there are, which are to be
// tried again, and which are refused or given up. Until one is ended the broker keeps it.
// Owns     a message lies in its receiver's own struct, with `struct mqtt_pending` within
// Threads  any, but mqtt_pendings_free, which is the last call
// Errors   none: a fault that is the sender's refuses the message for good; one that passes by itself is tried again without end; any
//          other is tried MQTT_TRIES_MAX times. Refusals are logged once in ten seconds, with their count
#ifndef PEIL_MQTT_PENDING_H
#define PEIL_MQTT_PENDING_H

#include "base/metrics.h"
#include "mqtt/subscriber.h"

#define MQTT_TRIES_MAX 20

struct mqtt_pending {
    struct mqtt_subscriber *subscriber;
    mqtt_delivery delivery;
    int tries;
    struct mqtt_pending *next;  // to be tried again
};

struct mqtt_pendings;

typedef struct {
    const char *what;            // "device messages": in the log
    metric *refused, *given_up;  // counted; added to the metrics by the caller
} mqtt_pendings_config;

// The strings and metrics of *c stay the caller's and must outlive it.
NODISCARD struct mqtt_pendings *mqtt_pendings_new(const mqtt_pendings_config *c, err *e);
// One more is under way; x->subscriber and x->delivery are set from *m. False: no new ones are taken (mqtt_pendings_drain).
NODISCARD bool mqtt_pending_begin(struct mqtt_pendings *p, struct mqtt_pending *x, const mqtt_message *m);
// It is not under way after all; the broker offers it again.
void mqtt_pending_undo(struct mqtt_pendings *p);
// It is stored, or refused for good: acknowledged. *x is the caller's again.
void mqtt_pending_end(struct mqtt_pendings *p, struct mqtt_pending *x);
// True: it will never be stored, and is the caller's to end. False: it is kept, to be tried again.
NODISCARD bool mqtt_pending_failed(struct mqtt_pendings *p, struct mqtt_pending *x, str topic, const err *e);
// A message that is no longer under way, or never was, is refused.
void mqtt_pendings_note_refusal(struct mqtt_pendings *p, str topic, const err *e);
// All that are to be tried again, by `next`, now the caller's to try; NULL: none.
struct mqtt_pending *mqtt_pendings_take_again(struct mqtt_pendings *p);
bool mqtt_pendings_is_draining(const struct mqtt_pendings *p);
// Takes no more, and waits until none is under way, `seconds` at most.
void mqtt_pendings_drain(struct mqtt_pendings *p, int seconds);
void mqtt_pendings_free(struct mqtt_pendings *p);  // NULL is fine

#endif
