// SPDX-License-Identifier: EUPL-1.2
// Quantiles, made from the observations when they are asked for.
#include "series/sketch.h"
#include "store/answer/list.h"
#include "store/answer/period.h"
#include "store/scan/value_scan.h"

#include <stdlib.h>

// Few values are kept and answered exactly, many go into a sketch.
#define KEPT_MOST 65536

struct gathered {
    double *values;
    size_t count, capacity;
    bool is_sketched;
    struct sketch sketch;
};

static bool move_to_sketch(struct gathered *k)
{
    for (size_t i = 0; i < k->count; i++)
        if (!sketch_add(&k->sketch, k->values[i])) return false;
    k->is_sketched = true;
    return true;
}

static bool keep_values(struct gathered *k, const double *values, size_t count)
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
    struct gathered *k = context;
    bool ok = true;
    if (!k->is_sketched) {
        ok = keep_values(k, values, count);
    } else {
        for (size_t i = 0; ok && i < count; i++) ok = sketch_add(&k->sketch, values[i]);
    }
    return ok || err_no_memory(e);
}

static void forget(struct gathered *k)
{
    free(k->values);
    sketch_free(&k->sketch);
}

static double quantile_of(struct gathered *k, double quantile)
{
    return k->is_sketched ? sketch_quantile(&k->sketch, quantile)
                          : exact_quantile(k->values, k->count, quantile);
}

static bool check_quantile(double quantile, err *e)
{
    return (quantile >= 0 && quantile <= 1) ||
           err_set(e, ERR_RANGE, ERR_NOWHERE, "a quantile lies between 0 and 1");
}

bool store_quantile(struct snapshot *at, entity_id stream, interval when, double quantile, double *out,
                    err *e)
{
    struct gathered k = {.count = 0};
    bool ok = check_quantile(quantile, e) && value_scan(at, stream, when, take_values, &k, e);
    if (ok && k.count == 0)
        ok = err_set(e, ERR_ABSENT, ERR_NOWHERE, "there are no numeric Observations in this time");
    if (ok) *out = quantile_of(&k, quantile);
    forget(&k);
    return ok;
}

// ---- per period, of many ----

struct periods {
    period period;
    const struct tz *zone;
    double quantile;
    quantile_each each;
    void *context;
    struct quantile now;  // of the period that is being gathered
    struct gathered gathered;
};

static bool end_period(struct periods *k, err *e)
{
    struct gathered *g = &k->gathered;
    k->now.count = (int64_t)(g->is_sketched ? g->sketch.count : g->count);
    if (k->now.count == 0) return true;
    k->now.value = quantile_of(g, k->quantile);
    sketch_free(&g->sketch);
    g->count = 0;
    g->is_sketched = false;
    return k->each(&k->now, k->context, e);
}

static bool take_periods(const instant *times, const double *values, size_t count, void *context, err *e)
{
    struct periods *k = context;
    for (size_t from = 0, to; from < count; from = to) {
        if (times[from] >= k->now.when.end) {
            if (!end_period(k, e)) return false;
            k->now.when = period_around(k->period, k->zone, times[from]);
        }
        for (to = from + 1; to < count && times[to] < k->now.when.end;) to++;
        if (!take_values(times + from, values + from, to - from, &k->gathered, e)) return false;
    }
    return true;
}

static bool gather_stream(struct periods *k, struct snapshot *at, entity_id stream, interval when, err *e)
{
    k->now = (struct quantile){.stream = stream, .when = {INT64_MIN, INT64_MIN}};
    return value_scan(at, stream, when, take_periods, k, e) && end_period(k, e);
}

bool store_quantiles(struct snapshot *at, struct stream_list streams, period p, const struct tz *zone,
                     interval when, double quantile, quantile_each each, void *context, err *e)
{
    struct periods k = {.period = p, .zone = zone, .quantile = quantile, .each = each, .context = context};
    struct list_walk walk = {.at = at, .list = streams};
    err fault = {.code = ERR_NONE};
    bool ok = period_check(p, zone, &fault) && check_quantile(quantile, &fault);
    for (const struct stream *s; ok && (s = list_next(&walk));)
        ok = gather_stream(&k, at, s->id, when, &fault);
    forget(&k.gathered);
    return list_ended(ok, &fault, e);
}
