// SPDX-License-Identifier: EUPL-1.2
#include "store/stream/chunk_table.h"

bool chunk_damaged(entity_id stream, err *e)
{
    return err_set(
        e, ERR_CORRUPT, ERR_NOWHERE,
        "stored Observations of Datastream %lld are damaged: run 'peil doctor', then restore a backup",
        (long long)stream);
}

// ---- reading ----

static bool copy_bytes(sqlite3_stmt *st, int at, struct stored_chunk *out, err *e)
{
    out->bytes.max = CHUNK_BYTES_MAX;
    buf_clear(&out->bytes);
    buf_add(&out->bytes, sql_column_str(st, at));
    return !out->bytes.failed || err_no_memory(e);
}

static bool find(struct connection *c, str sql, entity_id stream, struct point_key key,
                 struct stored_chunk *out, bool *got, err *e)
{
    sqlite3_stmt *st;
    if (!sql_take(c, sql, &st, e)) return false;
    sqlite3_bind_int64(st, 1, stream);
    sqlite3_bind_int64(st, 2, key.time);
    sqlite3_bind_int64(st, 3, key.number);
    bool ok = sql_step(c, st, got, e);
    if (ok && *got) {
        out->id = sqlite3_column_int64(st, 0);
        out->last = (struct point_key){sqlite3_column_int64(st, 1), sqlite3_column_int64(st, 2)};
        ok = copy_bytes(st, 3, out, e);
    }
    sql_give(c, st);
    return ok;
}

#define FIND \
    "SELECT id, last_time, last_number, data FROM chunk WHERE stream = ?1 AND (last_time, last_number) "
#define FORWARD " ORDER BY last_time, last_number LIMIT 1"
#define BACKWARD " ORDER BY last_time DESC, last_number DESC LIMIT 1"

bool chunk_at(struct connection *c, entity_id stream, struct point_key key, struct stored_chunk *out,
              bool *got, err *e)
{
    return find(c, STR(FIND ">= (?2, ?3)" FORWARD), stream, key, out, got, e);
}

bool chunk_after(struct connection *c, entity_id stream, struct point_key key, struct stored_chunk *out,
                 bool *got, err *e)
{
    return find(c, STR(FIND "> (?2, ?3)" FORWARD), stream, key, out, got, e);
}

bool chunk_before(struct connection *c, entity_id stream, struct point_key key, struct stored_chunk *out,
                  bool *got, err *e)
{
    return find(c, STR(FIND "< (?2, ?3)" BACKWARD), stream, key, out, got, e);
}

bool chunk_by_id(struct connection *c, int64_t id, struct stored_chunk *out, bool *got, err *e)
{
    sqlite3_stmt *st;
    if (!sql_take(c, STR("SELECT last_time, last_number, data FROM chunk WHERE id = ?1"), &st, e))
        return false;
    sqlite3_bind_int64(st, 1, id);
    bool ok = sql_step(c, st, got, e);
    if (ok && *got) {
        out->id = id;
        out->last = (struct point_key){sqlite3_column_int64(st, 0), sqlite3_column_int64(st, 1)};
        ok = copy_bytes(st, 2, out, e);
    }
    sql_give(c, st);
    return ok;
}

bool chunk_key_of_number(struct connection *c, entity_id stream, uint32_t number, struct point_key *out,
                         err *e)
{
    sqlite3_stmt *st;
    bool got;
    if (!sql_take(c,
                  STR("SELECT last_time, last_number FROM chunk WHERE stream = ?1 AND last_number >= ?2"
                      " ORDER BY last_time, last_number LIMIT 1"),
                  &st, e))
        return false;
    sqlite3_bind_int64(st, 1, stream);
    sqlite3_bind_int64(st, 2, number);
    const bool ok = sql_step(c, st, &got, e);
    // No full chunk reaches so far: it stands in the growing one, which comes behind all keys of full ones.
    if (ok)
        *out = got ? (struct point_key){sqlite3_column_int64(st, 0), sqlite3_column_int64(st, 1)}
                   : POINT_KEY_LAST;
    sql_give(c, st);
    return ok;
}

bool chunk_growing(struct connection *c, entity_id stream, struct stored_chunk *out, bool *got, err *e)
{
    sqlite3_stmt *st;
    if (!sql_take(c, STR("SELECT data FROM growing WHERE stream = ?1"), &st, e)) return false;
    sqlite3_bind_int64(st, 1, stream);
    bool ok = sql_step(c, st, got, e);
    if (ok && *got) {
        out->id = 0;
        out->last = POINT_KEY_LAST;
        ok = copy_bytes(st, 0, out, e);
    }
    sql_give(c, st);
    return ok;
}

// ---- writing ----

bool chunk_insert(struct connection *c, entity_id stream, struct point_key last, str bytes, err *e)
{
    sqlite3_stmt *st;
    if (!sql_take(c, STR("INSERT INTO chunk(stream, last_time, last_number, data) VALUES(?1, ?2, ?3, ?4)"),
                  &st, e))
        return false;
    sqlite3_bind_int64(st, 1, stream);
    sqlite3_bind_int64(st, 2, last.time);
    sqlite3_bind_int64(st, 3, last.number);
    sql_bind_blob(st, 4, bytes);
    return sql_finish(c, st, e);
}

bool chunk_update(struct connection *c, int64_t id, struct point_key last, str bytes, err *e)
{
    sqlite3_stmt *st;
    if (!sql_take(c, STR("UPDATE chunk SET last_time = ?2, last_number = ?3, data = ?4 WHERE id = ?1"), &st,
                  e))
        return false;
    sqlite3_bind_int64(st, 1, id);
    sqlite3_bind_int64(st, 2, last.time);
    sqlite3_bind_int64(st, 3, last.number);
    sql_bind_blob(st, 4, bytes);
    return sql_finish(c, st, e);
}

bool chunk_delete(struct connection *c, int64_t id, err *e)
{
    sqlite3_stmt *st;
    if (!sql_take(c, STR("DELETE FROM chunk WHERE id = ?1"), &st, e)) return false;
    sqlite3_bind_int64(st, 1, id);
    return sql_finish(c, st, e);
}

bool chunk_keep_growing(struct connection *c, entity_id stream, str bytes, err *e)
{
    sqlite3_stmt *st;
    if (!sql_take(c,
                  bytes.n > 0 ? STR("INSERT INTO growing(stream, data) VALUES(?1, ?2) "
                                    "ON CONFLICT DO UPDATE SET data = excluded.data")
                              : STR("DELETE FROM growing WHERE stream = ?1"),
                  &st, e))
        return false;
    sqlite3_bind_int64(st, 1, stream);
    if (bytes.n > 0) sql_bind_blob(st, 2, bytes);
    return sql_finish(c, st, e);
}
