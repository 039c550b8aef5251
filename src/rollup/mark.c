// SPDX-License-Identifier: EUPL-1.2
#include "rollup/mark.h"

#include "base/queue.h"
#include "rollup/calendar.h"

#include <stdatomic.h>
#include <stdlib.h>

#define MARKS_MAX ((size_t)4 << 20)
#define SLOTS_LEAST 1024

// What the writer saw last of a stream: nearly every reading falls on a day that is marked already.
struct last_seen {
    instant from, to;
    uint64_t epoch;
};

struct marks {
    const struct tz *zone;
    struct lock *lock;
    uint64_t *slots;  // lock: open addressing; 0 is free
    size_t capacity, count;
    bool everything, entities_changed;  // lock
    _Atomic uint64_t epoch;             // counts takes: what was marked before does not count any more
    struct last_seen *last;             // writer thread: by stream
    size_t last_count;
};

struct marks *marks_new(const struct tz *zone)
{
    struct marks *m = calloc(1, sizeof *m);
    if (!m) return NULL;
    m->zone = zone;
    m->lock = lock_new();
    m->epoch = 1;
    if (m->lock) return m;
    free(m);
    return NULL;
}

void marks_free(struct marks *m)
{
    if (!m) return;
    lock_free(m->lock);
    free(m->slots);
    free(m->last);
    free(m);
}

// ---- the set -------------------------------------------------------------------------------------------------------

static uint64_t pack(entity_id stream, int32_t day)
{
    return (uint64_t)stream << 32 | (uint32_t)day;
}

static size_t slot_of(const struct marks *m, uint64_t key)
{
    size_t i = (size_t)(key * 0x9E3779B97F4A7C15u >> 20) & (m->capacity - 1);
    while (m->slots[i] != 0 && m->slots[i] != key) i = (i + 1) & (m->capacity - 1);
    return i;
}

static bool grow(struct marks *m)
{
    struct marks fresh = {.capacity = m->capacity ? m->capacity * 2 : SLOTS_LEAST};
    if (m->count >= MARKS_MAX || !(fresh.slots = calloc(fresh.capacity, sizeof *fresh.slots))) return false;
    for (size_t i = 0; i < m->capacity; i++)
        if (m->slots[i]) fresh.slots[slot_of(&fresh, m->slots[i])] = m->slots[i];
    free(m->slots);
    m->slots = fresh.slots;
    m->capacity = fresh.capacity;
    return true;
}

void marks_add(struct marks *m, entity_id stream, int32_t day)
{
    const uint64_t key = pack(stream, day);
    lock_take(m->lock);
    if (m->count * 2 >= m->capacity && !grow(m)) {
        m->everything = true;
    } else {
        const size_t i = slot_of(m, key);
        m->count += m->slots[i] == 0;
        m->slots[i] = key;
    }
    lock_drop(m->lock);
}

void marks_everything(struct marks *m)
{
    lock_take(m->lock);
    m->everything = true;
    lock_drop(m->lock);
}

bool marks_are_none(struct marks *m)
{
    lock_take(m->lock);
    const bool out = m->count == 0 && !m->everything && !m->entities_changed;
    lock_drop(m->lock);
    return out;
}

bool marks_have_entities(struct marks *m)
{
    lock_take(m->lock);
    const bool out = m->entities_changed;
    lock_drop(m->lock);
    return out;
}

static int by_stream_and_day(const void *a, const void *b)
{
    const struct mark *x = a, *y = b;
    if (x->stream != y->stream) return x->stream < y->stream ? -1 : 1;
    return (x->day > y->day) - (x->day < y->day);
}

void marks_sort(struct marks_taken *t)
{
    if (t->count) qsort(t->all, t->count, sizeof *t->all, by_stream_and_day);
}

bool marks_take(struct marks *m, struct marks_taken *out)
{
    lock_take(m->lock);
    struct mark *all = malloc((m->count + 1) * sizeof *all);
    if (all) {
        *out = (struct marks_taken){all, 0, m->everything, m->entities_changed};
        for (size_t i = 0; i < m->capacity; i++) {
            if (m->slots[i] == 0) continue;
            all[out->count++] = (struct mark){(entity_id)(m->slots[i] >> 32), (int32_t)(uint32_t)m->slots[i]};
            m->slots[i] = 0;
        }
        m->count = 0;
        m->everything = m->entities_changed = false;
        m->epoch++;
    }
    lock_drop(m->lock);
    if (all) marks_sort(out);
    return all != NULL;
}

// ---- hearing -------------------------------------------------------------------------------------------------------

static struct last_seen *last_of(struct marks *m, entity_id stream)
{
    const size_t i = (size_t)stream;
    if (i >= m->last_count) {
        const size_t count = i + i / 2 + 1024;
        struct last_seen *last = realloc(m->last, count * sizeof *last);
        if (!last) return NULL;
        for (size_t k = m->last_count; k < count; k++) last[k] = (struct last_seen){0};
        m->last = last;
        m->last_count = count;
    }
    return &m->last[i];
}

static void hear_reading(struct marks *m, entity_id stream, instant t)
{
    struct last_seen *last = last_of(m, stream);
    if (last && last->epoch == m->epoch && t >= last->from && t < last->to) return;
    const int32_t day = calendar_day_of(m->zone, t);
    if (last)
        *last = (struct last_seen){calendar_day_start(m->zone, day), calendar_day_start(m->zone, day + 1),
                                   m->epoch};
    marks_add(m, stream, day);
}

// Of a reading that was changed or deleted nobody says where it stood: all days of its stream are looked at again.
static void hear_change(struct marks *m, const struct change *c)
{
    if (c->set == SET_OBSERVATION && c->kind == CHANGE_CREATED && c->oldest != TIME_NONE) {
        if (c->run.count == 0) hear_reading(m, OBSERVATION_STREAM(c->id), c->oldest);
        for (size_t i = 0; i < c->run.count; i++)
            hear_reading(m, OBSERVATION_STREAM(c->id), c->run.all[i].time);
    } else if (c->set == SET_OBSERVATION) {
        marks_add(m, OBSERVATION_STREAM(c->id), MARK_WHOLE);
    } else if (c->set != SET_FEATURE_OF_INTEREST && c->set != SET_SENSOR) {
        lock_take(m->lock);
        m->entities_changed = true;
        lock_drop(m->lock);
    }
}

void marks_hear(struct marks *m, const struct change *changes, size_t count)
{
    for (size_t i = 0; i < count; i++) hear_change(m, &changes[i]);
}
