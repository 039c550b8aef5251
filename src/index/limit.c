// SPDX-License-Identifier: EUPL-1.2
#include "index/limit.h"

#include <math.h>
#include <stdlib.h>

// clang-format off
static const struct limit limits[] = {
    // set, substance, over, value, allowed, target, checked, years that times are averaged over (0: one)
    {LIMITS_WHO_2021, SUBSTANCE_PM25, OVER_YEAR,         5, 0, false, true},
    {LIMITS_WHO_2021, SUBSTANCE_PM25, OVER_DAY,         15, 3, false, true},
    {LIMITS_WHO_2021, SUBSTANCE_PM10, OVER_YEAR,        15, 0, false, true},
    {LIMITS_WHO_2021, SUBSTANCE_PM10, OVER_DAY,         45, 3, false, true},
    {LIMITS_WHO_2021, SUBSTANCE_NO2,  OVER_YEAR,        10, 0, false, true},
    {LIMITS_WHO_2021, SUBSTANCE_NO2,  OVER_DAY,         25, 3, false, true},
    {LIMITS_WHO_2021, SUBSTANCE_NO2,  OVER_HOUR,       200, 0, false, true},
    {LIMITS_WHO_2021, SUBSTANCE_O3,   OVER_8_HOURS,    100, 3, false, true},
    {LIMITS_WHO_2021, SUBSTANCE_O3,   OVER_PEAK_SEASON, 60, 0, false, true},
    {LIMITS_WHO_2021, SUBSTANCE_SO2,  OVER_DAY,         40, 3, false, false},
    {LIMITS_WHO_2021, SUBSTANCE_CO,   OVER_DAY,       4000, 3, false, true},

    {LIMITS_EU, SUBSTANCE_PM25,    OVER_YEAR,       25,  0, false, true},  // 20 from 2020 was indicative only
    {LIMITS_EU, SUBSTANCE_PM10,    OVER_YEAR,       40,  0, false, true},
    {LIMITS_EU, SUBSTANCE_PM10,    OVER_DAY,        50, 35, false, true},
    {LIMITS_EU, SUBSTANCE_NO2,     OVER_YEAR,       40,  0, false, true},
    {LIMITS_EU, SUBSTANCE_NO2,     OVER_HOUR,      200, 18, false, true},
    {LIMITS_EU, SUBSTANCE_SO2,     OVER_HOUR,      350, 24, false, true},
    {LIMITS_EU, SUBSTANCE_SO2,     OVER_DAY,       125,  3, false, true},
    {LIMITS_EU, SUBSTANCE_CO,      OVER_8_HOURS, 10000,  0, false, true},
    {LIMITS_EU, SUBSTANCE_O3,      OVER_8_HOURS,   120, 25, true,  true, 3},
    {LIMITS_EU, SUBSTANCE_BENZENE, OVER_YEAR,        5,  0, false, true},

    {LIMITS_EU_2030, SUBSTANCE_PM25,    OVER_YEAR,       10,  0, false, true},
    {LIMITS_EU_2030, SUBSTANCE_PM25,    OVER_DAY,        25, 18, false, true},
    {LIMITS_EU_2030, SUBSTANCE_PM10,    OVER_YEAR,       20,  0, false, true},
    {LIMITS_EU_2030, SUBSTANCE_PM10,    OVER_DAY,        45, 18, false, true},
    {LIMITS_EU_2030, SUBSTANCE_NO2,     OVER_YEAR,       20,  0, false, true},
    {LIMITS_EU_2030, SUBSTANCE_NO2,     OVER_DAY,        50, 18, false, true},
    {LIMITS_EU_2030, SUBSTANCE_NO2,     OVER_HOUR,      200,  3, false, true},
    {LIMITS_EU_2030, SUBSTANCE_SO2,     OVER_YEAR,       20,  0, false, true},
    {LIMITS_EU_2030, SUBSTANCE_SO2,     OVER_DAY,        50, 18, false, true},
    {LIMITS_EU_2030, SUBSTANCE_SO2,     OVER_HOUR,      350,  3, false, true},
    {LIMITS_EU_2030, SUBSTANCE_CO,      OVER_8_HOURS, 10000,  0, false, true},
    {LIMITS_EU_2030, SUBSTANCE_CO,      OVER_DAY,      4000, 18, false, true},
    {LIMITS_EU_2030, SUBSTANCE_O3,      OVER_8_HOURS,   120, 18, true,  true, 3},
    {LIMITS_EU_2030, SUBSTANCE_BENZENE, OVER_YEAR,      3.4,  0, false, true},
};

static const struct { str key, name; } sets[LIMITS_COUNT] = {
    [LIMITS_WHO_2021] = {{"who-2021", 8}, {"WHO global air quality guidelines 2021", 38}},
    [LIMITS_EU]       = {{"eu", 2},       {"EU limit values (2008/50/EC)", 28}},
    [LIMITS_EU_2030]  = {{"eu-2030", 7},  {"EU limit values from 2030 (2024/2881)", 37}},
};
// clang-format on

static const str overs[] = {[OVER_YEAR] = {"year", 4},
                            [OVER_DAY] = {"day", 3},
                            [OVER_8_HOURS] = {"8-hours", 7},
                            [OVER_HOUR] = {"hour", 4},
                            [OVER_PEAK_SEASON] = {"peak-season", 11}};
static const str outcomes[] = {[LIMIT_KEPT] = {"kept", 4},
                               [LIMIT_EXCEEDED] = {"exceeded", 8},
                               [LIMIT_NOT_ENOUGH_DATA] = {"not-enough-data", 15}};

const struct limit *limits_all(size_t *count)
{
    *count = sizeof limits / sizeof limits[0];
    return limits;
}

str limit_set_key(limit_set s)
{
    return sets[s].key;
}

str limit_set_name(limit_set s)
{
    return sets[s].name;
}

bool limit_set_by_key(str key, limit_set *out)
{
    for (int s = 0; s < LIMITS_COUNT; s++) {
        if (!str_eq(sets[s].key, key)) continue;
        *out = (limit_set)s;
        return true;
    }
    return false;
}

str limit_over_name(limit_over o)
{
    return overs[o];
}

str limit_outcome_name(limit_outcome o)
{
    return outcomes[o];
}

// ---- Judging -----------------------------------------------------------------------------------------------------

static int cmp_down(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x < y) - (x > y);
}

// The means that are counted, without those that there is not enough data for.
struct means {
    double *all;
    size_t count;
    double wanted;  // in a whole year
};

static bool means_of_days(const struct hours *h, const struct tz *zone, bool is_8h, arena *a,
                          double year_hours, struct means *out, err *e)
{
    struct day_mean *days;
    size_t n;
    if (!hours_days(h, zone, a, &days, &n, e)) return false;
    *out = (struct means){.all = ARENA_ARRAY(a, n + 1, double), .wanted = year_hours / 24};
    if (!out->all) return err_no_memory(e);
    for (size_t k = 0; k < n; k++) {
        const double v = is_8h ? days[k].greatest_8h : days[k].mean;
        if (!isnan(v)) out->all[out->count++] = v;
    }
    return true;
}

static bool means_of_hours(const struct hours *h, arena *a, double year_hours, struct means *out, err *e)
{
    *out = (struct means){.all = ARENA_ARRAY(a, h->count + 1, double), .wanted = year_hours};
    if (!out->all) return err_no_memory(e);
    for (size_t k = 0; k < h->count; k++)
        if (!isnan(h->mean[k])) out->all[out->count++] = h->mean[k];
    return true;
}

// Too often is too often, however much data is missing; seldom enough is known only with enough of it.
static void judge_times(const struct limit *l, struct means *m, struct limit_result *r)
{
    qsort(m->all, m->count, sizeof *m->all, cmp_down);
    for (size_t k = 0; k < m->count && m->all[k] > l->value; k++) r->times_above++;
    r->captured = (double)m->count / m->wanted;
    r->value = (size_t)l->allowed < m->count ? m->all[l->allowed] : (double)NAN;
    r->is_valid = r->captured >= YEAR_CAPTURE - 1e-9;
    r->outcome = r->times_above > l->allowed ? LIMIT_EXCEEDED
                 : r->is_valid               ? LIMIT_KEPT
                                             : LIMIT_NOT_ENOUGH_DATA;
}

static void judge_mean(const struct limit *l, double mean, struct limit_result *r)
{
    r->value = mean;
    r->outcome = isnan(mean) ? LIMIT_NOT_ENOUGH_DATA : mean > l->value ? LIMIT_EXCEEDED : LIMIT_KEPT;
}

// ---- Ozone -------------------------------------------------------------------------------------------------------

#define SUMMER_FIRST 4  // April to September
#define SUMMER_LAST 9
#define SUMMER_LEAST 5     // months of the six
#define MONTH_CAPTURE 0.9  // of its days, and of its hours from 8 to 20
#define CET TIME_HOUR      // in summer too
#define DAYLIGHT_FIRST 8
#define DAYLIGHT_LAST 20

struct summer {
    int days[12], good_days[12], hours[12], good_hours[12];
};

static void count_days(struct summer *s, const struct day_mean *days, size_t count, const struct tz *zone)
{
    for (size_t k = 0; k < count; k++) {
        const int month = tz_civil(zone, days[k].day.start).month - 1;
        s->days[month]++;
        s->good_days[month] += !isnan(days[k].greatest_8h);
    }
}

static void count_daylight(struct summer *s, const struct hours *h)
{
    for (size_t k = 0; k < h->count; k++) {
        const civil c = time_to_civil(h->from + (instant)k * TIME_HOUR + CET);
        if (c.hour < DAYLIGHT_FIRST || c.hour >= DAYLIGHT_LAST) continue;
        s->hours[c.month - 1]++;
        s->good_hours[c.month - 1] += !isnan(h->mean[k]);
    }
}

// 2008/50/EC, Annex VII A.2: a year counts with five of its six summer months, a month with 90 % (27 days).
static bool is_valid_ozone_year(const struct hours *h, const struct tz *zone, arena *a, bool *out, err *e)
{
    struct summer s = {0};
    struct day_mean *days;
    size_t count;
    int months = 0;
    if (!hours_days(h, zone, a, &days, &count, e)) return false;
    count_days(&s, days, count, zone);
    count_daylight(&s, h);
    for (int m = SUMMER_FIRST - 1; m < SUMMER_LAST; m++)
        months += s.days[m] >= 30 && s.good_days[m] >= MONTH_CAPTURE * s.days[m] &&
                  s.good_hours[m] >= MONTH_CAPTURE * s.hours[m];
    *out = months >= SUMMER_LEAST;
    return true;
}

// Six months on end with 75 % of their days each; the worst of the seven spans that lie in a year.
static double peak_season(const struct day_mean *days, size_t count, const struct tz *zone)
{
    double sum[12] = {0}, worst = NAN;
    int have[12] = {0}, all[12] = {0};
    for (size_t k = 0; k < count; k++) {
        const int month = tz_civil(zone, days[k].day.start).month - 1;
        all[month]++;
        if (isnan(days[k].greatest_8h)) continue;
        sum[month] += days[k].greatest_8h;
        have[month]++;
    }
    for (int first = 0; first + 6 <= 12; first++) {
        double total = 0;
        int n = 0;
        bool is_whole = true;
        for (int m = first; m < first + 6; m++) {
            is_whole = is_whole && all[m] >= 28 && (double)have[m] >= HOURS_CAPTURE * all[m];
            total += sum[m];
            n += have[m];
        }
        if (is_whole && (isnan(worst) || total / n > worst)) worst = total / n;
    }
    return worst;
}

bool limit_judge(const struct limit *l, const struct hours *h, size_t year_hours, const struct tz *zone,
                 arena *a, struct limit_result *out, err *e)
{
    struct limit_result r = {.limit = l, .value = NAN, .times_mean = NAN};
    struct means m = {0};
    struct day_mean *days;
    size_t n;
    switch (l->over) {
    case OVER_YEAR: {
        double captured;
        (void)hours_mean(h, 0, &captured);
        r.captured = captured * (double)h->count / (double)year_hours;
        judge_mean(l, r.captured >= YEAR_CAPTURE - 1e-9 ? hours_mean(h, 0, NULL) : (double)NAN, &r);
        break;
    }
    case OVER_PEAK_SEASON:
        if (!hours_days(h, zone, a, &days, &n, e)) return false;
        r.captured = (double)n * 24 / (double)year_hours;
        judge_mean(l, peak_season(days, n, zone), &r);
        break;
    case OVER_HOUR:
        if (!means_of_hours(h, a, (double)year_hours, &m, e)) return false;
        judge_times(l, &m, &r);
        break;
    case OVER_DAY:
    case OVER_8_HOURS:
        if (!means_of_days(h, zone, l->over == OVER_8_HOURS, a, (double)year_hours, &m, e)) return false;
        judge_times(l, &m, &r);
        if (l->years > 1 && !is_valid_ozone_year(h, zone, a, &r.is_valid, e)) return false;
        break;
    }
    *out = r;
    return true;
}

// Annex VII B, note 3: of the years that are not valid nothing is said; one that is valid is enough. Those of another year can only
// add to what is too often already.
void limit_judge_years(struct limit_result *r, const struct limit_result *earlier, size_t count)
{
    int sum = 0, valid = 0, seen = r->times_above;
    for (size_t k = 0; k <= count; k++) {
        const struct limit_result *y = k == 0 ? r : &earlier[k - 1];
        if (k > 0) seen += y->times_above;
        if (!y->is_valid) continue;
        sum += y->times_above;
        valid++;
    }
    r->years_counted = valid;
    r->times_mean = valid ? (double)sum / valid : (double)NAN;
    const bool is_exceeded = r->times_mean > r->limit->allowed || seen > r->limit->allowed * r->limit->years;
    r->outcome = is_exceeded ? LIMIT_EXCEEDED : r->is_valid ? LIMIT_KEPT : LIMIT_NOT_ENOUGH_DATA;
}
