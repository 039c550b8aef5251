// SPDX-License-Identifier: EUPL-1.2
// observation_body.h: an Observation as a client sends it, read from JSON without a tree: the hot path of
// intake.
// Owns     texts are views of the body, or lie in the arena when they had to be changed
// Errors   ERR_SYNTAX, ERR_TYPE, ERR_UNKNOWN, ERR_MISSING, ERR_RANGE, with the byte offset
// Source   OGC 18-088 section 8.2.7
#ifndef PEIL_STA_WRITE_OBSERVATION_BODY_H
#define PEIL_STA_WRITE_OBSERVATION_BODY_H

#include "model/observation.h"
#include "sta/write/json_value.h"

struct observation_body {
    struct observation o;    // stream and feature as the body links them; 0: not named
    entity_set stream_kind;  // SET_DATASTREAM or SET_MULTI_DATASTREAM, when o.stream is named
    uint32_t properties;     // bits of the properties that the body names, null too
    uint32_t relations;      // bits of the relations that it names
    bool is_deep;  // it holds entities to be made, or refers to a part of a change set: read it as a draft
};

struct observation observation_empty(void);  // no times, result null

// The value of one property, by its index; errors name it.
bool observation_read_property(json_reader *r, int property, arena *a, struct observation *o);

// A whole body. Links and mandatory parts are the caller's to check, for the path may give them.
NODISCARD bool observation_body_read(str body, arena *a, struct observation_body *out, err *e);

// {"@iot.id": 7}. *is_deep: it has other members, or its id is a reference ("$sensor1"); then *id is 0.
bool entity_link_read(json_reader *r, arena *a, entity_id *id, bool *is_deep);

// A member that clients send back from what they were given and that changes nothing: id, @iot.selfLink, ...
bool is_control_information(str key);

// For forms and entity tags.
struct record observation_record(const struct observation *o, entity_set stream_kind);

#endif
