// SPDX-License-Identifier: EUPL-1.2
// Sums per hour, day, month and year, made from the observations when they are asked for, or from the hours that an earlier
// question left (hours.h): sums of decimals are exact, so the answer is the same.
#include "series/exact.h"
#include "store/answer/gather.h"
#include "store/answer/hours.h"
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
    struct exact sum;
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
    s->sum = exact_value(&k->sum);
    s->mean = s->sum / (double)s->count;
    if (k->ask.with_energy) s->energetic_mean = 10 * log10(k->energy / (double)s->count);
    if (k->ask.quantile_count > 0) add_quantiles(k);
    const struct summary done = *s;
    s->count = 0;
    return k->each(&done, k->context, e);
}

static void begin_period(struct summing *k, interval when, double first)
{
    k->now = (struct summary){.stream = k->stream, .when = when, .min = first, .max = first, .first = first};
    k->sum = (struct exact){.units = 0};
    k->energy = 0;
}

// A loop of its own, for it costs more than all the others together.
static void add_energy(struct summing *k, const double *values, size_t count)
{
    double energy = k->energy;
    for (size_t i = 0; i < count; i++) energy += exp2(values[i] * (M_LN10 / M_LN2 / 10));
    k->energy = energy;
}

static void add_sum(struct summing *k, const struct value_run *run)
{
    __int128 units = 0;
    for (size_t i = 0; run->units && i < run->count; i++) units += run->units[i];
    for (size_t i = 0; !run->units && i < run->count; i++) k->sum.rest += run->values[i];
    exact_add(&k->sum, units, run->scale);
}

static void add_extremes(struct summary *s, const double *values, size_t count)
{
    double least = s->min, most = s->max;
    for (size_t i = 0; i < count; i++) {
        least = values[i] < least ? values[i] : least;
        most = values[i] > most ? values[i] : most;
    }
    s->min = least;
    s->max = most;
}

// A run that lies in one period.
static bool add(struct summing *k, const struct value_run *run, err *e)
{
    add_sum(k, run);
    add_extremes(&k->now, run->values, run->count);
    k->now.last = run->values[run->count - 1];
    k->now.count += (int64_t)run->count;
    if (k->ask.with_energy) add_energy(k, run->values, run->count);
    return k->ask.quantile_count == 0 || gather_add(&k->gathered, run->values, run->count, e);
}

static struct value_run part_of(const struct value_run *run, size_t from, size_t to)
{
    return (struct value_run){.times = run->times + from,
                              .values = run->values + from,
                              .units = run->units ? run->units + from : NULL,
                              .scale = run->scale,
                              .count = to - from};
}

static bool sum_up(const struct value_run *run, void *context, err *e)
{
    struct summing *k = context;
    const instant *times = run->times;
    for (size_t from = 0, to; from < run->count; from = to) {
        if (k->now.count > 0 && times[from] >= k->now.when.end && !end_period(k, e)) return false;
        if (k->now.count == 0)
            begin_period(k, period_around(k->ask.period, k->ask.zone, times[from]), run->values[from]);
        for (to = from + 1; to < run->count && times[to] < k->now.when.end;) to++;
        const struct value_run part = part_of(run, from, to);
        if (!add(k, &part, e)) return false;
    }
    return true;
}

// ---- from hours ----

static double value_of(const struct hour *h, int32_t units)
{
    return decimal_to_double((decimal){units, (int8_t)h->scale});
}

static bool add_hour(struct summing *k, const struct hour *h, err *e)
{
    const instant start = h->at * TIME_HOUR;
    struct summary *s = &k->now;
    if (s->count > 0 && start >= s->when.end && !end_period(k, e)) return false;
    if (s->count == 0)
        begin_period(k, period_around(k->ask.period, k->ask.zone, start), value_of(h, h->first));
    const double ends[] = {value_of(h, h->least), value_of(h, h->most)};
    add_extremes(s, ends, 2);
    exact_add(&k->sum, h->sum, h->scale);
    s->last = value_of(h, h->last);
    s->count += h->count;
    return true;
}

// Whether no period begins or ends within an hour: there are zones where some do.
static bool hours_are_whole(const struct statistics_ask *ask, const struct hour *from, const struct hour *to)
{
    if (ask->period == PERIOD_HOUR || !ask->zone) return true;
    instant end = INT64_MIN;
    for (const struct hour *h = from; h < to; h++) {
        if (h->at * TIME_HOUR < end) continue;
        const interval p = period_around(ask->period, ask->zone, h->at * TIME_HOUR);
        if (p.start % TIME_HOUR != 0 || p.end % TIME_HOUR != 0) return false;
        end = p.end;
    }
    return true;
}

// The whole hours of a time. TIME_NONE is the least there is, and is whole as a start.
static interval whole_hours(interval when)
{
    const instant before = when.start == TIME_NONE ? 0 : when.start % TIME_HOUR,
                  behind = when.end == TIME_NONE ? 0 : when.end % TIME_HOUR;
    return (interval){when.start + (before > 0 ? TIME_HOUR - before : -before),
                      when.end - (behind < 0 ? TIME_HOUR + behind : behind)};
}

static bool is_empty(interval when)
{
    return when.end != TIME_NONE && when.start >= when.end;
}

// Reads a part of an hour, if there is one and the stream has observations so early or late.
static bool sum_part(struct summing *k, struct snapshot *at, const struct stream *s, interval when, err *e)
{
    const bool may_have = when.start < when.end &&
                          when.start <= atomic_load_explicit(&s->newest, memory_order_acquire) &&
                          when.end > atomic_load_explicit(&s->oldest, memory_order_acquire);
    return !may_have || value_scan(at, s->id, when, sum_up, k, e);
}

// What stands in chunks comes from hours where it can: the parts of an hour at both ends, and the tail, are read.
static bool sum_hours(struct summing *k, struct snapshot *at, const struct stream *s,
                      const struct hours *hours, err *e)
{
    const interval when = k->ask.when, whole = whole_hours(when);
    const struct hour *h = hours_from(hours, whole.start), *end = whole.end == TIME_NONE
                                                                      ? hours->items + hours->count
                                                                      : hours_from(hours, whole.end);
    if (is_empty(whole) || !hours_are_whole(&k->ask, h, end))
        return value_scan(at, s->id, when, sum_up, k, e);
    const interval before = {when.start, whole.start}, behind = {whole.end, when.end};
    if (!sum_part(k, at, s, before, e)) return false;
    for (; h < end; h++)
        if (!add_hour(k, h, e)) return false;
    return value_scan_tail(at, s, whole, sum_up, k, e) && sum_part(k, at, s, behind, e);
}

static bool sum_stream(struct summing *k, struct snapshot *at, const struct stream *s, err *e)
{
    struct hours *hours = NULL;
    const bool hours_say_it = !k->ask.with_energy && k->ask.quantile_count == 0;
    if (hours_say_it && !hours_take(at, s, k->ask.when, &hours, e)) return false;
    const bool ok = hours ? sum_hours(k, at, s, hours, e) : value_scan(at, s->id, k->ask.when, sum_up, k, e);
    hours_drop(hours);
    return ok && end_period(k, e);
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
        ok = sum_stream(&k, at, s, &fault);
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
