// SPDX-License-Identifier: EUPL-1.2
// reach.h: what a writer can name: entities that he is shown, and for a device the Datastreams of its own Things. What he
// cannot reach is answered as what is not there.
// Threads  the store's writer thread, inside an operation, which sees everything before and after
#ifndef PEIL_STA_WRITE_REACH_H
#define PEIL_STA_WRITE_REACH_H

#include "sta/request.h"

// `who` NULL: the public. ERR_ABSENT.
NODISCARD bool reach_entity(struct store_tx *tx, const struct principal *who, entity_set set, entity_id id,
                            err *e);
// A stream to append to, that exists.
NODISCARD bool reach_stream(struct store_tx *tx, const struct principal *who, entity_id stream,
                            const struct stream_info *info, bool *out, err *e);
// An entity as its writer is shown it, so that tags, replies and patches know no more of a coarse place (model/place.h) than he does. Of one
// that he is shown no longer after his own change the place is left out.
NODISCARD bool reach_get(struct store_tx *tx, const struct principal *who, entity_set set, entity_id id,
                         arena *a, struct record *out, err *e);
// Whether two values are the same place.
bool reach_same_place(const value *one, const value *other, arena *a);
int reach_place_property(entity_set set);  // the property that holds one; -1: none does
// Lines of the audit log, in the operation that does it: "entity.create Things(4)", "entity.update Things(4) name", "entity.delete",
// "entity.link" and "entity.unlink", and "entity.access" when it changes who may see it. Each entity that is made along with another one
// has its own line. Exempt are new Observations, which come by the thousand a second and carry their own time, and the FeatureOfInterest that
// the service makes for one; whoever changes or deletes an Observation is told of.
NODISCARD bool reach_tell(struct store_tx *tx, const struct principal *who, str what, entity_set set,
                          entity_id id, str detail, instant now, err *e);

#endif
