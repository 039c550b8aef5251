// SPDX-License-Identifier: EUPL-1.2
#include "store/stream/stream.h"

#include <stdlib.h>

struct stream *streams_find(const struct streams *all, entity_id id)
{
    if (id < 1 || id > STREAM_ID_MAX) return NULL;
    _Atomic(struct stream *) *page = atomic_load_explicit(&all->pages[id / STREAMS_PAGE],
                                                          memory_order_acquire);
    return page ? atomic_load_explicit(&page[id % STREAMS_PAGE], memory_order_acquire) : NULL;
}

bool streams_add(struct streams *all, struct stream *s, err *e)
{
    _Atomic(struct stream *) *_Atomic *place = &all->pages[s->id / STREAMS_PAGE];
    _Atomic(struct stream *) *page = atomic_load_explicit(place, memory_order_relaxed);
    if (!page) {
        page = calloc(STREAMS_PAGE, sizeof *page);
        if (!page) return err_no_memory(e);
        atomic_store_explicit(place, page, memory_order_release);
    }
    atomic_store_explicit(&page[s->id % STREAMS_PAGE], s, memory_order_release);
    all->count++;
    if (s->id > atomic_load_explicit(&all->highest, memory_order_relaxed))
        atomic_store_explicit(&all->highest, s->id, memory_order_release);
    return true;
}

void streams_remove(struct streams *all, const struct stream *s)
{
    _Atomic(struct stream *) *page = atomic_load_explicit(&all->pages[s->id / STREAMS_PAGE],
                                                          memory_order_relaxed);
    if (!page) return;
    atomic_store_explicit(&page[s->id % STREAMS_PAGE], NULL, memory_order_release);
    all->count--;
}

struct stream *streams_next(const struct streams *all, entity_id after)
{
    const entity_id highest = atomic_load_explicit(&all->highest, memory_order_acquire);
    for (entity_id id = after + 1; id <= highest; id++) {
        if (!atomic_load_explicit(&all->pages[id / STREAMS_PAGE], memory_order_acquire)) {
            id |= STREAMS_PAGE - 1;  // to the end of a page that is not there
            continue;
        }
        struct stream *s = streams_find(all, id);
        if (s) return s;
    }
    return NULL;
}

void streams_free(struct streams *all)
{
    for (size_t i = 0; i < STREAMS_PAGES; i++) {
        _Atomic(struct stream *) *page = atomic_load_explicit(&all->pages[i], memory_order_relaxed);
        if (!page) continue;
        for (size_t k = 0; k < STREAMS_PAGE; k++)
            stream_free(atomic_load_explicit(&page[k], memory_order_relaxed));
        free(page);
    }
}

struct stream *stream_new(entity_id id)
{
    struct stream *s = calloc(1, sizeof *s);
    struct tail *t = tail_new(0, NULL);
    if (!s || !t) {
        free(s);
        free(t);
        return NULL;
    }
    s->id = id;
    s->state.info.last_time = TIME_NONE;
    s->state.next_number = 1;
    atomic_init(&s->tail, t);
    atomic_init(&s->oldest, INT64_MAX);
    atomic_init(&s->newest, INT64_MIN);
    return s;
}

size_t stream_free(struct stream *s)
{
    if (!s) return 0;
    size_t bytes = 0;
    struct tail *older;
    for (struct tail *t = atomic_load_explicit(&s->tail, memory_order_relaxed); t; t = older) {
        older = t->older;
        bytes += tail_free(t);
    }
    free(s);
    return bytes;
}

void stream_widen(struct stream *s, instant from, instant to)
{
    if (from < atomic_load_explicit(&s->oldest, memory_order_relaxed))
        atomic_store_explicit(&s->oldest, from, memory_order_release);
    if (to > atomic_load_explicit(&s->newest, memory_order_relaxed))
        atomic_store_explicit(&s->newest, to, memory_order_release);
}

const struct tail *stream_tail(const struct stream *s, uint64_t commit, bool is_inside)
{
    const struct tail *t = atomic_load_explicit(&s->tail, memory_order_acquire);
    while (!is_inside && t->since > commit) t = t->older;
    return t;
}

void stream_note_arrival(struct stream *s, const struct point *p)
{
    struct stream_state *t = &s->state;
    if (p->number >= t->next_number) t->next_number = p->number + 1;  // 0 after the last there can be
    t->arrival_feature = p->feature;
    if (t->info.last_time == TIME_NONE ||
        point_cmp(p->time, p->number, t->info.last_time, t->newest_number) > 0) {
        t->info.last_time = p->time;
        t->info.feature = p->feature;
        t->newest_number = p->number;
    }
    stream_widen(s, p->time, p->time);
}
