// SPDX-License-Identifier: EUPL-1.2
#include "store/answer/kept.h"

#include <stdlib.h>

#define LISTS 4096

// A question about all streams passes over them in order. Were each put on a full shelf, it would push out what the next pass
// needs first, and nothing would ever be found; so few are let in, and what is there stays for many passes.
#define LET_IN_ONE_OF 16

struct kept_shelf {
    struct lock *lock;
    size_t most, bytes;
    uint64_t asked;  // while it was full
    size_t hand;     // the list that gives up next
    struct kept *lists[LISTS];
};

struct kept_shelf *kept_shelf_new(size_t bytes_most)
{
    struct kept_shelf *f = calloc(1, sizeof *f);
    if (!f) return NULL;
    f->most = bytes_most;
    f->lock = lock_new();
    if (f->lock) return f;
    free(f);
    return NULL;
}

// Takes the first of a list away; it is freed when its last user has gone.
static void take_first(struct kept_shelf *f, struct kept **list)
{
    struct kept *h = *list;
    *list = h->next;
    f->bytes -= h->bytes;
    kept_drop(h);
}

void kept_shelf_free(struct kept_shelf *f)
{
    if (!f) return;
    for (size_t i = 0; i < LISTS; i++)
        while (f->lists[i]) take_first(f, &f->lists[i]);
    lock_free(f->lock);
    free(f);
}

static struct kept **list_of(struct kept_shelf *f, entity_id stream, uint64_t what)
{
    return &f->lists[((uint64_t)stream + what) % LISTS];
}

static struct kept **find(struct kept_shelf *f, entity_id stream, uint64_t what)
{
    struct kept **link = list_of(f, stream, what);
    while (*link && ((*link)->stream != stream || (*link)->what != what)) link = &(*link)->next;
    return link;
}

// With a user more; NULL: not kept.
static struct kept *shelf_find(struct kept_shelf *f, entity_id stream, uint64_t what)
{
    lock_take(f->lock);
    struct kept *h = *find(f, stream, what);
    if (h) atomic_fetch_add_explicit(&h->users, 1, memory_order_relaxed);
    lock_drop(f->lock);
    return h;
}

// Whether it is worth making more: a full shelf takes only some.
static bool shelf_wants(struct kept_shelf *f)
{
    lock_take(f->lock);
    const bool wants = f->bytes < f->most - f->most / 16 || (f->most > 0 && ++f->asked % LET_IN_ONE_OF == 0);
    lock_drop(f->lock);
    return wants;
}

// bytes are at most what the shelf may hold.
static void make_room(struct kept_shelf *f, size_t bytes)
{
    for (; f->bytes + bytes > f->most; f->hand = (f->hand + 1) % LISTS)
        if (f->lists[f->hand]) take_first(f, &f->lists[f->hand]);
}

// Becomes a user of h; what it had of this stream goes, and of others what has no room any more.
static void shelf_put(struct kept_shelf *f, struct kept *h)
{
    const size_t bytes = h->bytes;
    lock_take(f->lock);
    struct kept **old = find(f, h->stream, h->what);
    if (*old) take_first(f, old);
    if (bytes <= f->most) {
        make_room(f, bytes);
        struct kept **list = list_of(f, h->stream, h->what);
        atomic_fetch_add_explicit(&h->users, 1, memory_order_relaxed);
        h->next = *list;
        *list = h;
        f->bytes += bytes;
    }
    lock_drop(f->lock);
}

// ---- taking ----

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

static bool make(struct snapshot *at, const struct stream *s, const struct kept_maker *maker, uint64_t since,
                 struct kept **out, err *e)
{
    struct point_key newest;
    struct kept *k;
    if (!read_newest(at, s, &newest, e) || !maker->make(at, s, maker->context, &k, e)) return false;
    atomic_init(&k->users, 1);
    k->stream = s->id;
    k->what = maker->what;
    k->since = since;
    k->newest = newest;
    *out = k;
    return true;
}

static bool find_or_make(struct snapshot *at, const struct stream *s, uint64_t since, interval when,
                         const struct kept_maker *maker, struct kept **out, err *e)
{
    struct kept_shelf *shelf = at->store->shelf;
    *out = shelf_find(shelf, s->id, maker->what);
    if (*out && (*out)->since == since) return true;
    kept_drop(*out);
    *out = NULL;
    if (!is_worth_making(s, when) || !shelf_wants(shelf)) return true;
    if (!make(at, s, maker, since, out, e)) return false;
    shelf_put(shelf, *out);
    return true;
}

static bool tail_is_behind(struct snapshot *at, const struct stream *s, struct point_key newest)
{
    const struct tail *t = stream_tail(s, at->commit, false);
    if (atomic_load_explicit(&t->is_unordered, memory_order_relaxed)) return false;
    const struct tail_entry *first = tail_first(t, at->commit, false).entry;
    return !first || point_key_cmp((struct point_key){first->time, first->number}, newest) > 0;
}

// A snapshot that sees the commit that changed the chunks last sees them as they are now; the writer says so in
// `rechunked` before that commit.
bool kept_take(struct snapshot *at, const struct stream *s, interval when, const struct kept_maker *maker,
               struct kept **out, err *e)
{
    struct kept *k;
    const uint64_t since = atomic_load_explicit(&s->rechunked, memory_order_acquire);
    *out = NULL;
    if (at->is_inside || since > at->commit) return true;
    if (!find_or_make(at, s, since, when, maker, &k, e)) return false;
    if (k && !k->is_unfit && tail_is_behind(at, s, k->newest))
        *out = k;
    else
        kept_drop(k);
    return true;
}

void kept_drop(struct kept *k)
{
    if (k && atomic_fetch_sub_explicit(&k->users, 1, memory_order_acq_rel) == 1) free(k);
}
