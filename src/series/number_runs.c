// SPDX-License-Identifier: EUPL-1.2
#include "series/number_runs.h"

#include "series/chunk.h"

#define WORTH_RUNS 8  // numbers of a run, on average

// ---- the guess ----

static inline bool has_hole(const struct run_guess *g)
{
    return g->hole < g->hole_end;
}

// What was passed over; or what is behind the greatest, from there on with a skip as long as the last one.
static int64_t guess_first(const struct run_guess *g)
{
    if (has_hole(g)) return g->hole;
    return g->next != g->front ? g->front : int_plus(g->front, g->skip);
}

// Requests are as long as one another: a run behind a skip as the skip, one into a hole as the hole.
static int64_t guess_length(const struct run_guess *g, int64_t first)
{
    if (first > g->front) return int_minus(first, g->front);
    return has_hole(g) && first == g->hole ? int_minus(g->hole_end, g->hole) : 0;
}

static void note_run(struct run_guess *g, int64_t first, int64_t length)
{
    g->next = int_plus(first, length);
    if (first > g->front) {
        g->skip = int_minus(first, g->front);
        g->hole = g->front;
        g->hole_end = first;
    } else if (first == g->hole) {
        g->hole = g->next;
    }
    if (g->next > g->front) g->front = g->next;
}

// ---- writing ----

static bool follows(const struct point *p, const struct point *before)
{
    return (int64_t)p->number == (int64_t)before->number + 1;
}

static size_t runs_of(const struct point *points, size_t count)
{
    size_t runs = 1;
    for (size_t i = 1; i < count; i++) runs += !follows(&points[i], &points[i - 1]);
    return runs;
}

bool number_runs_are_worth(const struct point *points, size_t count)
{
    return runs_of(points, count) <= count / WORTH_RUNS;
}

static int64_t common_unit(const int64_t *values, size_t count)
{
    int64_t unit = 0;
    for (size_t i = 0; i < count; i++)
        for (int64_t v = values[i]; v != 0;) {
            const int64_t rest = unit % v;
            unit = v;
            v = rest;
        }
    return unit == 0 ? 1 : unit < 0 ? -unit : unit;
}

void number_runs_write(buf *b, const struct point *points, size_t count, uint32_t least, chunk_way way)
{
    int64_t values[CHUNK_MOST / WORTH_RUNS * 2];
    struct run_guess g = {0};
    size_t n = 0, first_length = 0;
    for (size_t from = 0, to; from < count; from = to) {
        for (to = from + 1; to < count && follows(&points[to], &points[to - 1]);) to++;
        const int64_t first = (int64_t)points[from].number - least, length = (int64_t)(to - from);
        const bool is_told = from > 0 && to < count;
        if (from == 0) first_length = to;
        values[n++] = is_told ? length - guess_length(&g, first) : 0;
        values[n++] = first - guess_first(&g);
        note_run(&g, first, length);
    }
    const int64_t unit = common_unit(values, n);
    for (size_t i = 0; i < n; i++) values[i] /= unit;
    put_varint(b, n / 2);
    put_varint(b, (uint64_t)unit);
    put_varint(b, first_length);
    column_write_few(b, values, n, way);
}

// ---- reading ----

bool number_runs_find(struct number_runs *k, reader *in, uint32_t count, bool is_guessed)
{
    const uint64_t runs = get_varint(in);
    *k = (struct number_runs){.unit = 1, .is_guessed = is_guessed};
    if (in->failed || runs == 0 || runs > count / WORTH_RUNS) return false;
    k->count = k->left = (uint32_t)runs;
    if (is_guessed) {
        k->unit = (int64_t)get_varint(in);
        k->first_length = (int64_t)get_varint(in);
    }
    return !in->failed && column_find(&k->column, in, runs * 2);
}

bool number_runs_open(struct number_runs *k)
{
    return column_open(&k->column);
}

void number_runs_close(struct number_runs *k)
{
    column_close(&k->column);
}

static bool next_values(struct number_runs *k)
{
    const size_t runs = k->left < COLUMN_BLOCK / 2 ? k->left : COLUMN_BLOCK / 2;
    if (runs == 0 || !column_next(&k->column, k->values, runs * 2)) return false;
    k->have = runs * 2;
    k->at = 0;
    return true;
}

static int64_t in_units(const struct number_runs *k, int64_t told)
{
    return (int64_t)((uint64_t)told * (uint64_t)k->unit);
}

static int64_t length_of(const struct number_runs *k, int64_t told, int64_t first)
{
    if (!k->is_guessed) return told;
    if (k->left == k->count) return k->first_length;
    return k->left == 1 ? CHUNK_MOST : int_plus(guess_length(&k->guess, first), in_units(k, told));
}

static bool next_run(struct number_runs *k)
{
    if (k->at == k->have && !next_values(k)) return false;
    const int64_t told = k->values[k->at++], jump = in_units(k, k->values[k->at++]);
    const int64_t first = int_plus(k->is_guessed ? guess_first(&k->guess) : k->guess.next, jump);
    const int64_t length = length_of(k, told, first);
    if (length <= 0 || length > CHUNK_MOST) return false;
    k->in_run = (uint64_t)length;
    k->left--;
    note_run(&k->guess, first, length);
    k->guess.next = first;
    return true;
}

bool number_runs_next(struct number_runs *k, int64_t *out, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (k->in_run == 0 && !next_run(k)) return false;
        k->in_run--;
        out[i] = k->guess.next;
        k->guess.next = int_plus(k->guess.next, 1);
    }
    return true;
}
