// SPDX-License-Identifier: EUPL-1.2
#include "store/scan/window.h"

#include <stdlib.h>

#define ITEMS_BEFORE COLUMN_BLOCK  // of a window for who goes backward

// ---- which ----

// The newest of all is a place of its own, for it is asked for between pages of everything else.
static uint64_t kind_of(const struct stream *s, const struct scan_options *o)
{
    if (!o->is_descending) return KEPT_WINDOW_UP;
    return o->range.to.time >= atomic_load_explicit(&s->newest, memory_order_relaxed) ? KEPT_WINDOW_LAST
                                                                                      : KEPT_WINDOW_DOWN;
}

static struct point_key start_of(const struct scan_options *o)
{
    return o->is_descending ? o->range.to : o->range.from;
}

static bool is_for_windows(const struct scan_options *o)
{
    return !o->is_whole && o->order == SCAN_BY_TIME && o->number_from == 0 && o->number_to == UINT32_MAX;
}

const struct window *window_take(struct snapshot *at, const struct stream *s,
                                 const struct scan_options *options)
{
    uint64_t since;
    if (!is_for_windows(options) || !kept_shelf_serves(at, s, &since)) return NULL;
    const struct window *w = (const struct window *)kept_shelf_find(at, s, kind_of(s, options), since);
    const struct point_key start = start_of(options);
    if (w && point_key_cmp(w->from, start) <= 0 && point_key_cmp(start, w->to) <= 0) return w;
    window_drop(w);
    return NULL;
}

void window_drop(const struct window *w)
{
    kept_drop((struct kept *)(uintptr_t)w);  // counting its users is no change of it
}

// ---- making ----

// A run of a chunk's observations: of the block that is being read, and of those before it that are held.
struct stretch {
    const struct chunk_block *first;
    size_t from, count;
};

static struct stretch stretch_of(const struct chunk_scan *scan)
{
    const struct chunk_block *b = scan->block;
    if (!scan->options.is_descending) return (struct stretch){b, 0, b->n};
    const size_t at = scan->held_left * COLUMN_BLOCK + scan->left,  // only a chunk's last block is not full
        from = at > ITEMS_BEFORE ? at - ITEMS_BEFORE : 0;
    return (struct stretch){b - scan->held_left, from, scan->held_left * COLUMN_BLOCK + b->n - from};
}

static const struct chunk_block *block_at(const struct stretch *x, size_t i, size_t *in_block)
{
    *in_block = (x->from + i) % COLUMN_BLOCK;
    return &x->first[(x->from + i) / COLUMN_BLOCK];
}

static bool is_plain(const struct chunk_reader *r, const struct stretch *x)
{
    size_t k;
    const entity_id feature = block_at(x, 0, &k)->feature[k];
    if (!chunk_is_plain(&r->head) || chunk_result_times(&r->head) == RESULT_TIMES_OWN) return false;
    for (size_t i = 1; i < x->count; i++)
        if (block_at(x, i, &k)->feature[k] != feature) return false;
    return true;
}

static struct point_key key_of(const struct window_item *item)
{
    return (struct point_key){item->time, item->number};
}

// Nothing lies between where the scan begins and the first that it gives, which is among the items.
static void set_reach(struct window *w, const struct scan_options *o)
{
    const struct point_key start = start_of(o);
    w->from = key_of(&w->items[0]);
    w->to = key_of(&w->items[w->count - 1]);
    if (point_key_cmp(start, w->from) < 0) w->from = start;
    if (point_key_cmp(start, w->to) > 0) w->to = start;
}

static struct window *make(const struct chunk_scan *scan, const struct stretch *x)
{
    struct window *w = malloc(sizeof *w + x->count * sizeof w->items[0]);
    struct point p = {.feature = 0};
    size_t k;
    if (!w) return NULL;
    *w = (struct window){
        .kept = {.newest = POINT_KEY_FIRST, .bytes = sizeof *w + x->count * sizeof w->items[0]},
        .has_result_time = chunk_result_times(&scan->reader.head) == RESULT_TIMES_SAME,
        .count = x->count};
    for (size_t i = 0; i < x->count; i++) {
        const struct chunk_block *b = block_at(x, i, &k);
        chunk_point(&scan->reader, b, k, &p);
        w->items[i] = (struct window_item){p.time, p.units, p.number, p.scale};
    }
    atomic_init(&w->kept.users, 1);
    w->feature = p.feature;
    set_reach(w, &scan->options);
    return w;
}

const struct window *window_keep(struct snapshot *at, const struct stream *s, const struct chunk_scan *scan)
{
    uint64_t since;
    const struct scan_options *o = &scan->options;
    if (!is_for_windows(o)) return NULL;
    const bool is_kept = kept_shelf_serves(at, s, &since) && kept_shelf_wants(at);
    if (!is_kept && !o->is_brief) return NULL;
    const struct stretch x = stretch_of(scan);
    struct window *w = is_plain(&scan->reader, &x) ? make(scan, &x) : NULL;
    if (w && is_kept) kept_shelf_put(at, s, kind_of(s, o), since, &w->kept);
    return w;
}

// ---- reading ----

size_t window_begin(const struct window *w, const struct scan_options *options)
{
    const struct point_key start = start_of(options);
    size_t low = 0, high = w->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const int order = point_key_cmp(key_of(&w->items[middle]), start);
        if (options->is_descending ? order <= 0 : order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void window_point(const struct window *w, size_t i, struct point *out)
{
    const struct window_item *item = &w->items[i];
    *out = (struct point){.time = item->time,
                          .units = item->units,
                          .result_time = w->has_result_time ? item->time : TIME_NONE,
                          .feature = w->feature,
                          .number = item->number,
                          .scale = item->scale};
}
