// SPDX-License-Identifier: EUPL-1.2
#include "store/tx.h"

static bool write_document(struct store_tx *tx, str sql, str kind, str key, str json, err *e)
{
    struct connection *c = tx_connection(tx);
    sqlite3_stmt *st;
    if (!tx_begin_sql(tx, e) || !sql_take(c, sql, &st, e)) return false;
    sql_bind_str(st, 1, kind);
    sql_bind_str(st, 2, key);
    if (json.p) sql_bind_str(st, 3, json);
    return sql_finish(c, st, e);
}

bool store_document_put(struct store_tx *tx, str kind, str key, str json, err *e)
{
    return write_document(tx,
                          STR("INSERT INTO document(kind, key, json) VALUES(?1, ?2, ?3) "
                              "ON CONFLICT DO UPDATE SET json = excluded.json"),
                          kind, key, json.p ? json : STR(""), e);
}

bool store_document_delete(struct store_tx *tx, str kind, str key, err *e)
{
    return write_document(tx, STR("DELETE FROM document WHERE kind = ?1 AND key = ?2"), kind, key, (str){0},
                          e);
}

bool store_document_get(struct snapshot *at, str kind, str key, arena *a, str *json, err *e)
{
    struct connection *c = snapshot_connection(at);
    sqlite3_stmt *st;
    if (!sql_take(c, STR("SELECT json FROM document WHERE kind = ?1 AND key = ?2"), &st, e)) return false;
    sql_bind_str(st, 1, kind);
    sql_bind_str(st, 2, key);
    bool got;
    bool ok = sql_step(c, st, &got, e);
    if (ok && !got)
        ok = err_set(e, ERR_ABSENT, ERR_NOWHERE, "there is no %.*s '%.*s'", STR_ARG(kind), STR_ARG(key));
    if (ok && !arena_copy(a, sql_column_str(st, 0), json)) ok = err_no_memory(e);
    sql_give(c, st);
    return ok;
}

bool store_document_each(struct snapshot *at, str kind,
                         bool (*each)(str key, str json, void *context, err *e), void *context, err *e)
{
    return store_document_range(at, kind, STR(""), STR(""), each, context, e);
}

bool store_document_range(struct snapshot *at, str kind, str from, str to,
                          bool (*each)(str key, str json, void *context, err *e), void *context, err *e)
{
    struct connection *c = snapshot_connection(at);
    sqlite3_stmt *st;
    const str sql = to.n > 0
                        ? STR("SELECT key, json FROM document WHERE kind = ?1 AND key >= ?2 AND key < ?3 "
                              "ORDER BY key")
                        : STR("SELECT key, json FROM document WHERE kind = ?1 AND key >= ?2 ORDER BY key");
    if (!sql_take(c, sql, &st, e)) return false;
    sql_bind_str(st, 1, kind);
    sql_bind_str(st, 2, from.p ? from : STR(""));
    if (to.n > 0) sql_bind_str(st, 3, to);
    bool got = true, ok;
    err stop = {0};
    while ((ok = sql_step(c, st, &got, e)) && got) {
        if (each(sql_column_str(st, 0), sql_column_str(st, 1), context, &stop)) continue;
        ok = stop.code == ERR_NONE;
        if (!ok && e) *e = stop;
        break;
    }
    sql_give(c, st);
    return ok;
}
