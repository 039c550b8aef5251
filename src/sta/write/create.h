// SPDX-License-Identifier: EUPL-1.2
// create.h: stores drafts: an entity with all that it brings along, in the order that the standard's rules
// need.
//
// Rules kept here: links must lead to entities that are there; a Thing's Locations come before its
// Datastreams, so that Observations find their FeatureOfInterest; a change of a Thing's Locations makes a
// HistoricalLocation; a HistoricalLocation newer than all others moves the Thing.
// Threads  the writer thread, inside an operation
// Errors   ERR_LINK, ERR_RANGE (contradiction), and those of ingest_append; each names the member
// Source   OGC 18-088 section 10
#ifndef PEIL_STA_WRITE_CREATE_H
#define PEIL_STA_WRITE_CREATE_H

#include "sta/write/draft.h"
#include "sta/request.h"

struct creation {
    const struct sta *sta;
    struct store_tx *tx;
    const struct principal *who;  // NULL: the public
    arena *a;
    instant now;
};

// Makes the entity and fills d->id, and that of every draft inside.
NODISCARD bool draft_create(struct creation *c, struct draft *d, err *e);

// The links of an update: what a draft names replaces a to-one link and adds to a to-many one
// (Thing.Locations: replaces). d->id is the entity. The to-one links are left in d->record (or
// d->observation) for the caller to store.
NODISCARD bool draft_update_links(struct creation *c, struct draft *d, uint32_t *to_one, err *e);

// The entity `id` of `set` gets (or loses) one related entity, as by $ref.
NODISCARD bool link_add(struct creation *c, entity_set set, entity_id id, int relation, entity_id target,
                        err *e);
NODISCARD bool link_remove(struct creation *c, entity_set set, entity_id id, int relation, entity_id target,
                           err *e);

#endif
