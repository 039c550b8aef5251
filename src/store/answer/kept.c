// SPDX-License-Identifier: EUPL-1.2
#include "store/answer/kept.h"

static bool read_newest(struct snapshot *at, const struct stream *s, struct point_key *out, err *e)
{
    struct stream_row row;
    bool got;
    if (!stream_row_read(at->connection, s->id, &row, &got, e)) return false;
    const bool has_any = got && row.newest_time != TIME_NONE;
    *out = has_any ? (struct point_key){row.newest_time, row.newest_number} : POINT_KEY_FIRST;
    return true;
}

// Making them reads the whole stream: only where that is at most twice of what is asked for.
static bool is_worth_making(const struct stream *s, interval when)
{
    const instant oldest = atomic_load_explicit(&s->oldest, memory_order_relaxed),
                  newest = atomic_load_explicit(&s->newest, memory_order_relaxed);
    const instant from = when.start == TIME_NONE || when.start < oldest ? oldest : when.start,
                  to = when.end == TIME_NONE || when.end > newest ? newest : when.end;
    return oldest <= newest && ((double)to - (double)from) * 2 >= (double)newest - (double)oldest;
}

static bool find_or_make(struct snapshot *at, const struct stream *s, uint64_t since, interval when,
                         const struct kept_maker *maker, struct kept **out, err *e)
{
    struct point_key newest;
    *out = kept_shelf_find(at, s, maker->what, since);
    if (*out || !is_worth_making(s, when) || !kept_shelf_wants(at)) return true;
    if (!read_newest(at, s, &newest, e) || !maker->make(at, s, maker->context, out, e)) return false;
    (*out)->newest = newest;
    kept_shelf_put(at, s, maker->what, since, *out);
    return true;
}

static bool tail_is_behind(struct snapshot *at, const struct stream *s, struct point_key newest)
{
    const struct tail *t = stream_tail(s, at->commit, false);
    if (atomic_load_explicit(&t->is_unordered, memory_order_relaxed)) return false;
    const struct tail_entry *first = tail_first(t, at->commit, false).entry;
    return !first || point_key_cmp((struct point_key){first->time, first->number}, newest) > 0;
}

// Where it does not go with what the snapshot sees, it is let go of.
static struct kept *fitting(struct snapshot *at, const struct stream *s, struct kept *k)
{
    if (k && !k->is_unfit && tail_is_behind(at, s, k->newest)) return k;
    kept_drop(k);
    return NULL;
}

bool kept_take(struct snapshot *at, const struct stream *s, interval when, const struct kept_maker *maker,
               struct kept **out, err *e)
{
    struct kept *k;
    uint64_t since;
    *out = NULL;
    if (!kept_shelf_serves(at, s, &since)) return true;
    if (!find_or_make(at, s, since, when, maker, &k, e)) return false;
    *out = fitting(at, s, k);
    return true;
}

struct kept *kept_look(struct snapshot *at, const struct stream *s, uint64_t what)
{
    uint64_t since;
    return kept_shelf_serves(at, s, &since) ? fitting(at, s, kept_shelf_find(at, s, what, since)) : NULL;
}
