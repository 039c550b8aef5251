// SPDX-License-Identifier: EUPL-1.2
#include "rollup/accounts.h"

#include <stdlib.h>
#include <string.h>

#define ACCOUNTS_BYTES_MAX ((size_t)1 << 30)

static uint64_t hash_of(str s)
{
    uint64_t h = 0xcbf29ce484222325u;
    for (size_t i = 0; i < s.n; i++) h = (h ^ (unsigned char)s.p[i]) * 0x100000001b3u;
    return h ^ h >> 29;
}

bool accounts_open(struct accounts *k, err *e)
{
    *k = (struct accounts){.a = arena_new(ACCOUNTS_BYTES_MAX)};
    return k->a || err_no_memory(e);
}

void accounts_close(struct accounts *k)
{
    for (size_t i = 0; i < k->count; i++) tally_free(&k->all[i].tally);
    free(k->all);
    free(k->slots);
    arena_free(k->a);
    *k = (struct accounts){.count = 0};
}

static uint32_t *slot_of(const struct accounts *k, str key)
{
    size_t i = (size_t)hash_of(key) & (k->slot_count - 1);
    while (k->slots[i] && !str_eq(k->all[k->slots[i] - 1].key, key)) i = (i + 1) & (k->slot_count - 1);
    return &k->slots[i];
}

static bool grow(struct accounts *k)
{
    const size_t capacity = k->capacity ? k->capacity * 2 : 256;
    struct account *all = realloc(k->all, capacity * sizeof *all);
    if (all) k->all = all;
    uint32_t *slots = all && capacity < UINT32_MAX / 4 ? calloc(capacity * 2, sizeof *slots) : NULL;
    if (!slots) return false;
    free(k->slots);
    k->slots = slots;
    k->slot_count = capacity * 2;
    k->capacity = capacity;
    for (size_t i = 0; i < k->count; i++) *slot_of(k, k->all[i].key) = (uint32_t)(i + 1);
    return true;
}

bool accounts_add(struct accounts *k, str key, const struct area *area, const struct tally *t, err *e)
{
    if (k->count == k->capacity && !grow(k)) return err_no_memory(e);
    uint32_t *slot = slot_of(k, key);
    if (!*slot) {
        struct account fresh = {.area = area};
        if (!arena_copy(k->a, key, &fresh.key)) return err_no_memory(e);
        k->all[k->count++] = fresh;
        *slot = (uint32_t)k->count;
    }
    return tally_merge(&k->all[*slot - 1].tally, t, e);
}

static int by_key(const void *a, const void *b)
{
    return str_cmp(((const struct account *)a)->key, ((const struct account *)b)->key);
}

void accounts_sort(struct accounts *k)
{
    if (k->count) qsort(k->all, k->count, sizeof *k->all, by_key);
}
