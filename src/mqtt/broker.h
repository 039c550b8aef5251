// SPDX-License-Identifier: EUPL-1.2
// broker.h: a private Mosquitto beside peil, for the demo and the tests: it listens on loopback only, keeps
// its queue in a directory, is started again when it dies, and never outlives peil, not even a killed one.
// Mosquitto keeps its queue in memory and saves it every few seconds and when told to end: killed with -9 it
// loses the messages since. For more, run the town's own broker. Threads  one of its own watches the process;
// the calls may come from any thread Errors   ERR_ABSENT (no Mosquitto on this machine), ERR_BUSY (another
// one uses the directory), ERR_CONFIG, ERR_IO
#ifndef PEIL_MQTT_BROKER_H
#define PEIL_MQTT_BROKER_H

#include "base/err.h"
#include "base/str.h"
#include <sys/types.h>

struct mqtt_broker;

typedef struct {
    str directory;      // must exist; holds mosquitto.conf, .db, .log, .lock
    int port;           // 0: a free one
    str password_file;  // as mosquitto_passwd(1) makes it; empty: everyone on this machine may connect
    str settings;  // further lines of mosquitto.conf, each with its newline; they apply to the listener (TLS)
} mqtt_broker_config;

NODISCARD struct mqtt_broker *mqtt_broker_start(const mqtt_broker_config *c,
                                                err *e);  // waits until it accepts, at most 10 s
int mqtt_broker_port(const struct mqtt_broker *b);
pid_t mqtt_broker_pid(const struct mqtt_broker *b);  // 0 while it is down
void mqtt_broker_stop(struct mqtt_broker *b);        // lets it save its queue; NULL is fine

#endif
