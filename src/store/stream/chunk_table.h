// SPDX-License-Identifier: EUPL-1.2
// chunk_table.h: the chunks of a stream as rows: tables `chunk` and `growing`.
// A stream's chunks do not overlap: each holds later observations, by (time, number), than the one before. The growing one,
// if there is one, is the last.
// Threads  that of the connection
// Errors   ERR_CORRUPT, ERR_STORE, ERR_LIMIT
#ifndef PEIL_STORE_STREAM_CHUNK_TABLE_H
#define PEIL_STORE_STREAM_CHUNK_TABLE_H

#include "series/chunk.h"
#include "store/sqlite.h"
#include "store/scan/tail_scan.h"

struct stored_chunk {
    int64_t id;             // 0: the growing one
    struct point_key last;  // of a growing one: POINT_KEY_LAST
    buf bytes;              // reused from one chunk to the next; free it with buf_free
};

// All give *got = false when there is none. Only full chunks but for chunk_growing.
NODISCARD bool chunk_at(struct connection *c, entity_id stream, struct point_key key,
                        struct stored_chunk *out, bool *got,
                        err *e);  // the first whose last observation is at or behind the key
NODISCARD bool chunk_after(struct connection *c, entity_id stream, struct point_key key,
                           struct stored_chunk *out, bool *got,
                           err *e);  // the first whose last observation is behind the key
NODISCARD bool chunk_before(struct connection *c, entity_id stream, struct point_key key,
                            struct stored_chunk *out, bool *got,
                            err *e);  // the last whose last observation is before the key
NODISCARD bool chunk_by_id(struct connection *c, int64_t id, struct stored_chunk *out, bool *got, err *e);
NODISCARD bool chunk_growing(struct connection *c, entity_id stream, struct stored_chunk *out, bool *got,
                             err *e);

// Of a stream whose numbers count up with its times: the last key of the full chunk that has the number, or POINT_KEY_LAST.
NODISCARD bool chunk_key_of_number(struct connection *c, entity_id stream, uint32_t number,
                                   struct point_key *out, err *e);

bool chunk_damaged(entity_id stream, err *e);  // ERR_CORRUPT; always false

// ---- writing; the operation's SQL has begun ----

NODISCARD bool chunk_insert(struct connection *c, entity_id stream, struct point_key last, str bytes, err *e);
NODISCARD bool chunk_update(struct connection *c, int64_t id, struct point_key last, str bytes, err *e);
NODISCARD bool chunk_delete(struct connection *c, int64_t id, err *e);
NODISCARD bool chunk_keep_growing(struct connection *c, entity_id stream, str bytes,
                                  err *e);  // empty: none any more

#endif
