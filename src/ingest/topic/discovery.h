// SPDX-License-Identifier: EUPL-1.2
// discovery.h: what devices announce to Home Assistant on MQTT: Zigbee2MQTT, ESPHome, Tasmota, OpenMQTTGateway and most that
// call themselves "works with Home Assistant" say on homeassistant/sensor/.../config where their readings come and what
// these are. Announcements are retained, so nothing is kept: each connection brings them again.
// Owns     the discovery owns its rules and texts; a rule lives until its announcement is replaced or taken back
// Threads  one at a time: the subscriber's
// Errors   ERR_SYNTAX, ERR_MISSING, ERR_RANGE, ERR_LIMIT, ERR_UNKNOWN (a template that peil does not follow)
// Source   Home Assistant documentation, MQTT discovery, MQTT sensor, abbreviations
#ifndef PEIL_INGEST_TOPIC_DISCOVERY_H
#define PEIL_INGEST_TOPIC_DISCOVERY_H

#include "ingest/topic/rule.h"

#define DISCOVERED_MAX 2000

struct discovery;

NODISCARD struct discovery *discovery_new(void);
void discovery_free(struct discovery *d);  // NULL is fine
bool discovery_is_announcement(str topic);
// *state_topic: where its readings come; empty: it is no sensor, or taken back. A view that lives as long as the rule.
NODISCARD bool discovery_take(struct discovery *d, str topic, str body, str *state_topic, err *e);
const struct topic_rules *discovery_rules(const struct discovery *d);

// "{{ value_json.climate['temp'] | round(1) }}" as the place that it names. False: it computes something else.
bool template_place(str template, arena *a, struct json_place *out);

#endif
