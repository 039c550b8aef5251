// SPDX-License-Identifier: EUPL-1.2
// Counting: observations of a stream and of all, and the store's own figures.
#include "store/scan/stream_scan.h"

#include <sys/stat.h>

// ---- observations ----

static bool count_scan(struct snapshot *at, const struct stream *s, interval when, int64_t *out, err *e)
{
    const struct scan_options o = scan_whole(when);
    struct stream_scan scan;
    struct point p;
    bool ok, got = false;
    int64_t n = 0;
    if (!stream_scan_open(&scan, at, s, &o, e)) return false;
    while ((ok = stream_scan_next(&scan, &p, &got, e)) && got) n++;
    stream_scan_close(&scan);
    if (ok) *out = n;
    return ok;
}

static bool count_stream(struct snapshot *at, const struct stream *s, interval when, int64_t *out, err *e)
{
    if (when.start != TIME_NONE || when.end != TIME_NONE) return count_scan(at, s, when, out, e);
    struct stream_extent x;
    if (stream_extent(at, s->id, &x, e)) {
        *out = x.count;
        return true;
    }
    *out = 0;
    return e->code == ERR_ABSENT;
}

bool observations_count(struct snapshot *at, entity_id stream, interval when, int64_t *out, err *e)
{
    int64_t sum = 0, n;
    const struct stream *s = stream != 0 ? snapshot_stream(at, stream) : snapshot_next_stream(at, 0);
    for (; s; s = stream != 0 ? NULL : snapshot_next_stream(at, s->id)) {
        if (!count_stream(at, s, when, &n, e)) return false;
        sum += n;
    }
    *out = sum;
    return true;
}

// ---- the store ----

static bool count_sql(struct snapshot *at, str sql, int64_t *out, err *e)
{
    struct connection *c = snapshot_connection(at);
    sqlite3_stmt *st;
    bool got;
    if (!sql_take(c, sql, &st, e)) return false;
    const bool ok = sql_step(c, st, &got, e);
    if (ok) *out = got ? sqlite3_column_int64(st, 0) : 0;
    sql_give(c, st);
    return ok;
}

static int64_t file_bytes(const char *path, const char *suffix)
{
    char name[4096];
    struct stat st;
    sqlite3_snprintf(sizeof name, name, "%s%s", path, suffix);
    return stat(name, &st) == 0 ? (int64_t)st.st_size : 0;
}

bool store_figures(struct snapshot *at, struct store_figures *out, err *e)
{
    struct store_figures f = {.commit = at->commit};
    int64_t growing, sealed;
    const interval ever = {TIME_NONE, TIME_NONE};
    if (!entity_counts(at, f.entities, e) ||
        !observations_count(at, 0, ever, &f.entities[SET_OBSERVATION], e))
        return false;
    if (!count_sql(at, STR("SELECT count(*) FROM chunk"), &f.chunks, e)) return false;
    if (!count_sql(at, STR("SELECT count(*) FROM stream WHERE growing_count > 0"), &growing, e)) return false;
    if (!count_sql(at, STR("SELECT sum(count) FROM stream"), &sealed, e)) return false;
    f.chunks += growing;
    f.tail_observations = f.entities[SET_OBSERVATION] - sealed;
    f.bytes_on_disk = file_bytes(at->store->path, "") + file_bytes(at->store->path, "-wal");
    *out = f;
    return true;
}
