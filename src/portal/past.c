// SPDX-License-Identifier: EUPL-1.2
#include "portal/past.h"

#include <math.h>
#include <stdlib.h>

#define WEEK_HOURS (7 * 24)
#define MONTH_DAYS 30
#define YEAR_DAYS 365
#define POINTS_MAX 1024
#define MEAN_SHARE_LEAST 0.75
#define HOURS_LOOKED_AT 6  // that tell how often a series reports

static const str keys[PAST_COUNT] = {[PAST_DAY] = {"dag", 3},
                                     [PAST_WEEK] = {"week", 4},
                                     [PAST_MONTH] = {"maand", 5},
                                     [PAST_YEAR] = {"jaar", 4}};

str past_period_key(past_period p)
{
    return keys[p];
}

bool past_period_by_key(str key, past_period *out)
{
    for (past_period p = 0; p < PAST_COUNT; p++) {
        if (!str_eq(keys[p], key)) continue;
        *out = p;
        return true;
    }
    return false;
}

// One bin of readings. Levels in dB are summed as energy.
struct bin {
    int64_t count;
    double sum, low, high;
};

static void bin_add(struct bin *b, double v, bool is_level)
{
    if (b->count++ == 0) b->low = b->high = v;
    b->low = fmin(b->low, v);
    b->high = fmax(b->high, v);
    b->sum += is_level ? pow(10, v / 10) : v;
}

static double bin_mean(const struct bin *b, bool is_level)
{
    const double mean = b->sum / (double)b->count;
    return is_level ? 10 * log10(mean) : mean;
}

static bool is_level(const struct series *s)
{
    return s->quantity && s->quantity->is_level;
}

// ---- A day, from the readings themselves -------------------------------------------------------------------------

// Bins no shorter than the series reports, so that a slow meter makes a line and not a row of dots.
static instant day_step(const struct series *s)
{
    static const int minutes[] = {10, 15, 20, 30, 60};
    const size_t count = sizeof minutes / sizeof minutes[0];
    for (size_t i = 0; i < count; i++)
        if (minutes[i] * TIME_MINUTE >= s->period) return minutes[i] * TIME_MINUTE;
    return minutes[count - 1] * TIME_MINUTE;
}

struct filling {
    const struct series *series;
    const struct past *past;
    struct bin *bins;
};

static bool fill_bin(const struct observation *o, void *context, err *e)
{
    (void)e;
    const struct filling *f = context;
    const struct series *s = f->series;
    const value *result = &o->result;
    if (!value_is_number(result)) return true;
    if (reject_of(s, result, &o->quality) != QUALITY_GOOD) return true;
    const instant since = o->phenomenon_time.start - f->past->when.start;
    bin_add(&f->bins[since / f->past->step], value_to_double(result) * s->factor, is_level(s));
    return true;
}

static bool read_day(struct snapshot *at, const struct series *s, instant now, arena *a, struct past *out,
                     err *e)
{
    out->step = day_step(s);
    out->gap_least = TIME_HOUR;
    out->when.end = (now / out->step + 1) * out->step;
    out->when.start = out->when.end - TIME_DAY;
    const size_t count = (size_t)(TIME_DAY / out->step);
    struct bin *bins = ARENA_ARRAY(a, count, struct bin);
    if (!bins) return err_no_memory(e);
    struct filling f = {s, out, bins};
    if (!store_observations(at, s->id, out->when, fill_bin, &f, e)) return false;
    for (size_t i = 0; i < count; i++) {
        if (bins[i].count == 0) continue;
        out->points[out->count++] = (struct chart_point){
            .at = out->when.start + (instant)i * out->step + out->step / 2,
            .mean = bin_mean(&bins[i], is_level(s)),
            .low = bins[i].low,
            .high = bins[i].high,
        };
    }
    return true;
}

// ---- A week or month, from summaries -----------------------------------------------------------------------------

struct collector {
    const struct series *series;
    struct past *out;
    int64_t counts[POINTS_MAX];
    instant now;
};

static bool collect(const struct summary *s, void *context, err *e)
{
    struct collector *c = context;
    if (c->out->count == POINTS_MAX)
        return err_set(e, ERR_LIMIT, ERR_NOWHERE, "more than %d points", POINTS_MAX);
    const double f = c->series->factor;
    c->counts[c->out->count] = s->count;
    c->out->points[c->out->count++] = (struct chart_point){
        .at = s->when.start + (s->when.end - s->when.start) / 2,
        .mean = (is_level(c->series) ? s->energetic_mean : s->mean) * f,
        .low = s->min * f,
        .high = s->max * f,
    };
    return true;
}

static int by_count(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

// How many readings a period usually has: how often a series reports may have changed, so the periods themselves tell.
static int64_t usual_count(const int64_t *counts, size_t n)
{
    int64_t sorted[POINTS_MAX];
    for (size_t i = 0; i < n; i++) sorted[i] = counts[i];
    qsort(sorted, n, sizeof sorted[0], by_count);
    return sorted[n / 2];
}

// One less is enough, for a period's border may fall beside a reading.
static bool is_enough(int64_t count, int64_t usual, double share)
{
    return (double)count >= MEAN_SHARE_LEAST * (double)usual * share - 1;
}

// The period under way is held to the part of it that has passed.
static double share_passed(const struct collector *c, const struct chart_point *p)
{
    const instant start = p->at - c->out->step / 2;
    return fmin(1, (double)(c->now - start) / (double)c->out->step);
}

static void drop_thin(struct collector *c)
{
    if (c->out->count == 0) return;
    const int64_t usual = usual_count(c->counts, c->out->count);
    size_t kept = 0;
    for (size_t i = 0; i < c->out->count; i++) {
        const struct chart_point p = c->out->points[i];
        if (is_enough(c->counts[i], usual, share_passed(c, &p))) c->out->points[kept++] = p;
    }
    c->out->count = kept;
}

static bool read_summaries(struct snapshot *at, const struct series *s, period p, const struct tz *zone,
                           instant now, struct past *out, err *e)
{
    struct collector c = {.series = s, .out = out, .now = now};
    if (!store_summaries(at, s->id, p, zone, out->when, collect, &c, e)) return false;
    drop_thin(&c);
    return true;
}

// ---- One hour -----------------------------------------------------------------------------------------------------

struct hour_reader {
    const struct series *series;
    instant start;
    struct reading *out;
    int64_t counts[HOURS_LOOKED_AT], count;  // of the hours that have readings; of the one wanted
    size_t n;
};

static bool hear_hour(const struct summary *s, void *context, err *e)
{
    (void)e;
    struct hour_reader *h = context;
    if (h->n < HOURS_LOOKED_AT) h->counts[h->n++] = s->count;
    if (s->when.start != h->start) return true;
    h->count = s->count;
    h->out->value = (is_level(h->series) ? s->energetic_mean : s->mean) * h->series->factor;
    return true;
}

bool past_hour_read(struct snapshot *at, const struct series *s, instant start, struct reading *out, err *e)
{
    struct reading r = {.state = READING_NONE, .at = start};
    struct hour_reader h = {.series = s, .start = start, .out = &r};
    const struct statistics_ask ask = {
        .period = PERIOD_HOUR,
        .when = {start - (HOURS_LOOKED_AT - 1) * TIME_HOUR, start + TIME_HOUR},
        .with_energy = is_level(s),
    };
    if (!store_statistics(at, (struct stream_list){&s->id, 1}, &ask, hear_hour, &h, e)) return false;
    if (h.count > 0 && is_enough(h.count, usual_count(h.counts, h.n), 1)) {
        r.state = READING_FRESH;
        r.class = scale_class_at(s->scale, r.value);
    }
    *out = r;
    return true;
}

// ---- Weeks, months, years ------------------------------------------------------------------------------------------

static bool read_week(struct snapshot *at, const struct series *s, const struct tz *zone, instant now,
                      struct past *out, err *e)
{
    out->step = TIME_HOUR;
    out->gap_least = TIME_HOUR;
    out->when.end = (now / TIME_HOUR + 1) * TIME_HOUR;
    out->when.start = out->when.end - WEEK_HOURS * TIME_HOUR;
    return read_summaries(at, s, PERIOD_HOUR, zone, now, out, e);
}

// Days are the town's own, so that one of them has 23 hours and one 25.
static bool read_days(struct snapshot *at, const struct series *s, int days, const struct tz *zone,
                      instant now, struct past *out, err *e)
{
    out->step = TIME_DAY;
    out->gap_least = 20 * TIME_HOUR;
    const instant today = tz_day_start(zone, now);
    out->when.end = tz_day_start(zone, today + 30 * TIME_HOUR);
    out->when.start = tz_day_start(zone, today - (days - 1) * TIME_DAY + 12 * TIME_HOUR);
    return read_summaries(at, s, PERIOD_DAY, zone, now, out, e);
}

static void sum_up(struct past *p, bool of_levels)
{
    struct bin all = {0};
    for (size_t i = 0; i < p->count; i++) bin_add(&all, p->points[i].mean, of_levels);
    if (p->count) p->mean = bin_mean(&all, of_levels);
    for (size_t i = 0; i < p->count; i++) {
        p->low = i ? fmin(p->low, p->points[i].low) : p->points[i].low;
        p->high = i ? fmax(p->high, p->points[i].high) : p->points[i].high;
    }
}

bool past_read(struct snapshot *at, const struct series *s, past_period p, const struct tz *zone, instant now,
               arena *a, struct past *out, err *e)
{
    struct past made = {.period = p, .points = ARENA_ARRAY(a, POINTS_MAX, struct chart_point)};
    if (!made.points) return err_no_memory(e);
    bool ok = false;
    switch (p) {
    case PAST_DAY: ok = read_day(at, s, now, a, &made, e); break;
    case PAST_WEEK: ok = read_week(at, s, zone, now, &made, e); break;
    case PAST_MONTH: ok = read_days(at, s, MONTH_DAYS, zone, now, &made, e); break;
    case PAST_YEAR: ok = read_days(at, s, YEAR_DAYS, zone, now, &made, e); break;
    case PAST_COUNT: break;
    }
    if (!ok) return false;
    sum_up(&made, is_level(s));
    *out = made;
    return true;
}
