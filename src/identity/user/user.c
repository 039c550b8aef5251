// SPDX-License-Identifier: EUPL-1.2
// The accounts as they are in memory.
#include "identity/user/change.h"

#include "base/queue.h"
#include "identity/user/document.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct loading {
    arena *a;
    struct user *all;
    size_t count, capacity;
};

static bool load_one(str key, str text, void *context, err *e)
{
    struct loading *l = context;
    if (l->count == l->capacity) {
        const size_t capacity = l->capacity ? 2 * l->capacity : 16;
        struct user *grown = realloc(l->all, capacity * sizeof *grown);
        if (!grown) return err_no_memory(e);
        l->all = grown;
        l->capacity = capacity;
    }
    arena_reset(l->a);
    if (!user_document_read(key, text, l->a, &l->all[l->count], e))
        return err_within(e, "user '%.*s'", STR_ARG(key));
    l->count++;
    return true;
}

static bool load(struct snapshot *at, struct loading *l, err *e)
{
    *l = (struct loading){.a = arena_new(1 << 20)};
    const bool ok = l->a ? store_document_each(at, USER_KIND, load_one, l, e) : err_no_memory(e);
    arena_free(l->a);
    if (!ok) free(l->all);
    return ok;
}

bool users_reload(struct users *u, err *e)
{
    struct snapshot *at;
    struct loading l;
    if (!snapshot_open(u->store, &at, e)) return false;
    const bool ok = load(at, &l, e);
    snapshot_close(at);
    if (!ok) return false;
    lock_take(u->lock);
    struct user *old = u->all;
    u->all = l.all;
    u->count = l.count;
    lock_drop(u->lock);
    free(old);
    return true;
}

struct users *users_new(struct store *s, err *e)
{
    struct users *u = calloc(1, sizeof *u);
    if (!u || !(u->lock = lock_new())) {
        err_no_memory(e);
        free(u);
        return NULL;
    }
    u->store = s;
    if (users_reload(u, e)) return u;
    users_free(u);
    return NULL;
}

void users_free(struct users *u)
{
    if (!u) return;
    if (u->all) sodium_memzero(u->all, u->count * sizeof *u->all);
    free(u->all);
    lock_free(u->lock);
    free(u);
}

bool users_find(struct users *u, str name, struct user *out)
{
    bool found = false;
    lock_take(u->lock);
    for (size_t k = 0; k < u->count && !found; k++) {
        found = str_eq(str_of(u->all[k].name), name);
        if (found) *out = u->all[k];
    }
    lock_drop(u->lock);
    return found;
}

bool users_find_subject(struct users *u, str subject, struct user *out)
{
    bool found = false;
    lock_take(u->lock);
    for (size_t k = 0; k < u->count && !found && subject.n; k++) {
        found = str_eq(str_of(u->all[k].subject), subject);
        if (found) *out = u->all[k];
    }
    lock_drop(u->lock);
    return found;
}

size_t users_count(struct users *u)
{
    lock_take(u->lock);
    const size_t n = u->count;
    lock_drop(u->lock);
    return n;
}

void users_each(struct users *u, bool (*each)(const struct user *, void *), void *context)
{
    lock_take(u->lock);
    const size_t n = u->count;
    struct user *copy = n ? malloc(n * sizeof *copy) : NULL;
    if (copy) memcpy(copy, u->all, n * sizeof *copy);
    lock_drop(u->lock);
    for (size_t k = 0; copy && k < n; k++)
        if (!each(&copy[k], context)) break;
    free(copy);
}
