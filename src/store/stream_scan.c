// SPDX-License-Identifier: EUPL-1.2
#include "store/stream_scan.h"

#include <stdlib.h>

static bool is_shown(const struct snapshot *at, const struct stream *s)
{
    const uint64_t deleted = atomic_load_explicit(&s->deleted, memory_order_acquire);
    return deleted == 0 || deleted > at->commit;
}

struct stream *snapshot_stream(struct snapshot *at, entity_id id)
{
    struct stream *s = streams_find(&at->store->streams, id);
    return s && is_shown(at, s) ? s : NULL;
}

struct stream *snapshot_next_stream(struct snapshot *at, entity_id after)
{
    struct stream *s = streams_next(&at->store->streams, after);
    while (s && !is_shown(at, s)) s = streams_next(&at->store->streams, s->id);
    return s;
}

bool stream_scan_open(struct stream_scan *scan, struct snapshot *at, const struct stream *s,
                      const struct scan_options *options, err *e)
{
    *scan = (struct stream_scan){.at = at, .stream = s->id, .options = *options};
    return tail_scan_open(&scan->tail, stream_tail(s, at->commit, at->is_inside), at->commit, at->is_inside, options, e);
}

bool stream_scan_next(struct stream_scan *scan, struct point *out, bool *got, err *e)
{
    (void)e;
    const struct tail_place *place = tail_scan_peek(&scan->tail);
    *got = place != NULL;
    if (!place) return true;
    tail_point(place->block, place->entry, out);
    scan->tail.at++;
    return true;
}

void stream_scan_close(struct stream_scan *scan)
{
    tail_scan_close(&scan->tail);
}
