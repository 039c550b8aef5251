// SPDX-License-Identifier: EUPL-1.2
#include "store/scan/value_scan.h"

#include "model/quality.h"

#include <math.h>
#include <stdlib.h>

struct batch {
    size_t count;
    bool are_decimals;  // all of them, to `scale`
    uint8_t scale;
    instant times[COLUMN_BLOCK];
    double values[COLUMN_BLOCK];
    int64_t units[COLUMN_BLOCK];
};

struct value_walk {
    struct snapshot *at;
    const struct stream *stream;
    struct scan_options options;
    bool units_suffice;
    values_each each;
    void *context;
    struct batch batch;
};

static bool flush(struct value_walk *w, err *e)
{
    struct batch *b = &w->batch;
    const struct value_run run = {.times = b->times,
                                  .values = b->values,
                                  .units = b->are_decimals ? b->units : NULL,
                                  .scale = b->scale,
                                  .count = b->count};
    b->count = 0;
    return run.count == 0 || w->each(&run, w->context, e);
}

// ---- one by one: what has extra, or late observations beside chunks ----

static bool counts(const struct point *p)
{
    struct extra x;
    return p->extra.n == 0 || !extra_read(p->extra, p->time, &x) || !(x.fields & EXTRA_QUALITY) ||
           quality_counts(quality_of_value(&x.quality));
}

// Whether it goes into the batch as it stands; *units: to the batch's scale.
static bool joins(const struct batch *b, const struct point *p, int64_t *units)
{
    if (b->count == COLUMN_BLOCK || b->are_decimals != (p->scale != POINT_NO_DECIMAL)) return false;
    return !b->are_decimals || (p->scale <= b->scale &&
                                !__builtin_mul_overflow(p->units, decimal_power[b->scale - p->scale], units));
}

static bool add_point(struct value_walk *w, const struct point *p, err *e)
{
    struct batch *b = &w->batch;
    double number;
    int64_t units = 0;
    if (!point_number(p, &number) || !counts(p)) return true;
    if (!joins(b, p, &units)) {
        if (!flush(w, e)) return false;
        b->are_decimals = p->scale != POINT_NO_DECIMAL;
        b->scale = p->scale;
        units = p->units;
    }
    b->times[b->count] = p->time;
    b->values[b->count] = number;
    b->units[b->count++] = units;
    return true;
}

static bool walk_points(struct value_walk *w, err *e)
{
    struct stream_scan scan;
    struct point p;
    bool ok, got = false;
    if (!stream_scan_open(&scan, w->at, w->stream, &w->options, e)) return false;
    while ((ok = stream_scan_next(&scan, &p, &got, e)) && got)
        if (!(ok = add_point(w, &p, e))) break;
    stream_scan_close(&scan);
    return ok && flush(w, e);
}

// ---- block by block ----

#define EXACT_MOST ((int64_t)1 << 53)  // integers up to here are doubles

static void to_doubles(const int64_t *units, size_t count, uint8_t scale, double *out)
{
    static const double powers[] = {1,    1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8, 1e9,
                                    1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18};
    const double power = powers[scale];
    bool are_exact = true;
    for (size_t i = 0; i < count; i++) {
        are_exact &= units[i] <= EXACT_MOST && units[i] >= -EXACT_MOST;
        out[i] = (double)units[i] / power;
    }
    if (are_exact) return;
    for (size_t i = 0; i < count; i++) out[i] = decimal_to_double((decimal){units[i], (int8_t)scale});
}

static bool walk_plain_chunk(struct value_walk *w, struct chunk_reader *r, err *e)
{
    const instant from = w->options.range.from.time, to = w->options.range.to.time;
    struct chunk_block b;
    r->from = from;
    for (;;) {
        if (!chunk_next(r, &b)) return chunk_damaged(w->stream->id, e);
        if (b.n == 0 || b.time[0] >= to) return true;
        size_t first = 0, end = b.n;
        while (first < end && b.time[first] < from) first++;
        while (end > first && b.time[end - 1] >= to) end--;
        double values[COLUMN_BLOCK];
        if (!w->units_suffice) to_doubles(b.units + first, end - first, r->scale, values + first);
        const struct value_run run = {.times = b.time + first,
                                      .values = w->units_suffice ? NULL : values + first,
                                      .units = b.units + first,
                                      .scale = r->scale,
                                      .count = end - first};
        if (run.count > 0 && !w->each(&run, w->context, e)) return false;
    }
}

static bool walk_rich_chunk(struct value_walk *w, struct chunk_reader *r, err *e)
{
    struct chunk_block b;
    struct point p;
    for (;;) {
        if (!chunk_next(r, &b)) return chunk_damaged(w->stream->id, e);
        if (b.n == 0) return flush(w, e);
        for (size_t i = 0; i < b.n; i++) {
            chunk_point(r, &b, i, &p);
            if (scan_includes(&w->options, p.time, p.number) && !add_point(w, &p, e)) return false;
        }
    }
}

// *more = false: this chunk begins behind the time asked for, and so do all that follow.
static bool walk_chunk(struct value_walk *w, const struct stored_chunk *chunk, bool *more, err *e)
{
    const struct point_range *range = &w->options.range;
    struct chunk_head head;
    struct chunk_reader r;
    if (!chunk_read_head(buf_str(&chunk->bytes), &head)) return chunk_damaged(w->stream->id, e);
    *more = head.first_time < range->to.time;
    if (!*more || head.last_time < range->from.time) return true;
    const bool is_plain = chunk_is_plain(&head);
    if (!chunk_open(&r, buf_str(&chunk->bytes), is_plain ? CHUNK_RESULTS : CHUNK_ALL))
        return chunk_damaged(w->stream->id, e);
    const bool ok = is_plain ? walk_plain_chunk(w, &r, e) : walk_rich_chunk(w, &r, e);
    chunk_close(&r);
    return ok;
}

static bool walk_chunks(struct value_walk *w, struct stored_chunk *chunk, err *e)
{
    struct connection *c = w->at->connection;
    const entity_id stream = w->stream->id;
    bool got, more = true;
    if (!chunk_at(c, stream, w->options.range.from, chunk, &got, e)) return false;
    while (got && more)
        if (!walk_chunk(w, chunk, &more, e) || !chunk_after(c, stream, chunk->last, chunk, &got, e))
            return false;
    if (!more) return true;
    return chunk_growing(c, stream, chunk, &got, e) && (!got || walk_chunk(w, chunk, &more, e));
}

static bool walk_tail(struct value_walk *w, const struct tail_scan *tail, err *e)
{
    struct point p;
    for (size_t i = 0; i < tail->count; i++) {
        tail_point(tail->places[i].block, tail->places[i].entry, &p);
        if (!add_point(w, &p, e)) return false;
    }
    return flush(w, e);
}

// The tail stands behind all chunks, so that one can be read after the other.
static bool is_behind_chunks(struct value_walk *w, const struct tail_scan *tail, bool *out, err *e)
{
    struct stream_row row = {.newest_time = TIME_NONE};
    bool got;
    *out = true;
    if (tail->count == 0) return true;
    if (!stream_row_read(w->at->connection, w->stream->id, &row, &got, e)) return false;
    const struct tail_entry *first = tail->places[0].entry;
    *out = row.newest_time == TIME_NONE ||
           point_cmp(first->time, first->number, row.newest_time, row.newest_number) > 0;
    return true;
}

static bool walk(struct value_walk *w, err *e)
{
    struct tail_scan tail;
    struct stored_chunk chunk = {.id = 0};
    bool is_behind;
    const struct tail *t = stream_tail(w->stream, w->at->commit, w->at->is_inside);
    if (!tail_scan_open(&tail, t, w->at->commit, w->at->is_inside, &w->options, e)) return false;
    bool ok = is_behind_chunks(w, &tail, &is_behind, e);
    if (ok && is_behind) ok = walk_chunks(w, &chunk, e) && walk_tail(w, &tail, e);
    if (ok && !is_behind) ok = walk_points(w, e);
    buf_free(&chunk.bytes);
    tail_scan_close(&tail);
    return ok;
}

static bool scan(struct snapshot *at, const struct stream *s, interval when, bool units_suffice,
                 values_each each, void *context, bool (*walk_it)(struct value_walk *w, err *e), err *e)
{
    struct value_walk *w = malloc(sizeof *w);
    if (!w) return err_no_memory(e);
    *w = (struct value_walk){.at = at,
                             .stream = s,
                             .options = scan_whole(when),
                             .units_suffice = units_suffice,
                             .each = each,
                             .context = context};
    const bool ok = walk_it(w, e);
    free(w);
    return ok;
}

bool value_scan(struct snapshot *at, entity_id stream, interval when, values_each each, void *context, err *e)
{
    const struct stream *s = snapshot_stream(at, stream);
    return !s || scan(at, s, when, false, each, context, walk, e);
}

bool value_scan_units(struct snapshot *at, entity_id stream, interval when, values_each each, void *context,
                      err *e)
{
    const struct stream *s = snapshot_stream(at, stream);
    return !s || scan(at, s, when, true, each, context, walk, e);
}

static bool walk_chunks_alone(struct value_walk *w, err *e)
{
    struct stored_chunk chunk = {.id = 0};
    const bool ok = walk_chunks(w, &chunk, e);
    buf_free(&chunk.bytes);
    return ok;
}

bool value_scan_chunks(struct snapshot *at, const struct stream *s, interval when, bool units_suffice,
                       values_each each, void *context, err *e)
{
    return scan(at, s, when, units_suffice, each, context, walk_chunks_alone, e);
}

static bool walk_tail_alone(struct value_walk *w, err *e)
{
    struct tail_scan tail;
    const struct tail *t = stream_tail(w->stream, w->at->commit, w->at->is_inside);
    if (!tail_scan_open(&tail, t, w->at->commit, w->at->is_inside, &w->options, e)) return false;
    const bool ok = walk_tail(w, &tail, e);
    tail_scan_close(&tail);
    return ok;
}

bool value_scan_tail(struct snapshot *at, const struct stream *s, interval when, values_each each,
                     void *context, err *e)
{
    return scan(at, s, when, false, each, context, walk_tail_alone, e);
}

// ---- what other parts are given ----

struct giving {
    store_values_each each;
    void *context;
};

static bool give(const struct value_run *run, void *context, err *e)
{
    const struct giving *g = context;
    return g->each(run->times, run->values, run->count, g->context, e);
}

bool store_values(struct snapshot *at, entity_id stream, interval when, store_values_each each, void *context,
                  err *e)
{
    struct giving g = {each, context};
    return value_scan(at, stream, when, give, &g, e);
}
