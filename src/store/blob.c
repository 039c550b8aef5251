// SPDX-License-Identifier: EUPL-1.2
#include "store/blob.h"

#include "base/file.h"
#include "base/log.h"
#include "store/engine.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HASH_BYTES (STORE_BLOB_HASH / 2)
#define PATH_BYTES 4096

static void hash_of(str bytes, char out[STORE_BLOB_HASH + 1])
{
    unsigned char hash[HASH_BYTES];
    crypto_generichash(hash, sizeof hash, (const unsigned char *)bytes.p, bytes.n, NULL, 0);
    sodium_bin2hex(out, STORE_BLOB_HASH + 1, hash, sizeof hash);
}

static bool is_hash(str s)
{
    if (s.n != STORE_BLOB_HASH) return false;
    for (size_t i = 0; i < s.n; i++)
        if (!((s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] >= 'a' && s.p[i] <= 'f'))) return false;
    return true;
}

// ---- files ----

struct place {
    char all[PATH_BYTES];     // DIR/blobs
    char folder[PATH_BYTES];  // DIR/blobs/ab
    char file[PATH_BYTES];    // DIR/blobs/ab/HASH
};

static bool place_of(const char *directory, const char *hash, struct place *p, err *e)
{
    snprintf(p->all, sizeof p->all, "%s/blobs", directory);
    snprintf(p->folder, sizeof p->folder, "%s/blobs/%.2s", directory, hash);
    const int n = snprintf(p->file, sizeof p->file, "%s/blobs/%.2s/%s", directory, hash, hash);
    return (n > 0 && (size_t)n < sizeof p->file) ||
           err_set(e, ERR_LIMIT, ERR_NOWHERE, "the path of the store is too long");
}

static bool file_fault(err *e, const char *what, const char *path)
{
    const err_code code = errno == ENOSPC || errno == EDQUOT ? ERR_DISK_FULL
                          : errno == EROFS                   ? ERR_READ_ONLY
                                                             : ERR_STORE;
    return err_set(e, code, ERR_NOWHERE, "cannot %s %s: %s", what, path, strerror(errno));
}

static bool sync_path(const char *path, err *e)
{
    const int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool ok = fd >= 0 && fsync(fd) == 0;
    if (!ok) file_fault(e, "sync", path);
    if (fd >= 0) close(fd);
    return ok;
}

// A folder's name must be on disk before what lies in it.
static bool make_folder(const char *path, const char *parent, err *e)
{
    if (mkdir(path, 0750) == 0) return sync_path(parent, e);
    return errno == EEXIST || file_fault(e, "make", path);
}

static bool write_file(const char *directory, const char *hash, str bytes, err *e)
{
    struct place p;
    return place_of(directory, hash, &p, e) && make_folder(p.all, directory, e) &&
           make_folder(p.folder, p.all, e) && file_replace(p.file, bytes, e);
}

static bool read_file(const char *directory, const char *hash, buf *out, err *e)
{
    struct place p;
    char found[STORE_BLOB_HASH + 1];
    out->max = STORE_BLOB_MAX;
    if (!place_of(directory, hash, &p, e)) return false;
    if (!file_read(p.file, out, e)) {
        if (e) e->code = ERR_CORRUPT;  // the row says that it is there
        return false;
    }
    hash_of(buf_str(out), found);
    return strcmp(found, hash) == 0 ||
           err_set(e, ERR_CORRUPT, ERR_NOWHERE, "the blob %s is damaged: its bytes have another hash", hash);
}

static bool has_file(const char *directory, const char *hash, size_t bytes)
{
    struct place p;
    struct stat is;
    err ignored;
    return place_of(directory, hash, &p, &ignored) && stat(p.file, &is) == 0 && S_ISREG(is.st_mode) &&
           (size_t)is.st_size == bytes;
}

// ---- rows ----

static bool run_for(struct connection *c, str sql, const char *hash, int64_t bytes, err *e)
{
    sqlite3_stmt *st;
    if (!sql_take(c, sql, &st, e)) return false;
    sql_bind_str(st, 1, str_of(hash));
    if (bytes >= 0) sqlite3_bind_int64(st, 2, bytes);
    return sql_finish(c, st, e);
}

static bool find_row(struct connection *c, const char *hash, bool *got, err *e)
{
    sqlite3_stmt *st;
    if (!sql_take(c, STR("SELECT 1 FROM blob WHERE hash = ?1"), &st, e)) return false;
    sql_bind_str(st, 1, str_of(hash));
    const bool ok = sql_step(c, st, got, e);
    sql_give(c, st);
    return ok;
}

// Calls `each` for every row; stops on the first fault.
static bool each_row(struct connection *c, bool (*each)(const char *hash, void *context, err *e),
                     void *context, err *e)
{
    sqlite3_stmt *st;
    bool ok, got = false;
    if (!sql_take(c, STR("SELECT hash FROM blob ORDER BY hash"), &st, e)) return false;
    while ((ok = sql_step(c, st, &got, e)) && got) {
        char hash[STORE_BLOB_HASH + 1];
        const str s = sql_column_str(st, 0);
        ok = is_hash(s) || err_set(e, ERR_CORRUPT, ERR_NOWHERE, "the table of blobs is damaged");
        if (ok) snprintf(hash, sizeof hash, "%.*s", STR_ARG(s));
        if (!ok || !(ok = each(hash, context, e))) break;
    }
    sql_give(c, st);
    return ok;
}

static bool absent(str hash, err *e)
{
    return err_set(e, ERR_ABSENT, ERR_NOWHERE, "there is no blob '%.*s'", STR_ARG(hash));
}

// ---- the store's door ----

static bool note(struct store_tx *tx, const char *hash, err *e)
{
    struct blob_note *n = ARENA_NEW(tx->arena, struct blob_note);
    if (!n) return err_no_memory(e);
    snprintf(n->hash, sizeof n->hash, "%s", hash);
    n->next = tx->blobs;
    tx->blobs = n;
    return true;
}

bool store_blob_put(struct store_tx *tx, str bytes, char hash[STORE_BLOB_HASH + 1], err *e)
{
    struct connection *c = tx_connection(tx);
    char name[STORE_BLOB_HASH + 1];
    bool got;
    if (bytes.n > STORE_BLOB_MAX)
        return err_set(e, ERR_LIMIT, ERR_NOWHERE, "a file of %zu bytes is too large: %zu at most", bytes.n,
                       STORE_BLOB_MAX);
    hash_of(bytes, name);
    if (!tx_begin_sql(tx, e) || !note(tx, name, e) || !find_row(c, name, &got, e)) return false;
    if ((!got || !has_file(tx->store->directory, name, bytes.n)) &&
        !write_file(tx->store->directory, name, bytes, e))
        return false;
    if (!run_for(c,
                 STR("INSERT INTO blob(hash, bytes, holders) VALUES(?1, ?2, 1) "
                     "ON CONFLICT DO UPDATE SET holders = holders + 1"),
                 name, (int64_t)bytes.n, e))
        return false;
    snprintf(hash, STORE_BLOB_HASH + 1, "%s", name);
    return true;
}

bool store_blob_delete(struct store_tx *tx, str hash, err *e)
{
    struct connection *c = tx_connection(tx);
    char name[STORE_BLOB_HASH + 1];
    bool got;
    if (!is_hash(hash)) return absent(hash, e);
    snprintf(name, sizeof name, "%.*s", STR_ARG(hash));
    if (!find_row(c, name, &got, e)) return false;
    if (!got) return absent(hash, e);
    return tx_begin_sql(tx, e) && note(tx, name, e) &&
           run_for(c, STR("UPDATE blob SET holders = holders - 1 WHERE hash = ?1"), name, -1, e) &&
           run_for(c, STR("DELETE FROM blob WHERE hash = ?1 AND holders <= 0"), name, -1, e);
}

bool store_blob_get(struct snapshot *at, str hash, arena *a, str *bytes, err *e)
{
    char name[STORE_BLOB_HASH + 1];
    buf b = {0};
    bool got;
    if (!is_hash(hash)) return absent(hash, e);
    snprintf(name, sizeof name, "%.*s", STR_ARG(hash));
    if (!find_row(snapshot_connection(at), name, &got, e)) return false;
    if (!got) return absent(hash, e);
    bool ok = read_file(at->store->directory, name, &b, e);
    if (ok && !arena_copy(a, buf_str(&b), bytes)) ok = err_no_memory(e);
    buf_free(&b);
    return ok;
}

// ---- files that nobody needs ----

void blobs_settle(struct store_tx *tx)
{
    for (const struct blob_note *n = tx->blobs; n; n = n->next) {
        char *hash = strdup(n->hash);
        if (hash) retire(tx->store, (struct retired){.blob = hash});
    }
    tx->blobs = NULL;
}

static bool drop_if_unnamed(struct store *s, const char *hash, err *e)
{
    struct place p;
    bool got;
    if (!find_row(&s->writer, hash, &got, e) || !place_of(s->directory, hash, &p, e)) return false;
    return got || unlink(p.file) == 0 || errno == ENOENT || file_fault(e, "remove", p.file);
}

void blob_reclaim(struct store *s, char *hash)
{
    err e;
    if (!drop_if_unnamed(s, hash, &e)) log_warning("blob not removed", "text=\"%s\"", e.text);
    free(hash);
}

static bool sweep_folder(struct store *s, const char *path, err *e)
{
    DIR *d = opendir(path);
    if (!d) return file_fault(e, "read", path);
    bool ok = true;
    for (const struct dirent *f; ok && (f = readdir(d));)
        if (is_hash(str_of(f->d_name)))
            ok = drop_if_unnamed(s, f->d_name, e);
        else if (str_ends(str_of(f->d_name), STR(".new")))
            unlinkat(dirfd(d), f->d_name, 0);  // of a write that broke off
    closedir(d);
    return ok;
}

bool blobs_sweep(struct store *s, err *e)
{
    char path[PATH_BYTES];
    bool ok = true;
    for (int i = 0; ok && i < 256; i++) {
        snprintf(path, sizeof path, "%s/blobs/%02x", s->directory, (unsigned)i);
        if (access(path, F_OK) == 0) ok = sweep_folder(s, path, e);
    }
    return ok;
}

// ---- looking after them ----

struct copying {
    const char *from, *to;
};

static bool copy_one(const char *hash, void *context, err *e)
{
    const struct copying *k = context;
    buf b = {0};
    const bool ok = read_file(k->from, hash, &b, e) && write_file(k->to, hash, buf_str(&b), e);
    buf_free(&b);
    return ok;
}

bool blobs_copy(struct snapshot *at, const char *directory, err *e)
{
    struct copying k = {at->store->directory, directory};
    return each_row(at->connection, copy_one, &k, e);
}

struct checking {
    const char *directory;
    void (*found)(const char *sentence, void *context);
    void *context;
    int64_t *findings;
};

static bool check_one(const char *hash, void *context, err *e)
{
    const struct checking *k = context;
    buf b = {0};
    err fault;
    (void)e;
    if (!read_file(k->directory, hash, &b, &fault)) {
        ++*k->findings;
        k->found(fault.text, k->context);
    }
    buf_free(&b);
    return true;
}

bool blobs_check(struct snapshot *at, void (*found)(const char *sentence, void *context), void *context,
                 int64_t *findings, err *e)
{
    struct checking k = {at->store->directory, found, context, findings};
    return each_row(at->connection, check_one, &k, e);
}
