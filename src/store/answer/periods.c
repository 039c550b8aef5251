// SPDX-License-Identifier: EUPL-1.2
#include "store/answer/periods.h"

#include "store/answer/list.h"
#include "store/answer/period.h"
#include "store/answer/summing.h"

#include <stdlib.h>

// What a question wants to know, apart from when: periods are kept for those that want the same.
struct wanted {
    uint64_t zone;  // its fingerprint; 0: UTC
    uint8_t period, with_energy, quantiles_alone, quantile_count;
    uint32_t nothing;  // 0: bytes are compared, and all of them say something
};

// A period is a row of cells: start, count, then the rest unless quantiles stand alone, then the quantiles.
union cell {
    int64_t whole;
    double real;
};
enum {
    CELL_START,
    CELL_COUNT,
    CELLS_ALONE,
    CELL_MEAN = CELLS_ALONE,
    CELL_MIN,
    CELL_MAX,
    CELL_SUM,
    CELL_ENERGETIC_MEAN,
    CELL_FIRST,
    CELL_LAST,
    CELLS_ALL
};

struct periods {
    struct kept kept;
    struct wanted wanted;
    size_t count;
    union cell cells[];  // the quantiles that were asked for, then the rows
};

static size_t width_of(const struct wanted *w)
{
    return (size_t)(w->quantiles_alone ? CELLS_ALONE : CELLS_ALL) + w->quantile_count;
}

static size_t bytes_of(const struct wanted *w, size_t periods)
{
    return sizeof(struct periods) + (w->quantile_count + periods * width_of(w)) * sizeof(union cell);
}

static size_t row_at(const struct wanted *w, size_t i)
{
    return w->quantile_count + i * width_of(w);
}

static struct wanted wanted_of(const struct statistics_ask *ask)
{
    const bool has_zone = ask->zone && ask->period != PERIOD_HOUR;
    return (struct wanted){.zone = has_zone ? tz_fingerprint(ask->zone) : 0,
                           .period = (uint8_t)ask->period,
                           .with_energy = ask->with_energy,
                           .quantiles_alone = ask->quantiles_alone,
                           .quantile_count = (uint8_t)ask->quantile_count};
}

#define WHAT_PERIODS ((uint64_t)1 << 63)  // beside hours

// FNV-1a.
static uint64_t hash_on(uint64_t hash, const void *p, size_t n)
{
    const unsigned char *bytes = p;
    for (size_t i = 0; i < n; i++) hash = (hash ^ bytes[i]) * 1099511628211U;
    return hash;
}

static uint64_t what_of(const struct wanted *w, const double *quantiles)
{
    const uint64_t hash = hash_on(14695981039346656037U, w, sizeof *w);
    return hash_on(hash, quantiles, w->quantile_count * sizeof *quantiles) | WHAT_PERIODS;
}

// Not only by its hash, which somebody may have aimed at.
static bool is_what(const struct periods *p, const struct wanted *w, const double *quantiles)
{
    bool same = p->wanted.zone == w->zone && p->wanted.period == w->period &&
                p->wanted.with_energy == w->with_energy && p->wanted.quantiles_alone == w->quantiles_alone &&
                p->wanted.quantile_count == w->quantile_count;
    for (size_t i = 0; same && i < w->quantile_count; i++)
        same = !(p->cells[i].real < quantiles[i] || p->cells[i].real > quantiles[i]);
    return same;
}

// ---- making ----

struct making {
    const struct statistics_ask *ask;
    struct periods *periods;  // grows
    size_t capacity;          // in periods
};

static void put_sums(union cell *cells, const struct summary *s)
{
    cells[CELL_MEAN].real = s->mean;
    cells[CELL_MIN].real = s->min;
    cells[CELL_MAX].real = s->max;
    cells[CELL_SUM].real = s->sum;
    cells[CELL_ENERGETIC_MEAN].real = s->energetic_mean;
    cells[CELL_FIRST].real = s->first;
    cells[CELL_LAST].real = s->last;
}

static bool keep_period(const struct summary *s, void *context, err *e)
{
    struct making *m = context;
    struct periods *p = m->periods;
    const size_t width = width_of(&p->wanted), quantiles = p->wanted.quantile_count;
    if (p->count == m->capacity) {
        const size_t capacity = m->capacity > 0 ? m->capacity * 2 : 16;
        if (!(p = realloc(p, bytes_of(&p->wanted, capacity)))) return err_no_memory(e);
        m->periods = p;
        m->capacity = capacity;
    }
    union cell *cells = p->cells + row_at(&p->wanted, p->count++);
    cells[CELL_START].whole = s->when.start;
    cells[CELL_COUNT].whole = s->count;
    if (!p->wanted.quantiles_alone) put_sums(cells, s);
    for (size_t i = 0; i < quantiles; i++) cells[width - quantiles + i].real = s->quantiles[i];
    return true;
}

static bool sum_chunks(struct snapshot *at, const struct stream *s, struct making *m, err *e)
{
    struct summing k = {.ask = *m->ask, .stream = s->id, .each = keep_period, .context = m};
    const interval ever = {TIME_NONE, TIME_NONE};
    const bool ok = value_scan_chunks(at, s, ever, m->ask->quantiles_alone, summing_add, &k, e) &&
                    summing_end_period(&k, e);
    gather_free(&k.gathered);
    return ok;
}

static bool make(struct snapshot *at, const struct stream *s, void *context, struct kept **out, err *e)
{
    struct making m = {.ask = context};
    const struct wanted w = wanted_of(m.ask);
    if (!(m.periods = malloc(bytes_of(&w, 0)))) return err_no_memory(e);
    *m.periods = (struct periods){.wanted = w};
    for (size_t i = 0; i < w.quantile_count; i++) m.periods->cells[i].real = m.ask->quantiles[i];
    if (!sum_chunks(at, s, &m, e)) {
        free(m.periods);
        return false;
    }
    const size_t bytes = bytes_of(&w, m.periods->count);
    struct periods *fitting = realloc(m.periods, bytes);
    if (!fitting) fitting = m.periods;
    fitting->kept.bytes = bytes;
    *out = &fitting->kept;
    return true;
}

// ---- taking ----

bool periods_take(struct snapshot *at, const struct stream *s, const struct statistics_ask *ask,
                  struct periods **out, err *e)
{
    struct statistics_ask kept_ask = *ask;
    const struct wanted w = wanted_of(ask);
    const struct kept_maker maker = {.what = what_of(&w, ask->quantiles), .make = make, .context = &kept_ask};
    struct kept *k;
    if (!kept_take(at, s, ask->when, &maker, &k, e)) return false;
    struct periods *p = (struct periods *)k;  // its first member
    if (p && !is_what(p, &w, ask->quantiles)) {
        kept_drop(k);
        p = NULL;
    }
    *out = p;
    return true;
}

void periods_drop(struct periods *p)
{
    if (p) kept_drop(&p->kept);
}

size_t periods_count(const struct periods *p)
{
    return p->count;
}

instant periods_start(const struct periods *p, size_t i)
{
    return p->cells[row_at(&p->wanted, i) + CELL_START].whole;
}

size_t periods_from(const struct periods *p, instant t)
{
    size_t low = 0, high = p->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (periods_start(p, middle) < t)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct summary periods_get(const struct periods *p, size_t i, const struct statistics_ask *ask,
                           double *quantiles)
{
    const size_t width = width_of(&p->wanted), count = p->wanted.quantile_count;
    const union cell *cells = p->cells + row_at(&p->wanted, i);
    struct summary s = {.stream = p->kept.stream,
                        .when = period_around(ask->period, ask->zone, cells[CELL_START].whole),
                        .count = cells[CELL_COUNT].whole};
    for (size_t q = 0; q < count; q++) quantiles[q] = cells[width - count + q].real;
    if (count > 0) s.quantiles = quantiles;
    if (p->wanted.quantiles_alone) return s;
    s.mean = cells[CELL_MEAN].real;
    s.min = cells[CELL_MIN].real;
    s.max = cells[CELL_MAX].real;
    s.sum = cells[CELL_SUM].real;
    s.energetic_mean = cells[CELL_ENERGETIC_MEAN].real;
    s.first = cells[CELL_FIRST].real;
    s.last = cells[CELL_LAST].real;
    return s;
}
