// SPDX-License-Identifier: EUPL-1.2
// sight.h: what a snapshot shows to its reader: which Things and streams, and what follows from them. Private to the store.
//
// Things, Datastreams and MultiDatastreams say it themselves (properties.access); a Thing's word covers its streams, which may
// be more secret, never less. The others follow: a HistoricalLocation its Thing; a Location, Sensor, ObservedProperty or
// FeatureOfInterest is shown when one of those that it belongs to is, and when it belongs to none, as things without a word are.
// So whatever is shown leads over a to-one relation only to what is shown too; conditions are needed at the row asked for
// and behind relations to many. Observations are those of the streams that snapshot_stream gives.
//
// Places of Things that model/place.h calls coarse are shown on its grid to whoever does not see everything: the columns themselves are
// on the grid (column_add_sql), so that filters and orders know no more than the answer.
//
// A sight is a sorted list of ids, made with a few index look-ups, and shared by all snapshots until an entity changes.
// Owns     counted: sight_drop
// Threads  a sight never changes; sight_take on the thread of its snapshot
#ifndef PEIL_STORE_SIGHT_H
#define PEIL_STORE_SIGHT_H

#include "base/buf.h"
#include "store/sqlite.h"
#include "store/store.h"

struct sight;  // NULL: everything is shown

NODISCARD bool sight_take(struct snapshot *at, access_level most, struct sight **out, err *e);
// The one of the public at this commit, if it has been made already; else NULL. Reads nothing. Any thread.
struct sight *sight_of_public(struct store *s, uint64_t commit);
void sight_drop(struct sight *s);
void sights_forget(struct store *s);  // the shared ones, when the store is closed

bool sight_hides_nothing(const struct sight *s);
bool sight_shows_stream(const struct sight *s, entity_id stream);

// Whether an entity that exists is shown.
NODISCARD bool sight_shows(struct snapshot *at, entity_set set, entity_id id, bool *out, err *e);
// " AND ..." that an entity is shown whose id is the SQL expression `id` ("t3.id"); nothing where no condition is needed.
void sight_add_sql(buf *b, const struct sight *s, entity_set set, str id);

// Whether some place is shown coarse; the SQL around the column `place` ("t3.location") of a Location or FeatureOfInterest with this id.
bool sight_coarsens(const struct sight *s);
void sight_add_place_sql(buf *b, entity_set set, str place, str id);

// The SQL functions that the conditions use.
NODISCARD bool sight_register(struct connection *c, err *e);
// Indexes on what entities say of themselves.
NODISCARD bool sight_create_indexes(struct connection *c, err *e);
NODISCARD bool sight_create_coarse_index(struct connection *c, err *e);

#endif
