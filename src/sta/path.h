// SPDX-License-Identifier: EUPL-1.2
// path.h: a resource path as hops from entity to entity, and where it leads in the store.
//
// Parsing knows only the schema; resolving asks the store, and every hop must really be related. Strings and
// UUIDs are well-formed keys of entities that do not exist. Parsing decodes percent-encoding after splitting
// at '/'. Paths of a change set that start with a reference ("/$sensor1/Datastreams") are given with the
// reference already replaced by what it names ("/Sensors(5)/Datastreams"). Owns     everything lies in the
// arena or points into the text Errors   ERR_ABSENT for a path that names nothing (404: unknown set, bad key,
// unrelated hop); ERR_LIMIT Source   OGC 18-088 section 9.2; digest section 3
#ifndef PEIL_STA_PATH_H
#define PEIL_STA_PATH_H

#include "sta/request.h"

typedef enum {
    PATH_ROOT,
    PATH_SET,                 // Things, Things(1)/Datastreams
    PATH_ENTITY,              // Things(1), Observations(1)/Datastream
    PATH_PROPERTY,            // Things(1)/name, Things(1)/properties/a/b
    PATH_VALUE,               // ... /$value
    PATH_REF,                 // set or entity followed by /$ref; last hop tells which
    PATH_BATCH,               // $batch
    PATH_CREATE_OBSERVATIONS  // CreateObservations
} sta_path_kind;

struct sta_hop {
    entity_set set;
    int relation;  // of the set of the hop before; -1 in the first
    bool has_key;
    entity_id key;  // 0: a key that no entity has
    bool is_many;   // a set when has_key is false
};

#define STA_HOPS_MAX 16
#define STA_KEYS_MAX 32

struct sta_path {
    sta_path_kind kind;
    struct sta_hop hops[STA_HOPS_MAX];
    size_t hop_count;
    int property;  // PATH_PROPERTY, PATH_VALUE: index, or PROPERTY_IS_ID
    str *keys;     // into its JSON; "[2]" for an array element
    size_t key_count;
};

NODISCARD bool sta_path_parse(str path, arena *a, struct sta_path *out, err *e);
// Its value may be an object or array, which keys go into.
bool sta_has_members(entity_set set, int property);
const struct sta_hop *sta_path_last(const struct sta_path *p);  // of a path with hops
bool sta_path_is_set(const struct sta_path *p);                 // its last hop is a set, not one entity

// Where the last hop leads.
struct sta_target {
    entity_set set;
    bool has_parent;  // reached from another entity
    entity_set parent_set;
    entity_id parent_id;
    int relation;  // of parent_set
    entity_id id;  // 0: the set
};

// All hops exist and are related; a set at the end may be empty.
NODISCARD bool sta_path_resolve(const struct sta_path *p, struct snapshot *at, arena *a,
                                struct sta_target *out, err *e);

// The text of an absolute or relative URL's path behind the service root, and its query: "https://host/v1.1/Things(1)",
// "/v1.1/Things(1)" and "Things(1)" all lead to "Things(1)". *version is changed when the URL names one. Any host is ours.
void sta_url_split(const struct sta *sta, str url, sta_version *version, str *path, str *query);

// The member of a JSON value that `keys` lead to; false when there is none. Texts lie in the arena or in `json`.
bool sta_json_at(const value *json, const str *keys, size_t key_count, arena *a, value *out);

#endif
