// SPDX-License-Identifier: EUPL-1.2
// Sums per hour, day, month and year, made from the observations when they are asked for: chunks are
// decoded at some hundred million a second, so that nothing has to be kept, and nothing can go stale.
#include "store/answer/gather.h"
#include "store/answer/list.h"
#include "store/answer/period.h"
#include "store/scan/value_scan.h"

#include <math.h>

// ---- summing up ----

struct summing {
    struct statistics_ask ask;
    entity_id stream;
    summary_each each;
    void *context;
    struct summary now;  // of the period that is being filled; count 0: none
    double energy;
    struct gathered gathered;
    double quantiles[STATISTICS_QUANTILES];
};

static void add_quantiles(struct summing *k)
{
    for (size_t i = 0; i < k->ask.quantile_count; i++)
        k->quantiles[i] = gather_quantile(&k->gathered, k->ask.quantiles[i]);
    gather_clear(&k->gathered);
    k->now.quantiles = k->quantiles;
}

static bool end_period(struct summing *k, err *e)
{
    struct summary *s = &k->now;
    if (s->count == 0) return true;
    s->mean = s->sum / (double)s->count;
    if (k->ask.with_energy) s->energetic_mean = 10 * log10(k->energy / (double)s->count);
    if (k->ask.quantile_count > 0) add_quantiles(k);
    const struct summary done = *s;
    s->count = 0;
    return k->each(&done, k->context, e);
}

static void begin_period(struct summing *k, instant t, double first)
{
    const interval when = period_around(k->ask.period, k->ask.zone, t);
    k->now = (struct summary){.stream = k->stream, .when = when, .min = first, .max = first, .first = first};
    k->energy = 0;
}

// A loop of its own, for it costs more than all the others together.
static void add_energy(struct summing *k, const double *values, size_t count)
{
    double energy = k->energy;
    for (size_t i = 0; i < count; i++) energy += exp2(values[i] * (M_LN10 / M_LN2 / 10));
    k->energy = energy;
}

static bool add(struct summing *k, const double *values, size_t count, err *e)
{
    struct summary *s = &k->now;
    double sum = s->sum, squares = s->sum_squares, least = s->min, most = s->max;
    for (size_t i = 0; i < count; i++) {
        const double v = values[i];
        sum += v;
        squares += v * v;
        least = v < least ? v : least;
        most = v > most ? v : most;
    }
    s->sum = sum;
    s->sum_squares = squares;
    s->min = least;
    s->max = most;
    s->last = values[count - 1];
    s->count += (int64_t)count;
    if (k->ask.with_energy) add_energy(k, values, count);
    return k->ask.quantile_count == 0 || gather_add(&k->gathered, values, count, e);
}

static bool sum_up(const instant *times, const double *values, size_t count, void *context, err *e)
{
    struct summing *k = context;
    for (size_t from = 0, to; from < count; from = to) {
        if (k->now.count > 0 && times[from] >= k->now.when.end && !end_period(k, e)) return false;
        if (k->now.count == 0) begin_period(k, times[from], values[from]);
        for (to = from + 1; to < count && times[to] < k->now.when.end;) to++;
        if (!add(k, values + from, to - from, e)) return false;
    }
    return true;
}

static bool check(const struct statistics_ask *ask, err *e)
{
    if (ask->quantile_count > STATISTICS_QUANTILES)
        return err_set(e, ERR_LIMIT, ERR_NOWHERE, "%d quantiles at most", STATISTICS_QUANTILES);
    for (size_t i = 0; i < ask->quantile_count; i++)
        if (!gather_check(ask->quantiles[i], e)) return false;
    return period_check(ask->period, ask->zone, e);
}

bool store_statistics(struct snapshot *at, struct stream_list streams, const struct statistics_ask *ask,
                      summary_each each, void *context, err *e)
{
    struct summing k = {.ask = *ask, .each = each, .context = context};
    struct list_walk walk = {.at = at, .list = streams};
    err fault = {.code = ERR_NONE};
    bool ok = check(ask, &fault);
    for (const struct stream *s; ok && (s = list_next(&walk));) {
        k.stream = s->id;
        ok = value_scan(at, s->id, ask->when, sum_up, &k, &fault) && end_period(&k, &fault);
    }
    gather_free(&k.gathered);
    return list_ended(ok, &fault, e);
}

bool store_summaries(struct snapshot *at, entity_id stream, period p, const struct tz *zone, interval when,
                     summary_each each, void *context, err *e)
{
    const struct stream_list one = {&stream, 1};
    const struct statistics_ask ask = {.period = p, .zone = zone, .when = when, .with_energy = true};
    return store_statistics(at, one, &ask, each, context, e);
}
