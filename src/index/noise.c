// SPDX-License-Identifier: EUPL-1.2
#include "index/noise.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static double energy(double level)
{
    return pow(10, level / 10);
}

static double level(double mean_energy)
{
    return 10 * log10(mean_energy);
}

double noise_lden(double day, double evening, double night)
{
    return level((12 * energy(day) + 4 * energy(evening + 5) + 8 * energy(night + 10)) / 24);
}

// ---- Any span ----------------------------------------------------------------------------------------------------

static size_t first_at(const struct noise_levels *l, instant t)
{
    size_t low = 0, high = l->count;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (l->times[middle] < t)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static int cmp_level(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

// Between the two ranks beside it, linearly.
static double quantile(const double *sorted, size_t n, double q)
{
    const double at = q * (double)(n - 1);
    const size_t below = (size_t)at;
    const double rest = at - (double)below;
    return below + 1 < n ? sorted[below] + rest * (sorted[below + 1] - sorted[below]) : sorted[below];
}

bool noise_span(const struct noise_levels *l, interval when, int64_t step, arena *a, struct noise_span *out,
                err *e)
{
    const size_t from = first_at(l, when.start), to = first_at(l, when.end), n = to - from;
    struct noise_span s = {.laeq = NAN, .max = NAN, .l10 = NAN, .l50 = NAN, .l90 = NAN, .count = n};
    double *sorted = ARENA_ARRAY(a, n + 1, double);
    double sum = 0;
    if (!sorted) return err_no_memory(e);
    for (size_t k = 0; k < n; k++) {
        sorted[k] = l->levels[from + k];
        sum += energy(sorted[k]);
    }
    if (n > 0) {
        qsort(sorted, n, sizeof *sorted, cmp_level);
        s.laeq = level(sum / (double)n);
        s.max = sorted[n - 1];
        s.l10 = quantile(sorted, n, 0.9);
        s.l50 = quantile(sorted, n, 0.5);
        s.l90 = quantile(sorted, n, 0.1);
    }
    s.captured = (double)n * (double)step / (double)(when.end - when.start);
    if (s.captured > 1) s.captured = 1;
    *out = s;
    return true;
}

// ---- A date ------------------------------------------------------------------------------------------------------

static noise_part part_of_hour(int hour)
{
    return hour >= 7 && hour < 19 ? NOISE_DAY : hour >= 19 && hour < 23 ? NOISE_EVENING : NOISE_NIGHT;
}

// How long each part really lasts on this date: a clock that is changed makes the night 7 or 9 hours.
static void part_lengths(interval day, const struct tz *zone, double hours[NOISE_PARTS])
{
    memset(hours, 0, NOISE_PARTS * sizeof *hours);
    for (instant t = day.start; t < day.end; t += TIME_HOUR) hours[part_of_hour(tz_civil(zone, t).hour)]++;
}

void noise_date(const struct noise_levels *l, instant day, const struct tz *zone, int64_t step,
                struct noise_date *out)
{
    struct noise_date d = {.day = {day, tz_day_start(zone, day + 36 * TIME_HOUR)}};
    double sums[NOISE_PARTS] = {0}, lengths[NOISE_PARTS];
    size_t counts[NOISE_PARTS] = {0};
    part_lengths(d.day, zone, lengths);
    for (size_t k = first_at(l, d.day.start); k < l->count && l->times[k] < d.day.end; k++) {
        const noise_part p = part_of_hour(tz_civil(zone, l->times[k]).hour);
        sums[p] += energy(l->levels[k]);
        counts[p]++;
    }
    for (int p = 0; p < NOISE_PARTS; p++) {
        const double share = (double)counts[p] * (double)step / (lengths[p] * (double)TIME_HOUR);
        d.captured[p] = share < 1 ? share : 1;
        d.part[p] = d.captured[p] >= HOURS_CAPTURE - 1e-9 ? level(sums[p] / (double)counts[p]) : (double)NAN;
    }
    d.lnight = d.part[NOISE_NIGHT];
    d.lden = noise_lden(d.part[NOISE_DAY], d.part[NOISE_EVENING], d.part[NOISE_NIGHT]);
    *out = d;
}

void noise_long_term(const struct noise_date *dates, size_t count, size_t wanted, struct noise_date *out)
{
    struct noise_date d = {0};
    if (count > 0) d.day = (interval){dates[0].day.start, dates[count - 1].day.end};
    for (int p = 0; p < NOISE_PARTS; p++) {
        double sum = 0;
        size_t n = 0;
        for (size_t k = 0; k < count; k++) {
            if (isnan(dates[k].part[p])) continue;
            sum += energy(dates[k].part[p]);
            n++;
        }
        d.captured[p] = wanted ? (double)n / (double)wanted : 0;
        d.part[p] = n > 0 && d.captured[p] >= HOURS_CAPTURE - 1e-9 ? level(sum / (double)n) : (double)NAN;
    }
    d.lnight = d.part[NOISE_NIGHT];
    d.lden = noise_lden(d.part[NOISE_DAY], d.part[NOISE_EVENING], d.part[NOISE_NIGHT]);
    *out = d;
}
