// SPDX-License-Identifier: EUPL-1.2
// rule.h: which value of which MQTT messages is what: what the mapping file (mapping.h) and Home Assistant's discovery
// (discovery.h) both come down to. Pure.
// Owns     texts live as long as who made the rule says
// Source   JSON Pointer: RFC 6901
#ifndef PEIL_INGEST_TOPIC_RULE_H
#define PEIL_INGEST_TOPIC_RULE_H

#include "base/json.h"
#include "ingest/device.h"

#define PLACE_STEPS_MAX 16

// Where in a JSON text: member names and indexes, outermost first. None: the whole payload, which need not be JSON.
struct json_place {
    str steps[PLACE_STEPS_MAX];
    size_t count;
};

struct topic_rule {
    str filter;                      // "sensors/+/air"
    int device_level, sensor_level;  // of the topic, from 0; -1: none
    str device, sensor;              // where no level says
    str name;                        // of the value, as it is listed
    struct json_place value;
    bool has_time;
    struct json_place
        time;  // a text with or without a zone, or a number of seconds or milliseconds since 1970
    const struct quantity *quantity;  // NULL: the value as it comes
    str unit;                         // empty: the quantity's own
    entity_id stream;                 // 0: the device's own
    bool is_optional;                 // a message without it is as it should be
    bool is_vouched;                  // the operator named the device or its Datastream
};

struct topic_rules {
    const struct topic_rule *const *all;
    size_t count;
};

// "/climate/0/temp"; "-" or empty: the whole. ERR_SYNTAX, ERR_LIMIT.
NODISCARD bool json_place_parse(str pointer, arena *a, struct json_place *out, err *e);
const json *json_place_find(const json *root, const struct json_place *p);  // NULL: there is nothing

bool topic_rules_match(const struct topic_rules *r, str topic);
// Readings of all rules that match the message's topic, as struct device_adapter's decode.
NODISCARD bool topic_rules_decode(const struct topic_rules *r, const struct device_message *m, arena *a,
                                  struct device_result *out, err *e);

#endif
