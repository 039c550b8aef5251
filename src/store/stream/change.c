// SPDX-License-Identifier: EUPL-1.2
// Changing and deleting observations that are there. The stream's tail is put into chunks first, so that there is one
// place to look; then the one chunk is written anew.
#include "store/stream/seal.h"

// ---- finding the chunk ----

static bool has_number(str bytes, uint32_t number, bool *has)
{
    struct chunk_head head;
    struct chunk_reader r;
    struct chunk_block b;
    *has = false;
    if (!chunk_read_head(bytes, &head)) return false;
    if (number < head.least_number || number > head.greatest_number) return true;
    if (!chunk_open(&r, bytes, CHUNK_NUMBERS)) return false;
    bool ok;
    while ((ok = chunk_next(&r, &b)) && b.n > 0 && !*has)
        for (size_t i = 0; i < b.n; i++) *has = *has || b.number[i] == number;
    chunk_close(&r);
    return ok;
}

// Full chunks from the first on; in a stream whose numbers count up with times from the one that must have it.
static bool find_full(struct sealing *k, uint32_t number, struct stored_chunk *out, bool *got, err *e)
{
    struct point_key key = POINT_KEY_FIRST;
    if (!k->row.is_unordered && !chunk_key_of_number(k->connection, k->stream->id, number, &key, e))
        return false;
    if (!chunk_at(k->connection, k->stream->id, key, out, got, e)) return false;
    while (*got) {
        bool has;
        if (!has_number(buf_str(&out->bytes), number, &has)) return chunk_damaged(k->stream->id, e);
        if (has) return true;
        if (!chunk_after(k->connection, k->stream->id, out->last, out, got, e)) return false;
    }
    return true;
}

// ---- taking out ----

struct filter {
    uint32_t number;    // this one, or
    entity_id feature;  // all of this feature
    size_t taken;
    struct point last;  // taken out
};

static bool is_taken(const struct filter *f, const struct point *p)
{
    return f->number != 0 ? p->number == f->number : p->feature == f->feature;
}

static size_t keep_others(struct filter *f, struct point *points, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (is_taken(f, &points[i])) {
            f->last = points[i];
            f->taken++;
        } else {
            points[kept++] = points[i];
        }
    }
    return kept;
}

static bool filter_full(struct sealing *k, const struct stored_chunk *chunk, struct filter *f, err *e)
{
    struct point *points;
    size_t count;
    if (!chunk_points(buf_str(&chunk->bytes), k->memory, &points, &count))
        return chunk_damaged(k->stream->id, e);
    const size_t kept = keep_others(f, points, count);
    if (kept == count) return true;
    if (kept == 0) return chunk_delete(k->connection, chunk->id, e);
    return sealing_rewrite(k, chunk, points, kept, e);
}

static bool filter_growing(struct sealing *k, struct filter *f, err *e)
{
    struct point *points;
    size_t count;
    if (k->row.growing_count == 0) return true;
    if (!chunk_points(buf_str(&k->growing), k->memory, &points, &count))
        return chunk_damaged(k->stream->id, e);
    const size_t kept = keep_others(f, points, count);
    return kept == count || sealing_keep_growing(k, points, kept, e);
}

static bool take_number(struct sealing *k, uint32_t number, struct filter *f, err *e)
{
    struct stored_chunk chunk = {.id = 0};
    bool got = false;
    *f = (struct filter){.number = number};
    bool ok = find_full(k, number, &chunk, &got, e);
    if (ok) ok = got ? filter_full(k, &chunk, f, e) : filter_growing(k, f, e);
    buf_free(&chunk.bytes);
    return ok;
}

static bool take_feature(struct sealing *k, entity_id feature, struct filter *f, err *e)
{
    struct stored_chunk chunk = {.id = 0};
    bool got;
    *f = (struct filter){.feature = feature};
    bool ok = chunk_at(k->connection, k->stream->id, POINT_KEY_FIRST, &chunk, &got, e);
    while (ok && got) {
        const struct point_key last = chunk.last;
        ok = filter_full(k, &chunk, f, e) && chunk_after(k->connection, k->stream->id, last, &chunk, &got, e);
    }
    buf_free(&chunk.bytes);
    return ok && filter_growing(k, f, e);
}

// ---- the row, after something is gone ----

static bool touches(const struct stream_row *row, const struct point *p)
{
    struct extra x = {.end = TIME_NONE};
    if (p->extra.n > 0 && !extra_read(p->extra, p->time, &x)) return true;
    const struct stream_extent *s = &row->extent;
    return p->time == s->phen_min || (x.end != TIME_NONE ? x.end : p->time) == s->phen_max ||
           (p->result_time != TIME_NONE &&
            (p->result_time == s->result_min || p->result_time == s->result_max)) ||
           (p->time == row->newest_time && p->number == row->newest_number);
}

// Counts anew what the chunks hold; the growing one must be in the row already.
static bool recount(struct sealing *k, err *e)
{
    struct stream_row row = {.extent = {0, TIME_NONE, TIME_NONE, TIME_NONE, TIME_NONE, 0, 0},
                             .newest_time = TIME_NONE,
                             .next_number = k->row.next_number,
                             .growing_count = k->row.growing_count};
    struct chunk_scan scan;
    const struct point *p = NULL;
    if (!chunk_scan_open(&scan, k->connection, k->stream->id, &SCAN_ALL, POINT_KEY_FIRST, e)) return false;
    bool ok;
    while ((ok = chunk_scan_peek(&scan, &p, e)) && p) {
        stream_row_add(&row, p);
        chunk_scan_move(&scan);
    }
    chunk_scan_close(&scan);
    if (k->row.greatest_number > row.greatest_number) row.greatest_number = k->row.greatest_number;
    if (ok) k->row = row;
    return ok;
}

static void take_state_from_row(struct sealing *k)
{
    struct stream_state *t = &k->stream->state;
    t->info.last_time = k->row.newest_time;
    t->info.feature = k->row.extent.feature;
    t->newest_number = k->row.newest_number;
}

// The stream no longer has observations of the feature, perhaps.
static bool forget_feature(struct sealing *k, entity_id feature, err *e)
{
    struct chunk_scan scan;
    const struct point *p = NULL;
    if (feature == 0) return true;
    if (!chunk_scan_open(&scan, k->connection, k->stream->id, &SCAN_ALL, POINT_KEY_FIRST, e)) return false;
    bool ok;
    while ((ok = chunk_scan_peek(&scan, &p, e)) && p && p->feature != feature) chunk_scan_move(&scan);
    chunk_scan_close(&scan);
    if (!ok || p) return ok;
    if (k->stream->state.arrival_feature == feature) k->stream->state.arrival_feature = 0;
    sqlite3_stmt *st;
    if (!sql_take(k->connection, STR("DELETE FROM stream_feature WHERE stream = ?1 AND feature = ?2"), &st,
                  e))
        return false;
    sqlite3_bind_int64(st, 1, k->stream->id);
    sqlite3_bind_int64(st, 2, feature);
    return sql_finish(k->connection, st, e);
}

static bool finish(struct sealing *k, struct store_tx *tx, bool must_recount, err *e)
{
    if (!sealing_finish(k, tx, e)) return false;
    if (must_recount && (!recount(k, e) || !sealing_finish(k, tx, e))) return false;
    take_state_from_row(k);
    return true;
}

// ---- what the others call ----

static bool open_stream(struct store_tx *tx, entity_id stream, struct sealing *k, err *e)
{
    struct stream *s = snapshot_stream(&tx->snapshot, stream);
    if (!s)
        return err_set(e, ERR_ABSENT, ERR_NOWHERE, "there is no Datastream or MultiDatastream %lld",
                       (long long)stream);
    return tx_begin_sql(tx, e) && seal_stream(tx, s, e) && tx_save_stream(tx, s, e) &&
           sealing_open(k, tx, s, e);
}

static bool is_absent(struct store_tx *tx, entity_id id, err *e)
{
    return !snapshot_stream(&tx->snapshot, OBSERVATION_STREAM(id)) &&
           !observation_absent(&tx->snapshot, id, e);
}

static bool delete_one(struct sealing *k, struct store_tx *tx, entity_id id, err *e)
{
    struct filter f;
    if (!take_number(k, OBSERVATION_NUMBER(id), &f, e)) return false;
    if (f.taken == 0) return observation_absent(&tx->snapshot, id, e);
    const bool must_recount = touches(&k->row, &f.last);
    k->row.extent.count--;
    return finish(k, tx, must_recount, e) && forget_feature(k, f.last.feature, e);
}

bool observations_delete(struct store_tx *tx, entity_id id, err *e)
{
    struct sealing k;
    if (is_absent(tx, id, e) || !open_stream(tx, OBSERVATION_STREAM(id), &k, e)) return false;
    const bool ok = delete_one(&k, tx, id, e);
    sealing_close(&k);
    return ok && tx_changed(tx, CHANGE_DELETED, SET_OBSERVATION, id, NULL, e);
}

static bool delete_feature_from(struct store_tx *tx, entity_id stream, entity_id feature, err *e)
{
    struct sealing k;
    struct filter f;
    if (!open_stream(tx, stream, &k, e)) return false;
    const bool ok = take_feature(&k, feature, &f, e) && finish(&k, tx, true, e) &&
                    forget_feature(&k, feature, e);
    sealing_close(&k);
    return ok;
}

// Asked one at a time, for each answer changes what is asked.
static bool next_stream_of_feature(struct connection *c, entity_id feature, entity_id *stream, err *e)
{
    sqlite3_stmt *st;
    bool got;
    if (!sql_take(c,
                  STR("SELECT stream FROM stream_feature WHERE feature = ?1 AND stream > ?2 ORDER BY stream "
                      "LIMIT 1"),
                  &st, e))
        return false;
    sqlite3_bind_int64(st, 1, feature);
    sqlite3_bind_int64(st, 2, *stream);
    const bool ok = sql_step(c, st, &got, e);
    if (ok) *stream = got ? sqlite3_column_int64(st, 0) : 0;
    sql_give(c, st);
    return ok;
}

bool observations_delete_feature(struct store_tx *tx, entity_id feature, err *e)
{
    entity_id stream = 0;
    while (next_stream_of_feature(tx_connection(tx), feature, &stream, e)) {
        if (stream == 0) return true;
        if (!delete_feature_from(tx, stream, feature, e)) return false;
    }
    return false;
}

static bool has_same_times(const struct point *a, const struct point *b)
{
    struct extra x = {.end = TIME_NONE}, y = {.end = TIME_NONE};
    if (a->extra.n > 0 && !extra_read(a->extra, a->time, &x)) return false;
    if (b->extra.n > 0 && !extra_read(b->extra, b->time, &y)) return false;
    return a->time == b->time && x.end == y.end && a->result_time == b->result_time;
}

static bool replace_one(struct sealing *k, struct store_tx *tx, const struct point *p, err *e)
{
    struct filter f;
    if (!take_number(k, p->number, &f, e)) return false;
    if (f.taken == 0) return observation_absent(&tx->snapshot, OBSERVATION_ID(k->stream->id, p->number), e);
    const bool was_unordered = k->row.is_unordered;
    const bool must_recount = touches(&k->row, &f.last) && !has_same_times(&f.last, p);
    k->row.extent.count--;
    if (!sealing_put(k, p, 1, e)) return false;
    if (p->time == f.last.time) k->row.is_unordered = was_unordered;
    if (p->time == k->row.newest_time && p->number == k->row.newest_number)
        k->row.extent.feature = p->feature;
    return finish(k, tx, must_recount, e) &&
           (f.last.feature == p->feature || forget_feature(k, f.last.feature, e));
}

bool store_replace_observation(struct store_tx *tx, const struct observation *o, err *e)
{
    const entity_id id = OBSERVATION_ID(o->stream, o->number);
    struct sealing k;
    struct point p;
    if (is_absent(tx, id, e) || !observation_check(tx, o, e) || !open_stream(tx, o->stream, &k, e))
        return false;
    buf_clear(&tx->extra);
    point_of(o, &tx->extra, &p);
    stream_widen(k.stream, p.time, p.time);
    const bool ok = replace_one(&k, tx, &p, e);
    sealing_close(&k);
    return ok && tx_changed(tx, CHANGE_UPDATED, SET_OBSERVATION, id, o, e);
}
