// SPDX-License-Identifier: EUPL-1.2
// config.h: a subscriber's configuration, checked and kept.
// Errors   ERR_CONFIG with what is wrong
#ifndef PEIL_MQTT_CONFIG_H
#define PEIL_MQTT_CONFIG_H

#include "base/arena.h"
#include "mqtt/subscriber.h"

// A copy of `c` with the defaults filled in; its texts, each followed by a NUL, lie in the returned arena.
NODISCARD arena *mqtt_config_copy(const mqtt_config *c, mqtt_config *out, err *e);

#endif
