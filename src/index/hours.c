// SPDX-License-Identifier: EUPL-1.2
#include "index/hours.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define HOURS_MAX ((size_t)24 * 366 * 3)

bool hours_new(instant from, size_t count, arena *a, struct hours *out, err *e)
{
    if (count > HOURS_MAX) return err_set(e, ERR_LIMIT, ERR_NOWHERE, "at most %zu hours at once", HOURS_MAX);
    struct hours h = {.from = from, .count = count};
    h.mean = ARENA_ARRAY(a, count + 1, double);
    h.captured = ARENA_ARRAY(a, count + 1, double);
    if (!h.mean || !h.captured) return err_no_memory(e);
    for (size_t k = 0; k < count; k++) h.mean[k] = NAN;
    *out = h;
    return true;
}

// ---- Readings to hours -------------------------------------------------------------------------------------------

static int cmp_step(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

#define STEPS_MAX 4096  // of a long series the newest say enough

bool hours_step(const instant *times, size_t count, arena *a, int64_t *out, err *e)
{
    const size_t first = count > STEPS_MAX ? count - STEPS_MAX : 0;
    int64_t *steps = ARENA_ARRAY(a, count - first + 1, int64_t);
    if (!steps) return err_no_memory(e);
    size_t n = 0;
    for (size_t k = first + 1; k < count; k++)
        if (times[k] > times[k - 1]) steps[n++] = times[k] - times[k - 1];
    *out = 0;
    if (n == 0) return true;
    qsort(steps, n, sizeof *steps, cmp_step);
    *out = steps[n / 2] < TIME_HOUR ? steps[n / 2] : TIME_HOUR;
    return true;
}

struct sum {
    double total;
    size_t count;
};

static double in_sum(double value, bool is_level)
{
    return is_level ? pow(10, value / 10) : value;
}

static double of_sum(const struct sum *s, bool is_level)
{
    const double mean = s->total / (double)s->count;
    return is_level ? 10 * log10(mean) : mean;
}

bool hours_fill(struct hours *out, const instant *times, const double *values, size_t count, bool is_level,
                arena *a, err *e)
{
    int64_t step;
    struct sum *sums = ARENA_ARRAY(a, out->count + 1, struct sum);
    if (!sums) return err_no_memory(e);
    if (!hours_step(times, count, a, &step, e)) return false;
    for (size_t k = 0; k < count; k++) {
        if (times[k] < out->from || !isfinite(values[k])) continue;
        const size_t hour = (size_t)((times[k] - out->from) / TIME_HOUR);
        if (hour >= out->count) continue;
        sums[hour].total += in_sum(values[k], is_level);
        sums[hour].count++;
    }
    for (size_t k = 0; k < out->count; k++) {
        const double share = (double)sums[k].count * (double)step / (double)TIME_HOUR;
        out->captured[k] = share < 1 ? share : 1;
        // A hair less than 75 %, for three readings of four that come every 15 minutes are enough.
        if (out->captured[k] >= HOURS_CAPTURE - 1e-9) out->mean[k] = of_sum(&sums[k], is_level);
    }
    return true;
}

// ---- Longer means ------------------------------------------------------------------------------------------------

static struct sum sum_between(const struct hours *h, size_t from, size_t to)
{
    struct sum s = {0};
    for (size_t k = from; k < to; k++) {
        if (isnan(h->mean[k])) continue;
        s.total += h->mean[k];
        s.count++;
    }
    return s;
}

static double mean_if(const struct sum *s, size_t wanted, double least)
{
    return s->count > 0 && (double)s->count >= least * (double)wanted - 1e-9 ? s->total / (double)s->count
                                                                             : (double)NAN;
}

double hours_running_mean(const struct hours *h, size_t last, size_t n)
{
    const struct sum s = sum_between(h, last + 1 < n ? 0 : last + 1 - n, last + 1);
    return mean_if(&s, n, HOURS_CAPTURE);
}

double hours_running_capture(const struct hours *h, size_t last, size_t n)
{
    const struct sum s = sum_between(h, last + 1 < n ? 0 : last + 1 - n, last + 1);
    return (double)s.count / (double)n;
}

double hours_mean(const struct hours *h, double least_capture, double *captured)
{
    const struct sum s = sum_between(h, 0, h->count);
    if (captured) *captured = h->count ? (double)s.count / (double)h->count : 0;
    return mean_if(&s, h->count, least_capture);
}

static double greatest(double a, double b)
{
    return isnan(a) || b > a ? b : a;
}

static struct day_mean day_of(const struct hours *h, size_t from, size_t to)
{
    const struct sum s = sum_between(h, from, to);
    struct day_mean d = {.mean = mean_if(&s, to - from, HOURS_CAPTURE),
                         .greatest_8h = NAN,
                         .greatest_hour = NAN,
                         .captured = (double)s.count / (double)(to - from)};
    size_t eights = 0;
    for (size_t k = from; k < to; k++) {
        const double eight = hours_running_mean(h, k, 8);
        if (!isnan(eight)) {
            d.greatest_8h = greatest(d.greatest_8h, eight);
            eights++;
        }
        if (!isnan(h->mean[k])) d.greatest_hour = greatest(d.greatest_hour, h->mean[k]);
    }
    if ((double)eights < HOURS_CAPTURE * (double)(to - from)) d.greatest_8h = NAN;
    return d;
}

bool hours_days(const struct hours *h, const struct tz *zone, arena *a, struct day_mean **out, size_t *count,
                err *e)
{
    const instant end = h->from + (instant)h->count * TIME_HOUR;
    struct day_mean *days = ARENA_ARRAY(a, h->count / 23 + 2, struct day_mean);
    size_t n = 0;
    if (!days) return err_no_memory(e);
    instant start = tz_day_start(zone, h->from);
    if (start < h->from) start = tz_day_start(zone, start + 36 * TIME_HOUR);
    for (instant next; (next = tz_day_start(zone, start + 36 * TIME_HOUR)) <= end; start = next) {
        days[n] = day_of(h, (size_t)((start - h->from) / TIME_HOUR), (size_t)((next - h->from) / TIME_HOUR));
        days[n++].day = (interval){start, next};
    }
    *out = days;
    *count = n;
    return true;
}
