// SPDX-License-Identifier: EUPL-1.2
#include "ingest/lines/series.h"

#include "ingest/lines/plain.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_SLOTS ((size_t)1 << 12)
#define PROBES_MAX 32  // whoever can guess our hashes makes his own lines slow, and no others
#define KEY_BYTES_MAX 4096
#define PULSE_BUCKETS ((size_t)1 << 14)

// Open addressing. A reader that finds a slot's hash sees its entry too; slots are filled once and entries replaced whole.
struct slot {
    _Atomic uint64_t hash;  // 0: empty
    _Atomic(struct line_series *) series;
};

struct slots {
    size_t count;           // a power of two
    struct slots *smaller;  // the one before, which readers may still hold; freed with the table
    struct slot slot[];
};

struct line_series_table {
    uint64_t secret;
    _Atomic(struct slots *) slots;
    size_t used;
    struct chunk {
        struct chunk *next;
        struct line_series series;
    } * all;  // each entry ever made
    struct pulse *pulses[PULSE_BUCKETS];
    struct pulse *dirty;
    struct owner_name {
        struct owner_name *next;
        char text[];
    } * owners;
    atomic_bool has_dirty;
};

// ---- hashes ------------------------------------------------------------------------------------------------------

static uint64_t load(const char *p)
{
    uint64_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

static uint64_t mix(uint64_t h, uint64_t v)
{
    const unsigned __int128 product = (unsigned __int128)(h ^ v) * UINT64_C(0x9e3779b97f4a7c15);
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

// A byte of `v` that is a backslash; bit trick: the lowest such byte is exact, and one is all we ask for.
static uint64_t backslashes(uint64_t v)
{
    const uint64_t x = v ^ UINT64_C(0x5c5c5c5c5c5c5c5c);
    return (x - UINT64_C(0x0101010101010101)) & ~x & UINT64_C(0x8080808080808080);
}

// What is left of less than 8 bytes, without reading behind it.
static uint64_t load_rest(const char *p, size_t n)
{
    uint64_t v = 0;
    memcpy(&v, p, n);
    return v;
}

uint64_t line_series_hash_head(const struct line_series_table *t, str head, bool *has_escape)
{
    uint64_t h = t->secret ^ head.n, found = 0;
    size_t i = 0;
    for (; i + 8 <= head.n; i += 8) {
        const uint64_t v = load(head.p + i);
        found |= backslashes(v);
        h = mix(h, v);
    }
    const uint64_t rest = load_rest(head.p + i, head.n - i);
    *has_escape = (found | backslashes(rest)) != 0;
    return mix(h, rest);
}

uint64_t line_series_hash(uint64_t head, str field)
{
    uint64_t h = head ^ field.n;
    size_t i = 0;
    for (; i + 8 <= field.n; i += 8) h = mix(h, load(field.p + i));
    h = mix(h, load_rest(field.p + i, field.n - i));
    return h ? h : 1;
}

// ---- finding -----------------------------------------------------------------------------------------------------

static bool is_of(const struct line_series *s, str head, str field)
{
    return s->head_bytes == head.n && s->field_bytes == field.n && memcmp(s->key, head.p, head.n) == 0 &&
           memcmp(s->key + head.n, field.p, field.n) == 0;
}

struct line_series *line_series_find(const struct line_series_table *t, uint64_t hash, str head, str field)
{
    const struct slots *all = atomic_load_explicit(&t->slots, memory_order_acquire);
    for (size_t i = hash & (all->count - 1), probes = 0; probes < PROBES_MAX;
         i = (i + 1) & (all->count - 1), probes++) {
        const uint64_t there = atomic_load_explicit(&all->slot[i].hash, memory_order_acquire);
        if (there == 0) return NULL;
        if (there != hash) continue;
        struct line_series *s = atomic_load_explicit(&all->slot[i].series, memory_order_acquire);
        if (is_of(s, head, field)) return s;
    }
    return NULL;
}

// ---- keeping -----------------------------------------------------------------------------------------------------

static struct slots *slots_new(size_t count, struct slots *smaller)
{
    struct slots *s = calloc(1, sizeof *s + count * sizeof s->slot[0]);
    if (s) {
        s->count = count;
        s->smaller = smaller;
    }
    return s;
}

// False: too far from its place.
static bool put(struct slots *all, struct line_series *s)
{
    for (size_t i = s->hash & (all->count - 1), probes = 0; probes < PROBES_MAX;
         i = (i + 1) & (all->count - 1), probes++) {
        struct slot *slot = &all->slot[i];
        const uint64_t there = atomic_load_explicit(&slot->hash, memory_order_relaxed);
        const struct line_series *old = atomic_load_explicit(&slot->series, memory_order_relaxed);
        const bool is_same = there == s->hash && is_of(old, (str){s->key, s->head_bytes},
                                                       (str){s->key + s->head_bytes, s->field_bytes});
        if (there != 0 && !is_same) continue;
        atomic_store_explicit(&slot->series, s, memory_order_release);
        atomic_store_explicit(&slot->hash, s->hash, memory_order_release);
        return true;
    }
    return false;
}

static bool grow(struct line_series_table *t)
{
    struct slots *old = atomic_load_explicit(&t->slots, memory_order_relaxed);
    struct slots *larger = slots_new(2 * old->count, old);
    if (!larger) return false;
    for (size_t i = 0; i < old->count; i++) {
        struct line_series *s = atomic_load_explicit(&old->slot[i].series, memory_order_relaxed);
        if (s) (void)put(larger, s);
    }
    atomic_store_explicit(&t->slots, larger, memory_order_release);
    return true;
}

static uint64_t hash_key(str key)
{
    return line_series_hash(UINT64_C(0x51), key);
}

// An owner's name once kept stays, for readers may look at it; there are as many as devices change hands.
static bool set_owner(struct line_series_table *t, struct pulse *p, str owner)
{
    const char *now = atomic_load_explicit(&p->owner, memory_order_relaxed);
    if (str_eq(str_of(now), owner)) return true;
    struct owner_name *o = calloc(1, sizeof *o + owner.n + 1);
    if (!o) return false;
    memcpy(o->text, owner.p, owner.n);
    o->next = t->owners;
    t->owners = o;
    atomic_store_explicit(&p->owner, owner.n ? o->text : NULL, memory_order_release);
    return true;
}

static struct pulse *pulse_of(struct line_series_table *t, str key)
{
    struct pulse **bucket = &t->pulses[hash_key(key) % PULSE_BUCKETS];
    for (struct pulse *p = *bucket; p; p = p->next)
        if (str_eq(str_of(p->key), key)) return p;
    struct pulse *p = calloc(1, sizeof *p + key.n + 1);
    if (!p) return NULL;
    char *copy = (char *)(p + 1);
    memcpy(copy, key.p, key.n);
    p->key = copy;
    p->next = *bucket;
    *bucket = p;
    return p;
}

static struct line_series *line_series_new(struct line_series_table *t, const struct line_series_new *n)
{
    struct pulse *device = pulse_of(t, n->device_key);
    struct chunk *c = device ? calloc(1, sizeof *c + n->head.n + n->field.n) : NULL;
    if (!c || !set_owner(t, device, n->owner)) {
        free(c);
        return NULL;
    }
    struct line_series *s = &c->series;
    bool ignored;
    s->hash = line_series_hash(line_series_hash_head(t, n->head, &ignored), n->field);
    s->stream = n->stream;
    s->feature = n->feature;
    s->device = device;
    s->is_compared = plain_is_compared(n->quantity);
    s->head_bytes = (uint16_t)n->head.n;
    s->field_bytes = (uint16_t)n->field.n;
    memcpy(s->key, n->head.p, n->head.n);
    memcpy(s->key + n->head.n, n->field.p, n->field.n);
    c->next = t->all;
    t->all = c;
    return s;
}

void line_series_learn(struct line_series_table *t, const struct line_series_new *n)
{
    double least, most;
    if (!plain_bounds(n->quantity, &least, &most) || n->head.n + n->field.n > KEY_BYTES_MAX ||
        t->used >= SERIES_MAX)
        return;
    bool ignored;
    struct line_series *known = line_series_find(
        t, line_series_hash(line_series_hash_head(t, n->head, &ignored), n->field), n->head, n->field);
    if (known && !atomic_load_explicit(&known->is_stale, memory_order_relaxed) &&
        known->stream == n->stream && known->feature == n->feature &&
        str_eq(str_of(known->device->key), n->device_key)) {
        (void)set_owner(t, known->device, n->owner);
        return;
    }
    const struct slots *all = atomic_load_explicit(&t->slots, memory_order_relaxed);
    if (4 * t->used >= 3 * all->count && !grow(t)) return;
    struct line_series *s = line_series_new(t, n);
    if (!s) return;
    s->least = least;
    s->most = most;
    t->used++;
    (void)put(atomic_load_explicit(&t->slots, memory_order_relaxed), s);
}

void line_series_forget(struct line_series_table *t, str device_key)
{
    for (struct chunk *c = t->all; c; c = c->next)
        if (device_key.n == 0 || str_eq(str_of(c->series.device->key), device_key))
            atomic_store_explicit(&c->series.is_stale, true, memory_order_relaxed);
}

// ---- devices -----------------------------------------------------------------------------------------------------

void line_series_note(struct line_series_table *t, struct line_series *s, instant received)
{
    struct pulse *p = s->device;
    if (p->last_seen != received) p->messages++;
    p->last_seen = received;
    if (p->is_dirty) return;
    p->is_dirty = true;
    p->dirty = t->dirty;
    t->dirty = p;
    atomic_store_explicit(&t->has_dirty, true, memory_order_relaxed);
}

bool line_series_has_dirty(const struct line_series_table *t)
{
    return atomic_load_explicit(&t->has_dirty, memory_order_relaxed);
}

struct pulse *line_series_next_dirty(struct line_series_table *t)
{
    struct pulse *p = t->dirty;
    t->dirty = p ? p->dirty : NULL;
    atomic_store_explicit(&t->has_dirty, t->dirty != NULL, memory_order_relaxed);
    if (p) p->is_dirty = false;
    return p;
}

// ---- life --------------------------------------------------------------------------------------------------------

struct line_series_table *line_series_table_new(void)
{
    struct line_series_table *t = calloc(1, sizeof *t);
    struct slots *first = slots_new(FIRST_SLOTS, NULL);
    if (!t || !first) {
        free(t);
        free(first);
        return NULL;
    }
    randombytes_buf(&t->secret, sizeof t->secret);
    atomic_init(&t->slots, first);
    return t;
}

void line_series_table_free(struct line_series_table *t)
{
    if (!t) return;
    for (struct slots *s = atomic_load(&t->slots), *smaller; s; s = smaller) {
        smaller = s->smaller;
        free(s);
    }
    for (struct chunk *c = t->all, *next; c; c = next) {
        next = c->next;
        free(c);
    }
    for (struct owner_name *o = t->owners, *next; o; o = next) {
        next = o->next;
        free(o);
    }
    for (size_t i = 0; i < PULSE_BUCKETS; i++)
        for (struct pulse *p = t->pulses[i], *next; p; p = next) {
            next = p->next;
            free(p);
        }
    free(t);
}
