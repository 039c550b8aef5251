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

void streams_free(struct streams *all, struct tail_memory *m)
{
    for (size_t i = 0; i < STREAMS_PAGES; i++) {
        _Atomic(struct stream *) *page = atomic_load_explicit(&all->pages[i], memory_order_relaxed);
        if (!page) continue;
        for (size_t k = 0; k < STREAMS_PAGE; k++)
            stream_free(atomic_load_explicit(&page[k], memory_order_relaxed), m);
        free(page);
    }
}

struct stream *stream_new(entity_id id, entity_set kind)
{
    struct stream *s = calloc(1, sizeof *s);
    struct tail *t = tail_new(0, NULL);
    if (!s || !t) {
        free(s);
        free(t);
        return NULL;
    }
    s->id = id;
    s->kind = s->state.info.kind = kind;
    s->state.info.last_time = TIME_NONE;
    s->state.next_number = 1;
    atomic_init(&s->tail, t);
    atomic_init(&s->oldest, INT64_MAX);
    atomic_init(&s->newest, INT64_MIN);
    return s;
}

void stream_free(struct stream *s, struct tail_memory *m)
{
    if (!s) return;
    struct tail *older;
    for (struct tail *t = atomic_load_explicit(&s->tail, memory_order_relaxed); t; t = older) {
        older = t->older;
        tail_free(t, m);
    }
    free(s);
}

void stream_widen(struct stream *s, instant from, instant to)
{
    if (from < atomic_load_explicit(&s->oldest, memory_order_relaxed))
        atomic_store_explicit(&s->oldest, from, memory_order_release);
    if (to > atomic_load_explicit(&s->newest, memory_order_relaxed))
        atomic_store_explicit(&s->newest, to, memory_order_release);
}

void stream_expect(const struct stream *s, unsigned ahead)
{
    if (ahead == STORE_AHEAD) {
        for (size_t at = 0; at < sizeof *s; at += 64) __builtin_prefetch((const char *)s + at, 1);
        return;
    }
    const struct tail *t = atomic_load_explicit(&s->tail, memory_order_relaxed);
    if (ahead == STORE_AHEAD - 1) {
        __builtin_prefetch(t, 1);
    } else if (t->last && ahead == STORE_AHEAD - 2) {
        __builtin_prefetch(t->last, 1);
    } else if (t->last) {
        tail_expect(t->last);
    }
}

const struct tail *stream_tail(const struct stream *s, uint64_t commit, bool is_inside)
{
    const struct tail *t = atomic_load_explicit(&s->tail, memory_order_acquire);
    while (!is_inside && t->since > commit) t = t->older;
    return t;
}

static void note_newest(struct stream_state *t, instant time, uint32_t number, entity_id feature)
{
    if (t->info.last_time != TIME_NONE && point_cmp(time, number, t->info.last_time, t->newest_number) <= 0)
        return;
    t->info.last_time = time;
    t->info.feature = feature;
    t->newest_number = number;
}

void stream_note_arrival(struct stream *s, const struct point *p)
{
    struct stream_state *t = &s->state;
    if (p->number >= t->next_number) t->next_number = p->number + 1;  // 0 after the last there can be
    t->arrival_feature = p->feature;
    note_newest(t, p->time, p->number, p->feature);
    stream_widen(s, p->time, p->time);
}

instant stream_note_run(struct stream *s, const struct reading_run *run, uint32_t number)
{
    instant oldest = run->all[0].time;
    size_t newest = 0;
    for (size_t i = 1; i < run->count; i++) {
        const instant t = run->all[i].time;
        if (t < oldest) oldest = t;
        if (t >= run->all[newest].time) newest = i;  // of the same time the greater number
    }
    s->state.next_number = number + (uint32_t)run->count;
    s->state.arrival_feature = run->feature;
    note_newest(&s->state, run->all[newest].time, number + (uint32_t)newest, run->feature);
    stream_widen(s, oldest, run->all[newest].time);
    return oldest;
}
