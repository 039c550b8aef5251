// SPDX-License-Identifier: EUPL-1.2
// The virtual table `stream_extent`: how many observations each stream has, and from when to when.
#include "store/scan/stream_scan.h"
#include "store/scan/virtual_table.h"

#include <stdlib.h>

enum {
    COLUMN_STREAM,
    COLUMN_COUNT,
    COLUMN_PHEN_MIN,
    COLUMN_PHEN_MAX,
    COLUMN_RESULT_MIN,
    COLUMN_RESULT_MAX,
    COLUMN_FEATURE,
    COLUMN_LONGEST
};
static const char declaration[] = "CREATE TABLE stream_extent(stream INTEGER, count INTEGER, phen_min "
                                  "INTEGER, phen_max INTEGER, result_min INTEGER,"
                                  " result_max INTEGER, feature INTEGER, longest INTEGER)";

enum { PLAN_ALL, PLAN_ONE };

static int best_index(sqlite3_vtab *table, sqlite3_index_info *info)
{
    (void)table;
    info->idxNum = PLAN_ALL;
    info->estimatedCost = 1e6;
    info->estimatedRows = 100000;
    if (info->nOrderBy == 1 && info->aOrderBy[0].iColumn == COLUMN_STREAM && !info->aOrderBy[0].desc)
        info->orderByConsumed = 1;
    for (int i = 0; i < info->nConstraint; i++) {
        const struct sqlite3_index_constraint *c = &info->aConstraint[i];
        if (c->iColumn != COLUMN_STREAM || c->op != SQLITE_INDEX_CONSTRAINT_EQ || !c->usable) continue;
        info->aConstraintUsage[i].argvIndex = 1;
        info->idxNum = PLAN_ONE;
        info->idxFlags = SQLITE_INDEX_SCAN_UNIQUE;
        info->estimatedCost = 10;
        info->estimatedRows = 1;
        break;
    }
    return SQLITE_OK;
}

struct extent_cursor {
    sqlite3_vtab_cursor base;
    struct connection *connection;
    const struct stream *stream;  // of the row; NULL: the end
    bool is_one;
    struct stream_row_walk rows;  // open (st) while all are passed over
    struct stream_extent extent;
};

static struct extent_cursor *cursor_of(sqlite3_vtab_cursor *base)
{
    return (struct extent_cursor *)base;  // its first member
}

static int open_cursor(sqlite3_vtab *table, sqlite3_vtab_cursor **out)
{
    struct extent_cursor *c = calloc(1, sizeof *c);
    if (!c) return SQLITE_NOMEM;
    c->connection = virtual_table_connection(table);
    *out = &c->base;
    return SQLITE_OK;
}

static void end_walk(struct extent_cursor *c)
{
    if (c->rows.st) stream_row_walk_close(&c->rows);
}

static int close_cursor(sqlite3_vtab_cursor *base)
{
    end_walk(cursor_of(base));
    free(cursor_of(base));
    return SQLITE_OK;
}

static bool read_extent(struct extent_cursor *c, const struct stream *s, bool *got, err *e)
{
    struct snapshot *at = c->connection->at;
    if (c->rows.st) return stream_extent_walk_to(at, &c->rows, s, &c->extent, got, e);
    *got = stream_extent(at, s->id, &c->extent, e);
    return *got || e->code == ERR_ABSENT;
}

// Shows this stream, or the next one that the snapshot has: memory also knows streams that came later.
static int show(struct extent_cursor *c, const struct stream *s)
{
    err e;
    bool got;
    for (; s; s = c->is_one ? NULL : snapshot_next_stream(c->connection->at, s->id)) {
        if (!read_extent(c, s, &got, &e)) return sql_set_cause(c->connection, &e);
        if (got) break;
    }
    c->stream = s;
    return SQLITE_OK;
}

static int filter(sqlite3_vtab_cursor *base, int plan, const char *text, int count, sqlite3_value **values)
{
    (void)text;
    struct extent_cursor *c = cursor_of(base);
    err e;
    c->is_one = plan == PLAN_ONE && count == 1;
    end_walk(c);
    // Inside an operation rows may change under the walk: there each is looked up.
    if (!c->is_one && !c->connection->at->is_inside && !stream_row_walk_open(&c->rows, c->connection, 0, &e))
        return sql_set_cause(c->connection, &e);
    if (!c->is_one) return show(c, snapshot_next_stream(c->connection->at, 0));
    return show(c, snapshot_stream(c->connection->at, sqlite3_value_int64(values[0])));
}

static int next_row(sqlite3_vtab_cursor *base)
{
    struct extent_cursor *c = cursor_of(base);
    return show(c, c->is_one ? NULL : snapshot_next_stream(c->connection->at, c->stream->id));
}

static int is_at_end(sqlite3_vtab_cursor *base)
{
    return cursor_of(base)->stream == NULL;
}

static void give_instant(sqlite3_context *out, instant t)
{
    if (t != TIME_NONE) sqlite3_result_int64(out, t);
}

static int give_column(sqlite3_vtab_cursor *base, sqlite3_context *out, int column)
{
    const struct extent_cursor *c = cursor_of(base);
    const struct stream_extent *x = &c->extent;
    if (column == COLUMN_STREAM) sqlite3_result_int64(out, c->stream->id);
    if (column == COLUMN_COUNT) sqlite3_result_int64(out, x->count);
    if (column == COLUMN_PHEN_MIN) give_instant(out, x->phen_min);
    if (column == COLUMN_PHEN_MAX) give_instant(out, x->phen_max);
    if (column == COLUMN_RESULT_MIN) give_instant(out, x->result_min);
    if (column == COLUMN_RESULT_MAX) give_instant(out, x->result_max);
    if (column == COLUMN_FEATURE && x->feature != 0) sqlite3_result_int64(out, x->feature);
    if (column == COLUMN_LONGEST) sqlite3_result_int64(out, x->longest);
    return SQLITE_OK;
}

static int give_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *out)
{
    *out = cursor_of(base)->stream->id;
    return SQLITE_OK;
}

static int connect(sqlite3 *db, void *connection, int count, const char *const *texts, sqlite3_vtab **out,
                   char **message)
{
    (void)count;
    (void)texts;
    (void)message;
    return virtual_table_connect(db, connection, declaration, out);
}

const sqlite3_module stream_extent_table = {
    .xConnect = connect,
    .xBestIndex = best_index,
    .xDisconnect = virtual_table_disconnect,
    .xOpen = open_cursor,
    .xClose = close_cursor,
    .xFilter = filter,
    .xNext = next_row,
    .xEof = is_at_end,
    .xColumn = give_column,
    .xRowid = give_rowid,
};
