// SPDX-License-Identifier: EUPL-1.2
// Sums per hour, day, month and year, made from the observations when they are asked for: chunks are
// decoded at some hundred million a second, so that nothing has to be kept, and nothing can go stale.
#include "store/answer/list.h"
#include "store/answer/period.h"
#include "store/scan/value_scan.h"

#include <math.h>

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

static bool summarise(struct summing *k, struct snapshot *at, entity_id stream, interval when, err *e)
{
    k->stream = stream;
    return value_scan(at, stream, when, sum_up, k, e) && end_period(k, e);
}

bool store_summaries(struct snapshot *at, entity_id stream, period p, const struct tz *zone, interval when,
                     summary_each each, void *context, err *e)
{
    const struct stream_list one = {&stream, 1};
    return store_summaries_each(at, one, p, zone, when, each, context, e);
}

bool store_summaries_each(struct snapshot *at, struct stream_list streams, period p, const struct tz *zone,
                          interval when, summary_each each, void *context, err *e)
{
    struct summing k = {.period = p, .zone = zone, .each = each, .context = context};
    struct list_walk walk = {.at = at, .list = streams};
    err fault = {.code = ERR_NONE};
    bool ok = period_check(p, zone, &fault);
    for (const struct stream *s; ok && (s = list_next(&walk));) ok = summarise(&k, at, s->id, when, &fault);
    return list_ended(ok, &fault, e);
}
