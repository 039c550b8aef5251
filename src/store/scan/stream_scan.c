// SPDX-License-Identifier: EUPL-1.2
#include "store/scan/stream_scan.h"

static bool is_shown(const struct snapshot *at, const struct stream *s)
{
    const uint64_t deleted = atomic_load_explicit(&s->deleted, memory_order_acquire);
    return (deleted == 0 || deleted > at->commit) && sight_shows_stream(at->sight, s->id);
}

struct stream *snapshot_stream(struct snapshot *at, entity_id id)
{
    struct stream *s = streams_find(&at->store->streams, id);
    return s && is_shown(at, s) ? s : NULL;
}

bool store_shows_stream(struct snapshot *at, entity_id stream)
{
    return snapshot_stream(at, stream) != NULL;
}

struct stream *snapshot_next_stream(struct snapshot *at, entity_id after)
{
    struct stream *s = streams_next(&at->store->streams, after);
    while (s && !is_shown(at, s)) s = streams_next(&at->store->streams, s->id);
    return s;
}

entity_id store_next_stream(struct snapshot *at, entity_set kind, entity_id after)
{
    const struct stream *s = snapshot_next_stream(at, after);
    while (s && s->kind != kind) s = snapshot_next_stream(at, s->id);
    return s ? s->id : 0;
}

// ---- by number ----

// Whether all of the stream has its numbers in the order of its times, chunks and tail together.
static bool counts_up(const struct tail *t, const struct tail_scan *tail, const struct stream_row *row)
{
    if (row->is_unordered || atomic_load_explicit(&t->is_unordered, memory_order_relaxed)) return false;
    if (tail->count == 0 || row->newest_time == TIME_NONE) return true;
    const struct tail_entry *first = tail->places[0].entry;
    return first->number > row->greatest_number &&
           point_cmp(first->time, first->number, row->newest_time, row->newest_number) > 0;
}

// Finds out how to answer by number. Where numbers count up with times, times are followed, from the chunk that has the
// first number wanted.
static bool prepare_by_number(struct stream_scan *scan, struct connection *c, const struct tail *t,
                              struct point_key *seek, err *e)
{
    const struct scan_options *o = &scan->options;
    struct stream_row row = {.newest_time = TIME_NONE};
    bool got;
    if (!stream_row_read(c, scan->stream, &row, &got, e)) return false;
    scan->is_by_number = !counts_up(t, &scan->tail, &row);
    if (scan->is_by_number) return true;
    const uint32_t first = o->is_descending ? o->number_to : o->number_from;
    struct point_key key;
    if (!chunk_key_of_number(c, scan->stream, first, &key, e)) return false;
    if (o->is_descending ? point_key_cmp(key, *seek) < 0 : point_key_cmp(key, *seek) > 0) *seek = key;
    return true;
}

static bool use_window(struct stream_scan *scan, const struct window *w)
{
    scan->window = w;
    if (!w) return false;
    scan->window_at = window_begin(w, &scan->options);
    scan->chunks.stage = CHUNKS_END;
    return true;
}

static bool open_window(struct stream_scan *scan)
{
    const bool is_there = use_window(scan, window_take(scan->at, scan->source, &scan->options));
    scan->keeps_window = !is_there;
    return is_there;
}

static bool open_chunks(struct stream_scan *scan, struct point_key seek, err *e)
{
    struct connection *c = scan->at->connection;
    if (scan->is_by_number) return number_scan_open(&scan->numbers, c, scan->stream, &scan->options, e);
    return open_window(scan) || chunk_scan_open(&scan->chunks, c, scan->stream, &scan->options, seek, e);
}

bool stream_scan_open(struct stream_scan *scan, struct snapshot *at, const struct stream *s,
                      const struct scan_options *options, err *e)
{
    *scan = (struct stream_scan){.stream = s->id, .at = at, .source = s, .options = *options};
    struct connection *c = at->connection;
    const struct tail *t = stream_tail(s, at->commit, at->is_inside);
    struct point_key seek = options->is_descending ? options->range.to : options->range.from;
    bool ok = tail_scan_open(&scan->tail, t, at->commit, at->is_inside, options, e);
    if (ok && options->order == SCAN_BY_NUMBER) ok = prepare_by_number(scan, c, t, &seek, e);
    ok = ok && open_chunks(scan, seek, e);
    if (!ok) tail_scan_close(&scan->tail);
    return ok;
}

void stream_scan_close(struct stream_scan *scan)
{
    if (scan->is_by_number) {
        number_scan_close(&scan->numbers);
    } else {
        chunk_scan_close(&scan->chunks);
    }
    window_drop(scan->window);
    tail_scan_close(&scan->tail);
}

static void move_in_chunks(struct stream_scan *scan)
{
    if (scan->is_by_number)
        number_scan_move(&scan->numbers);
    else if (!scan->window)
        chunk_scan_move(&scan->chunks);
    else if (scan->options.is_descending)
        scan->window_at--;
    else
        scan->window_at++;
}

static void move(struct stream_scan *scan)
{
    if (scan->given == GIVEN_TAIL) scan->tail.at++;
    if (scan->given == GIVEN_CHUNK) move_in_chunks(scan);
    scan->given = GIVEN_NONE;
}

// What a window leaves, chunks go on with.
static bool leave_window(struct stream_scan *scan, err *e)
{
    struct scan_options o = scan->options;
    struct point_key *start = o.is_descending ? &o.range.to : &o.range.from;
    *start = o.is_descending ? scan->window->from : scan->window->to;
    start->number += o.is_descending ? -1 : start->number < INT64_MAX;
    window_drop(scan->window);
    scan->window = NULL;
    return point_key_cmp(o.range.from, o.range.to) > 0 ||
           chunk_scan_open(&scan->chunks, scan->at->connection, scan->stream, &o, *start, e);
}

static const struct point *peek_in_window(struct stream_scan *scan)
{
    const struct window *w = scan->window;
    const bool is_descending = scan->options.is_descending;
    if (scan->window_at == (is_descending ? 0 : w->count)) return NULL;
    window_point(w, is_descending ? scan->window_at - 1 : scan->window_at, &scan->window_point);
    const struct point *p = &scan->window_point;
    return scan_includes(&scan->options, p->time, p->number) ? p : NULL;
}

// True: the window gives the first instead of the chunk, which is let go of.
static bool keep_window(struct stream_scan *scan)
{
    const struct window *w = window_keep(scan->at, scan->source, &scan->chunks);
    if (w && scan->options.is_brief) {
        chunk_scan_close(&scan->chunks);
        return use_window(scan, w);
    }
    window_drop(w);
    return false;
}

static bool peek_in_chunks(struct stream_scan *scan, const struct point **out, err *e)
{
    if (scan->is_by_number) return number_scan_peek(&scan->numbers, out, e);
    if (scan->window) {
        if ((*out = peek_in_window(scan))) return true;
        if (!leave_window(scan, e)) return false;
    }
    if (!chunk_scan_peek(&scan->chunks, out, e)) return false;
    const bool keeps_window = scan->keeps_window && *out;
    scan->keeps_window = false;
    if (keeps_window && keep_window(scan)) *out = peek_in_window(scan);
    return true;
}

static bool tail_goes_first(const struct stream_scan *scan, const struct tail_entry *t, const struct point *p)
{
    const int order = scan->is_by_number ? (t->number > p->number) - (t->number < p->number)
                                         : point_cmp(t->time, t->number, p->time, p->number);
    return (order < 0) != scan->options.is_descending;
}

bool stream_scan_next(struct stream_scan *scan, struct point *out, bool *got, err *e)
{
    const struct point *p;
    move(scan);
    if (!peek_in_chunks(scan, &p, e)) return false;
    const struct tail_place *t = tail_scan_peek(&scan->tail);
    *got = t || p;
    if (!*got) return true;
    if (t && (!p || tail_goes_first(scan, t->entry, p))) {
        tail_point(t->block, t->entry, out);
        scan->given = GIVEN_TAIL;
    } else {
        *out = *p;
        scan->given = GIVEN_CHUNK;
    }
    return true;
}

// ---- what it would begin with ----

static instant window_expects(const struct window *w, const struct scan_options *o)
{
    const size_t i = window_begin(w, o);
    if (o->is_descending) return i > 0 ? w->items[i - 1].time : w->from.time;
    return i < w->count ? w->items[i].time : w->to.time;
}

// The tail has nothing for the scan, or what it has comes not before *time, which is moved where it does.
static bool tail_expects(struct snapshot *at, const struct stream *s, const struct scan_options *o,
                         instant *time)
{
    const struct tail *t = stream_tail(s, at->commit, at->is_inside);
    const struct tail_entry *first = tail_first(t, at->commit, at->is_inside).entry;
    if (!first) return true;
    if (atomic_load_explicit(&t->is_unordered, memory_order_relaxed)) return false;
    if (o->is_descending) return first->time > o->range.to.time;
    if (first->time < *time) *time = first->time;
    return first->time >= o->range.from.time;
}

bool stream_scan_expect(struct snapshot *at, const struct stream *s, const struct scan_options *options,
                        instant *time)
{
    const struct window *w = window_take(at, s, options);
    instant t;
    if (!w) return false;
    t = window_expects(w, options);
    window_drop(w);
    if (!tail_expects(at, s, options, &t)) return false;
    *time = t;
    return true;
}
