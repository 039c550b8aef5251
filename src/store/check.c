// SPDX-License-Identifier: EUPL-1.2
// Walks everything that the store holds and says in plain sentences what is wrong.
#include "store/blob.h"
#include "store/scan/stream_scan.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct checking {
    struct snapshot *at;
    void (*found)(const char *sentence, void *context);
    void *context;
    int64_t findings;
};

static void find(struct checking *k, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void find(struct checking *k, const char *format, ...)
{
    char sentence[512];
    va_list args;
    va_start(args, format);
    vsnprintf(sentence, sizeof sentence, format, args);
    va_end(args);
    k->findings++;
    k->found(sentence, k->context);
}

// A fault of reading is a finding; only what stops all further looking is an error.
static bool note(struct checking *k, const char *what, err *e)
{
    if (e->code != ERR_CORRUPT) return false;
    find(k, "%s: %s.", what, e->text);
    return true;
}

// ---- SQLite's own check ----

static bool check_file(struct checking *k, err *e)
{
    struct connection *c = k->at->connection;
    sqlite3_stmt *st;
    bool ok, got = false;
    if (!sql_take(c, STR("PRAGMA integrity_check(100)"), &st, e)) return note(k, "The file's structure", e);
    while ((ok = sql_step(c, st, &got, e)) && got) {
        const str line = sql_column_str(st, 0);
        if (!str_eq(line, STR("ok"))) find(k, "The file's structure is damaged: %.*s.", STR_ARG(line));
    }
    sql_give(c, st);
    return ok || note(k, "The file's structure", e);
}

// ---- the tail ----

static bool is_readable(str row)
{
    struct tail_reader r;
    struct tail_item item;
    struct observation o;
    bool got = true;
    if (row.n == 0) return true;
    if (!tail_reader_open(&r, row)) return false;
    while (tail_reader_next(&r, &item, &got) && (!got || point_read(&item.point, item.stream, &o)))
        if (!got) return true;
    return false;
}

static bool check_tail(struct checking *k, err *e)
{
    struct connection *c = k->at->connection;
    sqlite3_stmt *st;
    bool ok, got = false;
    if (!sql_take(c, STR("SELECT id, data FROM tail"), &st, e)) return false;
    while ((ok = sql_step(c, st, &got, e)) && got)
        if (!is_readable(sql_column_str(st, 1)))
            find(k, "The readings of commit %lld are damaged.", (long long)sqlite3_column_int64(st, 0));
    sql_give(c, st);
    return ok || note(k, "The tail", e);
}

// ---- chunks ----

struct walk {
    struct point_key last;  // of the chunks so far
    struct stream_row row;  // counted from them
};

static bool check_points(struct checking *k, entity_id stream, const struct stored_chunk *chunk,
                         struct chunk_reader *r, struct walk *w)
{
    struct chunk_block b;
    struct point p;
    struct observation o;
    for (;;) {
        if (!chunk_next(r, &b)) return false;
        if (b.n == 0) break;
        for (size_t i = 0; i < b.n; i++) {
            chunk_point(r, &b, i, &p);
            if (!point_read(&p, stream, &o)) return false;
            const struct point_key key = {p.time, p.number};
            if (point_key_cmp(key, w->last) <= 0)
                find(k, "Observation %lld of Datastream %lld stands out of order.", (long long)p.number,
                     (long long)stream);
            w->last = key;
            stream_row_add(&w->row, &p);
            stream_row_keep_newest(&w->row, &p);
        }
    }
    if (chunk->id == 0)
        w->row.growing_count = r->head.count;
    else if (point_key_cmp(w->last, chunk->last) != 0)
        find(k, "Chunk %lld of Datastream %lld says that it ends where it does not.", (long long)chunk->id,
             (long long)stream);
    return true;
}

static void check_chunk(struct checking *k, entity_id stream, const struct stored_chunk *chunk,
                        struct walk *w)
{
    struct chunk_reader r;
    bool ok = chunk_open(&r, buf_str(&chunk->bytes), CHUNK_ALL);
    if (ok) {
        ok = check_points(k, stream, chunk, &r, w);
        chunk_close(&r);
    }
    if (!ok && chunk->id == 0) find(k, "The newest chunk of Datastream %lld is damaged.", (long long)stream);
    if (!ok && chunk->id != 0)
        find(k, "Chunk %lld of Datastream %lld is damaged.", (long long)chunk->id, (long long)stream);
}

static bool check_chunks(struct checking *k, entity_id stream, struct walk *w, err *e)
{
    struct connection *c = k->at->connection;
    struct stored_chunk chunk = {.id = 0};
    bool got;
    bool ok = chunk_at(c, stream, POINT_KEY_FIRST, &chunk, &got, e);
    while (ok && got) {
        check_chunk(k, stream, &chunk, w);
        ok = chunk_after(c, stream, chunk.last, &chunk, &got, e);
    }
    ok = ok && chunk_growing(c, stream, &chunk, &got, e);
    if (ok && got) check_chunk(k, stream, &chunk, w);
    buf_free(&chunk.bytes);
    return ok;
}

static void compare_row(struct checking *k, entity_id stream, const struct stream_row *says,
                        const struct stream_row *is)
{
    const struct stream_extent *a = &says->extent, *b = &is->extent;
    if (a->count != b->count || says->growing_count != is->growing_count)
        find(k, "Datastream %lld has %lld Observations in chunks, but its row says %lld.", (long long)stream,
             (long long)b->count, (long long)a->count);
    if (a->phen_min != b->phen_min || a->phen_max != b->phen_max || a->result_min != b->result_min ||
        a->result_max != b->result_max || says->newest_time != is->newest_time ||
        says->newest_number != is->newest_number || a->feature != b->feature)
        find(k, "Datastream %lld's row says other times or features than its Observations have.",
             (long long)stream);
    if (says->newest_bytes > 0 &&
        (says->newest_bytes != is->newest_bytes || memcmp(says->newest, is->newest, is->newest_bytes) != 0))
        find(k, "Datastream %lld's row says that its newest Observation is another.", (long long)stream);
    if ((is->is_unordered && !says->is_unordered) || is->greatest_number > says->greatest_number ||
        says->greatest_number >= says->next_number)
        find(k, "Datastream %lld's row says wrong things of its numbers.", (long long)stream);
}

static bool check_stream(struct checking *k, entity_id stream, err *e)
{
    const int64_t before = k->findings;
    struct stream_row row;
    bool got;
    struct walk w = {
        .last = POINT_KEY_FIRST,
        .row = {.extent = {0, TIME_NONE, TIME_NONE, TIME_NONE, TIME_NONE, 0}, .newest_time = TIME_NONE}};
    if (!stream_row_read(k->at->connection, stream, &row, &got, e) || !check_chunks(k, stream, &w, e)) {
        char what[64];
        snprintf(what, sizeof what, "Datastream %lld", (long long)stream);
        return note(k, what, e);
    }
    if (got && k->findings == before) compare_row(k, stream, &row, &w.row);
    return true;
}

static bool check_streams(struct checking *k, err *e)
{
    for (struct stream *s = snapshot_next_stream(k->at, 0); s; s = snapshot_next_stream(k->at, s->id))
        if (!check_stream(k, s->id, e)) return false;
    return true;
}

static bool check_strays(struct checking *k, err *e)
{
    struct connection *c = k->at->connection;
    sqlite3_stmt *st;
    bool ok, got = false;
    if (!sql_take(c,
                  STR("SELECT stream, count(*) FROM chunk WHERE stream NOT IN (SELECT id FROM stream) GROUP "
                      "BY stream"),
                  &st, e))
        return false;
    while ((ok = sql_step(c, st, &got, e)) && got)
        find(k, "%lld chunks belong to Datastream %lld, which is not there.",
             (long long)sqlite3_column_int64(st, 1), (long long)sqlite3_column_int64(st, 0));
    sql_give(c, st);
    return ok || note(k, "The table of chunks", e);
}

bool store_check(struct store *s, void (*found)(const char *sentence, void *context), void *context,
                 int64_t *findings, err *e)
{
    struct checking k = {.found = found, .context = context};
    if (!snapshot_open(s, &k.at, e) || !snapshot_show(k.at, ACCESS_PRIVATE, e)) return false;
    const bool ok = check_file(&k, e) && check_tail(&k, e) && check_streams(&k, e) && check_strays(&k, e) &&
                    entity_check(k.at, found, context, &k.findings, e) &&
                    blobs_check(k.at, found, context, &k.findings, e);
    snapshot_close(k.at);
    if (ok) *findings = k.findings;
    return ok;
}
