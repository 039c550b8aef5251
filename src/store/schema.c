// SPDX-License-Identifier: EUPL-1.2
// Tables of the observation side, and the way from one layout of the file to the next.
#include "store/sight.h"

// tail            the observations of one commit (series/tail_row.h) that are not all in chunks yet; the newest row is
//                 always there, for its id is the number of the newest commit
// stream          a Datastream or MultiDatastream; what it says about observations holds for those in chunks. `newest` is the
//                 newest of them without time, number and feature (series/point.h), NULL when it is not known
// growing         the newest chunk of a stream while it fills up
// chunk           full pieces of a stream (series/chunk.h), written once, at the end of the file where they pack closely
static const char observation_tables[] =
    "CREATE TABLE tail(id INTEGER PRIMARY KEY, data BLOB NOT NULL);"
    "INSERT INTO tail(id, data) VALUES(1, x'');"
    "CREATE TABLE stream("
    "  id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, thing INTEGER NOT NULL, fields INTEGER NOT NULL,"
    "  next_number INTEGER NOT NULL DEFAULT 1,"
    "  sealed_commit INTEGER NOT NULL DEFAULT 0,"  // the tail's rows before this one are in chunks,
    "  sealed_of_row INTEGER NOT NULL DEFAULT 0,"  // and so many of this stream's observations in this one
    "  arrival_feature INTEGER NOT NULL DEFAULT 0,"
    "  count INTEGER NOT NULL DEFAULT 0,"
    "  phen_min INTEGER, phen_max INTEGER, result_min INTEGER, result_max INTEGER, longest INTEGER NOT NULL "
    "DEFAULT 0,"
    "  newest_time INTEGER, newest_number INTEGER, newest_feature INTEGER,"
    "  greatest_number INTEGER NOT NULL DEFAULT 0,"
    "  is_unordered INTEGER NOT NULL DEFAULT 0,"  // the order of numbers is not that of times
    "  growing_count INTEGER NOT NULL DEFAULT 0, growing BLOB);"
    "CREATE TABLE chunk(id INTEGER PRIMARY KEY, stream INTEGER NOT NULL, last_time INTEGER NOT NULL,"
    "  last_number INTEGER NOT NULL, data BLOB NOT NULL);"
    "CREATE INDEX chunk_by_time ON chunk(stream, last_time, last_number);"
    "CREATE TABLE stream_feature(stream INTEGER, feature INTEGER, PRIMARY KEY(stream, feature)) WITHOUT "
    "ROWID;"
    "CREATE INDEX stream_feature_by_feature ON stream_feature(feature);";

static bool create_observation_tables(struct connection *c, err *e)
{
    return sql_script(c, observation_tables, e);
}

// Files by the hash of their bytes (blob.h), with how many puts no delete has answered yet.
static bool create_blob_table(struct connection *c, err *e)
{
    return sql_script(c,
                      "CREATE TABLE blob(hash TEXT PRIMARY KEY, bytes INTEGER NOT NULL, holders INTEGER NOT "
                      "NULL) WITHOUT ROWID;",
                      e);
}

// The growing chunk gets a table of its own, so that the rows of streams are short and lie close together, and the stream's row
// says what its newest observation is.
static bool split_growing(struct connection *c, err *e)
{
    return sql_script(
        c,
        "CREATE TABLE growing(stream INTEGER PRIMARY KEY, data BLOB NOT NULL);"
        "INSERT INTO growing SELECT id, growing FROM stream WHERE growing IS NOT NULL ORDER BY id;"
        "ALTER TABLE stream DROP COLUMN growing;"
        "ALTER TABLE stream ADD COLUMN newest BLOB;",
        e);
}

// What is bytes (entity/bytes.c); documents are texts.
static bool create_bytes_table(struct connection *c, err *e)
{
    return sql_script(c, "CREATE TABLE bytes(id INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;", e);
}

// Chunks of version 4, which an older peil takes for damaged. Those that are there stay as they are.
static bool let_chunks_be_newer(struct connection *c, err *e)
{
    (void)c;
    (void)e;
    return true;
}

// Step i brings a file from version i to version i + 1. Steps are added at the end and never change once released.
static bool (*const steps[])(struct connection *c, err *e) = {
    create_observation_tables, entity_create_tables,      create_blob_table,  split_growing,
    sight_create_indexes,      sight_create_coarse_index, create_bytes_table, let_chunks_be_newer,
};
#define VERSION ((int64_t)(sizeof steps / sizeof steps[0]))

static bool read_version(struct connection *c, int64_t *out, err *e)
{
    sqlite3_stmt *st;
    bool got;
    if (!sql_take(c, STR("PRAGMA user_version"), &st, e)) return false;
    const bool ok = sql_step(c, st, &got, e);
    if (ok) *out = got ? sqlite3_column_int64(st, 0) : 0;
    sql_give(c, st);
    return ok;
}

static bool write_version(struct connection *c, err *e)
{
    char sql[64];
    sqlite3_snprintf(sizeof sql, sql, "PRAGMA user_version=%lld",
                     (long long)VERSION);  // a pragma takes no parameters
    return sql_script(c, sql, e);
}

static bool run_steps(struct connection *c, int64_t from, err *e)
{
    for (int64_t i = from; i < VERSION; i++)
        if (!steps[i](c, e)) return err_within(e, "making layout %lld of the store", (long long)i + 1);
    return write_version(c, e);
}

// Of an empty file both numbers are 0.
static bool count_tables(struct connection *c, int64_t *all, int64_t *ours, err *e)
{
    sqlite3_stmt *st;
    bool got;
    if (!sql_take(c,
                  STR("SELECT count(*), count(*) FILTER (WHERE name IN ('tail', 'stream', 'chunk')) FROM "
                      "sqlite_schema"),
                  &st, e))
        return false;
    const bool ok = sql_step(c, st, &got, e);
    if (ok) {
        *all = sqlite3_column_int64(st, 0);
        *ours = sqlite3_column_int64(st, 1);
    }
    sql_give(c, st);
    return ok;
}

// Is this file ours to read and to change?
static bool check_origin(struct connection *c, int64_t *version, err *e)
{
    int64_t tables, ours;
    if (!read_version(c, version, e) || !count_tables(c, &tables, &ours, e)) return false;
    if (tables > 0 && ours < 3)
        return err_set(e, ERR_CORRUPT, ERR_NOWHERE,
                       "peil.db is a database of another program, not a peil store");
    if (*version > VERSION)
        return err_set(e, ERR_STORE, ERR_NOWHERE,
                       "this store was made by a newer peil (layout %lld, this one knows %lld)",
                       (long long)*version, (long long)VERSION);
    return true;
}

bool schema_migrate(struct connection *c, err *e)
{
    int64_t version;
    if (!check_origin(c, &version, e)) return false;
    if (version == VERSION) return true;
    err ignored;
    if (!sql_script(c, "BEGIN IMMEDIATE", e)) return false;
    if (run_steps(c, version, e) && sql_script(c, "COMMIT", e)) return true;
    if (!sqlite3_get_autocommit(c->db) && !sql_script(c, "ROLLBACK", &ignored)) return false;
    return false;
}

bool schema_is_newest(struct connection *c, err *e)
{
    int64_t version;
    if (!check_origin(c, &version, e)) return false;
    return version == VERSION ||
           err_set(e, ERR_STORE, ERR_NOWHERE,
                   "this store has layout %lld, this peil reads layout %lld: start 'peil serve' on it once",
                   (long long)version, (long long)VERSION);
}
