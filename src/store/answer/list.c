// SPDX-License-Identifier: EUPL-1.2
#include "store/answer/list.h"

const struct stream *list_next(struct list_walk *w)
{
    if (!w->list.ids) {
        const struct stream *s = snapshot_next_stream(w->at, w->last);
        if (s) w->last = s->id;
        return s;
    }
    while (w->index < w->list.count) {
        const struct stream *s = snapshot_stream(w->at, w->list.ids[w->index++]);
        if (s) return s;
    }
    return NULL;
}

bool list_ended(bool ok, const err *fault, err *e)
{
    if (ok || fault->code == ERR_NONE) return true;
    if (e) *e = *fault;
    return false;
}
