// SPDX-License-Identifier: EUPL-1.2
// draft.h: an entity as a client sent it, checked as far as that is possible without the store: its
// properties, links to entities that are there, and entities to be made with it, at any depth.
// Owns     everything lies in the arena; texts may be views of the body
// Errors   name the member and the byte: "Datastreams[0].unitOfMeasurement: expected an object, found a
//          number" ERR_SYNTAX, ERR_TYPE, ERR_MISSING, ERR_UNKNOWN, ERR_RANGE, ERR_LINK, ERR_LIMIT
// Source   OGC 18-088 section 10
#ifndef PEIL_STA_WRITE_DRAFT_H
#define PEIL_STA_WRITE_DRAFT_H

#include "model/observation.h"
#include "sta/write/json_value.h"

// An entity that another part of a change set makes: "$sensor1". Its id is known once that part has run.
struct draft_reference {
    str name;
    entity_set set;
    entity_id id;
};
struct draft_references {
    struct draft_reference *items;
    size_t count;
};
// A name with its '$'; NULL when no earlier part has it.
struct draft_reference *draft_reference_find(const struct draft_references *known, str name);

// One related entity: `draft` is to be made; else *id says which one is there.
struct draft_link {
    struct draft *draft;
    const entity_id *id;  // may be filled later: by the path, by a part of a change set, by the entity around
    entity_id own_id;     // what *id is when the body names a number
    size_t at;
    struct draft_link *next;
};

struct draft {
    entity_set set;
    entity_id id;  // filled when it has been made
    str where;     // "Datastreams[0]"; empty for the outermost
    size_t at;
    uint32_t properties;              // bits of the properties that the body names, null too
    struct record *record;            // its properties; not for Observations
    struct observation *observation;  // of an Observation
    struct draft_link *links[ENTITY_RELATIONS_MAX];
    struct draft_link *last_links[ENTITY_RELATIONS_MAX];  // where the next one is appended
};

typedef enum {
    DRAFT_CREATE,  // mandatory properties and relations must be there
    DRAFT_PUT,     // mandatory properties must be there; relations only as links
    DRAFT_PATCH    // only what is named changes; relations only as links
} draft_mode;

struct draft_request {
    str body;
    entity_set set;
    draft_mode mode;
    int parent_relation;      // of `set`: the path names the entity behind it; -1: it does not
    const entity_id *parent;  // its id, filled when the path has been resolved
    const struct draft_references *references;  // NULL: not in a change set
};
NODISCARD bool draft_read(const struct draft_request *r, arena *a, struct draft **out, err *e);

// "Datastreams[0].Sensor", for messages; the name alone for the outermost.
NODISCARD bool draft_where(const struct draft *d, str name, arena *a, str *out);

// Of a many-to-many relation, the side that keeps the links: Thing.Locations, HistoricalLocation.Locations,
// MultiDatastream.ObservedProperties.
bool relation_owns_links(entity_set set, int relation);

// Geometry against encodingType, for a record that an update put together. True when it is no GeoJSON at all.
NODISCARD bool draft_check_geometry(const struct record *r, arena *a, err *e);

// The equal lengths of a MultiDatastream: units, types and ObservedProperties.
NODISCARD bool draft_check_multi_datastream(const struct record *r, size_t observed_properties, arena *a,
                                            err *e);

#endif
