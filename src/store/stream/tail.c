// SPDX-License-Identifier: EUPL-1.2
#include "store/stream/tail.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

// Low byte of an entry's mark: the scale of a decimal (0-18) or MARK_EXTRA; result time none or equal to the time.
enum { MARK_EXTRA = 31, MARK_FORM = 31, MARK_RESULT_TIME_SAME = 32, MARK_SHIFT = 8, MARK_COMMITS = 1 << 24 };
enum { BLOCK_FIRST = 4, BLOCK_MOST = BLOCK_FIRST << (TAIL_BLOCK_SIZES - 1) };
#define SPARE_BYTES_MAX ((size_t)64 << 20)  // two million observations take 48 MB

struct tail_extra {
    int64_t units;
    instant result_time;
    uint32_t length;
    uint8_t scale;
    char bytes[];
};

struct tail *tail_new(uint64_t since, struct tail *older)
{
    struct tail *t = calloc(1, sizeof *t);
    if (!t) return NULL;
    t->since = since;
    t->older = older;
    return t;
}

// ---- memory ----

static size_t block_bytes(uint32_t capacity)
{
    return sizeof(struct tail_block) + capacity * sizeof(struct tail_entry);
}

static unsigned size_of_capacity(uint32_t capacity)
{
    return (unsigned)__builtin_ctz(capacity / BLOCK_FIRST);
}

// Its entries are whatever they are: nobody looks at those behind its count.
static struct tail_block *take_block(struct tail_memory *m, uint32_t capacity)
{
    const size_t bytes = block_bytes(capacity);
    struct tail_block **spare = &m->spare[size_of_capacity(capacity)], *b = *spare;
    if (b) {
        *spare = b->previous;
        m->spare_bytes -= bytes;
    } else if (!(b = malloc(bytes))) {
        return NULL;
    }
    m->bytes += bytes;
    *b = (struct tail_block){.capacity = capacity};
    return b;
}

static void give_block(struct tail_memory *m, struct tail_block *b)
{
    const size_t bytes = block_bytes(b->capacity);
    m->bytes -= bytes;
    if (m->spare_bytes + bytes > SPARE_BYTES_MAX) {
        free(b);
        return;
    }
    struct tail_block **spare = &m->spare[size_of_capacity(b->capacity)];
    b->previous = *spare;
    *spare = b;
    m->spare_bytes += bytes;
}

void tail_memory_free(struct tail_memory *m)
{
    for (size_t i = 0; i < TAIL_BLOCK_SIZES; i++) {
        for (struct tail_block *b = m->spare[i], *next; b; b = next) {
            next = b->previous;
            free(b);
        }
        m->spare[i] = NULL;
    }
    m->spare_bytes = 0;
}

// ---- entries ----

static bool has_extra(const struct tail_entry *entry)
{
    return (entry->mark & MARK_FORM) == MARK_EXTRA;
}

static size_t free_extra(struct tail_entry *entry)
{
    if (!has_extra(entry)) return 0;
    const size_t bytes = sizeof(struct tail_extra) + entry->extra->length;
    free(entry->extra);
    return bytes;
}

void tail_free(struct tail *t, struct tail_memory *m)
{
    struct tail_block *next;
    for (struct tail_block *b = atomic_load_explicit(&t->first, memory_order_relaxed); b; b = next) {
        next = atomic_load_explicit(&b->next, memory_order_relaxed);
        for (uint32_t i = 0; b->has_extra && i < b->count; i++) m->bytes -= free_extra(&b->entries[i]);
        give_block(m, b);
    }
    free(t);
}

// A stream with few observations should hold little memory, a busy one few blocks: each block is at least twice as large as what
// the last one took, which is little where the feature changes with every observation.
static uint32_t next_capacity(const struct tail *t)
{
    uint32_t capacity = BLOCK_FIRST;
    while (t->last && capacity < BLOCK_MOST && capacity < t->last->count * 2) capacity *= 2;
    return capacity;
}

static struct tail_block *add_block(struct tail *t, struct tail_memory *m)
{
    struct tail_block *b = take_block(m, next_capacity(t));
    if (!b) return NULL;
    b->previous = t->last;
    atomic_store_explicit(t->last ? &t->last->next : &t->first, b, memory_order_release);
    t->last = b;
    return b;
}

// The block that the next entry goes to. An empty one takes its commit and feature from that entry: nothing of it is
// published, so no reader looks at them.
static struct tail_block *block_for(struct tail *t, entity_id feature, uint64_t commit, struct tail_memory *m)
{
    struct tail_block *b = t->last;
    if (b && b->count > 0 &&
        (b->count == b->capacity || b->feature != feature || commit - b->commit >= MARK_COMMITS))
        b = NULL;
    if (!b) b = add_block(t, m);
    if (b && b->count == 0) {
        b->commit = commit;
        b->feature = feature;
    }
    return b;
}

static struct tail_extra *extra_copy(const struct point *p, size_t *bytes)
{
    const size_t size = sizeof(struct tail_extra) + p->extra.n;
    struct tail_extra *x = malloc(size);
    if (!x) return NULL;
    *x = (struct tail_extra){
        .units = p->units, .result_time = p->result_time, .length = (uint32_t)p->extra.n, .scale = p->scale};
    if (p->extra.n > 0) memcpy(x->bytes, p->extra.p, p->extra.n);
    *bytes += size;
    return x;
}

static bool is_behind_last(const struct tail_block *b, instant time, uint32_t number)
{
    const struct tail_block *before = b->count > 0 ? b : b->previous;
    while (before && before->count == 0) before = before->previous;
    if (!before) return true;
    const struct tail_entry *last = &before->entries[before->count - 1];
    return point_cmp(time, number, last->time, last->number) > 0;
}

struct tail_block *tail_append(struct tail *t, const struct point *p, uint64_t commit, struct tail_memory *m)
{
    struct tail_block *b = block_for(t, p->feature, commit, m);
    if (!b) return NULL;
    struct tail_entry entry = {.time = p->time, .units = p->units, .number = p->number};
    const bool is_plain = p->scale != POINT_NO_DECIMAL && p->extra.n == 0 &&
                          (p->result_time == TIME_NONE || p->result_time == p->time);
    if (!is_plain && !(entry.extra = extra_copy(p, &m->bytes))) return NULL;
    b->has_extra |= !is_plain;
    const uint32_t form = !is_plain                     ? MARK_EXTRA
                          : p->result_time == TIME_NONE ? p->scale
                                                        : p->scale | MARK_RESULT_TIME_SAME;
    entry.mark = (uint32_t)(commit - b->commit) << MARK_SHIFT | form;
    if (!is_behind_last(b, p->time, p->number))
        atomic_store_explicit(&t->is_unordered, true, memory_order_relaxed);
    b->entries[b->count++] = entry;
    t->count++;
    return b;
}

struct tail_block *tail_append_plain(struct tail *t, const struct plain_reading *all, size_t count,
                                     uint32_t number, entity_id feature, uint64_t commit,
                                     struct tail_memory *m, uint32_t *taken)
{
    struct tail_block *b = block_for(t, feature, commit, m);
    if (!b) return NULL;
    const uint32_t room = b->capacity - b->count, n = count < room ? (uint32_t)count : room;
    const uint32_t mark = (uint32_t)(commit - b->commit) << MARK_SHIFT;
    bool is_ordered = is_behind_last(b, all[0].time, number);
    for (uint32_t i = 0; i < n; i++) {
        b->entries[b->count + i] = (struct tail_entry){.time = all[i].time,
                                                       .units = all[i].value.units,
                                                       .number = number + i,
                                                       .mark = mark | (uint8_t)all[i].value.scale};
        is_ordered &= i == 0 || all[i].time >= all[i - 1].time;
    }
    if (!is_ordered) atomic_store_explicit(&t->is_unordered, true, memory_order_relaxed);
    b->count += n;
    t->count += n;
    *taken = n;
    return b;
}

void tail_take_back(struct tail *t, struct tail_block *b, uint32_t count)
{
    assert(b->count - count >= atomic_load_explicit(&b->published, memory_order_relaxed));
    for (uint32_t i = 0; i < count; i++) free_extra(&b->entries[--b->count]);
    t->count -= count;
}

uint32_t tail_visible(const struct tail_block *b, uint64_t commit, bool is_inside)
{
    if (is_inside) return b->count;
    uint32_t high = atomic_load_explicit(&b->published, memory_order_acquire), low = 0;
    if (high == 0 || tail_entry_commit(b, &b->entries[high - 1]) <= commit) return high;
    while (low < high) {  // commits only grow: the first entry beyond `commit`
        const uint32_t middle = low + (high - low) / 2;
        if (tail_entry_commit(b, &b->entries[middle]) <= commit) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

void tail_point(const struct tail_block *b, const struct tail_entry *entry, struct point *out)
{
    *out = (struct point){.time = entry->time, .feature = b->feature, .number = entry->number};
    if (has_extra(entry)) {
        const struct tail_extra *x = entry->extra;
        out->units = x->units;
        out->scale = x->scale;
        out->result_time = x->result_time;
        out->extra = (str){x->length > 0 ? x->bytes : NULL, x->length};
        return;
    }
    out->units = entry->units;
    out->scale = (uint8_t)(entry->mark & MARK_FORM);
    out->result_time = entry->mark & MARK_RESULT_TIME_SAME ? entry->time : TIME_NONE;
}
