// SPDX-License-Identifier: EUPL-1.2
// Sums per hour, day, month and year, and quantiles, made from the observations when they are asked for: chunks are
// decoded at some hundred million a second, so that nothing has to be kept, and nothing can go stale.
#include "base/tz.h"
#include "series/sketch.h"
#include "store/scan/value_scan.h"

#include <math.h>
#include <stdlib.h>

// ---- periods ----

static int64_t floor_to(int64_t t, int64_t step)
{
    const int64_t rest = t % step;
    return t - (rest < 0 ? rest + step : rest);
}

static instant start_of(period p, const struct tz *zone, instant t)
{
    switch (p) {
    case PERIOD_HOUR: return floor_to(t, TIME_HOUR);
    case PERIOD_DAY: return zone ? tz_day_start(zone, t) : floor_to(t, TIME_DAY);
    case PERIOD_MONTH: return tz_month_start(zone, t);
    case PERIOD_YEAR: return tz_year_start(zone, t);
    }
    return t;
}

// A time that is surely in the period after the one that starts here: days have 23 to 25 hours, and so on.
static instant into_next(period p, instant start)
{
    switch (p) {
    case PERIOD_HOUR: return start + TIME_HOUR;
    case PERIOD_DAY: return start + 36 * TIME_HOUR;
    case PERIOD_MONTH: return start + 45 * TIME_DAY;
    case PERIOD_YEAR: return start + 500 * TIME_DAY;
    }
    return start;
}

static interval period_around(period p, const struct tz *zone, instant t)
{
    const instant start = start_of(p, zone, t);
    return (interval){start, start_of(p, zone, into_next(p, start))};
}

// ---- summing up ----

struct summing {
    entity_id stream;
    period period;
    const struct tz *zone;
    summary_each each;
    void *context;
    struct summary now;  // of the period that is being filled; count 0: none
    double energy;
};

static bool end_period(struct summing *k, err *e)
{
    struct summary *s = &k->now;
    if (s->count == 0) return true;
    s->mean = s->sum / (double)s->count;
    s->energetic_mean = 10 * log10(k->energy / (double)s->count);
    const struct summary done = *s;
    s->count = 0;
    return k->each(&done, k->context, e);
}

static void begin_period(struct summing *k, instant t, double first)
{
    const interval when = period_around(k->period, k->zone, t);
    k->now = (struct summary){.stream = k->stream, .when = when, .min = first, .max = first, .first = first};
    k->energy = 0;
}

static void add(struct summing *k, const double *values, size_t count)
{
    struct summary *s = &k->now;
    double sum = s->sum, squares = s->sum_squares, least = s->min, most = s->max, energy = k->energy;
    for (size_t i = 0; i < count; i++) {
        const double v = values[i];
        sum += v;
        squares += v * v;
        least = v < least ? v : least;
        most = v > most ? v : most;
        energy += exp2(v * (M_LN10 / M_LN2 / 10));
    }
    s->sum = sum;
    s->sum_squares = squares;
    s->min = least;
    s->max = most;
    k->energy = energy;
    s->last = values[count - 1];
    s->count += (int64_t)count;
}

static bool sum_up(const instant *times, const double *values, size_t count, void *context, err *e)
{
    struct summing *k = context;
    for (size_t from = 0, to; from < count; from = to) {
        if (k->now.count > 0 && times[from] >= k->now.when.end && !end_period(k, e)) return false;
        if (k->now.count == 0) begin_period(k, times[from], values[from]);
        for (to = from + 1; to < count && times[to] < k->now.when.end;) to++;
        add(k, values + from, to - from);
    }
    return true;
}

bool store_summaries(struct snapshot *at, entity_id stream, period p, const struct tz *zone, interval when,
                     summary_each each, void *context, err *e)
{
    if (p > PERIOD_DAY && !zone)
        return err_set(e, ERR_INTERNAL, ERR_NOWHERE, "months and years need a time zone");
    struct summing k = {.stream = stream, .period = p, .zone = zone, .each = each, .context = context};
    return value_scan(at, stream, when, sum_up, &k, e) && end_period(&k, e);
}

// ---- quantiles ----

// Few values are kept and answered exactly, many go into a sketch.
#define KEPT_MOST 65536

struct quantiles {
    double *values;
    size_t count, capacity;
    bool is_sketched;
    struct sketch sketch;
};

static bool move_to_sketch(struct quantiles *k)
{
    for (size_t i = 0; i < k->count; i++)
        if (!sketch_add(&k->sketch, k->values[i])) return false;
    k->is_sketched = true;
    return true;
}

static bool keep_values(struct quantiles *k, const double *values, size_t count)
{
    if (k->count + count > k->capacity) {
        const size_t capacity = k->capacity > 0 ? k->capacity * 2 : 2048;
        double *more = realloc(k->values, capacity * sizeof *more);
        if (!more) return false;
        k->values = more;
        k->capacity = capacity;
    }
    for (size_t i = 0; i < count; i++) k->values[k->count++] = values[i];
    return k->count < KEPT_MOST || move_to_sketch(k);
}

static bool take_values(const instant *times, const double *values, size_t count, void *context, err *e)
{
    (void)times;
    struct quantiles *k = context;
    bool ok = true;
    if (!k->is_sketched) {
        ok = keep_values(k, values, count);
    } else {
        for (size_t i = 0; ok && i < count; i++) ok = sketch_add(&k->sketch, values[i]);
    }
    return ok || err_no_memory(e);
}

bool store_quantile(struct snapshot *at, entity_id stream, interval when, double quantile, double *out,
                    err *e)
{
    struct quantiles k = {.count = 0};
    if (!(quantile >= 0 && quantile <= 1))
        return err_set(e, ERR_RANGE, ERR_NOWHERE, "a quantile lies between 0 and 1");
    bool ok = value_scan(at, stream, when, take_values, &k, e);
    if (ok && k.count == 0)
        ok = err_set(e, ERR_ABSENT, ERR_NOWHERE, "there are no numeric Observations in this time");
    if (ok)
        *out = k.is_sketched ? sketch_quantile(&k.sketch, quantile)
                             : exact_quantile(k.values, k.count, quantile);
    free(k.values);
    sketch_free(&k.sketch);
    return ok;
}
