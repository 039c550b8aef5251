// SPDX-License-Identifier: EUPL-1.2
// A copy of the store as one snapshot shows it, made in steps while others go on writing, then opened and looked over.
#include "store/blob.h"
#include "store/engine.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define STEP_PAGES 256
#define PAGE_BYTES 4096

struct copying {
    sqlite3 *to;
    void (*progress)(int64_t done, int64_t all, void *context);
    void *context;
};

static bool copy_failed(const struct copying *k, int rc, err *e)
{
    const err_code code = (rc & 0xff) == SQLITE_FULL ? ERR_DISK_FULL : ERR_STORE;
    return err_set(e, code, ERR_NOWHERE, "the copy could not be written: %s", sqlite3_errmsg(k->to));
}

// The snapshot's transaction stays open: every page comes from it, whatever is written meanwhile.
static bool copy_pages(struct snapshot *at, const struct copying *k, err *e)
{
    sqlite3_backup *b = sqlite3_backup_init(k->to, "main", at->connection->db, "main");
    if (!b) return copy_failed(k, sqlite3_errcode(k->to), e);
    int rc;
    while ((rc = sqlite3_backup_step(b, STEP_PAGES)) == SQLITE_OK) {
        const int64_t all = sqlite3_backup_pagecount(b), left = sqlite3_backup_remaining(b);
        if (k->progress) k->progress((all - left) * PAGE_BYTES, all * PAGE_BYTES, k->context);
    }
    const int64_t all = sqlite3_backup_pagecount(b);
    sqlite3_backup_finish(b);
    if (rc != SQLITE_DONE) return copy_failed(k, rc, e);
    if (k->progress) k->progress(all * PAGE_BYTES, all * PAGE_BYTES, k->context);
    return true;
}

static bool copy_file(struct snapshot *at, const char *path, struct copying *k, err *e)
{
    const int rc = sqlite3_open_v2(path, &k->to,
                                   SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
    bool ok = rc == SQLITE_OK ? copy_pages(at, k, e) : copy_failed(k, rc, e);
    if (sqlite3_close(k->to) != SQLITE_OK && ok)
        ok = err_set(e, ERR_STORE, ERR_NOWHERE, "the copy could not be closed");
    return ok;
}

static bool is_whole(struct store *copy, err *e)
{
    sqlite3_stmt *st;
    bool got;
    struct connection *c = &copy->writer;
    if (!sql_take(c, STR("PRAGMA quick_check(1)"), &st, e)) return false;
    bool ok = sql_step(c, st, &got, e);
    const str answer = ok && got ? sql_column_str(st, 0) : STR("");
    if (ok && !str_eq(answer, STR("ok")))
        ok = err_set(e, ERR_CORRUPT, ERR_NOWHERE, "the copy is damaged: %.*s", STR_ARG(answer));
    sql_give(c, st);
    return ok;
}

static bool look_over(const char *directory, uint64_t commit, err *e)
{
    struct store *copy;
    const store_config c = {.directory = directory, .read_only = true};
    if (!store_open(&c, &copy, e)) return err_within(e, "opening the copy");
    bool ok = is_whole(copy, e);
    if (ok && atomic_load_explicit(&copy->published, memory_order_relaxed) != commit)
        ok = err_set(e, ERR_STORE, ERR_NOWHERE, "the copy does not hold the newest commit");
    store_close(copy);
    return ok;
}

// The new file's name must be on disk as well as its bytes.
static bool sync_directory(const char *directory, err *e)
{
    const int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool ok = fd >= 0 && fsync(fd) == 0;
    if (!ok) err_set(e, ERR_IO, ERR_NOWHERE, "cannot sync %s: %s", directory, strerror(errno));
    if (fd >= 0) close(fd);
    return ok;
}

bool store_backup(struct store *s, const char *directory,
                  void (*progress)(int64_t done, int64_t all, void *context), void *context, err *e)
{
    char *path = NULL;
    struct snapshot *at;
    if (mkdir(directory, 0750) != 0)
        return err_set(e, errno == EEXIST ? ERR_CONFLICT : ERR_IO, ERR_NOWHERE, "cannot make %s: %s",
                       directory, strerror(errno));
    if (asprintf(&path, "%s/peil.db", directory) < 0) return err_no_memory(e);
    if (!snapshot_open(s, &at, e)) {
        free(path);
        return false;
    }
    struct copying k = {.progress = progress, .context = context};
    const uint64_t commit = snapshot_commit(at);
    bool ok = copy_file(at, path, &k, e) && blobs_copy(at, directory, e);
    snapshot_close(at);
    free(path);
    return ok && sync_directory(directory, e) && look_over(directory, commit, e);
}
