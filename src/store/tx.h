// SPDX-License-Identifier: EUPL-1.2
// tx.h: an operation on the writer thread and a snapshot of a reader, as the files of src/store/ see them. Private.
//
// An operation is all or nothing. Its SQL runs inside a savepoint that tx_begin_sql opens before the first write, so that
// an operation which only appends observations needs no SQL at all; its observations in memory are taken back one by one.
#ifndef PEIL_STORE_TX_H
#define PEIL_STORE_TX_H

#include "store/sqlite.h"
#include "store/store.h"

struct tail;

// What a reader holds. Inside an operation: the write connection, which sees its own writes.
struct snapshot {
    struct store *store;
    struct connection *connection;
    uint64_t commit;      // everything up to this commit is shown
    struct sight *sight;  // NULL: everything is shown
    bool is_inside;       // of an operation: also what is not committed yet
    int64_t opened_us;    // time_monotonic_us
    uint64_t ticket;
    struct snapshot *next, *previous;  // of the store's list of open ones
};

struct connection *snapshot_connection(struct snapshot *at);  // for SELECTs at this snapshot
struct connection *
tx_connection(struct store_tx *tx);    // reads are free; call tx_begin_sql before the first write
arena *tx_arena(struct store_tx *tx);  // reset after the commit that this operation is part of

NODISCARD bool tx_begin_sql(struct store_tx *tx, err *e);  // cheap when it is open already

// Records what the listeners are told after the commit. Entities: also counts the entity version up.
// `observation` is copied; NULL unless set is SET_OBSERVATION and it was created or updated.
NODISCARD bool tx_changed(struct store_tx *tx, change_kind kind, entity_set set, entity_id id,
                          const struct observation *observation, err *e);
void tx_entities_changed(struct store_tx *tx);  // counts the entity version up alone

#endif
