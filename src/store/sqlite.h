// SPDX-License-Identifier: EUPL-1.2
// sqlite.h: one SQLite connection, its prepared statements, and SQLite's faults as `err`. Private to the store.
//
// Pattern  struct sqlite3_stmt *st;
//          if (!sql_take(c, STR("SELECT name FROM thing WHERE id = ?1"), &st, e)) return false;
//          sqlite3_bind_int64(st, 1, id);
//          ok = sql_step(c, st, &got, e);  ...read columns...
//          sql_give(c, st);
// Owns     a statement taken is the caller's until sql_give; texts of columns until the next step or sql_give
// Threads  a connection belongs to one thread at a time (opened NOMUTEX)
// Errors   ERR_DISK_FULL, ERR_READ_ONLY, ERR_CORRUPT, ERR_BUSY, ERR_CONFLICT (a constraint), ERR_LIMIT (memory), ERR_STORE
#ifndef PEIL_STORE_SQLITE_H
#define PEIL_STORE_SQLITE_H

#include "base/err.h"
#include <sqlite3.h>
#include <stdint.h>

struct store;
struct snapshot;
struct statement;

#define STATEMENTS_MAX 96  // kept prepared per connection; the least recently used idle one goes first

#define HINTS 256  // where to look first

#define BUSY_TIMEOUT_MS 2000  // somebody else has the file: a backup program, sqlite3

struct connection {
    sqlite3 *db;
    struct store *store;
    struct snapshot
        *at;  // what the virtual tables and SQL functions of this connection read through; NULL: none is open
    struct statement *statements;
    size_t statement_count;
    uint8_t hints[HINTS];  // places in `statements`
    uint64_t clock;
    bool has_cause;  // `cause` says why SQLite's last call failed, better than SQLite can
    err cause;
};

typedef enum {
    CONNECTION_WRITE,
    CONNECTION_READ,
    CONNECTION_READ_ONLY_STORE,
    CONNECTION_FROZEN  // the disk cannot be written: nothing beside the file can be made, and nobody changes it
} connection_use;

// Opens the file, sets the pragmas, registers the virtual tables and SQL functions.
NODISCARD bool connection_open(struct connection *c, struct store *s, const char *path, connection_use use,
                               err *e);
void connection_close(struct connection *c);

// A prepared statement for this text: from the cache (then reset, without bindings) or prepared now. Taking the same text
// twice gives two statements. The text is compared by content and copied.
NODISCARD bool sql_take(struct connection *c, str sql, sqlite3_stmt **out, err *e);
void sql_give(struct connection *c, sqlite3_stmt *st);  // NULL is fine

NODISCARD bool sql_step(struct connection *c, sqlite3_stmt *st, bool *got_row, err *e);
NODISCARD bool sql_finish(struct connection *c, sqlite3_stmt *st,
                          err *e);                              // one step that gives no row, then sql_give
NODISCARD bool sql_run(struct connection *c, str sql, err *e);  // cached, no parameters, rows ignored
NODISCARD bool sql_script(struct connection *c, const char *sql, err *e);  // several statements: DDL, pragmas

// Binding and reading in our types. The bytes bound must live until the statement is reset or bound anew.
void sql_bind_str(sqlite3_stmt *st, int at, str s);  // NULL pointer: SQL NULL
void sql_bind_blob(sqlite3_stmt *st, int at, str s);
void sql_bind_instant(sqlite3_stmt *st, int at, int64_t t);  // TIME_NONE: SQL NULL
str sql_column_str(sqlite3_stmt *st, int at);                // text or blob; SQL NULL: {NULL, 0}
int64_t sql_column_instant(sqlite3_stmt *st, int at);        // SQL NULL: TIME_NONE

// Turns the result code of the last call on c into e; always false. A virtual table or SQL function that failed with an
// `err` of its own leaves it with sql_set_cause, and it comes out here whole.
bool sql_error(struct connection *c, int rc, err *e);
int sql_set_cause(struct connection *c,
                  const err *cause);  // returns SQLITE_ERROR, for `return sql_set_cause(...)`

// ---- Tables ------------------------------------------------------------------------------------------------------

// Brings an empty or older file to the newest layout, in one transaction; user_version says where it stands.
// A newer file than this program knows is refused (ERR_STORE, "made by a newer peil").
NODISCARD bool schema_migrate(struct connection *c, err *e);
NODISCARD bool schema_is_newest(struct connection *c, err *e);  // for a store that is only read

// The virtual tables and SQL functions that every connection has; called by connection_open.
NODISCARD bool connection_register(struct connection *c, err *e);

// Implemented by the entity side, called from schema_migrate and connection_register.
NODISCARD bool entity_create_tables(struct connection *c, err *e);
NODISCARD bool entity_register_functions(struct connection *c, err *e);

#endif
