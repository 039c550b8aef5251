// SPDX-License-Identifier: EUPL-1.2
// Rows of tables `stream` and `stream_feature`: streams come, change and go.
#include "store/stream/row.h"

#include "store/stream/chunk_table.h"

#include <string.h>

static bool stream_of_row(sqlite3_stmt *st, struct streams *all, err *e)
{
    struct stream *s = stream_new(sqlite3_column_int64(st, 0), (entity_set)sqlite3_column_int(st, 1));
    if (!s) return err_no_memory(e);
    struct stream_state *t = &s->state;
    t->info.thing = sqlite3_column_int64(st, 2);
    t->info.field_count = (uint32_t)sqlite3_column_int64(st, 3);
    t->next_number = (uint32_t)sqlite3_column_int64(st, 4);
    t->sealed_commit = (uint64_t)sqlite3_column_int64(st, 5);
    t->sealed_of_row = (uint32_t)sqlite3_column_int64(st, 6);
    t->arrival_feature = sqlite3_column_int64(st, 7);
    t->info.last_time = sql_column_instant(st, 8);
    t->newest_number = (uint32_t)sqlite3_column_int64(st, 9);
    t->info.feature = sqlite3_column_int64(st, 10);
    t->is_quick = sqlite3_column_int(st, 12) > 0;
    if (t->info.last_time != TIME_NONE) stream_widen(s, sqlite3_column_int64(st, 11), t->info.last_time);
    if (streams_add(all, s, e)) return true;
    stream_free(s, NULL);
    return false;
}

bool stream_rows_load(struct connection *c, struct streams *all, err *e)
{
    sqlite3_stmt *st;
    if (!sql_take(
            c,
            STR("SELECT id, kind, thing, fields, next_number, sealed_commit, sealed_of_row, arrival_feature,"
                " newest_time, newest_number, newest_feature, phen_min, growing_count FROM stream"),
            &st, e))
        return false;
    bool ok, got = false;
    while ((ok = sql_step(c, st, &got, e)) && got)
        if (!(ok = stream_of_row(st, all, e))) break;
    sql_give(c, st);
    return ok;
}

// ---- what a row says of the observations in chunks ----

#define COLUMNS                                                                                     \
    "id, count, phen_min, phen_max, result_min, result_max, newest_feature, longest, newest_time, " \
    "newest_number, next_number, greatest_number, is_unordered, growing_count, newest"
#define COLUMN_COUNT 15
#define ROW "SELECT " COLUMNS " FROM stream"

static void take_row(sqlite3_stmt *st, struct stream_row *out)
{
    *out = (struct stream_row){.extent = {.count = sqlite3_column_int64(st, 1),
                                          .phen_min = sql_column_instant(st, 2),
                                          .phen_max = sql_column_instant(st, 3),
                                          .result_min = sql_column_instant(st, 4),
                                          .result_max = sql_column_instant(st, 5),
                                          .feature = sqlite3_column_int64(st, 6),
                                          .longest = sqlite3_column_int64(st, 7)},
                               .newest_time = sql_column_instant(st, 8),
                               .newest_number = (uint32_t)sqlite3_column_int64(st, 9),
                               .next_number = sqlite3_column_int64(st, 10),
                               .greatest_number = sqlite3_column_int64(st, 11),
                               .is_unordered = sqlite3_column_int(st, 12) != 0,
                               .growing_count = (uint32_t)sqlite3_column_int64(st, 13)};
    const str newest = sql_column_str(st, 14);
    if (newest.n == 0 || newest.n > STREAM_NEWEST_MAX) return;
    memcpy(out->newest, newest.p, newest.n);
    out->newest_bytes = (uint8_t)newest.n;
}

bool stream_row_read(struct connection *c, entity_id stream, struct stream_row *out, bool *got, err *e)
{
    sqlite3_stmt *st;
    if (!sql_take(c, STR(ROW " WHERE id = ?1"), &st, e)) return false;
    sqlite3_bind_int64(st, 1, stream);
    const bool ok = sql_step(c, st, got, e);
    if (ok && *got) take_row(st, out);
    sql_give(c, st);
    return ok;
}

// What is read belongs to one of those asked for, or to a stream between them.
static bool keep_rows(sqlite3_stmt *st, struct stream_rows *all, size_t count, size_t *next, arena *a, err *e)
{
    const entity_id id = sqlite3_column_int64(st, 0);
    while (*next < count && all[*next].stream->id < id) ++*next;
    if (*next == count || all[*next].stream->id != id) return true;
    struct stream_rows *const r = &all[*next];
    take_row(st, &r->row);
    r->is_there = true;
    return arena_copy(a, sql_column_str(st, COLUMN_COUNT), &r->growing) || err_no_memory(e);
}

bool stream_rows_read(struct connection *c, struct stream_rows *all, size_t count, arena *a, err *e)
{
    sqlite3_stmt *st;
    if (!sql_take(c,
                  STR("SELECT " COLUMNS ", data FROM stream LEFT JOIN growing ON growing.stream = id"
                      " WHERE id BETWEEN ?1 AND ?2 ORDER BY id"),
                  &st, e))
        return false;
    sqlite3_bind_int64(st, 1, all[0].stream->id);
    sqlite3_bind_int64(st, 2, all[count - 1].stream->id);
    size_t next = 0;
    bool ok, got = false;
    while ((ok = sql_step(c, st, &got, e)) && got)
        if (!(ok = keep_rows(st, all, count, &next, a, e))) break;
    sql_give(c, st);
    return ok;
}

bool stream_row_walk_open(struct stream_row_walk *w, struct connection *c, entity_id first, err *e)
{
    *w = (struct stream_row_walk){.connection = c};
    if (!sql_take(c, STR(ROW " WHERE id >= ?1 ORDER BY id"), &w->st, e)) return false;
    sqlite3_bind_int64(w->st, 1, first);
    return true;
}

bool stream_row_walk_to(struct stream_row_walk *w, entity_id stream, struct stream_row *out, bool *got,
                        err *e)
{
    while (!w->is_over && w->at < stream) {
        bool more;
        if (!sql_step(w->connection, w->st, &more, e)) return false;
        w->is_over = !more;
        if (more) w->at = sqlite3_column_int64(w->st, 0);
    }
    *got = !w->is_over && w->at == stream;
    if (*got) take_row(w->st, out);
    return true;
}

void stream_row_walk_close(struct stream_row_walk *w)
{
    sql_give(w->connection, w->st);
    w->st = NULL;
}

// ---- writing ----

#define REPEAT_16(x) REPEAT_4(REPEAT_4(x))
#define REPEAT_4(x) x ", " x ", " x ", " x
#define TOGETHER 16

// All columns there are, so that nothing of the old row has to be read.
#define PUT                                                                                          \
    "INSERT OR REPLACE INTO stream(" COLUMNS ", kind, thing, fields, sealed_commit, sealed_of_row, " \
    "arrival_feature) VALUES"
#define VALUES "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
#define VALUE_COUNT (COLUMN_COUNT + 6)

static void bind_row(sqlite3_stmt *st, int at, const struct stream *s, const struct stream_row *row)
{
    const struct stream_extent *x = &row->extent;
    const struct stream_state *t = &s->state;
    sqlite3_bind_int64(st, at++, s->id);
    sqlite3_bind_int64(st, at++, x->count);
    sql_bind_instant(st, at++, x->phen_min);
    sql_bind_instant(st, at++, x->phen_max);
    sql_bind_instant(st, at++, x->result_min);
    sql_bind_instant(st, at++, x->result_max);
    sqlite3_bind_int64(st, at++, x->feature);
    sqlite3_bind_int64(st, at++, x->longest);
    sql_bind_instant(st, at++, row->newest_time);
    sqlite3_bind_int64(st, at++, row->newest_number);
    sqlite3_bind_int64(st, at++, t->next_number);
    sqlite3_bind_int64(st, at++, row->greatest_number);
    sqlite3_bind_int(st, at++, row->is_unordered);
    sqlite3_bind_int64(st, at++, row->growing_count);
    sql_bind_blob(st, at++,
                  (str){row->newest_bytes > 0 ? (const char *)row->newest : NULL, row->newest_bytes});
    sqlite3_bind_int(st, at++, (int)t->info.kind);
    sqlite3_bind_int64(st, at++, t->info.thing);
    sqlite3_bind_int64(st, at++, t->info.field_count);
    sqlite3_bind_int64(st, at++, (int64_t)t->sealed_commit);
    sqlite3_bind_int64(st, at++, t->sealed_of_row);
    sqlite3_bind_int64(st, at, t->arrival_feature);
}

bool stream_row_write(struct connection *c, const struct stream *s, const struct stream_row *row, err *e)
{
    sqlite3_stmt *st;
    if (!sql_take(c, STR(PUT VALUES), &st, e)) return false;
    bind_row(st, 1, s, row);
    return sql_finish(c, st, e);
}

static bool put_together(struct connection *c, const struct stream_rows all[TOGETHER], err *e)
{
    sqlite3_stmt *st;
    if (!sql_take(c, STR(PUT REPEAT_16(VALUES)), &st, e)) return false;
    for (int i = 0; i < TOGETHER; i++) bind_row(st, 1 + i * VALUE_COUNT, all[i].stream, &all[i].row);
    if (!sql_finish(c, st, e)) return false;
    if (!sql_take(c, STR("INSERT OR REPLACE INTO growing(stream, data) VALUES" REPEAT_16("(?, ?)")), &st, e))
        return false;
    for (int i = 0; i < TOGETHER; i++) {
        sqlite3_bind_int64(st, 1 + 2 * i, all[i].stream->id);
        sql_bind_blob(st, 2 + 2 * i, all[i].growing);
    }
    return sql_finish(c, st, e);
}

static bool can_go_together(const struct stream_rows *all, size_t count)
{
    if (count < TOGETHER) return false;
    for (size_t i = 0; i < TOGETHER; i++)
        if (all[i].growing.n == 0) return false;
    return true;
}

bool stream_rows_write(struct connection *c, const struct stream_rows *all, size_t count, err *e)
{
    for (size_t i = 0; i < count;) {
        if (can_go_together(all + i, count - i)) {
            if (!put_together(c, all + i, e)) return false;
            i += TOGETHER;
            continue;
        }
        if (!stream_row_write(c, all[i].stream, &all[i].row, e) ||
            !chunk_keep_growing(c, all[i].stream->id, all[i].growing, e))
            return false;
        i++;
    }
    return true;
}

void stream_row_keep_newest(struct stream_row *row, const struct point *p)
{
    if (p->time != row->newest_time || p->number != row->newest_number) return;
    buf b = {.max = STREAM_NEWEST_MAX};
    point_write_rest(&b, p);
    row->newest_bytes = b.failed ? 0 : (uint8_t)b.n;
    if (!b.failed) memcpy(row->newest, b.p, b.n);
    buf_free(&b);
}

bool stream_row_newest(const struct stream_row *row, struct point *out)
{
    if (row->newest_bytes == 0 || row->newest_time == TIME_NONE) return false;
    *out = (struct point){
        .time = row->newest_time, .number = row->newest_number, .feature = row->extent.feature};
    return point_read_rest((str){(const char *)row->newest, row->newest_bytes}, out);
}

void stream_row_add(struct stream_row *row, const struct point *p)
{
    stream_extent_add(&row->extent, p);
    const bool is_newest = row->newest_time == TIME_NONE ||
                           point_cmp(p->time, p->number, row->newest_time, row->newest_number) > 0;
    if (!is_newest || p->number <= row->greatest_number) row->is_unordered = true;
    if (p->number > row->greatest_number) row->greatest_number = p->number;
    if (!is_newest) return;
    row->newest_time = p->time;
    row->newest_number = p->number;
    row->newest_bytes = 0;
    row->extent.feature = p->feature;
}

// ---- what the entity side calls ----

static struct stream *changing_stream(struct store_tx *tx, entity_id id, err *e)
{
    struct stream *s = streams_find(&tx->store->streams, id);
    if (s && atomic_load_explicit(&s->deleted, memory_order_relaxed) == 0) return s;
    err_set(e, ERR_ABSENT, ERR_NOWHERE, "there is no Datastream or MultiDatastream %lld", (long long)id);
    return NULL;
}

static bool insert_row(struct store_tx *tx, entity_id stream, const struct stream_info *info, err *e)
{
    struct connection *c = tx_connection(tx);
    sqlite3_stmt *st;
    if (!tx_begin_sql(tx, e)) return false;
    if (!sql_take(c, STR("INSERT INTO stream(id, kind, thing, fields) VALUES(?1, ?2, ?3, ?4)"), &st, e))
        return false;
    sqlite3_bind_int64(st, 1, stream);
    sqlite3_bind_int64(st, 2, info->kind);
    sqlite3_bind_int64(st, 3, info->thing);
    sqlite3_bind_int64(st, 4, info->field_count);
    return sql_finish(c, st, e);
}

bool observations_add_stream(struct store_tx *tx, entity_id stream, entity_set kind, entity_id thing,
                             uint32_t field_count, err *e)
{
    if (stream < 1 || stream > STREAM_ID_MAX)
        return err_set(e, ERR_LIMIT, ERR_NOWHERE, "ids of Datastreams go up to %lld",
                       (long long)STREAM_ID_MAX);
    if (streams_find(&tx->store->streams, stream))
        return err_set(e, ERR_CONFLICT, ERR_NOWHERE, "Datastream %lld exists already", (long long)stream);
    struct stream *s = stream_new(stream, kind);
    if (!s) return err_no_memory(e);
    s->state.info = (struct stream_info){
        .kind = kind, .thing = thing, .last_time = TIME_NONE, .field_count = field_count};
    if (!insert_row(tx, stream, &s->state.info, e) || !streams_add(&tx->store->streams, s, e)) {
        stream_free(s, NULL);
        return false;
    }
    if (tx_note_undo(tx, (struct undo){.kind = UNDO_ADD, .stream = s}, e)) return true;
    streams_remove(&tx->store->streams, s);
    stream_free(s, NULL);
    return false;
}

bool observations_set_stream(struct store_tx *tx, entity_id stream, entity_id thing, uint32_t field_count,
                             err *e)
{
    struct stream *s = changing_stream(tx, stream, e);
    if (!s || !tx_save_stream(tx, s, e) || !tx_begin_sql(tx, e)) return false;
    struct connection *c = tx_connection(tx);
    sqlite3_stmt *st;
    if (!sql_take(c, STR("UPDATE stream SET thing = ?2, fields = ?3 WHERE id = ?1"), &st, e)) return false;
    sqlite3_bind_int64(st, 1, stream);
    sqlite3_bind_int64(st, 2, thing);
    sqlite3_bind_int64(st, 3, field_count);
    s->state.info.thing = thing;
    s->state.info.field_count = field_count;
    return sql_finish(c, st, e);
}

static bool delete_rows(struct store_tx *tx, str sql, entity_id stream, err *e)
{
    struct connection *c = tx_connection(tx);
    sqlite3_stmt *st;
    if (!sql_take(c, sql, &st, e)) return false;
    sqlite3_bind_int64(st, 1, stream);
    return sql_finish(c, st, e);
}

bool observations_delete_stream(struct store_tx *tx, entity_id stream, err *e)
{
    struct stream *s = changing_stream(tx, stream, e);
    if (!s || !tx_begin_sql(tx, e)) return false;
    if (!tx_note_undo(tx, (struct undo){.kind = UNDO_DELETE, .stream = s}, e)) return false;
    atomic_store_explicit(&s->deleted, tx->commit, memory_order_release);
    tx->store->load.observations -= atomic_load_explicit(&s->tail, memory_order_relaxed)->count;
    return delete_rows(tx, STR("DELETE FROM chunk WHERE stream = ?1"), stream, e) &&
           delete_rows(tx, STR("DELETE FROM growing WHERE stream = ?1"), stream, e) &&
           delete_rows(tx, STR("DELETE FROM stream_feature WHERE stream = ?1"), stream, e) &&
           delete_rows(tx, STR("DELETE FROM stream WHERE id = ?1"), stream, e);
}

bool stream_feature_add(struct store_tx *tx, entity_id stream, entity_id feature, err *e)
{
    struct connection *c = tx_connection(tx);
    sqlite3_stmt *st;
    if (!tx_begin_sql(tx, e)) return false;
    if (!sql_take(c, STR("INSERT OR IGNORE INTO stream_feature(stream, feature) VALUES(?1, ?2)"), &st, e))
        return false;
    sqlite3_bind_int64(st, 1, stream);
    sqlite3_bind_int64(st, 2, feature);
    return sql_finish(c, st, e);
}
