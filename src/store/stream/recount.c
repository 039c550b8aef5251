// SPDX-License-Identifier: EUPL-1.2
#include "store/stream/recount.h"

#include <stdlib.h>
#include <string.h>

// ---- counting ----

// One by one, where the head of a chunk does not say it.
static bool count_points(struct sealing *k, struct stream_row *row, str bytes, err *e)
{
    struct point *points;
    size_t count;
    if (!chunk_points(bytes, 0, k->memory, &points, &count)) return chunk_damaged(k->stream->id, e);
    for (size_t i = 0; i < count; i++) stream_row_add(row, &points[i]);
    for (size_t i = count; i-- > 0;) stream_row_keep_newest(row, &points[i]);
    return true;
}

// The extent that a chunk adds stands in its head, unless its observations have ends or result times of their own.
static bool count_chunk(struct sealing *k, struct stream_row *row, str bytes, bool is_last, err *e)
{
    struct chunk_head head;
    if (!chunk_read_head(bytes, &head)) return chunk_damaged(k->stream->id, e);
    const result_times times = chunk_result_times(&head);
    if (is_last || k->row.extent.longest > 0 || times == RESULT_TIMES_OWN)
        return count_points(k, row, bytes, e);
    const bool has_results = times == RESULT_TIMES_SAME;
    const struct point ends[] = {
        {.time = head.first_time, .result_time = has_results ? head.first_time : TIME_NONE},
        {.time = head.last_time, .result_time = has_results ? head.last_time : TIME_NONE}};
    for (int i = 0; i < 2; i++) stream_extent_add(&row->extent, &ends[i]);
    row->extent.count += (int64_t)head.count - 2;
    return true;
}

static bool count_full(struct sealing *k, struct stream_row *row, err *e)
{
    struct stored_chunk chunk = {.id = 0}, next = {.id = 0};
    bool got, more = false;
    bool ok = chunk_at(k->connection, k->stream->id, POINT_KEY_FIRST, &chunk, &got, e);
    for (; ok && got; got = more) {
        ok = chunk_after(k->connection, k->stream->id, chunk.last, &next, &more, e) &&
             count_chunk(k, row, buf_str(&chunk.bytes), !more && k->row.growing_count == 0, e);
        const struct stored_chunk spare = chunk;
        chunk = next;
        next = spare;
    }
    buf_free(&chunk.bytes);
    buf_free(&next.bytes);
    return ok;
}

bool recount(struct sealing *k, err *e)
{
    struct stream_row row = {.extent = {.phen_min = TIME_NONE,
                                        .phen_max = TIME_NONE,
                                        .result_min = TIME_NONE,
                                        .result_max = TIME_NONE},
                             .newest_time = TIME_NONE};
    if (!count_full(k, &row, e)) return false;
    if (k->row.growing_count > 0 && !count_chunk(k, &row, buf_str(&k->growing), true, e)) return false;
    row.growing_count = k->row.growing_count;
    row.next_number = k->row.next_number;
    row.greatest_number = k->row.greatest_number;
    row.is_unordered = k->row.is_unordered;
    row.extent.longest = k->row.extent.longest;
    k->row = row;
    return true;
}

// ---- features ----

static bool delete_feature_row(struct sealing *k, entity_id feature, err *e)
{
    sqlite3_stmt *st;
    if (k->stream->state.arrival_feature == feature) k->stream->state.arrival_feature = 0;
    if (!sql_take(k->connection, STR("DELETE FROM stream_feature WHERE stream = ?1 AND feature = ?2"), &st,
                  e))
        return false;
    sqlite3_bind_int64(st, 1, k->stream->id);
    sqlite3_bind_int64(st, 2, feature);
    return sql_finish(k->connection, st, e);
}

bool forget_feature(struct sealing *k, entity_id feature, err *e)
{
    struct chunk_scan scan;
    const struct point *p = NULL;
    if (feature == 0) return true;
    if (!chunk_scan_open(&scan, k->connection, k->stream->id, &SCAN_ALL, POINT_KEY_FIRST, e)) return false;
    bool ok;
    while ((ok = chunk_scan_peek(&scan, &p, e)) && p && p->feature != feature) chunk_scan_move(&scan);
    chunk_scan_close(&scan);
    return ok && (p || delete_feature_row(k, feature, e));
}

struct met_features {
    entity_id *ids;  // in order
    bool *is_met;
    size_t count, left;
};

static bool read_features(struct sealing *k, struct met_features *m, err *e)
{
    sqlite3_stmt *st;
    bool ok, got = false;
    size_t capacity = 0;
    if (!sql_take(k->connection, STR("SELECT feature FROM stream_feature WHERE stream = ?1 ORDER BY feature"),
                  &st, e))
        return false;
    sqlite3_bind_int64(st, 1, k->stream->id);
    while ((ok = sql_step(k->connection, st, &got, e)) && got) {
        if (m->count == capacity) {
            capacity = capacity > 0 ? capacity * 2 : 16;
            entity_id *ids = ARENA_ARRAY(k->memory, capacity, entity_id);
            if (!(ok = ids || err_no_memory(e))) break;
            if (m->count > 0) memcpy(ids, m->ids, m->count * sizeof *ids);
            m->ids = ids;
        }
        m->ids[m->count++] = sqlite3_column_int64(st, 0);
    }
    sql_give(k->connection, st);
    m->left = m->count;
    m->is_met = ok ? ARENA_ARRAY(k->memory, m->count + 1, bool) : NULL;
    if (ok && !m->is_met) return err_no_memory(e);
    if (ok) memset(m->is_met, 0, m->count * sizeof *m->is_met);
    return ok;
}

static int compare_ids(const void *a, const void *b)
{
    const entity_id x = *(const entity_id *)a, y = *(const entity_id *)b;
    return (x > y) - (x < y);
}

static void meet(struct met_features *m, entity_id feature)
{
    const entity_id *at = m->count > 0 ? bsearch(&feature, m->ids, m->count, sizeof feature, compare_ids)
                                       : NULL;
    if (!at || m->is_met[at - m->ids]) return;
    m->is_met[at - m->ids] = true;
    m->left--;
}

bool forget_features(struct sealing *k, err *e)
{
    struct met_features m = {.count = 0};
    struct chunk_scan scan;
    const struct point *p = NULL;
    if (!read_features(k, &m, e)) return false;
    if (m.count == 0) return true;
    if (!chunk_scan_open(&scan, k->connection, k->stream->id, &SCAN_ALL, POINT_KEY_FIRST, e)) return false;
    bool ok = true;
    for (entity_id last = 0; m.left > 0 && (ok = chunk_scan_peek(&scan, &p, e)) && p;
         chunk_scan_move(&scan)) {
        if (p->feature != last) meet(&m, p->feature);
        last = p->feature;
    }
    chunk_scan_close(&scan);
    for (size_t i = 0; ok && i < m.count; i++) ok = m.is_met[i] || delete_feature_row(k, m.ids[i], e);
    return ok;
}
