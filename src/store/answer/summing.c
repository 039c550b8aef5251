// SPDX-License-Identifier: EUPL-1.2
#include "store/answer/summing.h"

#include "store/answer/period.h"

#include <math.h>

static void add_quantiles(struct summing *k)
{
    for (size_t i = 0; i < k->ask.quantile_count; i++)
        k->quantiles[i] = gather_quantile(&k->gathered, k->ask.quantiles[i]);
    gather_clear(&k->gathered);
    k->now.quantiles = k->quantiles;
}

static void end_sums(struct summing *k)
{
    struct summary *s = &k->now;
    s->sum = exact_value(&k->sum);
    s->mean = s->sum / (double)s->count;
    if (k->ask.with_energy) s->energetic_mean = 10 * log10(k->energy / (double)s->count);
}

bool summing_end_period(struct summing *k, err *e)
{
    struct summary *s = &k->now;
    if (s->count == 0) return true;
    if (!k->ask.quantiles_alone) end_sums(k);
    if (k->ask.quantile_count > 0) add_quantiles(k);
    const bool ok = k->each(s, k->context, e);
    s->count = 0;
    return ok;
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
    if (!run->units) {  // then its scale says nothing
        // NOLINTNEXTLINE(clang-analyzer-core.NullDereference): a run without units has values
        for (size_t i = 0; i < run->count; i++) k->sum.rest += run->values[i];
        return;
    }
    for (size_t i = 0; i < run->count; i++) units += run->units[i];
    exact_add(&k->sum, units, run->scale);
}

static void add_extremes(struct summary *s, const double *values, size_t count)
{
    double least = s->min, most = s->max;
    for (size_t i = 0; i < count; i++) {
        // NOLINTNEXTLINE(clang-analyzer-core.NullDereference): as above
        least = values[i] < least ? values[i] : least;
        most = values[i] > most ? values[i] : most;
    }
    s->min = least;
    s->max = most;
}

static void add_sums(struct summing *k, const struct value_run *run)
{
    add_sum(k, run);
    if (k->ask.sums_alone) return;
    add_extremes(&k->now, run->values, run->count);
    k->now.last = run->values[run->count - 1];
    if (k->ask.with_energy) add_energy(k, run->values, run->count);
}

// A run that lies in one period.
static bool add(struct summing *k, const struct value_run *run, err *e)
{
    if (!k->ask.quantiles_alone) add_sums(k, run);
    k->now.count += (int64_t)run->count;
    return k->ask.quantile_count == 0 || gather_add(&k->gathered, run, e);
}

static struct value_run part_of(const struct value_run *run, size_t from, size_t to)
{
    return (struct value_run){.times = run->times + from,
                              .values = run->values ? run->values + from : NULL,
                              .units = run->units ? run->units + from : NULL,
                              .scale = run->scale,
                              .count = to - from};
}

bool summing_add(const struct value_run *run, void *context, err *e)
{
    struct summing *k = context;
    const instant *times = run->times;
    for (size_t from = 0, to; from < run->count; from = to) {
        if (k->now.count > 0 && times[from] >= k->now.when.end && !summing_end_period(k, e)) return false;
        if (k->now.count == 0)
            begin_period(k, period_around(k->ask.period, k->ask.zone, times[from]),
                         run->values ? run->values[from] : 0);
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

static void add_ends(struct summary *s, const struct hour *h)
{
    const double ends[] = {value_of(h, h->least), value_of(h, h->most)};
    if (s->count == 0) s->min = s->max = s->first = value_of(h, h->first);
    add_extremes(s, ends, 2);
    s->last = value_of(h, h->last);
}

bool summing_add_hour(struct summing *k, const struct hour *h, err *e)
{
    const instant start = h->at * TIME_HOUR;
    struct summary *s = &k->now;
    if (s->count > 0 && start >= s->when.end && !summing_end_period(k, e)) return false;
    if (s->count == 0) begin_period(k, period_around(k->ask.period, k->ask.zone, start), 0);
    if (!k->ask.sums_alone) add_ends(s, h);
    exact_add(&k->sum, h->sum, h->scale);
    s->count += h->count;
    return true;
}
