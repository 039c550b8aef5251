// SPDX-License-Identifier: EUPL-1.2
// Opening and closing a store: its directory, its lock, its streams and its tail.
#include "base/log.h"
#include "store/scan/shelf.h"
#include "store/blob.h"
#include "store/meter.h"
#include "store/stream/row.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define QUEUE_LENGTH 65536

static char *joined(const char *directory, const char *name)
{
    char *path = NULL;
    return asprintf(&path, "%s/%s", directory, name) < 0 ? NULL : path;
}

static bool exists(const char *path)
{
    return access(path, F_OK) == 0;
}

static bool make_directory(const char *directory, err *e)
{
    if (mkdir(directory, 0750) == 0 || errno == EEXIST) return true;
    return err_set(e, errno == ENOSPC ? ERR_DISK_FULL : ERR_STORE, ERR_NOWHERE,
                   "cannot make the directory %s: %s", directory, strerror(errno));
}

// One writer per store: a second peil is turned away here, not by an SQLITE_BUSY in the middle of its work.
static bool lock_store(struct store *s, err *e)
{
    char *path = joined(s->directory, "lock");
    if (!path) return err_no_memory(e);
    s->lock_file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0640);
    free(path);
    if (s->lock_file < 0)
        return err_set(e,
                       errno == EROFS || errno == EACCES ? ERR_READ_ONLY
                       : errno == ENOSPC                 ? ERR_DISK_FULL
                                                         : ERR_STORE,
                       ERR_NOWHERE, "cannot write in the store's directory %s: %s", s->directory,
                       strerror(errno));
    if (flock(s->lock_file, LOCK_EX | LOCK_NB) == 0) return true;
    return err_set(e, ERR_BUSY, ERR_NOWHERE, "another peil is using the store %s", s->directory);
}

bool store_is_free(str directory, err *e)
{
    char *path = NULL;
    if (asprintf(&path, "%.*s/lock", STR_ARG(directory)) < 0) return err_no_memory(e);
    const int file = open(path, O_RDWR | O_CLOEXEC);
    free(path);
    if (file < 0) return true;  // not there yet, or store_open says what is wrong with it
    const bool is_free = flock(file, LOCK_EX | LOCK_NB) == 0;
    close(file);
    return is_free ||
           err_set(e, ERR_BUSY, ERR_NOWHERE, "another peil is using the store %.*s", STR_ARG(directory));
}

static struct store *store_new(const store_config *c)
{
    struct store *s = calloc(1, sizeof *s);
    if (!s) return NULL;
    s->lock_file = -1;
    s->is_read_only = c->read_only;
    s->standard_access = c->standard_access;
    s->directory = strdup(c->directory);
    s->path = joined(c->directory, "peil.db");
    s->lock = lock_new();
    s->shelf = kept_shelf_new(c->hours_bytes);
    if (!c->read_only) s->queue = queue_new(c->queue_length > 0 ? c->queue_length : QUEUE_LENGTH);
    s->writer.store = s;
    if (s->directory && s->path && s->lock && s->shelf && (s->queue || c->read_only)) return s;
    store_close(s);
    return NULL;
}

static bool find_file(struct store *s, const store_config *c, err *e)
{
    if (exists(s->path)) return true;
    if (errno == EACCES)
        return err_set(e, ERR_DENIED, ERR_NOWHERE, "the store's directory %s is not open to this user",
                       s->directory);
    if (!c->create || c->read_only)
        return err_set(e, ERR_ABSENT, ERR_NOWHERE, "there is no store in %s: 'peil init' makes one",
                       s->directory);
    return make_directory(s->directory, e);
}

// A store closed in order has no log beside it.
static bool was_killed(const struct store *s)
{
    char *log = joined(s->directory, "peil.db-wal");
    const bool is_there = log && exists(log);
    free(log);
    return is_there;
}

static bool open_for_writing(struct store *s, err *e)
{
    const bool may_have_strays = was_killed(s);
    return lock_store(s, e) && connection_open(&s->writer, s, s->path, CONNECTION_WRITE, e) &&
           schema_migrate(&s->writer, e) && stream_rows_load(&s->writer, &s->streams, e) &&
           tail_replay(s, &s->writer, e) && (!may_have_strays || blobs_sweep(s, e)) && writer_start(s, e);
}

// The disk is read-only and the store was closed in order: SQLite may then read the file without its log's index beside it.
static bool is_on_frozen_disk(const struct store *s)
{
    char *log = joined(s->directory, "peil.db-wal");
    const bool is_frozen = log && access(s->directory, W_OK) != 0 && errno == EROFS && !exists(log);
    free(log);
    return is_frozen;
}

// One transaction on one connection for as long as the store is open: what it shows does not change, though another peil
// may be writing.
static bool open_for_reading(struct store *s, err *e)
{
    s->is_read_only = true;
    s->is_frozen = is_on_frozen_disk(s);
    s->tx.snapshot = (struct snapshot){.store = s, .connection = &s->writer};
    return connection_open(&s->writer, s, s->path,
                           s->is_frozen ? CONNECTION_FROZEN : CONNECTION_READ_ONLY_STORE, e) &&
           schema_is_newest(&s->writer, e) && sql_run(&s->writer, STR("BEGIN"), e) &&
           stream_rows_load(&s->writer, &s->streams, e) && tail_replay(s, &s->writer, e) &&
           (s->writer.at = &s->tx.snapshot);
}

// On a disk that cannot be written the store is read all the same; each write is told why not.
static bool open_store(struct store *s, const store_config *c, err *e)
{
    if (c->read_only) return open_for_reading(s, e);
    if (open_for_writing(s, e)) return true;
    if (e->code != ERR_READ_ONLY || !exists(s->path) || !is_on_frozen_disk(s)) return false;
    s->write_fault = *e;
    log_warning("store cannot be written", "text=\"%s\"", e->text);
    return open_for_reading(s, e);
}

bool store_open(const store_config *c, struct store **out, err *e)
{
    struct store *s = store_new(c);
    if (!s) return err_no_memory(e);
    const bool ok = (sodium_init() >= 0 || err_set(e, ERR_INTERNAL, ERR_NOWHERE, "libsodium cannot start")) &&
                    find_file(s, c, e) && open_store(s, c, e);
    if (!ok) {
        store_close(s);
        return false;
    }
    store_meter_register(c->metrics);
    log_info("store opened", "streams=%zu tail=%lld", s->streams.count, (long long)s->load.observations);
    *out = s;
    return true;
}

void store_close(struct store *s)
{
    if (!s) return;
    writer_stop(s);
    reclaim(s, true);
    free(s->retirement.items);
    snapshots_free(s);
    sights_forget(s);
    connection_close(&s->writer);  // the last one out copies the log into the file
    streams_free(&s->streams, &s->tails);
    tail_memory_free(&s->tails);
    kept_shelf_free(s->shelf);
    if (s->lock_file >= 0) close(s->lock_file);
    lock_free(s->lock);
    free(s->path);
    free(s->directory);
    free(s);
}

bool store_is_writable(struct store *s, err *e)
{
    if (s->is_read_only && s->write_fault.code == ERR_NONE)
        return err_set(e, ERR_READ_ONLY, ERR_NOWHERE, "the store was opened for reading only");
    lock_take(s->lock);
    const err fault = s->write_fault;
    lock_drop(s->lock);
    if (fault.code == ERR_NONE) return true;
    *e = fault;
    return false;
}
