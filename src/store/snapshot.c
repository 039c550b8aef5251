// SPDX-License-Identifier: EUPL-1.2
// Snapshots: a read transaction of SQLite on a connection of its own, with the number of the commit that it shows.
#include "base/time.h"
#include "store/blob.h"
#include "store/engine.h"
#include "store/meter.h"

#include <sched.h>
#include <stdlib.h>

#define CONNECTIONS_MAX 256  // open snapshots; beyond: ERR_BUSY
#define CONNECTIONS_KEPT 16  // idle ones

struct connection *snapshot_connection(struct snapshot *at)
{
    return at->connection;
}

static const str access_names[] = {STR("public"), STR("internal"), STR("private")};

bool access_by_name(str name, access_level *out)
{
    for (access_level a = ACCESS_PUBLIC; a <= ACCESS_PRIVATE; a++) {
        if (!str_eq(access_names[a], name)) continue;
        *out = a;
        return true;
    }
    return false;
}

str access_name(access_level a)
{
    return access_names[a];
}

uint64_t snapshot_commit(const struct snapshot *at)
{
    return at->commit;
}

// ---- the list of open ones, under the store's lock ----

static void enlist(struct store *s, struct snapshot *at)
{
    at->ticket = s->ticket++;
    at->next = NULL;
    at->previous = s->youngest;
    *(s->youngest ? &s->youngest->next : &s->oldest) = at;
    s->youngest = at;
    store_meter_snapshots(++s->open_count);
}

static void delist(struct store *s, struct snapshot *at)
{
    *(at->previous ? &at->previous->next : &s->oldest) = at->next;
    *(at->next ? &at->next->previous : &s->youngest) = at->previous;
    store_meter_snapshots(--s->open_count);
}

// ---- opening ----

static void snapshot_free(struct snapshot *at)
{
    if (!at) return;
    connection_close(at->connection);
    free(at->connection);
    free(at);
}

static struct snapshot *snapshot_new(struct store *s, err *e)
{
    struct snapshot *at = calloc(1, sizeof *at);
    struct connection *c = calloc(1, sizeof *c);
    if (!at || !c) {
        free(at);
        free(c);
        err_no_memory(e);
        return NULL;
    }
    at->store = s;
    at->connection = c;
    if (!connection_open(c, s, s->path, s->is_frozen ? CONNECTION_FROZEN : CONNECTION_READ, e)) {
        free(c);
        free(at);
        return NULL;
    }
    return at;
}

static bool begin(struct snapshot *at, err *e)
{
    struct connection *c = at->connection;
    sqlite3_stmt *st;
    bool got;
    if (!sql_run(c, STR("BEGIN"), e)) return false;
    if (!sql_take(c, STR("SELECT id FROM tail ORDER BY id DESC LIMIT 1"), &st, e)) return false;
    bool ok = sql_step(c, st, &got, e);
    if (ok && !got)
        ok = err_set(e, ERR_CORRUPT, ERR_NOWHERE, "the store has lost its newest commit: run 'peil doctor'");
    if (ok) at->commit = (uint64_t)sqlite3_column_int64(st, 0);
    sql_give(c, st);
    return ok;
}

// SQLite shows a commit some microseconds before the writer has published what it appended in memory.
static void wait_published(const struct store *s, uint64_t commit)
{
    while (atomic_load_explicit(&s->published, memory_order_acquire) < commit) sched_yield();
}

// A store opened for reading only has one transaction, begun when it was opened, for all its snapshots.
static bool share_only_snapshot(struct store *s, struct snapshot **out)
{
    s->tx.snapshot.commit = atomic_load_explicit(&s->published, memory_order_relaxed);
    *out = &s->tx.snapshot;
    return true;
}

bool snapshot_open(struct store *s, struct snapshot **out, err *e)
{
    if (s->is_read_only && !s->is_frozen) return share_only_snapshot(s, out);
    lock_take(s->lock);
    const bool is_full = s->open_count >= CONNECTIONS_MAX;
    struct snapshot *at = is_full ? NULL : s->idle;
    if (at) {
        s->idle = at->next;
        s->idle_count--;
    }
    lock_drop(s->lock);
    if (is_full) return err_set(e, ERR_BUSY, ERR_NOWHERE, "too many readers at once: try again");
    if (!at && !(at = snapshot_new(s, e))) return false;

    at->opened_us = time_monotonic_us();
    lock_take(s->lock);
    enlist(s, at);  // before BEGIN: from here on nothing that it may see is freed
    lock_drop(s->lock);
    at->connection->at = at;
    if (!begin(at, e)) {
        snapshot_close(at);
        return false;
    }
    wait_published(s, at->commit);
    if (!snapshot_show(at, ACCESS_PUBLIC, e)) {
        snapshot_close(at);
        return false;
    }
    *out = at;
    return true;
}

bool snapshot_open_memory(struct store *s, struct snapshot *at)
{
    *at = (struct snapshot){.store = s, .opened_us = time_monotonic_us()};
    if (s->is_read_only) return false;
    lock_take(s->lock);
    enlist(s, at);  // before the commit is known, as above
    lock_drop(s->lock);
    at->commit = atomic_load_explicit(&s->published, memory_order_acquire);
    at->sight = sight_of_public(s, at->commit);
    if (at->sight) return true;
    snapshot_close_memory(at);
    return false;
}

void snapshot_close_memory(struct snapshot *at)
{
    sight_drop(at->sight);
    lock_take(at->store->lock);
    delist(at->store, at);
    lock_drop(at->store->lock);
}

bool snapshot_show(struct snapshot *at, access_level most, err *e)
{
    struct sight *fresh;
    if (!sight_take(at, most, &fresh, e)) return false;
    sight_drop(at->sight);
    at->sight = fresh;
    return true;
}

void snapshot_close(struct snapshot *at)
{
    if (!at || at == &at->store->tx.snapshot) return;
    struct store *s = at->store;
    err ignored;
    sight_drop(at->sight);
    at->sight = NULL;
    const bool is_usable = sql_run(at->connection, STR("COMMIT"), &ignored) ||
                           sqlite3_get_autocommit(at->connection->db);
    at->connection->at = NULL;
    lock_take(s->lock);
    delist(s, at);
    const bool is_kept = is_usable && s->idle_count < CONNECTIONS_KEPT;
    if (is_kept) {
        at->next = s->idle;
        s->idle = at;
        s->idle_count++;
    }
    lock_drop(s->lock);
    if (!is_kept) snapshot_free(at);
}

void snapshots_free(struct store *s)
{
    for (struct snapshot *at = s->idle, *next; at; at = next) {
        next = at->next;
        snapshot_free(at);
    }
    s->idle = NULL;
}

// ---- reclaiming ----

void retire(struct store *s, struct retired what)
{
    struct retirement *r = &s->retirement;
    if (r->count == r->capacity) {
        const size_t capacity = r->capacity > 0 ? r->capacity * 2 : 64;
        struct retired *items = realloc(r->items, capacity * sizeof *items);
        if (!items) return;  // no memory: it stays until the store is closed, or for good
        r->items = items;
        r->capacity = capacity;
    }
    lock_take(s->lock);
    what.ticket = s->ticket;
    lock_drop(s->lock);
    r->items[r->count++] = what;
}

static void free_retired(struct store *s, struct retired what)
{
    if (what.blob) blob_reclaim(s, what.blob);
    if (what.newer) what.newer->older = NULL;
    if (what.tail) tail_free(what.tail, &s->tails);
    if (what.stream && what.is_listed) {
        streams_remove(&s->streams, what.stream);
        retire(s, (struct retired){.stream = what.stream});
        return;
    }
    stream_free(what.stream, &s->tails);
}

void reclaim(struct store *s, bool all)
{
    struct retirement *r = &s->retirement;
    if (r->first == r->count) return;
    lock_take(s->lock);
    const uint64_t oldest = all ? UINT64_MAX : s->oldest ? s->oldest->ticket : s->ticket;
    lock_drop(s->lock);
    while (r->first < r->count && r->items[r->first].ticket <= oldest) free_retired(s, r->items[r->first++]);
    if (r->first == r->count) r->first = r->count = 0;
    if (r->first > r->capacity / 2) {
        for (size_t i = r->first; i < r->count; i++) r->items[i - r->first] = r->items[i];
        r->count -= r->first;
        r->first = 0;
    }
}
