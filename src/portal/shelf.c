// SPDX-License-Identifier: EUPL-1.2
#include "portal/shelf.h"

#include "base/queue.h"
#include "portal/digest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEY_BYTES_MAX 512
#define BODY_BYTES_MAX ((size_t)1 << 20)

struct kept {
    struct shelf_page page;  // first: what shelf_take gives
    int users;               // the shelf is one of them
    int64_t until_us;
    size_t key_length;
    char text[];  // key, then body
};

struct shelf {
    struct lock *lock;
    struct kept *places[SHELF_PAGES];  // by digest of the key
};

struct shelf *shelf_new(void)
{
    struct shelf *s = calloc(1, sizeof *s);
    if (s && (s->lock = lock_new())) return s;
    free(s);
    return NULL;
}

void shelf_free(struct shelf *s)
{
    if (!s) return;
    for (size_t i = 0; i < SHELF_PAGES; i++) free(s->places[i]);
    lock_free(s->lock);
    free(s);
}

static struct kept **place_of(struct shelf *s, str key)
{
    return &s->places[digest_of(key) % SHELF_PAGES];
}

const struct shelf_page *shelf_take(struct shelf *s, str key, int64_t now_us)
{
    struct kept **at = place_of(s, key);
    lock_take(s->lock);
    struct kept *k = *at;
    if (k && (now_us >= k->until_us || !str_eq((str){k->text, k->key_length}, key))) k = NULL;
    if (k) k->users++;
    lock_drop(s->lock);
    return k ? &k->page : NULL;
}

static void leave(struct shelf *s, struct kept *k)
{
    if (!k) return;
    lock_take(s->lock);
    const bool is_last = --k->users == 0;
    lock_drop(s->lock);
    if (is_last) free(k);
}

void shelf_give(struct shelf *s, const struct shelf_page *p)
{
    leave(s, (struct kept *)(uintptr_t)p);  // the page is the first member of what the shelf made
}

void shelf_put(struct shelf *s, str key, str body, const char *etag, int64_t made_in_us, int64_t now_us)
{
    if (made_in_us < SHELF_LEAST_US || key.n > KEY_BYTES_MAX || body.n > BODY_BYTES_MAX) return;
    struct kept *k = malloc(sizeof *k + key.n + body.n);
    if (!k) return;
    const int64_t keep_us = made_in_us * SHELF_TIMES;
    *k = (struct kept){.users = 1,
                       .until_us = now_us + (keep_us < SHELF_MOST_US ? keep_us : SHELF_MOST_US),
                       .key_length = key.n,
                       .page = {.body = {k->text + key.n, body.n}}};
    memcpy(k->text, key.p, key.n);
    memcpy(k->text + key.n, body.p, body.n);
    snprintf(k->page.etag, sizeof k->page.etag, "%s", etag);
    struct kept **at = place_of(s, key);
    lock_take(s->lock);
    struct kept *old = *at;
    *at = k;
    lock_drop(s->lock);
    leave(s, old);
}
