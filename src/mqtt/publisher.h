// SPDX-License-Identifier: EUPL-1.2
// publisher.h: publishes to the town's broker (on libmosquitto).
// Threads  any; never waits
// Errors   connection faults are logged and counted; messages wait in a bounded queue, the oldest are dropped
// and counted
#ifndef PEIL_MQTT_PUBLISHER_H
#define PEIL_MQTT_PUBLISHER_H

#include "base/err.h"
#include "base/metrics.h"
#include "base/str.h"

struct mqtt_publisher;

typedef struct {
    str host;
    int port;
    str client_id;
    str username, password;
    str ca_file, cert_file, key_file;
    struct metrics *metrics;
} mqtt_publisher_config;

NODISCARD struct mqtt_publisher *mqtt_publisher_start(const mqtt_publisher_config *c, err *e);
bool mqtt_publish(struct mqtt_publisher *p, str topic, str payload, int qos, bool retain);  // false: dropped
void mqtt_publisher_stop(struct mqtt_publisher *p);  // waits up to 2 s for what is queued

#endif
