// SPDX-License-Identifier: EUPL-1.2
#include "store/scan/shelf.h"

#include "store/tx.h"

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

// A snapshot that sees the commit that changed the chunks last sees them as they are now; the writer says so in
// `rechunked` before that commit.
bool kept_shelf_serves(struct snapshot *at, const struct stream *s, uint64_t *since)
{
    *since = atomic_load_explicit(&s->rechunked, memory_order_acquire);
    return !at->is_inside && *since <= at->commit;
}

struct kept *kept_shelf_find(struct snapshot *at, const struct stream *s, uint64_t what, uint64_t since)
{
    struct kept_shelf *f = at->store->shelf;
    lock_take(f->lock);
    struct kept *h = *find(f, s->id, what);
    if (h && h->since != since) h = NULL;
    if (h) atomic_fetch_add_explicit(&h->users, 1, memory_order_relaxed);
    lock_drop(f->lock);
    return h;
}

bool kept_shelf_wants(struct snapshot *at)
{
    struct kept_shelf *f = at->store->shelf;
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

static void put(struct kept_shelf *f, struct kept *h)
{
    struct kept **old = find(f, h->stream, h->what);
    if (*old) take_first(f, old);
    if (h->bytes > f->most) return;
    make_room(f, h->bytes);
    struct kept **list = list_of(f, h->stream, h->what);
    atomic_fetch_add_explicit(&h->users, 1, memory_order_relaxed);
    h->next = *list;
    *list = h;
    f->bytes += h->bytes;
}

void kept_shelf_put(struct snapshot *at, const struct stream *s, uint64_t what, uint64_t since,
                    struct kept *k)
{
    struct kept_shelf *f = at->store->shelf;
    atomic_init(&k->users, 1);
    k->stream = s->id;
    k->what = what;
    k->since = since;
    lock_take(f->lock);
    put(f, k);
    lock_drop(f->lock);
}

void kept_drop(struct kept *k)
{
    if (k && atomic_fetch_sub_explicit(&k->users, 1, memory_order_acq_rel) == 1) free(k);
}
