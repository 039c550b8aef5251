// SPDX-License-Identifier: EUPL-1.2
// tail.h: observations of one stream that are in no chunk yet, in memory, in order of arrival.
//
// The writer appends; readers look at the same memory without a lock. Each entry carries the commit it came with, and a
// block says how many of its entries are published, that is committed: a reader at commit S takes the published ones up
// to S. A seal puts what is here into chunks and begins a new tail, which keeps a pointer to the older one for readers
// from before the seal; it is freed when the last of them is gone (retire.h).
//
// Threads  tail_append, tail_take_back, tail_publish, tail_free: the writer; tail_visible and reading: any with a snapshot
#ifndef PEIL_STORE_STREAM_TAIL_H
#define PEIL_STORE_STREAM_TAIL_H

#include "series/point.h"

#include <stdatomic.h>

struct tail_extra;

struct tail_entry {  // 24 bytes for nearly all observations
    instant time;
    union {
        int64_t units;
        struct tail_extra *extra;
    };
    uint32_t number;
    uint32_t mark;  // commit less the block's, shifted by 8; in the low byte what the result is (tail.c)
};

struct tail_block {
    _Atomic(struct tail_block *) next;
    struct tail_block *previous;
    uint64_t commit;    // of its first entry
    entity_id feature;  // of all its entries
    uint32_t capacity;
    uint32_t count;  // the writer's
    _Atomic uint32_t published;
    bool has_extra;  // some entry has
    struct tail_entry entries[];
};

struct tail {
    uint64_t since;      // the seal that began it; 0: the beginning
    struct tail *older;  // for readers before `since`
    _Atomic(struct tail_block *) first;
    struct tail_block *last;    // the writer's
    _Atomic bool is_unordered;  // some entry is not behind the one before it in (time, number)
    uint32_t count;             // the writer's
};

// The memory of blocks. Each seal gives back what the appends after it need: it is kept by size, not asked of the system each time,
// whose page faults and calls took a sixth of the writer's time.
#define TAIL_BLOCK_SIZES 8
struct tail_memory {
    size_t bytes;                                // of all tails
    struct tail_block *spare[TAIL_BLOCK_SIZES];  // linked by `previous`
    size_t spare_bytes;
};
void tail_memory_free(struct tail_memory *m);  // what is spare

struct tail *tail_new(uint64_t since, struct tail *older);  // NULL: no memory
void tail_free(struct tail *t, struct tail_memory *m);      // only this one, not the older

// The block that took it, for tail_publish and tail_take_back; NULL: no memory.
struct tail_block *tail_append(struct tail *t, const struct point *p, uint64_t commit, struct tail_memory *m);
// As many plain readings of a run as go into one block, at least one: *taken says how many.
struct tail_block *tail_append_plain(struct tail *t, const struct plain_reading *all, size_t count,
                                     uint32_t number, entity_id feature, uint64_t commit,
                                     struct tail_memory *m, uint32_t *taken);
// Fetches the place of the next entries, and the last one, which they are compared with.
static inline void tail_expect(const struct tail_block *b)
{
    const char *next = (const char *)&b->entries[b->count] - sizeof(struct tail_entry);
    for (size_t k = 0; k < 4; k++) __builtin_prefetch(next + 64 * k, 1);
}
// The newest entries, not yet published, which are in b.
void tail_take_back(struct tail *t, struct tail_block *b, uint32_t count);
static inline void tail_publish(struct tail_block *b)
{
    atomic_store_explicit(&b->published, b->count, memory_order_release);
}

// How many of the block's entries a reader at `commit` sees; `is_inside`: the writer itself, who sees all.
uint32_t tail_visible(const struct tail_block *b, uint64_t commit, bool is_inside);
void tail_point(const struct tail_block *b, const struct tail_entry *entry, struct point *out);
static inline uint64_t tail_entry_commit(const struct tail_block *b, const struct tail_entry *entry)
{
    return b->commit + (entry->mark >> 8);
}

#endif
