// SPDX-License-Identifier: EUPL-1.2
// flight.h: the messages given out and not yet acknowledged, and the order in which to acknowledge them.
// PUBACK and PUBREC leave in the order in which the broker sent the messages [MQTT-4.6.0-2, -3], so one
// message that is not done holds back those behind it. Threads  flight_done from any; the rest from the one
// thread that owns the connection
#ifndef PEIL_MQTT_FLIGHT_H
#define PEIL_MQTT_FLIGHT_H

#include "base/buf.h"
#include "mqtt/subscriber.h"

struct flight;

typedef enum {
    FLIGHT_UNKNOWN,  // not on its way
    FLIGHT_GIVEN_OUT,
    FLIGHT_DONE,      // its acknowledgement waits for those before it
    FLIGHT_RECEIVED,  // QoS 2: PUBREC was sent, PUBREL is awaited; outlives the connection with the session
} flight_stage;

NODISCARD struct flight *flight_new(size_t most);  // NULL: no memory
void flight_free(struct flight *f);                // NULL is fine

// A new connection: what was given out before is forgotten, for the broker sends it again.
void flight_begin(struct flight *f);
void flight_forget_session(
    struct flight *f);  // nothing given out; the broker has no session, so no PUBREL will come

bool flight_is_full(const struct flight *f);
size_t flight_count(const struct flight *f);
flight_stage flight_stage_of(struct flight *f, uint16_t packet);

// A message of QoS 1 or 2 is about to be given out: stage UNKNOWN, not full.
mqtt_delivery flight_add(struct flight *f, uint16_t packet, uint8_t qos);
void flight_take_back(struct flight *f);  // the one added last was not taken: as if never added
// A message that needs an acknowledgement and is not given out: stage UNKNOWN or RECEIVED, not full.
void flight_add_done(struct flight *f, uint16_t packet, uint8_t qos);

// True: the connection's thread sleeps and must be woken. False: it is awake and will come to flight_acknowledge, or has
// been told already, or `d` is not of this connection, or was done before.
bool flight_done(struct flight *f, mqtt_delivery d);
void flight_awake(struct flight *f);  // the thread is awake until its next flight_acknowledge
size_t flight_acknowledge(struct flight *f, buf *out);   // writes what is due in order, returns how many
void flight_release(struct flight *f, uint16_t packet);  // PUBREL came

#endif
