// SPDX-License-Identifier: EUPL-1.2
#include "identity/throttle.h"

#include "base/queue.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define WAYS 8  // buckets that a key may use: the least lately used of them makes room

struct bucket {
    uint64_t key;      // 0: unused
    double level;      // what is left
    int64_t since_us;  // when `level` was so
};

struct throttle {
    struct lock *lock;
    unsigned char secret[crypto_shorthash_KEYBYTES];
    double most;
    int64_t per_us;
    size_t sets;
    struct bucket buckets[];
};

struct throttle *throttle_new(size_t keys, double most, int64_t per_us)
{
    const size_t sets = keys / WAYS + 1;
    struct throttle *t = calloc(1, sizeof *t + sets * WAYS * sizeof t->buckets[0]);
    if (!t || sodium_init() < 0 || !(t->lock = lock_new())) {
        free(t);
        return NULL;
    }
    t->sets = sets;
    t->most = most;
    t->per_us = per_us;
    randombytes_buf(t->secret, sizeof t->secret);
    return t;
}

void throttle_free(struct throttle *t)
{
    if (!t) return;
    lock_free(t->lock);
    free(t);
}

static uint64_t hash_of(const struct throttle *t, str key)
{
    uint64_t h;
    unsigned char bytes[sizeof h];
    crypto_shorthash(bytes, (const unsigned char *)key.p, key.n, t->secret);
    memcpy(&h, bytes, sizeof h);
    return h ? h : 1;
}

static int64_t last_use(const struct bucket *b)
{
    return b->key ? b->since_us : INT64_MIN;
}

static struct bucket *bucket_of(struct throttle *t, uint64_t key, int64_t now_us)
{
    struct bucket *set = &t->buckets[key % t->sets * WAYS], *oldest = set;
    for (int k = 0; k < WAYS; k++) {
        if (set[k].key == key) return &set[k];
        if (last_use(&set[k]) < last_use(oldest)) oldest = &set[k];
    }
    *oldest = (struct bucket){.key = key, .level = t->most, .since_us = now_us};
    return oldest;
}

static bool look(struct throttle *t, str key, int64_t now_us, double taken, int64_t *wait_us)
{
    const uint64_t h = hash_of(t, key);
    lock_take(t->lock);
    struct bucket *b = bucket_of(t, h, now_us);
    b->level += (double)(now_us - b->since_us) / (double)t->per_us;
    if (b->level > t->most) b->level = t->most;
    b->since_us = now_us;
    const bool has = b->level >= 1;
    *wait_us = has ? 0 : (int64_t)((1 - b->level) * (double)t->per_us) + 1;
    if (has) b->level -= taken;
    lock_drop(t->lock);
    return has;
}

bool throttle_take(struct throttle *t, str key, int64_t now_us, int64_t *wait_us)
{
    return look(t, key, now_us, 1, wait_us);
}

bool throttle_has(struct throttle *t, str key, int64_t now_us, int64_t *wait_us)
{
    return look(t, key, now_us, 0, wait_us);
}

void throttle_forgive(struct throttle *t, str key)
{
    const uint64_t h = hash_of(t, key);
    lock_take(t->lock);
    struct bucket *set = &t->buckets[h % t->sets * WAYS];
    for (int k = 0; k < WAYS; k++)
        if (set[k].key == h) set[k] = (struct bucket){0};
    lock_drop(t->lock);
}
