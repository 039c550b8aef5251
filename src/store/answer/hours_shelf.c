// SPDX-License-Identifier: EUPL-1.2
#include "store/answer/hours_shelf.h"

#include <stdlib.h>

#define LISTS 4096

// A question about all streams passes over them in order. Were each put on a full shelf, it would push out what the next pass
// needs first, and nothing would ever be found; so few are let in, and what is there stays for many passes.
#define LET_IN_ONE_OF 16

struct hours_shelf {
    struct lock *lock;
    size_t most, bytes;
    uint64_t asked;  // while it was full
    size_t hand;     // the list that gives up next
    struct hours *lists[LISTS];
};

struct hours_shelf *hours_shelf_new(size_t bytes_most)
{
    struct hours_shelf *f = calloc(1, sizeof *f);
    if (!f) return NULL;
    f->most = bytes_most;
    f->lock = lock_new();
    if (f->lock) return f;
    free(f);
    return NULL;
}

// Takes the first of a list away; it is freed when its last user has gone.
static void take_first(struct hours_shelf *f, struct hours **list)
{
    struct hours *h = *list;
    *list = h->next;
    f->bytes -= hours_bytes(h);
    hours_drop(h);
}

void hours_shelf_free(struct hours_shelf *f)
{
    if (!f) return;
    for (size_t i = 0; i < LISTS; i++)
        while (f->lists[i]) take_first(f, &f->lists[i]);
    lock_free(f->lock);
    free(f);
}

static struct hours **find(struct hours_shelf *f, entity_id stream)
{
    struct hours **link = &f->lists[(uint64_t)stream % LISTS];
    while (*link && (*link)->stream != stream) link = &(*link)->next;
    return link;
}

struct hours *hours_shelf_find(struct hours_shelf *f, entity_id stream)
{
    lock_take(f->lock);
    struct hours *h = *find(f, stream);
    if (h) atomic_fetch_add_explicit(&h->users, 1, memory_order_relaxed);
    lock_drop(f->lock);
    return h;
}

bool hours_shelf_wants(struct hours_shelf *f)
{
    lock_take(f->lock);
    const bool wants = f->bytes < f->most - f->most / 16 || (f->most > 0 && ++f->asked % LET_IN_ONE_OF == 0);
    lock_drop(f->lock);
    return wants;
}

// bytes are at most what the shelf may hold.
static void make_room(struct hours_shelf *f, size_t bytes)
{
    for (; f->bytes + bytes > f->most; f->hand = (f->hand + 1) % LISTS)
        if (f->lists[f->hand]) take_first(f, &f->lists[f->hand]);
}

void hours_shelf_put(struct hours_shelf *f, struct hours *h)
{
    const size_t bytes = hours_bytes(h);
    lock_take(f->lock);
    struct hours **old = find(f, h->stream);
    if (*old) take_first(f, old);
    if (bytes <= f->most) {
        make_room(f, bytes);
        struct hours **list = &f->lists[(uint64_t)h->stream % LISTS];
        atomic_fetch_add_explicit(&h->users, 1, memory_order_relaxed);
        h->next = *list;
        *list = h;
        f->bytes += bytes;
    }
    lock_drop(f->lock);
}
