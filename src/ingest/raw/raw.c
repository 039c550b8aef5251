// SPDX-License-Identifier: EUPL-1.2
#include "ingest/raw/raw.h"

#include "base/json.h"
#include "base/metrics.h"
#include "base/queue.h"
#include "ingest/raw/block.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KIND STR("raw")
#define MESSAGE_MAX ((size_t)256 << 10)
#define BLOCK_MEMORY ((size_t)64 << 20)
#define KEY_DIGITS 20

static metric kept_metric = {.name = "peil_raw_messages_total",
                             .help = "Raw messages of devices, by what became of them",
                             .labels = "outcome=\"kept\"",
                             .type = METRIC_COUNTER};
static metric dropped_metric = {
    .name = "peil_raw_messages_total", .labels = "outcome=\"dropped\"", .type = METRIC_COUNTER};

struct raw {
    struct store *store;
    raw_config config;
    struct lock *lock;  // over the three below
    buf gathered;
    int64_t messages;
    instant first, last;
};

// ---- keeping -----------------------------------------------------------------------------------------------------

struct raw *raw_new(struct store *s, const raw_config *c, err *e)
{
    struct raw *r = calloc(1, sizeof *r);
    if (r)
        *r = (struct raw){.store = s, .config = *c, .lock = lock_new(), .gathered = {.max = RAW_BLOCK_MAX}};
    if (!r || !r->lock) {
        raw_free(r);
        err_no_memory(e);
        return NULL;
    }
    if (c->metrics) {
        metrics_add(c->metrics, &kept_metric);
        metrics_add(c->metrics, &dropped_metric);
    }
    return r;
}

void raw_free(struct raw *r)
{
    if (!r) return;
    if (r->lock) lock_free(r->lock);
    buf_free(&r->gathered);
    free(r);
}

void raw_note(struct raw *r, const struct device_adapter *d, const struct device_message *m)
{
    if (!r || r->config.days == 0 || d->keeps_no_raw || d->lines) return;
    buf b = {.max = MESSAGE_MAX + 16384};
    if (m->body.n <= MESSAGE_MAX) raw_block_add(&b, d, m);
    lock_take(r->lock);
    const bool fits = b.n && !b.failed && r->gathered.n + b.n <= RAW_BLOCK_MAX;
    if (fits) {
        if (r->messages++ == 0) r->first = r->last = m->received;
        if (m->received < r->first) r->first = m->received;
        if (m->received > r->last) r->last = m->received;
        buf_add(&r->gathered, buf_str(&b));
    }
    lock_drop(r->lock);
    metric_count(fits ? &kept_metric : &dropped_metric, 1);
    buf_free(&b);
}

// ---- blocks ------------------------------------------------------------------------------------------------------

struct block {
    const struct raw *r;
    str packed;
    instant first, last, now;
    int64_t messages;
    // of what is stored
    int64_t total;
    arena *a;
    struct old {
        struct old *next;
        str key, hash;
    } * oldest;
};

static bool block_text(const struct block *k, const char *hash, buf *b, err *e)
{
    json_writer w = json_writer_on(b);
    json_open(&w, '{');
    json_member_text(&w, STR("blob"), str_of(hash));
    json_member_int(&w, STR("first"), k->first);
    json_member_int(&w, STR("last"), k->last);
    json_member_int(&w, STR("messages"), k->messages);
    json_member_int(&w, STR("bytes"), (int64_t)k->packed.n);
    json_close(&w, '}');
    return !b->failed || err_no_memory(e);
}

static bool weigh(str key, str text, void *context, err *e)
{
    struct block *k = context;
    json *j;
    (void)key;
    if (!json_parse(text, k->a, &j, e)) return false;
    k->total += raw_number(j, STR("bytes"));
    return true;
}

// The oldest blocks, until those that stay are few and young enough.
static bool choose(str key, str text, void *context, err *e)
{
    struct block *k = context;
    json *j;
    if (!json_parse(text, k->a, &j, e)) return false;
    const bool is_old = raw_number(j, STR("last")) < k->now - k->r->config.days * TIME_DAY;
    if (!is_old && k->total <= k->r->config.bytes_max) return false;
    struct old *o = ARENA_NEW(k->a, struct old);
    str hash = json_text(j, STR("blob"));
    if (!o || !arena_copy(k->a, key, &o->key) || !arena_copy(k->a, hash, &o->hash)) return err_no_memory(e);
    o->next = k->oldest;
    k->oldest = o;
    k->total -= raw_number(j, STR("bytes"));
    return true;
}

static bool let_go(struct store_tx *tx, struct block *k, err *e)
{
    e->code = ERR_NONE;
    if (!store_document_each(store_tx_snapshot(tx), KIND, weigh, k, e) ||
        (!store_document_each(store_tx_snapshot(tx), KIND, choose, k, e) && e->code != ERR_NONE))
        return false;
    for (const struct old *o = k->oldest; o; o = o->next)
        if (!store_document_delete(tx, KIND, o->key, e) || !store_blob_delete(tx, o->hash, e)) return false;
    return true;
}

static bool run(struct store_tx *tx, void *context, err *e)
{
    struct block *k = context;
    char hash[STORE_BLOB_HASH + 1], key[KEY_DIGITS + 1];
    k->total = 0;
    k->oldest = NULL;
    if (k->packed.n) {
        buf b = {.max = 1024};
        const int n = snprintf(key, sizeof key, "%0*lld", KEY_DIGITS, (long long)k->first);
        const bool ok = store_blob_put(tx, k->packed, hash, e) && block_text(k, hash, &b, e) &&
                        store_document_put(tx, KIND, (str){key, (size_t)n}, buf_str(&b), e);
        buf_free(&b);
        if (!ok) return false;
    }
    return let_go(tx, k, e);
}

bool raw_write(struct raw *r, instant now, err *e)
{
    struct block k = {.r = r, .now = now, .a = arena_new(BLOCK_MEMORY)};
    if (!k.a) return err_no_memory(e);
    lock_take(r->lock);
    buf taken = r->gathered;
    k.messages = r->messages;
    k.first = r->first;
    k.last = r->last;
    r->gathered = (buf){.max = RAW_BLOCK_MAX};
    r->messages = 0;
    lock_drop(r->lock);
    const bool ok = taken.n == 0 ||
                    (raw_block_pack(buf_str(&taken), k.a, &k.packed, e) && store_run(r->store, run, &k, e));
    buf_free(&taken);
    arena_free(k.a);
    return ok;
}

// ---- reading again -----------------------------------------------------------------------------------------------

struct reading_again {
    struct snapshot *at;
    interval when;
    raw_each_message each;
    void *context;
};

static bool each_message(const struct device_adapter *d, const struct device_message *m, void *context,
                         err *e)
{
    const struct reading_again *g = context;
    const bool is_wanted = m->received >= g->when.start && m->received < g->when.end;
    return !is_wanted || g->each(d, m, g->context, e);
}

static bool each_block(str key, str text, void *context, err *e)
{
    struct reading_again *g = context;
    json *j;
    str packed;
    (void)key;
    arena *a = arena_new(BLOCK_MEMORY);
    if (!a) return err_no_memory(e);
    bool ok = json_parse(text, a, &j, e);
    const bool is_wanted = ok && raw_number(j, STR("last")) >= g->when.start &&
                           raw_number(j, STR("first")) < g->when.end;
    if (is_wanted)
        ok = store_blob_get(g->at, json_text(j, STR("blob")), a, &packed, e) &&
             raw_block_read(packed, a, each_message, g, e);
    arena_free(a);
    return ok;
}

bool raw_each(struct snapshot *at, interval when, raw_each_message each, void *context, err *e)
{
    struct reading_again g = {at, when, each, context};
    e->code = ERR_NONE;
    return store_document_each(at, KIND, each_block, &g, e) || e->code == ERR_NONE;
}
