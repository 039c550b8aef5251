// SPDX-License-Identifier: EUPL-1.2
// Questions about a stream that need no row: how many observations, from when to when, of which feature.
#include "store/scan/stream_scan.h"

static void take_smaller(instant *least, instant t)
{
    if (*least == TIME_NONE || t < *least) *least = t;
}

static void take_greater(instant *most, instant t)
{
    if (*most == TIME_NONE || t > *most) *most = t;
}

static instant end_of(const struct point *p)
{
    struct extra extra;
    if (p->extra.n == 0) return TIME_NONE;
    extra = (struct extra){.end = TIME_NONE};
    return extra_read(p->extra, p->time, &extra) ? extra.end : TIME_NONE;
}

void stream_extent_add(struct stream_extent *x, const struct point *p)
{
    const instant end = end_of(p);
    x->count++;
    take_smaller(&x->phen_min, p->time);
    take_greater(&x->phen_max, end != TIME_NONE ? end : p->time);
    if (end != TIME_NONE && end - p->time >= x->longest) x->longest = end - p->time + 1;
    if (p->result_time == TIME_NONE) return;
    take_smaller(&x->result_min, p->result_time);
    take_greater(&x->result_max, p->result_time);
}

// Adds what is in no chunk yet.
static bool add_tail(struct snapshot *at, const struct stream *s, struct stream_row *row, err *e)
{
    struct tail_scan scan;
    const struct tail_place *place;
    if (!tail_scan_open(&scan, stream_tail(s, at->commit, at->is_inside), at->commit, at->is_inside,
                        &SCAN_ALL, e))
        return false;
    for (; (place = tail_scan_peek(&scan)); scan.at++) {
        struct point p;
        tail_point(place->block, place->entry, &p);
        stream_extent_add(&row->extent, &p);
        if (p.number >= row->next_number) row->next_number = (int64_t)p.number + 1;
        const bool is_newest = row->newest_time == TIME_NONE ||
                               point_cmp(p.time, p.number, row->newest_time, row->newest_number) > 0;
        if (!is_newest) continue;
        row->newest_time = p.time;
        row->newest_number = p.number;
        row->extent.feature = p.feature;
    }
    tail_scan_close(&scan);
    return true;
}

static bool read_all(struct snapshot *at, entity_id stream, struct stream_row *out, bool *got, err *e)
{
    const struct stream *s = snapshot_stream(at, stream);
    *got = false;
    if (!s) return true;
    return stream_row_read(at->connection, stream, out, got, e) && (!*got || add_tail(at, s, out, e));
}

bool stream_extent_walk_to(struct snapshot *at, struct stream_row_walk *w, const struct stream *s,
                           struct stream_extent *out, bool *got, err *e)
{
    struct stream_row row;
    if (!stream_row_walk_to(w, s->id, &row, got, e)) return false;
    if (!*got) return true;
    if (!add_tail(at, s, &row, e)) return false;
    *out = row.extent;
    return true;
}

bool stream_extent(struct snapshot *at, entity_id stream, struct stream_extent *out, err *e)
{
    struct stream_row row;
    bool got;
    if (!read_all(at, stream, &row, &got, e)) return false;
    if (!got)
        return err_set(e, ERR_ABSENT, ERR_NOWHERE, "there is no Datastream or MultiDatastream %lld",
                       (long long)stream);
    *out = row.extent;
    return true;
}

bool observation_absent(struct snapshot *at, entity_id id, err *e)
{
    struct stream_row row;
    bool got;
    if (!read_all(at, OBSERVATION_STREAM(id), &row, &got, e)) return false;
    if (got && OBSERVATION_NUMBER(id) != 0 && OBSERVATION_NUMBER(id) < row.next_number)
        return err_set(e, ERR_GONE, ERR_NOWHERE, "Observation %lld was deleted", (long long)id);
    return err_set(e, ERR_ABSENT, ERR_NOWHERE, "there is no Observation %lld", (long long)id);
}
