// SPDX-License-Identifier: EUPL-1.2
#include "store/tx.h"

#include <assert.h>

// A number alone as the key: rows then lie in its order without a second tree, and take a third of the room that texts take.
static int64_t id_of(bytes_kind kind, int64_t number)
{
    assert(number >= 0 && number < BYTES_NUMBERS);
    return (int64_t)kind * BYTES_NUMBERS + number;
}

static bool write_bytes(struct store_tx *tx, str sql, int64_t id, str bytes, err *e)
{
    struct connection *c = tx_connection(tx);
    sqlite3_stmt *st;
    if (!tx_begin_sql(tx, e) || !sql_take(c, sql, &st, e)) return false;
    sqlite3_bind_int64(st, 1, id);
    if (bytes.n > 0) sql_bind_blob(st, 2, bytes);
    return sql_finish(c, st, e);
}

bool store_bytes_put(struct store_tx *tx, bytes_kind kind, int64_t number, str bytes, err *e)
{
    return write_bytes(
        tx, STR("INSERT INTO bytes(id, data) VALUES(?1, ?2) ON CONFLICT DO UPDATE SET data = excluded.data"),
        id_of(kind, number), bytes, e);
}

bool store_bytes_delete(struct store_tx *tx, bytes_kind kind, int64_t number, err *e)
{
    return write_bytes(tx, STR("DELETE FROM bytes WHERE id = ?1"), id_of(kind, number), (str){0}, e);
}

bool store_bytes_get(struct snapshot *at, bytes_kind kind, int64_t number, arena *a, str *bytes, err *e)
{
    struct connection *c = snapshot_connection(at);
    sqlite3_stmt *st;
    if (!sql_take(c, STR("SELECT data FROM bytes WHERE id = ?1"), &st, e)) return false;
    sqlite3_bind_int64(st, 1, id_of(kind, number));
    bool got;
    bool ok = sql_step(c, st, &got, e);
    *bytes = (str){0};
    if (ok && got) ok = arena_copy(a, sql_column_str(st, 0), bytes) || err_no_memory(e);
    sql_give(c, st);
    return ok;
}

bool store_bytes_range(struct snapshot *at, bytes_kind kind, int64_t from, int64_t to,
                       bool (*each)(int64_t number, str bytes, void *context, err *e), void *context, err *e)
{
    struct connection *c = snapshot_connection(at);
    sqlite3_stmt *st;
    if (from >= to) return true;
    if (!sql_take(c, STR("SELECT id, data FROM bytes WHERE id BETWEEN ?1 AND ?2 ORDER BY id"), &st, e))
        return false;
    sqlite3_bind_int64(st, 1, id_of(kind, from));
    sqlite3_bind_int64(st, 2, id_of(kind, to - 1));
    bool got = true, ok;
    err stop = {0};
    while ((ok = sql_step(c, st, &got, e)) && got) {
        const int64_t number = sqlite3_column_int64(st, 0) % BYTES_NUMBERS;
        if (each(number, sql_column_str(st, 1), context, &stop)) continue;
        ok = stop.code == ERR_NONE;
        if (!ok && e) *e = stop;
        break;
    }
    sql_give(c, st);
    return ok;
}
