// SPDX-License-Identifier: EUPL-1.2
// entity.h: what the files of src/store/entity/ share. Private to the store.
#ifndef PEIL_STORE_ENTITY_ENTITY_H
#define PEIL_STORE_ENTITY_ENTITY_H

#include "store/entity/table.h"
#include "store/tx.h"

// sql_take of a printed text. Texts differ only in names of the schema, so that each is prepared once per connection.
NODISCARD bool entity_take(struct connection *c, sqlite3_stmt **st, err *e, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

NODISCARD bool entity_is_there(struct connection *c, entity_set set, entity_id id, bool *out, err *e);
bool entity_absent(entity_set set, entity_id id, err *e);  // ERR_ABSENT; always false
// ERR_LINK when the relation's target has no such id.
NODISCARD bool entity_need_target(struct connection *c, const struct relation *r, entity_id id, err *e);

// Both kinds of stream share one count of ids.
str entity_sequence_name(entity_set set);

static inline bool entity_is_stream(entity_set set)
{
    return set == SET_DATASTREAM || set == SET_MULTI_DATASTREAM;
}

#endif
