// SPDX-License-Identifier: EUPL-1.2
#include "store/scan/tail_scan.h"

#include <stdlib.h>

static int compare_places(const void *a, const void *b)
{
    const struct tail_entry *x = ((const struct tail_place *)a)->entry,
                            *y = ((const struct tail_place *)b)->entry;
    return point_cmp(x->time, x->number, y->time, y->number);
}

static int compare_numbers(const void *a, const void *b)
{
    const uint32_t x = ((const struct tail_place *)a)->entry->number,
                   y = ((const struct tail_place *)b)->entry->number;
    return (x > y) - (x < y);
}

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
    if (atomic_load_explicit(&t->is_unordered, memory_order_relaxed))
        qsort(scan->places, scan->count, sizeof *scan->places,
              options->order == SCAN_BY_TIME ? compare_places : compare_numbers);
    return true;
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
    const struct tail_block *b = first_block(t);
    return b && tail_visible(b, commit, is_inside) > 0 ? (struct tail_place){b, b->entries}
                                                       : (struct tail_place){.entry = NULL};
}

void tail_scan_close(struct tail_scan *scan)
{
    free(scan->places);
    *scan = (struct tail_scan){.places = NULL};
}
