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

// The first observation of a scan, its texts in the arena.
static bool scan_first(struct snapshot *at, const struct stream *s, const struct scan_options *options, arena *a,
                       struct observation *out, bool *got, err *e)
{
    struct stream_scan scan;
    struct point p;
    if (!stream_scan_open(&scan, at, s, options, e)) return false;
    bool ok = stream_scan_next(&scan, &p, got, e);
    if (ok && *got) {
        struct observation o;
        ok = point_read(&p, s->id, &o) || err_set(e, ERR_CORRUPT, ERR_NOWHERE, "an Observation is damaged on disk");
        ok = ok && copy_texts(a, &o, e);
        if (ok) *out = o;
    }
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

bool store_latest(struct snapshot *at, entity_id stream, arena *a, struct observation *out, err *e)
{
    const struct stream *s = snapshot_stream(at, stream);
    struct scan_options o = SCAN_ALL;
    o.is_descending = true;
    bool got = false;
    if (s && !scan_first(at, s, &o, a, out, &got, e)) return false;
    return got || err_set(e, ERR_ABSENT, ERR_NOWHERE, "Datastream %lld has no Observations", (long long)stream);
}
