// SPDX-License-Identifier: EUPL-1.2
#include "store/scan/number_scan.h"

#include <stdlib.h>

#define CHUNK_MEMORY_MAX ((size_t)256 << 20)

struct chunk_span {
    int64_t id;  // 0: the growing chunk
    uint32_t least, greatest;
};

struct sorted_chunk {
    struct sorted_chunk *next;
    arena *memory;
    struct point *points;  // in the order of the scan
    size_t count, at;
};

// ---- which chunks ----

static bool add_span(struct number_scan *scan, int64_t id, str bytes, err *e)
{
    struct chunk_head h;
    if (!chunk_read_head(bytes, &h)) return chunk_damaged(scan->stream, e);
    if (h.least_number > scan->options.number_to || h.greatest_number < scan->options.number_from)
        return true;
    if ((scan->span_count & (scan->span_count + 1)) == 0) {  // full at 0, 1, 3, 7, ...
        struct chunk_span *spans = realloc(scan->spans, (scan->span_count * 2 + 2) * sizeof *spans);
        if (!spans) return err_no_memory(e);
        scan->spans = spans;
    }
    scan->spans[scan->span_count++] = (struct chunk_span){id, h.least_number, h.greatest_number};
    return true;
}

static bool gather_spans(struct number_scan *scan, str sql, err *e)
{
    sqlite3_stmt *st;
    bool ok, got = false;
    if (!sql_take(scan->connection, sql, &st, e)) return false;
    sqlite3_bind_int64(st, 1, scan->stream);
    while ((ok = sql_step(scan->connection, st, &got, e)) && got)
        if (!(ok = add_span(scan, sqlite3_column_int64(st, 0), sql_column_str(st, 1), e))) break;
    sql_give(scan->connection, st);
    return ok;
}

static int by_least(const void *a, const void *b)
{
    const struct chunk_span *x = a, *y = b;
    return (x->least > y->least) - (x->least < y->least);
}

static int by_greatest_backward(const void *a, const void *b)
{
    const struct chunk_span *x = a, *y = b;
    return (x->greatest < y->greatest) - (x->greatest > y->greatest);
}

bool number_scan_open(struct number_scan *scan, struct connection *c, entity_id stream,
                      const struct scan_options *options, err *e)
{
    *scan = (struct number_scan){.connection = c, .stream = stream, .options = *options};
    if (!gather_spans(scan, STR("SELECT id, data FROM chunk WHERE stream = ?1"), e) ||
        !gather_spans(scan, STR("SELECT 0, data FROM growing WHERE stream = ?1"), e)) {
        number_scan_close(scan);
        return false;
    }
    if (scan->span_count > 0)
        qsort(scan->spans, scan->span_count, sizeof *scan->spans,
              options->is_descending ? by_greatest_backward : by_least);
    return true;
}

// ---- opening them when they are due ----

static int points_by_number(const void *a, const void *b)
{
    const struct point *x = a, *y = b;
    return (x->number > y->number) - (x->number < y->number);
}

static int points_by_number_backward(const void *a, const void *b)
{
    return points_by_number(b, a);
}

static void free_sorted(struct sorted_chunk *k)
{
    arena_free(k->memory);
    free(k);
}

static bool decode(struct number_scan *scan, struct sorted_chunk *k, str bytes, err *e)
{
    struct point *points;
    size_t count;
    if (!chunk_points(bytes, 0, k->memory, &points, &count)) return chunk_damaged(scan->stream, e);
    k->points = points;
    for (size_t i = 0; i < count; i++)
        if (scan_includes(&scan->options, points[i].time, points[i].number)) points[k->count++] = points[i];
    qsort(points, k->count, sizeof *points,
          scan->options.is_descending ? points_by_number_backward : points_by_number);
    return true;
}

static bool open_span(struct number_scan *scan, const struct chunk_span *span, err *e)
{
    struct sorted_chunk *k = calloc(1, sizeof *k);
    if (k) k->memory = arena_new(CHUNK_MEMORY_MAX);
    if (!k || !k->memory) {
        free(k);
        return err_no_memory(e);
    }
    k->next = scan->open;
    scan->open = k;
    struct stored_chunk chunk = {.id = 0};
    bool got;
    bool ok = span->id == 0 ? chunk_growing(scan->connection, scan->stream, &chunk, &got, e)
                            : chunk_by_id(scan->connection, span->id, &chunk, &got, e);
    ok = ok && (got || chunk_damaged(scan->stream, e)) && decode(scan, k, buf_str(&chunk.bytes), e);
    buf_free(&chunk.bytes);
    return ok;
}

// ---- the next one ----

// The open chunk whose turn it is; those that are exhausted are freed on the way.
static struct sorted_chunk *first_open(struct number_scan *scan)
{
    struct sorted_chunk *best = NULL;
    for (struct sorted_chunk **link = &scan->open, *k; (k = *link);) {
        if (k->at == k->count) {
            *link = k->next;
            free_sorted(k);
            continue;
        }
        if (!best || (k->points[k->at].number < best->points[best->at].number) != scan->options.is_descending)
            best = k;
        link = &k->next;
    }
    return best;
}

static bool is_due(const struct number_scan *scan, const struct chunk_span *span,
                   const struct sorted_chunk *first)
{
    if (!first) return true;
    const uint32_t number = first->points[first->at].number;
    return scan->options.is_descending ? span->greatest > number : span->least < number;
}

bool number_scan_peek(struct number_scan *scan, const struct point **out, err *e)
{
    struct sorted_chunk *first = first_open(scan);
    while (scan->span_at < scan->span_count && is_due(scan, &scan->spans[scan->span_at], first)) {
        if (!open_span(scan, &scan->spans[scan->span_at++], e)) return false;
        first = first_open(scan);
    }
    *out = first ? &first->points[first->at] : NULL;
    return true;
}

void number_scan_move(struct number_scan *scan)
{
    struct sorted_chunk *first = first_open(scan);
    if (first) first->at++;
}

void number_scan_close(struct number_scan *scan)
{
    for (struct sorted_chunk *k = scan->open, *next; k; k = next) {
        next = k->next;
        free_sorted(k);
    }
    free(scan->spans);
    *scan = (struct number_scan){.spans = NULL};
}
