// SPDX-License-Identifier: EUPL-1.2
#include "care/vault.h"

#include "base/file.h"
#include "base/queue.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NONCE_BYTES crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG_BYTES crypto_aead_xchacha20poly1305_ietf_ABYTES
#define NAME_MAX_BYTES 160

#define BUSY_MS 10000

enum {
    PUT,
    GET,
    FORGET,
    FORGET_BEFORE,
    COUNT,
    AFTER,
    EACH,
    ANY,
    BEGIN,
    PART,
    KEEP,
    UNDO,
    COMMIT,
    DROP,
    SETTLE,
    STATEMENT_COUNT
};

static const char *const statements[STATEMENT_COUNT] = {
    [PUT] = "INSERT INTO record(kind, key, sealed) VALUES(?1, ?2, ?3) ON CONFLICT(kind, key) DO UPDATE SET "
            "sealed = ?3",
    [GET] = "SELECT sealed FROM record WHERE kind = ?1 AND key = ?2",
    // '0' follows '/': all keys that begin with the key and a '/'.
    [FORGET] = "DELETE FROM record WHERE key = ?1 OR (key >= ?1 || '/' AND key < ?1 || '0')",
    [FORGET_BEFORE] = "DELETE FROM record WHERE kind = ?1 AND key >= ?2 || '/' AND key < ?2 || '/' || ?3",
    [COUNT] = "SELECT count(*), min(substr(key, instr(key, '/') + 1)) FROM record WHERE kind = ?1 AND key >= "
              "?2 AND "
              "key < ?2 || '0' AND (key = ?2 OR substr(key, length(?2) + 1, 1) = '/')",
    [AFTER] = "SELECT 0, substr(min(key), length(?2) + 2) FROM record WHERE kind = ?1 AND key > ?2 || '/' || "
              "?3 AND "
              "key < ?2 || '0'",
    [EACH] = "SELECT key FROM record WHERE kind = ?1 AND key > ?2 AND (?3 = '' OR key <= ?3) ORDER BY key",
    [ANY] = "SELECT 1 FROM record WHERE kind = ?1 LIMIT 1",
    [BEGIN] = "BEGIN IMMEDIATE",
    [PART] = "SAVEPOINT part",
    [KEEP] = "RELEASE part",
    [UNDO] = "ROLLBACK TO part",
    [COMMIT] = "COMMIT",
    [DROP] = "ROLLBACK",
    [SETTLE] = "PRAGMA wal_checkpoint(TRUNCATE)",
};

struct vault {
    sqlite3 *db;
    sqlite3_stmt *statements[STATEMENT_COUNT];
    struct lock *lock;
    bool is_gathering, wants_settle;  // of who writes
    unsigned char key[VAULT_KEY_BYTES];
};

// ---- The key -----------------------------------------------------------------------------------------------------

static bool key_make(const char *file, err *e)
{
    unsigned char key[VAULT_KEY_BYTES];
    char hex[2 * VAULT_KEY_BYTES + 2];
    const int fd = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return errno == EEXIST ||
               err_set(e, ERR_IO, ERR_NOWHERE, "cannot make %s: %s", file, strerror(errno));
    randombytes_buf(key, sizeof key);
    sodium_bin2hex(hex, sizeof hex, key, sizeof key);
    hex[2 * VAULT_KEY_BYTES] = '\n';
    const bool ok = write(fd, hex, 2 * VAULT_KEY_BYTES + 1) == 2 * VAULT_KEY_BYTES + 1 && fsync(fd) == 0;
    close(fd);
    sodium_memzero(key, sizeof key);
    sodium_memzero(hex, sizeof hex);
    return ok || err_set(e, ERR_IO, ERR_NOWHERE, "cannot write %s", file);
}

bool vault_key_load(const char *file, bool make, unsigned char key[static VAULT_KEY_BYTES], err *e)
{
    struct stat s;
    if (make && !key_make(file, e)) return false;
    if (stat(file, &s) != 0)
        return err_set(e, ERR_CONFIG, ERR_NOWHERE, "the key of the vault %s: %s", file, strerror(errno));
    if ((s.st_mode & 077) != 0)
        return err_set(e, ERR_CONFIG, ERR_NOWHERE, "the key of the vault %s can be read by others: chmod 600",
                       file);
    buf b = {.max = 256};
    size_t n = 0;
    bool ok = file_read(file, &b, e);
    if (!ok) e->code = ERR_CONFIG;
    const str hex = str_trim(buf_str(&b));
    if (ok && (sodium_hex2bin(key, VAULT_KEY_BYTES, hex.p, hex.n, NULL, &n, NULL) != 0 ||
               n != VAULT_KEY_BYTES || hex.n != 2 * (size_t)VAULT_KEY_BYTES))
        ok = err_set(e, ERR_CONFIG, ERR_NOWHERE, "the key of the vault %s: expected 64 hex digits", file);
    if (b.p) sodium_memzero(b.p, b.capacity);
    buf_free(&b);
    return ok;
}

void vault_key_join(unsigned char key[static VAULT_KEY_BYTES],
                    const unsigned char share[static VAULT_KEY_BYTES])
{
    for (size_t i = 0; i < VAULT_KEY_BYTES; i++) key[i] ^= share[i];
}

// ---- SQLite ------------------------------------------------------------------------------------------------------

static bool fault(struct vault *v, err *e)
{
    return err_set(e, ERR_STORE, ERR_NOWHERE, "vault.db: %s", sqlite3_errmsg(v->db));
}

static void bind(sqlite3_stmt *s, int at, str text)
{
    sqlite3_bind_text(s, at, text.p ? text.p : "", (int)text.n, SQLITE_STATIC);
}

static bool prepare(struct vault *v, err *e)
{
    for (size_t i = 0; i < STATEMENT_COUNT; i++)
        if (sqlite3_prepare_v3(v->db, statements[i], -1, SQLITE_PREPARE_PERSISTENT, &v->statements[i],
                               NULL) != SQLITE_OK)
            return fault(v, e);
    return true;
}

// A known record that only the right key opens: a wrong key is told at the start, not at the first home.
static bool check_key(struct vault *v, err *e)
{
    arena *a = arena_new(1 << 16);
    str record;
    err why = {0};
    bool ok = a || err_no_memory(e);
    if (ok && !vault_get(v, STR("check"), STR("key"), a, &record, &why))
        ok = why.code == ERR_ABSENT
                 ? vault_put(v, STR("check"), STR("key"), STR("peil"), e)
                 : err_set(e, ERR_CONFIG, ERR_NOWHERE,
                           "the key of the vault is not the one that vault.db was sealed with");
    arena_free(a);
    return ok;
}

bool vault_open(const char *file, const unsigned char key[static VAULT_KEY_BYTES], struct vault **out, err *e)
{
    static const char setup[] =
        "PRAGMA secure_delete = ON; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
        "CREATE TABLE IF NOT EXISTS record(kind TEXT NOT NULL, key TEXT NOT NULL, sealed BLOB NOT NULL,"
        " PRIMARY KEY(kind, key)) WITHOUT ROWID; CREATE INDEX IF NOT EXISTS record_key ON record(key)";
    struct vault *v = calloc(1, sizeof *v);
    if (!v) return err_no_memory(e);
    memcpy(v->key, key, sizeof v->key);
    v->lock = lock_new();
    bool ok = v->lock || err_no_memory(e);
    const mode_t old = umask(077);
    ok = ok &&
         (sqlite3_open_v2(file, &v->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_FULLMUTEX,
                          NULL) == SQLITE_OK ||
          fault(v, e));
    if (ok) sqlite3_busy_timeout(v->db, BUSY_MS);
    ok = ok && (sqlite3_exec(v->db, setup, NULL, NULL, NULL) == SQLITE_OK || fault(v, e));
    umask(old);
    ok = ok && prepare(v, e) && check_key(v, e);
    if (!ok) {
        vault_close(v);
        return false;
    }
    *out = v;
    return true;
}

void vault_close(struct vault *v)
{
    if (!v) return;
    for (size_t i = 0; i < STATEMENT_COUNT; i++) sqlite3_finalize(v->statements[i]);
    sqlite3_close(v->db);
    lock_free(v->lock);
    sodium_memzero(v->key, sizeof v->key);
    free(v);
}

// Runs a statement to its end; its first row goes to `row` (NULL: none is wanted). `bound` are texts.
static bool run(struct vault *v, int which, const str *bound, int count,
                bool (*row)(sqlite3_stmt *s, void *context, err *e), void *context, err *e)
{
    sqlite3_stmt *s = v->statements[which];
    for (int i = 0; i < count; i++) bind(s, i + 1, bound[i]);
    int got = sqlite3_step(s);
    bool ok = true;
    if (got == SQLITE_ROW) {
        ok = !row || row(s, context, e);
        got = SQLITE_DONE;
    } else if (got == SQLITE_DONE && row) {
        ok = err_set(e, ERR_ABSENT, ERR_NOWHERE, "no such record in the vault");
    }
    if (got != SQLITE_DONE) ok = fault(v, e);
    sqlite3_reset(s);
    sqlite3_clear_bindings(s);
    return ok;
}

// ---- Records -----------------------------------------------------------------------------------------------------

static bool name_of(str kind, str key, char out[static NAME_MAX_BYTES], size_t *n, err *e)
{
    const int length = snprintf(out, NAME_MAX_BYTES, "%.*s/%.*s", STR_ARG(kind), STR_ARG(key));
    if (length < 0 || length >= NAME_MAX_BYTES)
        return err_set(e, ERR_LIMIT, ERR_NOWHERE, "the key of a record is too long");
    *n = (size_t)length;
    return true;
}

bool vault_put(struct vault *v, str kind, str key, str record, err *e)
{
    char name[NAME_MAX_BYTES];
    size_t name_n;
    if (record.n > VAULT_RECORD_MAX)
        return err_set(e, ERR_LIMIT, ERR_NOWHERE, "a record is too large for the vault");
    if (!name_of(kind, key, name, &name_n, e)) return false;
    const size_t n = NONCE_BYTES + record.n + TAG_BYTES;
    unsigned char *sealed = malloc(n);
    if (!sealed) return err_no_memory(e);
    randombytes_buf(sealed, NONCE_BYTES);
    crypto_aead_xchacha20poly1305_ietf_encrypt(sealed + NONCE_BYTES, NULL,
                                               (const unsigned char *)(record.p ? record.p : ""), record.n,
                                               (const unsigned char *)name, name_n, NULL, sealed, v->key);
    lock_take(v->lock);
    sqlite3_bind_blob(v->statements[PUT], 3, sealed, (int)n, SQLITE_STATIC);
    const bool ok = run(v, PUT, (const str[]){kind, key}, 2, NULL, NULL, e);
    lock_drop(v->lock);
    free(sealed);
    return ok;
}

struct copying {
    arena *a;
    str sealed;
};

static bool copy_row(sqlite3_stmt *s, void *context, err *e)
{
    struct copying *c = context;
    const str row = {sqlite3_column_blob(s, 0), (size_t)sqlite3_column_bytes(s, 0)};
    return arena_copy(c->a, row, &c->sealed) || err_no_memory(e);
}

bool vault_get(struct vault *v, str kind, str key, arena *a, str *record, err *e)
{
    struct copying c = {.a = a};
    char name[NAME_MAX_BYTES];
    size_t name_n;
    if (!name_of(kind, key, name, &name_n, e)) return false;
    lock_take(v->lock);
    const bool ok = run(v, GET, (const str[]){kind, key}, 2, copy_row, &c, e);
    lock_drop(v->lock);
    if (!ok) return false;
    if (c.sealed.n < NONCE_BYTES + TAG_BYTES)
        return err_set(e, ERR_CORRUPT, ERR_NOWHERE, "a record of the vault is cut off");
    unsigned char *out = arena_alloc(a, c.sealed.n);
    if (!out) return err_no_memory(e);
    const unsigned char *in = (const unsigned char *)c.sealed.p;
    unsigned long long n;
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(out, &n, NULL, in + NONCE_BYTES, c.sealed.n - NONCE_BYTES,
                                                   (const unsigned char *)name, name_n, in, v->key) != 0)
        return err_set(e, ERR_CORRUPT, ERR_NOWHERE, "the seal of a record of the vault is broken");
    *record = (str){(const char *)out, (size_t)n};
    return true;
}

static bool simple(struct vault *v, int which, err *e)
{
    lock_take(v->lock);
    const bool ok = run(v, which, NULL, 0, NULL, NULL, e);
    lock_drop(v->lock);
    return ok;
}

// SQLite undoes everything by itself when the disk is full.
static bool is_lost(const struct vault *v)
{
    return v->is_gathering && sqlite3_get_autocommit(v->db);
}

static bool lost(err *e)
{
    return err_set(e, ERR_STORE, ERR_NOWHERE, "vault.db could not be written: is the disk full?");
}

bool vault_begin(struct vault *v, err *e)
{
    if (is_lost(v)) return lost(e);
    if (!v->is_gathering && !simple(v, BEGIN, e)) return false;
    v->is_gathering = true;
    return simple(v, PART, e);
}

bool vault_keep(struct vault *v, err *e)
{
    return is_lost(v) ? lost(e) : simple(v, KEEP, e);
}

void vault_undo(struct vault *v)
{
    err ignored;
    if (!is_lost(v)) (void)(simple(v, UNDO, &ignored) && simple(v, KEEP, &ignored));
}

bool vault_commit(struct vault *v, err *e)
{
    if (is_lost(v)) return lost(e);
    if (v->is_gathering && !simple(v, COMMIT, e)) return false;
    v->is_gathering = false;
    const bool wants_settle = v->wants_settle;
    v->wants_settle = false;
    return !wants_settle || simple(v, SETTLE, e);
}

void vault_drop(struct vault *v)
{
    err ignored;
    if (v->is_gathering && !is_lost(v)) (void)simple(v, DROP, &ignored);
    v->is_gathering = v->wants_settle = false;
}

static bool remove_some(struct vault *v, int which, const str *bound, int count, int64_t *removed, err *e)
{
    lock_take(v->lock);
    const bool ok = run(v, which, bound, count, NULL, NULL, e);
    *removed = ok ? sqlite3_changes64(v->db) : 0;
    lock_drop(v->lock);
    return ok;
}

bool vault_forget(struct vault *v, str key, int64_t *removed, err *e)
{
    return remove_some(v, FORGET, &key, 1, removed, e);
}

bool vault_forget_before(struct vault *v, str kind, str key, str before, int64_t *removed, err *e)
{
    return remove_some(v, FORGET_BEFORE, (const str[]){kind, key, before}, 3, removed, e);
}

bool vault_settle(struct vault *v, err *e)
{
    v->wants_settle = v->is_gathering;
    return v->is_gathering || simple(v, SETTLE, e);
}

struct counting {
    arena *a;
    int64_t count;
    str oldest;
};

static bool count_row(sqlite3_stmt *s, void *context, err *e)
{
    struct counting *c = context;
    c->count = sqlite3_column_int64(s, 0);
    const str least = {(const char *)sqlite3_column_text(s, 1), (size_t)sqlite3_column_bytes(s, 1)};
    return least.n == 0 || arena_copy(c->a, least, &c->oldest) || err_no_memory(e);
}

bool vault_count(struct vault *v, str kind, str key, arena *a, int64_t *count, str *oldest, err *e)
{
    struct counting c = {.a = a};
    lock_take(v->lock);
    const bool ok = run(v, COUNT, (const str[]){kind, key}, 2, count_row, &c, e);
    lock_drop(v->lock);
    if (!ok) return false;
    *count = c.count;
    *oldest = c.oldest;
    return true;
}

bool vault_after(struct vault *v, str kind, str key, str after, arena *a, str *next, err *e)
{
    struct counting c = {.a = a};
    lock_take(v->lock);
    const bool ok = run(v, AFTER, (const str[]){kind, key, after}, 3, count_row, &c, e);
    lock_drop(v->lock);
    if (ok) *next = c.oldest;
    return ok;
}

bool vault_each(struct vault *v, str kind, str after, str upto, bool (*each)(str key, void *context, err *e),
                void *context, err *e)
{
    sqlite3_stmt *s = v->statements[EACH];
    bool ok = true;
    int got;
    lock_take(v->lock);
    bind(s, 1, kind);
    bind(s, 2, after);
    bind(s, 3, upto);
    while ((got = sqlite3_step(s)) == SQLITE_ROW && ok) {
        const str key = {(const char *)sqlite3_column_text(s, 0), (size_t)sqlite3_column_bytes(s, 0)};
        ok = each(key, context, e);
    }
    if (ok && got != SQLITE_DONE) ok = fault(v, e);
    sqlite3_reset(s);
    sqlite3_clear_bindings(s);
    lock_drop(v->lock);
    return ok;
}

static bool note_row(sqlite3_stmt *s, void *context, err *e)
{
    (void)s;
    (void)e;
    *(bool *)context = true;
    return true;
}

bool vault_has_any(struct vault *v, str kind, bool *out, err *e)
{
    err why = {0};
    *out = false;
    lock_take(v->lock);
    const bool ok = run(v, ANY, &kind, 1, note_row, out, &why);
    lock_drop(v->lock);
    return ok || why.code == ERR_ABSENT || err_set(e, why.code, ERR_NOWHERE, "%s", why.text);
}

// ---- A copy ------------------------------------------------------------------------------------------------------

// All pages in one step: in a log ahead of the file the writer does not wait for readers.
bool vault_copy(const char *from, const char *to, err *e)
{
    sqlite3 *in = NULL, *out = NULL;
    if (access(from, F_OK) != 0) return err_set(e, ERR_ABSENT, ERR_NOWHERE, "there is no %s", from);
    if (access(to, F_OK) == 0) return err_set(e, ERR_CONFLICT, ERR_NOWHERE, "%s exists already", to);
    const mode_t old = umask(077);
    bool ok = sqlite3_open_v2(from, &in, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK &&
              sqlite3_open_v2(to, &out, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL) == SQLITE_OK;
    if (ok) {
        sqlite3_busy_timeout(in, BUSY_MS);
        sqlite3_backup *b = sqlite3_backup_init(out, "main", in, "main");
        ok = b && sqlite3_backup_step(b, -1) == SQLITE_DONE;
        ok = sqlite3_backup_finish(b) == SQLITE_OK && ok;
    }
    umask(old);
    if (!ok) err_set(e, ERR_STORE, ERR_NOWHERE, "%s: %s", to, sqlite3_errmsg(out ? out : in));
    sqlite3_close(out);
    sqlite3_close(in);
    return ok;
}
