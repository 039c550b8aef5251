// SPDX-License-Identifier: EUPL-1.2
// record.h: an entity as columns of a SELECT, and back from its row. Private to the store.
#ifndef PEIL_STORE_ENTITY_RECORD_H
#define PEIL_STORE_ENTITY_RECORD_H

#include "store/entity/table.h"

// Appends ", expression" for the id, each property and each to-one link asked for (bits by index); returns their number.
int record_add_sql(buf *b, const struct sight *sight, entity_set set, uint32_t properties, uint32_t links,
                   int alias);
// Appends the join that these expressions need, " LEFT JOIN ...", or nothing.
void record_add_join(buf *b, entity_set set, uint32_t properties, int alias);
// Reads what record_add_sql asked for, from column `at` on. Texts live until the statement's next step, or in the arena.
NODISCARD bool record_read(sqlite3_stmt *st, int at, entity_set set, uint32_t properties, uint32_t links,
                           arena *a, struct record *out, err *e);

#endif
