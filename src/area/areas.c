// SPDX-License-Identifier: EUPL-1.2
// The newest atlas, shared by counting.
#include "area/atlas.h"

#include <stdlib.h>

struct areas {
    struct store *store;
    const struct tz *zone;
    struct lock *lock;
    struct atlas *current;  // lock
};

// Two atlases never have one number, also not over a restart: entity tags and caches are made of it.
static bool load(struct areas *a, err *e)
{
    struct snapshot *at;
    struct atlas *fresh;
    if (!snapshot_open(a->store, &at, e)) return false;
    const bool ok = atlas_build(at, (uint64_t)time_now(), &fresh, e);
    snapshot_close(at);
    if (!ok) return false;
    lock_take(a->lock);
    struct atlas *const old = a->current;
    a->current = fresh;
    lock_drop(a->lock);
    areas_give(a, old);
    return true;
}

bool areas_open(struct store *s, const struct tz *zone, struct areas **out, err *e)
{
    struct areas *a = calloc(1, sizeof *a);
    if (!a) return err_no_memory(e);
    *a = (struct areas){.store = s, .zone = zone, .lock = lock_new()};
    if ((a->lock || err_no_memory(e)) && load(a, e)) {
        *out = a;
        return true;
    }
    areas_close(a);
    return false;
}

bool areas_reload(struct areas *a, err *e)
{
    return load(a, e);
}

void areas_close(struct areas *a)
{
    if (!a) return;
    areas_give(a, a->current);
    lock_free(a->lock);
    free(a);
}

const struct atlas *areas_take(struct areas *a)
{
    lock_take(a->lock);
    struct atlas *const t = a->current;
    t->users++;
    lock_drop(a->lock);
    return t;
}

void areas_hold(struct areas *a, const struct atlas *t)
{
    struct atlas *const own = (struct atlas *)(uintptr_t)t;
    lock_take(a->lock);
    own->users++;
    lock_drop(a->lock);
}

void areas_give(struct areas *a, const struct atlas *t)
{
    if (!t) return;
    struct atlas *const own = (struct atlas *)(uintptr_t)t;  // only its count of users changes
    lock_take(a->lock);
    const bool is_last = --own->users == 0;
    lock_drop(a->lock);
    if (is_last) atlas_free(own);
}

int areas_year_of(const struct areas *a, instant t)
{
    return tz_civil(a->zone, t).year;
}
