// SPDX-License-Identifier: EUPL-1.2
#include "store/sqlite.h"

#include "base/time.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <threads.h>

// An entry of the cache. The text is SQLite's own copy (sqlite3_sql).
struct statement {
    sqlite3_stmt *st;
    size_t length;  // of the text
    uint64_t hash;
    uint64_t used;  // value of the clock when given back; the smallest idle one is thrown out
    bool is_taken;
};

static uint64_t text_hash(str s)
{
    uint64_t h = 0xcbf29ce484222325;  // FNV-1a
    for (size_t i = 0; i < s.n; i++) h = (h ^ (unsigned char)s.p[i]) * 0x100000001b3;
    return h;
}

// ---- faults ----

struct fault {
    int result;  // primary or extended result code
    err_code code;
    const char *sentence;
};

// The first row whose code is equal, then the one of the primary code.
static const struct fault faults[] = {
    {SQLITE_FULL, ERR_DISK_FULL, "the disk is full: free some space, then try again"},
    {SQLITE_IOERR_SHMSIZE, ERR_DISK_FULL, "the disk has no room for the store's index of its log"},
    {SQLITE_READONLY, ERR_READ_ONLY, "the store cannot be written: its file or disk is read-only"},
    {SQLITE_PERM, ERR_READ_ONLY, "the store's file does not allow this access"},
    {SQLITE_CORRUPT, ERR_CORRUPT, "the store's file is damaged: run 'peil doctor', then restore a backup"},
    {SQLITE_NOTADB, ERR_CORRUPT, "the store's file is not a peil store, or its first page is damaged"},
    {SQLITE_BUSY, ERR_BUSY, "the store is in use by another program"},
    {SQLITE_LOCKED, ERR_BUSY, "the store is locked"},
    {SQLITE_CONSTRAINT, ERR_CONFLICT, "the change contradicts what is stored"},
    {SQLITE_NOMEM, ERR_LIMIT, "the store needs more memory than there is"},
    {SQLITE_TOOBIG, ERR_LIMIT, "a value is too large for the store"},
    {SQLITE_IOERR, ERR_STORE, "the disk reports an error: look into the system's log"},
    {SQLITE_CANTOPEN, ERR_STORE, "the store's file cannot be opened"},
};

static const struct fault *fault_of(int result)
{
    for (int mask = -1;; mask = 0xff) {
        for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++)
            if (faults[i].result == (result & mask)) return &faults[i];
        if (mask == 0xff) return NULL;
    }
}

// Linux says ENOSPC or EDQUOT to the write itself, which SQLite passes on as SQLITE_FULL; to a sync or a growing
// file it may come as an I/O error, whose errno tells.
static bool is_out_of_space(struct connection *c, int result)
{
    if ((result & 0xff) != SQLITE_IOERR) return false;
    const int n = sqlite3_system_errno(c->db);
    return n == ENOSPC || n == EDQUOT || n == EFBIG;
}

// A disk that fails is made read-only by the system while peil runs; SQLite calls that an I/O error too.
static bool is_read_only_disk(struct connection *c, int result)
{
    return (result & 0xff) == SQLITE_IOERR && sqlite3_system_errno(c->db) == EROFS;
}

bool sql_error(struct connection *c, int rc, err *e)
{
    if (c->has_cause) {
        c->has_cause = false;
        *e = c->cause;
        return false;
    }
    const int extended = c->db ? sqlite3_extended_errcode(c->db) : rc;
    const int result = (extended & 0xff) == (rc & 0xff) ? extended : rc;
    if (is_read_only_disk(c, result))
        return err_set(e, ERR_READ_ONLY, ERR_NOWHERE, "%s", fault_of(SQLITE_READONLY)->sentence);
    if (is_out_of_space(c, result))
        return err_set(e, ERR_DISK_FULL, ERR_NOWHERE, "%s", fault_of(SQLITE_FULL)->sentence);
    const struct fault *f = fault_of(result);
    const char *detail = c->db ? sqlite3_errmsg(c->db) : sqlite3_errstr(rc);
    if (f) return err_set(e, f->code, ERR_NOWHERE, "%s (SQLite: %s)", f->sentence, detail);
    return err_set(e, ERR_STORE, ERR_NOWHERE, "the store failed (SQLite %d: %s)", result, detail);
}

int sql_set_cause(struct connection *c, const err *cause)
{
    c->cause = *cause;
    c->has_cause = true;
    return SQLITE_ERROR;
}

// ---- statements ----

// Where the statement of this text, or this statement, was last: texts are mostly constants. Hashing the long text of a seal and
// looking through all statements for it took a twentieth of the writer's time.
static uint8_t *hint_of(struct connection *c, const void *p)
{
    return &c->hints[((uintptr_t)p * 0x9E3779B97F4A7C15 >> 32) % HINTS];
}

static bool is_idle_for(const struct statement *s, str sql)
{
    return s->st && !s->is_taken && s->length == sql.n && memcmp(sqlite3_sql(s->st), sql.p, sql.n) == 0;
}

static struct statement *idle_statement(struct connection *c, uint64_t hash, str sql)
{
    for (size_t i = 0; i < c->statement_count; i++) {
        struct statement *s = &c->statements[i];
        if (s->hash == hash && is_idle_for(s, sql)) return s;
    }
    return NULL;
}

// A place for one more: a new one, or that of the statement unused for longest. NULL: all are taken.
static struct statement *free_place(struct connection *c)
{
    if (c->statement_count < STATEMENTS_MAX) return &c->statements[c->statement_count++];
    struct statement *oldest = NULL;
    for (size_t i = 0; i < c->statement_count; i++) {
        struct statement *s = &c->statements[i];
        if (!s->is_taken && (!oldest || s->used < oldest->used)) oldest = s;
    }
    if (oldest) sqlite3_finalize(oldest->st);
    return oldest;
}

static bool take_idle(struct connection *c, struct statement *s, uint8_t *hint, sqlite3_stmt **out)
{
    s->is_taken = true;
    *hint = (uint8_t)(s - c->statements);
    *out = s->st;
    return true;
}

bool sql_take(struct connection *c, str sql, sqlite3_stmt **out, err *e)
{
    uint8_t *const hint = hint_of(c, sql.p);
    struct statement *s = &c->statements[*hint];
    if (is_idle_for(s, sql)) return take_idle(c, s, hint, out);
    const uint64_t hash = text_hash(sql);
    if ((s = idle_statement(c, hash, sql))) return take_idle(c, s, hint, out);
    sqlite3_stmt *st = NULL;
    const int rc = sqlite3_prepare_v3(c->db, sql.p, (int)sql.n, SQLITE_PREPARE_PERSISTENT, &st, NULL);
    if (rc != SQLITE_OK) return sql_error(c, rc, e);
    s = free_place(c);
    if (s)
        *s = (struct statement){.st = st, .length = strlen(sqlite3_sql(st)), .hash = hash, .is_taken = true};
    *out = st;
    return true;
}

static struct statement *place_of(struct connection *c, const sqlite3_stmt *st)
{
    uint8_t *const hint = hint_of(c, st);
    if (c->statements[*hint].st == st) return &c->statements[*hint];
    for (size_t i = 0; i < c->statement_count; i++) {
        if (c->statements[i].st != st) continue;
        *hint = (uint8_t)i;
        return &c->statements[i];
    }
    return NULL;
}

void sql_give(struct connection *c, sqlite3_stmt *st)
{
    if (!st) return;
    struct statement *s = place_of(c, st);
    if (!s) {
        sqlite3_finalize(st);  // taken when the cache was full of taken ones
        return;
    }
    sqlite3_reset(st);
    sqlite3_clear_bindings(st);
    s->is_taken = false;
    s->used = ++c->clock;
}

bool sql_step(struct connection *c, sqlite3_stmt *st, bool *got_row, err *e)
{
    const int rc = sqlite3_step(st);
    if (rc != SQLITE_ROW && rc != SQLITE_DONE) return sql_error(c, rc, e);
    *got_row = rc == SQLITE_ROW;
    return true;
}

bool sql_finish(struct connection *c, sqlite3_stmt *st, err *e)
{
    bool got_row;
    const bool ok = sql_step(c, st, &got_row, e);
    sql_give(c, st);
    return ok;
}

bool sql_run(struct connection *c, str sql, err *e)
{
    sqlite3_stmt *st = NULL;
    if (!sql_take(c, sql, &st, e)) return false;
    bool got_row = true, ok = true;
    while (ok && got_row) ok = sql_step(c, st, &got_row, e);
    sql_give(c, st);
    return ok;
}

bool sql_script(struct connection *c, const char *sql, err *e)
{
    const int rc = sqlite3_exec(c->db, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK || sql_error(c, rc, e);
}

void sql_bind_str(sqlite3_stmt *st, int at, str s)
{
    if (!s.p && s.n == 0) {
        sqlite3_bind_null(st, at);
        return;
    }
    sqlite3_bind_text64(st, at, s.p, s.n, SQLITE_STATIC, SQLITE_UTF8);
}

void sql_bind_blob(sqlite3_stmt *st, int at, str s)
{
    sqlite3_bind_blob64(st, at, s.n > 0 ? s.p : "", s.n, SQLITE_STATIC);
}

void sql_bind_instant(sqlite3_stmt *st, int at, int64_t t)
{
    if (t == TIME_NONE) {
        sqlite3_bind_null(st, at);
    } else {
        sqlite3_bind_int64(st, at, t);
    }
}

str sql_column_str(sqlite3_stmt *st, int at)
{
    const void *p = sqlite3_column_blob(st, at);  // of a text its bytes, without converting
    return (str){p, (size_t)sqlite3_column_bytes(st, at)};
}

int64_t sql_column_instant(sqlite3_stmt *st, int at)
{
    return sqlite3_column_type(st, at) == SQLITE_NULL ? TIME_NONE : sqlite3_column_int64(st, at);
}

// ---- connections ----

struct pragma_of {
    connection_use use;
    const char *sql;
};

// Checkpoints are the writer's own business (writer.c), hence no automatic ones. A reader's cache is small: there
// may be many readers, and the system's page cache stands behind them.
static const char new_file_pragmas[] = "PRAGMA page_size=4096; PRAGMA auto_vacuum=INCREMENTAL;";
// What is deleted is overwritten: readings past their time, and homes that took part. Debian's SQLite does it anyway, others do not.
static const char write_pragmas[] =
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;"
    "PRAGMA wal_autocheckpoint=0; PRAGMA journal_size_limit=16777216;"
    "PRAGMA cache_size=-8192; PRAGMA temp_store=MEMORY; PRAGMA cell_size_check=ON;";
static const char read_pragmas[] =
    "PRAGMA query_only=ON; PRAGMA wal_autocheckpoint=0; PRAGMA cache_size=-1024;"
    "PRAGMA temp_store=MEMORY; PRAGMA cell_size_check=ON;";

// What shapes a new file would be written into one that is there, even another program's.
static bool shape_new_file(struct connection *c, err *e)
{
    sqlite3_stmt *st = NULL;
    bool got = false;
    if (!sql_take(c, STR("PRAGMA page_count"), &st, e)) return false;
    const bool ok = sql_step(c, st, &got, e);
    const bool is_new = ok && got && sqlite3_column_int64(st, 0) == 0;
    sql_give(c, st);
    return ok && (!is_new || sql_script(c, new_file_pragmas, e));
}

static bool prepare_connection(struct connection *c, connection_use use, err *e)
{
    sqlite3_extended_result_codes(c->db, 1);
    sqlite3_busy_timeout(c->db, BUSY_TIMEOUT_MS);
    sqlite3_db_config(c->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(c->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    if (use == CONNECTION_WRITE && !shape_new_file(c, e)) return false;
    if (!sql_script(c, use == CONNECTION_WRITE ? write_pragmas : read_pragmas, e)) return false;
    return connection_register(c, e);
}

static const int open_flags[] = {
    [CONNECTION_WRITE] = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
    [CONNECTION_READ] = SQLITE_OPEN_READWRITE,
    [CONNECTION_READ_ONLY_STORE] = SQLITE_OPEN_READONLY,
    [CONNECTION_FROZEN] = SQLITE_OPEN_READONLY | SQLITE_OPEN_URI,
};

// SQLite counts its memory for whoever asks, behind one lock for all threads that each fetching and freeing takes. Nobody asks. Where
// SQLite is at work already it refuses, and no harm is done.
static void count_no_memory(void)
{
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

bool connection_open(struct connection *c, struct store *s, const char *path, connection_use use, err *e)
{
    static once_flag once = ONCE_FLAG_INIT;
    call_once(&once, count_no_memory);
    *c = (struct connection){.store = s, .statements = calloc(STATEMENTS_MAX, sizeof(struct statement))};
    if (!c->statements) return err_no_memory(e);
    char *uri = NULL;
    if (use == CONNECTION_FROZEN && !(uri = sqlite3_mprintf("file:%s?immutable=1", path)))
        return err_no_memory(e);
    const int rc = sqlite3_open_v2(uri ? uri : path, &c->db, open_flags[use] | SQLITE_OPEN_NOMUTEX, NULL);
    sqlite3_free(uri);
    const bool ok = rc == SQLITE_OK ? prepare_connection(c, use, e) : sql_error(c, rc, e);
    if (!ok) connection_close(c);
    return ok;
}

void connection_close(struct connection *c)
{
    for (size_t i = 0; i < c->statement_count; i++) sqlite3_finalize(c->statements[i].st);
    free(c->statements);
    if (c->db) sqlite3_close(c->db);
    *c = (struct connection){.db = NULL};
}
