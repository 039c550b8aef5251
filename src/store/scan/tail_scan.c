// SPDX-License-Identifier: EUPL-1.2
#include "store/scan/tail_scan.h"

#include <stdlib.h>
#include <string.h>

// ---- order ----

static inline bool is_before(struct tail_place a, struct tail_place b, scan_order order)
{
    // NOLINTNEXTLINE(clang-analyzer-core.uninitialized.Assign): each pass fills as many places as it reads
    const struct tail_entry *x = a.entry, *y = b.entry;
    return order == SCAN_BY_TIME ? point_cmp(x->time, x->number, y->time, y->number) < 0
                                 : x->number < y->number;
}

static size_t ordered_from(const struct tail_place *all, size_t from, size_t count, scan_order order)
{
    if (from == count) return count;
    size_t to = from + 1;
    while (to < count && !is_before(all[to], all[to - 1], order)) to++;
    return to;
}

static void merge(const struct tail_place *x, size_t x_count, const struct tail_place *y, size_t y_count,
                  struct tail_place *out, scan_order order)
{
    while (x_count > 0 && y_count > 0) {
        const bool is_y = is_before(*y, *x, order);
        *out++ = is_y ? *y++ : *x++;
        x_count -= !is_y;
        y_count -= is_y;
    }
    memcpy(out, x, x_count * sizeof *x);
    memcpy(out + x_count, y, y_count * sizeof *y);
}

// Two neighbours that are in order, each, become one; gives how many are left.
static size_t merge_neighbours(const struct tail_place *from, struct tail_place *to, size_t count,
                               scan_order order)
{
    size_t left = 0;
    for (size_t a = 0; a < count; left++) {
        const size_t b = ordered_from(from, a, count, order), c = ordered_from(from, b, count, order);
        merge(from + a, b - a, from + b, c - b, to + a, order);
        a = c;
    }
    return left;
}

// Requests that overtook each other leave a tail in a few pieces that are in order, which sorting from the ground up would not see.
static bool put_in_order(struct tail_scan *scan, scan_order order, err *e)
{
    if (ordered_from(scan->places, 0, scan->count, order) == scan->count) return true;
    struct tail_place *spare = malloc(scan->count * sizeof *spare);
    if (!spare) return err_no_memory(e);
    size_t left;
    do {
        left = merge_neighbours(scan->places, spare, scan->count, order);
        struct tail_place *const merged = spare;
        spare = scan->places;
        scan->places = merged;
    } while (left > 1);
    free(spare);
    return true;
}

// ---- blocks ----

static const struct tail_block *next_block(const struct tail_block *b)
{
    return atomic_load_explicit(&b->next, memory_order_acquire);
}

static const struct tail_block *first_block(const struct tail *t)
{
    return atomic_load_explicit(&t->first, memory_order_acquire);
}

static size_t count_visible(const struct tail *t, uint64_t commit, bool is_inside)
{
    size_t n = 0;
    for (const struct tail_block *b = first_block(t); b; b = next_block(b))
        n += tail_visible(b, commit, is_inside);
    return n;
}

bool tail_scan_open(struct tail_scan *scan, const struct tail *t, uint64_t commit, bool is_inside,
                    const struct scan_options *options, err *e)
{
    *scan = (struct tail_scan){.is_descending = options->is_descending};
    // What is visible to a snapshot does not change, and inside an operation nobody else appends: the count holds.
    const size_t most = count_visible(t, commit, is_inside);
    if (most == 0) return true;
    scan->places = malloc(most * sizeof *scan->places);
    if (!scan->places) return err_no_memory(e);
    for (const struct tail_block *b = first_block(t); b && scan->count < most; b = next_block(b)) {
        const uint32_t n = tail_visible(b, commit, is_inside);
        for (uint32_t i = 0; i < n; i++)
            if (scan_includes(options, b->entries[i].time, b->entries[i].number))
                scan->places[scan->count++] = (struct tail_place){b, &b->entries[i]};
    }
    if (!atomic_load_explicit(&t->is_unordered, memory_order_relaxed) ||
        put_in_order(scan, options->order, e))
        return true;
    tail_scan_close(scan);
    return false;
}

struct tail_place tail_newest(const struct tail *t, uint64_t commit, bool is_inside)
{
    struct tail_place newest = {.entry = NULL};
    for (const struct tail_block *b = first_block(t); b; b = next_block(b)) {
        const uint32_t n = tail_visible(b, commit, is_inside);
        for (uint32_t i = 0; i < n; i++) {
            const struct tail_entry *x = &b->entries[i];
            if (newest.entry && point_cmp(x->time, x->number, newest.entry->time, newest.entry->number) < 0)
                continue;
            newest = (struct tail_place){b, x};
        }
    }
    return newest;
}

struct tail_place tail_first(const struct tail *t, uint64_t commit, bool is_inside)
{
    for (const struct tail_block *b = first_block(t); b;
         b = next_block(b))  // one may be empty: what it had was undone
        if (tail_visible(b, commit, is_inside) > 0) return (struct tail_place){b, b->entries};
    return (struct tail_place){.entry = NULL};
}

void tail_scan_close(struct tail_scan *scan)
{
    free(scan->places);
    *scan = (struct tail_scan){.places = NULL};
}
