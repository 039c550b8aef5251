// SPDX-License-Identifier: EUPL-1.2
// Sums per hour, day, month and year, made from the observations when they are asked for, or from what an earlier question left
// (hours.h, periods.h). The answer is the same: sums of decimals are exact, and periods are kept as they were summed up.
#include "store/answer/list.h"
#include "store/answer/period.h"
#include "store/answer/periods.h"
#include "store/answer/summing.h"
#include "store/tx.h"

static bool sum_scan(struct summing *k, struct snapshot *at, const struct stream *s, interval when, err *e)
{
    return k->ask.quantiles_alone ? value_scan_units(at, s->id, when, summing_add, k, e)
                                  : value_scan(at, s->id, when, summing_add, k, e);
}

// ---- from hours ----

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

// Whether there is a part of an hour, and the stream has observations so early or late.
static bool is_there(const struct stream *s, interval part)
{
    return part.start < part.end && part.start <= atomic_load_explicit(&s->newest, memory_order_acquire) &&
           part.end > atomic_load_explicit(&s->oldest, memory_order_acquire);
}

static bool sum_part(struct summing *k, struct snapshot *at, const struct stream *s, interval part, err *e)
{
    return !is_there(s, part) || value_scan(at, s->id, part, summing_add, k, e);
}

// What hours say of the time asked for, and what they do not: the parts of an hour at both ends, and the tail.
struct split {
    interval before, whole, behind;
    const struct hour *from, *to;
};

// False: the observations have to be read.
static bool split_time(const struct summing *k, const struct hours *hours, struct split *out)
{
    const interval when = k->ask.when, whole = whole_hours(when);
    *out = (struct split){.before = {when.start, whole.start},
                          .whole = whole,
                          .behind = {whole.end, when.end},
                          .from = hours_from(hours, whole.start),
                          .to = whole.end == TIME_NONE ? hours->items + hours->count
                                                       : hours_from(hours, whole.end)};
    return !is_empty(whole) && hours_are_whole(&k->ask, out->from, out->to);
}

static bool sum_whole(struct summing *k, struct snapshot *at, const struct stream *s, const struct split *x,
                      err *e)
{
    for (const struct hour *h = x->from; h < x->to; h++)
        if (!summing_add_hour(k, h, e)) return false;
    return value_scan_tail(at, s, x->whole, summing_add, k, e);
}

// What stands in chunks comes from hours where it can.
static bool sum_hours(struct summing *k, struct snapshot *at, const struct stream *s,
                      const struct hours *hours, err *e)
{
    struct split x;
    if (!split_time(k, hours, &x)) return sum_scan(k, at, s, k->ask.when, e);
    return sum_part(k, at, s, x.before, e) && sum_whole(k, at, s, &x, e) && sum_part(k, at, s, x.behind, e);
}

// ---- from periods ----

static interval period_at(const struct summing *k, const struct periods *p, size_t i)
{
    return period_around(k->ask.period, k->ask.zone, periods_start(p, i));
}

// The end of what periods can say: no observation at or behind it is asked for, or it stands in the tail.
static instant limit_of(struct snapshot *at, const struct stream *s, interval when)
{
    const struct tail_entry *first = tail_first(stream_tail(s, at->commit, false), at->commit, false).entry;
    const instant end = when.end == TIME_NONE ? INT64_MAX : when.end;
    return first && first->time < end ? first->time : end;
}

// [*from, *to): those that lie wholly in what is asked for and in the chunks.
static void whole_periods(const struct summing *k, const struct periods *p, instant limit, size_t *from,
                          size_t *to)
{
    *from = periods_from(p, k->ask.when.start);  // TIME_NONE is the least time there is
    *to = periods_from(p, limit);
    if (*to > *from && period_at(k, p, *to - 1).end > limit) --*to;
}

static bool sum_before(struct summing *k, struct snapshot *at, const struct stream *s,
                       const struct periods *p, size_t from, err *e)
{
    const instant start = k->ask.when.start;
    if (from == 0 || period_at(k, p, from - 1).end <= start) return true;
    return sum_scan(k, at, s, (interval){start, periods_start(p, from)}, e) && summing_end_period(k, e);
}

static bool give_periods(struct summing *k, const struct periods *p, size_t from, size_t to, err *e)
{
    for (size_t i = from; i < to; i++) {
        const struct summary one = periods_get(p, i, &k->ask, k->quantiles);
        if (!k->each(&one, k->context, e)) return false;
    }
    return true;
}

static bool sum_periods(struct summing *k, struct snapshot *at, const struct stream *s,
                        const struct periods *p, err *e)
{
    const interval when = k->ask.when;
    size_t from, to;
    whole_periods(k, p, limit_of(at, s, when), &from, &to);
    if (from >= to) return sum_scan(k, at, s, when, e);
    const interval behind = {period_at(k, p, to - 1).end, when.end};
    const bool may_have = (when.end == TIME_NONE || behind.start < behind.end) &&
                          behind.start <= atomic_load_explicit(&s->newest, memory_order_acquire);
    return sum_before(k, at, s, p, from, e) && give_periods(k, p, from, to, e) &&
           (!may_have || sum_scan(k, at, s, behind, e));
}

// ---- from whichever says it ----

static bool sum_by_hours(struct summing *k, struct snapshot *at, const struct stream *s, err *e)
{
    struct hours *hours;
    if (!hours_take(at, s, k->ask.when, &hours, e)) return false;
    const bool ok = hours ? sum_hours(k, at, s, hours, e) : sum_scan(k, at, s, k->ask.when, e);
    hours_drop(hours);
    return ok;
}

static bool sum_by_periods(struct summing *k, struct snapshot *at, const struct stream *s, err *e)
{
    struct periods *periods;
    if (!periods_take(at, s, &k->ask, &periods, e)) return false;
    const bool ok = periods ? sum_periods(k, at, s, periods, e) : sum_scan(k, at, s, k->ask.when, e);
    periods_drop(periods);
    return ok;
}

static bool sum_stream(struct summing *k, struct snapshot *at, const struct stream *s, err *e)
{
    const bool hours_say_it = !k->ask.with_energy && k->ask.quantile_count == 0;
    return (hours_say_it ? sum_by_hours(k, at, s, e) : sum_by_periods(k, at, s, e)) &&
           summing_end_period(k, e);
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
    k.ask.quantiles_alone &= ask->quantile_count > 0;
    k.ask.sums_alone &= !ask->with_energy && ask->quantile_count == 0;
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

static bool is_at_once(const struct summing *k, const struct stream *s, const struct hours *hours,
                       size_t hours_most, struct split *x)
{
    return split_time(k, hours, x) && !is_there(s, x->before) && !is_there(s, x->behind) &&
           (size_t)(x->to - x->from) <= hours_most;
}

static bool sum_at_once(struct summing *k, struct snapshot *at, const struct stream *s, size_t hours_most)
{
    struct hours *hours = (struct hours *)kept_look(at, s, KEPT_HOURS);  // its first member
    struct split x;
    err ignored;
    if (!hours) return false;
    const bool ok = is_at_once(k, s, hours, hours_most, &x) && sum_whole(k, at, s, &x, &ignored) &&
                    summing_end_period(k, &ignored);
    hours_drop(hours);
    return ok;
}

bool store_statistics_at_once(struct store *store, entity_id datastream, const struct statistics_ask *ask,
                              size_t hours_most, summary_each each, void *context)
{
    struct summing k = {.ask = *ask, .stream = datastream, .each = each, .context = context};
    struct snapshot at;
    err ignored;
    k.ask.quantiles_alone = false;
    if (ask->with_energy || ask->quantile_count > 0 || !check(ask, &ignored) ||
        !snapshot_open_memory(store, &at))
        return false;
    const struct stream *s = snapshot_stream(&at, datastream);
    const bool ok = s && s->kind == SET_DATASTREAM && sum_at_once(&k, &at, s, hours_most);
    snapshot_close_memory(&at);
    return ok;
}

bool store_summaries(struct snapshot *at, entity_id stream, period p, const struct tz *zone, interval when,
                     summary_each each, void *context, err *e)
{
    const struct stream_list one = {&stream, 1};
    const struct statistics_ask ask = {.period = p, .zone = zone, .when = when, .with_energy = true};
    return store_statistics(at, one, &ask, each, context, e);
}
