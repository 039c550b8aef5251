// SPDX-License-Identifier: EUPL-1.2
// Areas by code, by parent, by level.
#include "area/atlas.h"

uint64_t atlas_version(const struct atlas *t)
{
    return t->version;
}

const struct area *atlas_all(const struct atlas *t, size_t *count)
{
    *count = t->count;
    return t->all;
}

// The first version of a code; its others follow.
static size_t first_of(const struct atlas *t, str code)
{
    size_t low = 0, high = t->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (str_cmp(t->all[middle].code, code) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool atlas_knows(const struct atlas *t, str code)
{
    const size_t i = first_of(t, code);
    return i < t->count && str_eq(t->all[i].code, code);
}

const struct area *atlas_find(const struct atlas *t, str code, int year)
{
    for (size_t i = first_of(t, code); i < t->count && str_eq(t->all[i].code, code); i++)
        if (area_holds(&t->all[i], year)) return &t->all[i];
    return NULL;
}

// When the parent's own boundaries do not hold in that year, the newest of them stand in: a figure must not get lost on its way up.
const struct area *atlas_parent(const struct atlas *t, const struct area *a, int year)
{
    const struct area *out = atlas_find(t, a->parent, year);
    if (a->parent.n == 0 || a->level == AREA_WORLD) return NULL;
    if (out) return out;
    for (size_t i = first_of(t, a->parent); i < t->count && str_eq(t->all[i].code, a->parent); i++)
        out = &t->all[i];
    return out ? out : atlas_find(t, STR("001"), year);
}

// Indexes [from, ...) of an order whose key is less than wanted come first.
static size_t first_child(const struct atlas *t, str parent)
{
    size_t low = 0, high = t->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (str_cmp(t->all[t->by_parent[middle]].parent, parent) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool gather(const struct atlas *t, const size_t *from, size_t n, int year, arena *a,
                   const struct area ***out, size_t *count, err *e)
{
    const struct area **list = (const struct area **)arena_array(a, n + 1, sizeof *list);
    size_t k = 0;
    if (!list) return err_no_memory(e);
    for (size_t i = 0; i < n; i++)
        if (area_holds(&t->all[from[i]], year)) list[k++] = &t->all[from[i]];
    *out = list;
    *count = k;
    return true;
}

bool atlas_children(const struct atlas *t, const struct area *parent, int year, arena *a,
                    const struct area ***out, size_t *count, err *e)
{
    const size_t first = first_child(t, parent->code);
    size_t end = first;
    while (end < t->count && str_eq(t->all[t->by_parent[end]].parent, parent->code)) end++;
    return gather(t, t->by_parent + first, end - first, year, a, out, count, e);
}

bool atlas_level(const struct atlas *t, area_level level, int year, arena *a, const struct area ***out,
                 size_t *count, err *e)
{
    size_t first = 0;
    while (first < t->count && t->all[t->by_level[first]].level < level) first++;
    size_t end = first;
    while (end < t->count && t->all[t->by_level[end]].level == level) end++;
    return gather(t, t->by_level + first, end - first, year, a, out, count, e);
}

bool atlas_is_within(const struct atlas *t, const struct area *inner, const struct area *outer, int year)
{
    int steps = AREA_LEVEL_COUNT;
    for (const struct area *a = inner; a && steps-- > 0; a = atlas_parent(t, a, year))
        if (a == outer) return true;
    return false;
}
