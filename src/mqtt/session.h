// SPDX-License-Identifier: EUPL-1.2
// session.h: the subscriber's side of the protocol: bytes from the broker in, messages and bytes for the
// broker out. No socket and no clock: whoever owns the connection passes bytes and time (monotonic
// microseconds). Threads  the connection's only Errors   ERR_SYNTAX (the broker breaks the protocol),
// ERR_AUTH, ERR_DENIED, ERR_TIMEOUT: the connection must be closed Source   MQTT 3.1.1, section 4
#ifndef PEIL_MQTT_SESSION_H
#define PEIL_MQTT_SESSION_H

#include "base/time.h"
#include "mqtt/flight.h"
#include "mqtt/subscriber.h"

struct session;

// `c` with all defaults filled in; `c` and `f` must outlive the session; `owner` is named in the messages.
NODISCARD struct session *session_new(const mqtt_config *c, struct flight *f, struct mqtt_subscriber *owner);
void session_free(struct session *s);  // NULL is fine

void session_begin(struct session *s, instant now);  // a new connection stands: CONNECT goes out
// Takes what it can off the front of `bytes`; what it leaves must be offered again, together with what came
// since.
NODISCARD bool session_take(struct session *s, str bytes, instant now, size_t *taken, err *e);
// True: it cannot take more now (the receiver refused, too many are in flight, or the broker does not read).
// Do not read.
bool session_is_held(const struct session *s);
bool session_is_up(const struct session *s);  // subscribed
void session_acknowledge(struct session *s);  // writes the acknowledgements that are due

// Keep-alive; call it a few times a second.
NODISCARD bool session_tick(struct session *s, instant now, err *e);

str session_to_send(const struct session *s);
void session_sent(struct session *s, size_t n, instant now);
void session_end(struct session *s);  // DISCONNECT goes out

// As mqtt_subscriber_add.
NODISCARD bool session_add_topic(struct session *s, str filter, err *e);

void session_add_metrics(struct metrics *m);

#endif
