// SPDX-License-Identifier: EUPL-1.2
// Questions about a stream that need no row: how many observations, from when to when, of which feature.
#include "store/stream_scan.h"

// What the stream's row says of its chunks, and the number that comes next.
static bool read_row(struct snapshot *at, entity_id stream, struct stream_extent *out, instant *newest_time,
                     uint32_t *newest_number, int64_t *next_number, bool *got, err *e)
{
    struct connection *c = snapshot_connection(at);
    sqlite3_stmt *st;
    if (!sql_take(c, STR("SELECT count, phen_min, phen_max, result_min, result_max, newest_feature, newest_time,"
                         " newest_number, next_number FROM stream WHERE id = ?1"), &st, e))
        return false;
    sqlite3_bind_int64(st, 1, stream);
    const bool ok = sql_step(c, st, got, e);
    if (ok && *got) {
        *out = (struct stream_extent){.count = sqlite3_column_int64(st, 0),
                                      .phen_min = sql_column_instant(st, 1),
                                      .phen_max = sql_column_instant(st, 2),
                                      .result_min = sql_column_instant(st, 3),
                                      .result_max = sql_column_instant(st, 4),
                                      .feature = sqlite3_column_int64(st, 5)};
        *newest_time = sql_column_instant(st, 6);
        *newest_number = (uint32_t)sqlite3_column_int64(st, 7);
        *next_number = sqlite3_column_int64(st, 8);
    }
    sql_give(c, st);
    return ok;
}

static void take_smaller(instant *least, instant t)
{
    if (*least == TIME_NONE || t < *least) *least = t;
}

static void take_greater(instant *most, instant t)
{
    if (*most == TIME_NONE || t > *most) *most = t;
}

void stream_extent_add(struct stream_extent *x, const struct point *p)
{
    struct extra extra = {.end = TIME_NONE};
    if (p->extra.n > 0 && !extra_read(p->extra, p->time, &extra)) extra.end = TIME_NONE;
    x->count++;
    take_smaller(&x->phen_min, p->time);
    take_greater(&x->phen_max, extra.end != TIME_NONE ? extra.end : p->time);
    if (p->result_time == TIME_NONE) return;
    take_smaller(&x->result_min, p->result_time);
    take_greater(&x->result_max, p->result_time);
}

// Adds what is in no chunk yet.
static bool add_tail(struct snapshot *at, const struct stream *s, struct stream_extent *x, instant newest_time,
                     uint32_t newest_number, int64_t *next_number, err *e)
{
    struct tail_scan scan;
    const struct tail_place *place;
    if (!tail_scan_open(&scan, stream_tail(s, at->commit, at->is_inside), at->commit, at->is_inside, &SCAN_ALL, e)) return false;
    for (; (place = tail_scan_peek(&scan)); scan.at++) {
        struct point p;
        tail_point(place->block, place->entry, &p);
        stream_extent_add(x, &p);
        if (newest_time == TIME_NONE || point_cmp(p.time, p.number, newest_time, newest_number) > 0) x->feature = p.feature;
        if (p.number >= *next_number) *next_number = (int64_t)p.number + 1;
    }
    tail_scan_close(&scan);
    return true;
}

static bool read_extent(struct snapshot *at, entity_id stream, struct stream_extent *out, int64_t *next_number, bool *got,
                        err *e)
{
    const struct stream *s = snapshot_stream(at, stream);
    instant newest_time = TIME_NONE;
    uint32_t newest_number = 0;
    *got = false;
    if (!s) return true;
    return read_row(at, stream, out, &newest_time, &newest_number, next_number, got, e) &&
           (!*got || add_tail(at, s, out, newest_time, newest_number, next_number, e));
}

bool stream_extent(struct snapshot *at, entity_id stream, struct stream_extent *out, err *e)
{
    struct stream_extent x;
    int64_t next_number;
    bool got;
    if (!read_extent(at, stream, &x, &next_number, &got, e)) return false;
    if (!got) return err_set(e, ERR_ABSENT, ERR_NOWHERE, "there is no Datastream or MultiDatastream %lld", (long long)stream);
    *out = x;
    return true;
}

bool observation_absent(struct snapshot *at, entity_id id, err *e)
{
    struct stream_extent x;
    int64_t next_number = 0;
    bool got;
    if (!read_extent(at, OBSERVATION_STREAM(id), &x, &next_number, &got, e)) return false;
    if (got && OBSERVATION_NUMBER(id) != 0 && OBSERVATION_NUMBER(id) < next_number)
        return err_set(e, ERR_GONE, ERR_NOWHERE, "Observation %lld was deleted", (long long)id);
    return err_set(e, ERR_ABSENT, ERR_NOWHERE, "there is no Observation %lld", (long long)id);
}
