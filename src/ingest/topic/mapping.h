// SPDX-License-Identifier: EUPL-1.2
// mapping.h: the operator's file for devices on MQTT that no adapter knows: which value on which topic is what.
//
//     # TOPIC                   VALUE         QUANTITY     UNIT  OPTIONS
//     garden/{device}/air       /pm25         pm25
//     garden/{device}/air       /climate/0/t  temperature  °F    sensor=BME280 time=/ts
//     well/level                -             water_level  cm    device=well
//     legacy/+/v                /v            -                  datastream=12
//
// TOPIC is an MQTT filter, in which {device} and {sensor} stand for a level that names them. VALUE is a JSON pointer; '-' is
// the whole payload. QUANTITY is a key of model/quantity.h; '-' takes the value as it comes, for the Datastream named.
// Options: device=, sensor=, name=, time=POINTER, datastream=ID, optional=yes (a message without it is as it should be).
// Owns     the mapping owns its rules and texts
// Errors   ERR_CONFIG: "FILE:12: there is no quantity 'pm2'"
#ifndef PEIL_INGEST_TOPIC_MAPPING_H
#define PEIL_INGEST_TOPIC_MAPPING_H

#include "ingest/topic/rule.h"

#define MAPPING_RULES_MAX 500

struct mapping;

NODISCARD bool mapping_parse(str text, const char *name, struct mapping **out, err *e);
NODISCARD bool mapping_load(const char *path, struct mapping **out, err *e);
void mapping_free(struct mapping *m);  // NULL is fine
const struct topic_rules *mapping_rules(const struct mapping *m);

#endif
