// SPDX-License-Identifier: EUPL-1.2
// Changing and deleting observations that are there. The stream's tail is put into chunks first, so that there is one
// place to look; then the chunks concerned are written anew.
#include "store/stream/recount.h"
#include "store/stream/take.h"

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

static void take_state_from_row(struct sealing *k)
{
    struct stream_state *t = &k->stream->state;
    t->info.last_time = k->row.newest_time;
    t->info.feature = k->row.extent.feature;
    t->newest_number = k->row.newest_number;
}

static bool finish(struct sealing *k, struct store_tx *tx, bool must_recount, err *e)
{
    if (must_recount && !recount(k, e)) return false;
    if (!sealing_finish(k, tx, e)) return false;
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
    return tx_begin_sql(tx, e) && seal_stream(tx, s, CHUNK_SMALL, e) && tx_save_stream(tx, s, e) &&
           sealing_open(k, tx, s, e);
}

static bool is_absent(struct store_tx *tx, entity_id id, err *e)
{
    return !snapshot_stream(&tx->snapshot, OBSERVATION_STREAM(id)) &&
           !observation_absent(&tx->snapshot, id, e);
}

static bool delete_one(struct sealing *k, struct store_tx *tx, entity_id id, err *e)
{
    const uint32_t number = OBSERVATION_NUMBER(id);
    struct take_filter f;
    if (!take_number(k, &number, &f, e)) return false;
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
    struct take_filter f;
    if (!open_stream(tx, stream, &k, e)) return false;
    f = (struct take_filter){.feature = feature};
    const bool ok = take_from(&k, POINT_KEY_FIRST, &f, e) && finish(&k, tx, true, e) &&
                    forget_feature(&k, feature, e);
    sealing_close(&k);
    return ok;
}

// ---- many ----

static bool delete_numbers(struct sealing *k, struct store_tx *tx, const uint32_t *numbers, size_t count,
                           err *e)
{
    struct take_filter f = {.numbers = numbers, .number_count = count};
    if (!take_from(k, POINT_KEY_FIRST, &f, e)) return false;
    if (f.taken != count)
        return err_set(e, ERR_ABSENT, ERR_NOWHERE,
                       "there are %zu of these %zu Observations of Datastream %lld", f.taken, count,
                       (long long)k->stream->id);
    return finish(k, tx, true, e) && forget_features(k, e);
}

bool store_delete_observations(struct store_tx *tx, entity_id stream, const uint32_t *numbers, size_t count,
                               err *e)
{
    struct sealing k;
    if (count == 0) return true;
    if (!open_stream(tx, stream, &k, e)) return false;
    bool ok = delete_numbers(&k, tx, numbers, count, e);
    sealing_close(&k);
    for (size_t i = 0; ok && i < count; i++)
        ok = tx_changed(tx, CHANGE_DELETED, SET_OBSERVATION, OBSERVATION_ID(stream, numbers[i]), NULL, e);
    return ok;
}

// ---- a range ----

static bool delete_range(struct sealing *k, struct store_tx *tx, interval when, int64_t *deleted, err *e)
{
    struct take_filter f = {.when = {when.start != TIME_NONE ? when.start : INT64_MIN,
                                     when.end != TIME_NONE ? when.end : INT64_MAX}};
    if (!take_from(k, (struct point_key){f.when.start, -1}, &f, e)) return false;
    *deleted = (int64_t)f.taken;
    return f.taken == 0 || (finish(k, tx, true, e) && forget_features(k, e));
}

bool store_delete_range(struct store_tx *tx, entity_id stream, interval when, int64_t *deleted, err *e)
{
    struct sealing k;
    int64_t n;
    if (!open_stream(tx, stream, &k, e)) return false;
    const bool ok = delete_range(&k, tx, when, &n, e);
    sealing_close(&k);
    if (ok) *deleted = n;
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
    struct take_filter f;
    if (!take_number(k, &p->number, &f, e)) return false;
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

// ---- what checks say ----

static struct point_key key_of(const struct quality_verdict *v)
{
    return (struct point_key){v->time, OBSERVATION_NUMBER(v->id)};
}

static int compare(const struct point *p, const struct quality_verdict *v)
{
    return point_cmp(p->time, p->number, v->time, OBSERVATION_NUMBER(v->id));
}

static bool qualify_point(struct sealing *k, struct store_tx *tx, struct point *p,
                          const struct quality_verdict *v, size_t *changed, err *e)
{
    struct observation o;
    if (!point_read(p, k->stream->id, &o)) return chunk_damaged(k->stream->id, e);
    if (o.quality.type != VALUE_NULL) return true;
    o.quality = value_json(v->quality);
    if (!observation_check(tx, &o, e)) return false;
    buf_clear(&tx->extra);
    point_of(&o, &tx->extra, p);
    if (tx->extra.failed || !arena_copy(k->memory, p->extra, &p->extra)) return err_no_memory(e);
    stream_row_keep_newest(&k->row, p);
    ++*changed;
    return tx_changed(tx, CHANGE_UPDATED, SET_OBSERVATION, v->id, &o, e);
}

// Both are in order.
static bool qualify_points(struct sealing *k, struct store_tx *tx, struct point *points, size_t count,
                           const struct quality_verdict *all, size_t verdicts, size_t *changed, err *e)
{
    for (size_t i = 0, at = 0; i < verdicts; i++) {
        while (at < count && compare(&points[at], &all[i]) < 0) at++;
        if (at < count && compare(&points[at], &all[i]) == 0 &&
            !qualify_point(k, tx, &points[at], &all[i], changed, e))
            return false;
    }
    return true;
}

// `chunk` NULL: the growing one.
static bool qualify_chunk(struct sealing *k, struct store_tx *tx, const struct stored_chunk *chunk,
                          const struct quality_verdict *all, size_t verdicts, size_t *changed, err *e)
{
    struct point *points;
    size_t count;
    const size_t before = *changed;
    if (!chunk_points(buf_str(chunk ? &chunk->bytes : &k->growing), 0, k->memory, &points, &count))
        return chunk_damaged(k->stream->id, e);
    if (!qualify_points(k, tx, points, count, all, verdicts, changed, e)) return false;
    if (*changed == before) return true;
    return chunk ? sealing_rewrite(k, chunk, points, count, e) : sealing_keep_growing(k, points, count, e);
}

static bool qualify(struct sealing *k, struct store_tx *tx, const struct quality_verdict *all, size_t count,
                    err *e)
{
    struct stored_chunk chunk = {.id = 0};
    size_t changed = 0;
    bool got = true, ok = true;
    for (size_t i = 0, n; ok && got && i < count; i += n) {
        n = 0;
        ok = chunk_at(k->connection, k->stream->id, key_of(&all[i]), &chunk, &got, e);
        while (got && i + n < count && point_key_cmp(key_of(&all[i + n]), chunk.last) <= 0) n++;
        if (!got) n = count - i;
        if (ok && (got || k->row.growing_count > 0))
            ok = qualify_chunk(k, tx, got ? &chunk : NULL, all + i, n, &changed, e);
    }
    buf_free(&chunk.bytes);
    return ok && (changed == 0 || finish(k, tx, false, e));
}

bool store_qualify(struct store_tx *tx, entity_id stream, const struct quality_verdict *all, size_t count,
                   err *e)
{
    struct sealing k;
    if (!snapshot_stream(&tx->snapshot, stream)) return true;  // deleted since
    if (!open_stream(tx, stream, &k, e)) return false;
    const bool ok = qualify(&k, tx, all, count, e);
    sealing_close(&k);
    return ok;
}
