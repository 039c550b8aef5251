// SPDX-License-Identifier: EUPL-1.2
// Single observations, and questions about a stream that need no rows.
#include "store/scan/stream_scan.h"

// ---- one ----

static bool copy_texts(arena *a, struct observation *o, err *e)
{
    value *values[] = {&o->result, &o->quality};
    for (size_t i = 0; i < 2; i++) {
        const value_type t = values[i]->type;
        if (t != VALUE_NUMBER && t != VALUE_TEXT && t != VALUE_JSON) continue;
        if (!arena_copy(a, values[i]->text, &values[i]->text)) return err_no_memory(e);
    }
    if (o->parameters.n > 0 && !arena_copy(a, o->parameters, &o->parameters)) return err_no_memory(e);
    return true;
}

static bool read_point(const struct point *p, entity_id stream, arena *a, struct observation *out, err *e)
{
    struct observation o;
    if (!point_read(p, stream, &o))
        return err_set(e, ERR_CORRUPT, ERR_NOWHERE, "an Observation is damaged on disk");
    if (!copy_texts(a, &o, e)) return false;
    *out = o;
    return true;
}

// The first observation of a scan, its texts in the arena.
static bool scan_first(struct snapshot *at, const struct stream *s, const struct scan_options *options,
                       arena *a, struct observation *out, bool *got, err *e)
{
    struct stream_scan scan;
    struct point p;
    if (!stream_scan_open(&scan, at, s, options, e)) return false;
    const bool ok = stream_scan_next(&scan, &p, got, e) && (!*got || read_point(&p, s->id, a, out, e));
    stream_scan_close(&scan);
    return ok;
}

bool store_get_observation(struct snapshot *at, entity_id id, arena *a, struct observation *out, err *e)
{
    const struct stream *s = snapshot_stream(at, OBSERVATION_STREAM(id));
    if (!s) return observation_absent(at, id, e);
    struct scan_options o = SCAN_ALL;
    o.number_from = o.number_to = OBSERVATION_NUMBER(id);
    bool got;
    if (!scan_first(at, s, &o, a, out, &got, e)) return false;
    return got || observation_absent(at, id, e);
}

// Mostly the newest is in memory, and the stream's row says that no chunk has a newer one.
static bool latest_in_tail(struct snapshot *at, const struct stream *s, struct point *out, bool *got, err *e)
{
    const struct tail_place newest = tail_newest(stream_tail(s, at->commit, at->is_inside), at->commit,
                                                 at->is_inside);
    struct stream_row row;
    *got = false;
    if (!newest.entry) return true;
    if (!stream_row_read(at->connection, s->id, &row, NULL, got, e)) return false;
    *got = *got && (row.newest_time == TIME_NONE || point_cmp(newest.entry->time, newest.entry->number,
                                                              row.newest_time, row.newest_number) > 0);
    if (*got) tail_point(newest.block, newest.entry, out);
    return true;
}

bool store_latest(struct snapshot *at, entity_id stream, arena *a, struct observation *out, err *e)
{
    const struct stream *s = snapshot_stream(at, stream);
    struct point p;
    bool got = false;
    if (s && !latest_in_tail(at, s, &p, &got, e)) return false;
    if (got) return read_point(&p, stream, a, out, e);
    struct scan_options o = SCAN_ALL;
    o.is_descending = true;
    if (s && !scan_first(at, s, &o, a, out, &got, e)) return false;
    return got ||
           err_set(e, ERR_ABSENT, ERR_NOWHERE, "Datastream %lld has no Observations", (long long)stream);
}
