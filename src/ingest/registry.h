// SPDX-License-Identifier: EUPL-1.2
// registry.h: the devices that peil knows, those that wait to be let in, and those that are shut out; and the operator's changes to
// them, each with a line in the audit log.
// A device has the key "ADAPTER/DEVICE". Its owner is the token that has claimed its Thing (identity.h): the first token of role
// device that wrote for it, until the operator gives it to another. Tokens of editors and above write for all.
//
// Personal data: a device's name and place can be somebody's home; purpose: to find a device that is silent or wrong; for
// operators only; kept until the device is forgotten.
// Owns     texts of an entry lie in the arena, or are valid during the call
// Threads  any; a change waits for its commit
// Errors   ERR_ABSENT, ERR_RANGE (a key or word that cannot be)
#ifndef PEIL_INGEST_REGISTRY_H
#define PEIL_INGEST_REGISTRY_H

#include "base/json.h"
#include "identity/identity.h"

struct ingest;

typedef enum { DEVICE_KNOWN, DEVICE_WAITING, DEVICE_BLOCKED } device_state;

struct device_entry {
    str key, adapter, device;
    device_state state;
    entity_id thing;                // 0: none yet
    instant first_seen, last_seen;  // TIME_NONE: never heard
    int64_t messages, streams;
    double latitude, longitude, battery_percent, rssi_dbm;  // NAN: not known
    str owner, clock;                                       // may be empty
    const str *names;  // WAITING: what it sends; else: what it sends and peil has no quantity for
    size_t name_count;
};

str device_state_name(device_state s);

typedef bool (*device_each)(const struct device_entry *d, void *context, err *e);
// Those behind the position `after` (empty: all), by key, known and blocked ones and then those that wait; stops when `each`
// returns false.
NODISCARD bool registry_each(struct snapshot *at, str after, device_each each, void *context, err *e);
NODISCARD bool registry_position(const struct device_entry *d, arena *a, str *out, err *e);
NODISCARD bool registry_get(struct snapshot *at, str key, arena *a, struct device_entry *out, err *e);
void registry_write(json_writer *w, const struct device_entry *d);  // as /api/v1/devices shows it

typedef enum {
    DEVICE_LET_IN,  // also before it was ever heard, and after it was blocked
    DEVICE_BLOCK,   // its messages are refused
    DEVICE_ASSIGN,  // `owner` alone may write for it, tokens that were bound to its Thing no longer; empty: any
    DEVICE_FORGET  // it is a stranger again; its readings stay
} device_action;
NODISCARD bool device_action_by_name(str name, device_action *out);  // "approve", "block", "assign", "forget"

struct device_change {
    str key;
    device_action action;
    str owner;
    const struct principal *by;
    instant now;
    struct identity *identity;  // whose tokens in memory follow; NULL: nobody's
};
NODISCARD bool registry_change(struct ingest *in, const struct device_change *c, err *e);

#endif
