// SPDX-License-Identifier: EUPL-1.2
#include "portal/shelf.h"

#include "base/queue.h"
#include "http/gzip.h"
#include "portal/digest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEY_BYTES_MAX 512
#define BODY_BYTES_MAX ((size_t)1 << 20)
#define COMPRESSORS_KEPT 2

struct kept {
    struct shelf_page page;  // first: what shelf_take gives
    int users;               // the shelf is one of them
    bool is_being_made;      // somebody makes its successor
    int64_t until_us;
    size_t key_length;
    char key[];
};

struct shelf {
    struct lock *lock;
    struct compressors *compressors;
    struct kept *places[SHELF_PAGES];  // by digest of the key
};

struct shelf *shelf_new(void)
{
    struct shelf *s = calloc(1, sizeof *s);
    if (!s) return NULL;
    s->lock = lock_new();
    s->compressors = compressors_new(COMPRESSORS_KEPT);
    if (s->lock && s->compressors) return s;
    shelf_free(s);
    return NULL;
}

static void kept_free(struct kept *k)
{
    if (!k) return;
    http_piece_release(k->page.plain);
    http_piece_release(k->page.packed);
    free(k);
}

void shelf_free(struct shelf *s)
{
    if (!s) return;
    for (size_t i = 0; i < SHELF_PAGES; i++) kept_free(s->places[i]);
    compressors_free(s->compressors);
    lock_free(s->lock);
    free(s);
}

static struct kept **place_of(struct shelf *s, str key)
{
    return &s->places[digest_of(key) % SHELF_PAGES];
}

static bool is_fresh(struct kept *k, int64_t now_us)
{
    return now_us < k->until_us;
}

// The first who finds a page too old is not given it, and so makes the next one.
static bool is_given(struct kept *k, int64_t now_us)
{
    if (is_fresh(k, now_us)) return true;
    const bool is_first = !k->is_being_made;
    k->is_being_made = true;
    return !is_first && now_us < k->until_us + SHELF_WAIT_US;
}

static const struct shelf_page *take(struct shelf *s, str key, int64_t now_us,
                                     bool (*gives)(struct kept *k, int64_t now_us))
{
    struct kept **at = place_of(s, key);
    lock_take(s->lock);
    struct kept *k = *at;
    if (k && (!str_eq((str){k->key, k->key_length}, key) || !gives(k, now_us))) k = NULL;
    if (k) k->users++;
    lock_drop(s->lock);
    return k ? &k->page : NULL;
}

const struct shelf_page *shelf_take(struct shelf *s, str key, int64_t now_us)
{
    return take(s, key, now_us, is_given);
}

const struct shelf_page *shelf_take_fresh(struct shelf *s, str key, int64_t now_us)
{
    return take(s, key, now_us, is_fresh);
}

static void leave(struct shelf *s, struct kept *k)
{
    if (!k) return;
    lock_take(s->lock);
    const bool is_last = --k->users == 0;
    lock_drop(s->lock);
    if (is_last) kept_free(k);
}

void shelf_give(struct shelf *s, const struct shelf_page *p)
{
    leave(s, (struct kept *)(uintptr_t)p);  // the page is the first member of what the shelf made
}

static http_piece *pack(struct shelf *s, str body)
{
    struct gzip_run run = {0};
    buf b = {.max = BODY_BYTES_MAX + 1024};
    http_piece *p = gzip_add(s->compressors, &run, body, true, &b) ? http_piece_new(buf_str(&b)) : NULL;
    buf_free(&b);
    return p;
}

static struct kept *kept_new(struct shelf *s, str key, str body)
{
    struct kept *k = malloc(sizeof *k + key.n);
    if (!k) return NULL;
    *k = (struct kept){.key_length = key.n, .page = {.plain = http_piece_new(body), .packed = pack(s, body)}};
    memcpy(k->key, key.p, key.n);
    if (k->page.plain && k->page.packed) return k;
    kept_free(k);
    return NULL;
}

// Puts `k`, or nothing, in the place of what is kept for the key or stands in its way.
static void replace(struct shelf *s, str key, struct kept *k)
{
    struct kept **at = place_of(s, key);
    lock_take(s->lock);
    struct kept *old = *at;
    if (k || (old && str_eq((str){old->key, old->key_length}, key)))
        *at = k;
    else
        old = NULL;
    lock_drop(s->lock);
    leave(s, old);
}

const struct shelf_page *shelf_put(struct shelf *s, str key, str body, const char *etag, int64_t made_in_us,
                                   int64_t now_us)
{
    const bool is_worth = made_in_us >= SHELF_LEAST_US && key.n > 0 && key.n <= KEY_BYTES_MAX &&
                          body.n <= BODY_BYTES_MAX;
    struct kept *k = is_worth ? kept_new(s, key, body) : NULL;
    if (!k) {
        replace(s, key, NULL);  // nobody is given the page before it any longer
        return NULL;
    }
    const int64_t keep_us = made_in_us * SHELF_TIMES;
    k->users = 2;  // the shelf and the caller
    k->until_us = now_us + (keep_us < SHELF_MOST_US ? keep_us : SHELF_MOST_US);
    snprintf(k->page.etag, sizeof k->page.etag, "%s", etag);
    replace(s, key, k);
    return &k->page;
}
