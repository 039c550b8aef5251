// SPDX-License-Identifier: EUPL-1.2
// Precision and recall of the checks on a made data set with planted faults: 40 fine dust meters, 60 days, a reading every 5 minutes.
// What is planted where is known, so that every finding is right or wrong. The air itself has a daily course, weather that lasts
// days, places that differ by a fifth, and smoke from a neighbour's stove for a quarter to two hours, which no check may call a fault.
#include "base/time.h"
#include "quality/neighbour.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define METERS 40
#define DAYS 60
#define STEP (5 * TIME_MINUTE)
#define PER_HOUR 12
#define PER_DAY (24 * PER_HOUR)
#define POINTS (DAYS * PER_DAY)

enum { F_RANGE = 1, F_SPIKE = 2, F_STUCK = 4, F_CLOCK = 8, F_GAP = 16 };

struct meter {
    double value[POINTS];
    instant time[POINTS], received[POINTS];
    unsigned char planted[POINTS], found[POINTS];
    bool is_biased, is_drifting;
    int since;  // day
};

static struct meter meters[METERS];
static unsigned long long state = 20260301;

static double uniform(void)
{
    unsigned long long x = state += 0x9E3779B97F4A7C15ULL;
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9ULL;
    x = (x ^ x >> 27) * 0x94D049BB133111EBULL;
    return (double)((x ^ x >> 31) >> 11) / 9007199254740992.0;
}

static int below(int n)
{
    return (int)(uniform() * n);
}

static double normal(void)
{
    return sqrt(-2 * log(uniform() + 1e-12)) * cos(2 * M_PI * uniform());
}

// ---- The air -----------------------------------------------------------------------------------------------------

static void make_air(double *air)
{
    double weather = 0;
    for (int k = 0; k < POINTS; k++) {
        weather = 0.9995 * weather + 0.012 * normal();
        const double day = sin(2 * M_PI * (k % PER_DAY) / PER_DAY - 1);
        air[k] = 11 * exp(0.7 * weather + 0.25 * day);
    }
}

static void make_meter(struct meter *m, const double *air)
{
    const double place = 1 + 0.2 * (uniform() - 0.5), own = 1 + 0.12 * (uniform() - 0.5);
    double wobble = 0;
    for (int k = 0; k < POINTS; k++) {
        wobble = 0.97 * wobble + 0.02 * normal();
        m->time[k] = k * STEP;
        m->received[k] = m->time[k] + (instant)(uniform() * 20) * TIME_SECOND;
        m->value[k] = air[k] * place * own * (1 + wobble) + 0.25 * normal();
    }
    for (int smoke = 0; smoke < DAYS / 3; smoke++) {
        const int first = below(POINTS - 30), length = 3 + below(22);
        const double high = 10 + 60 * uniform();
        for (int k = 0; k < length; k++) m->value[first + k] += high * sin(M_PI * (k + 1) / (length + 1));
    }
}

// ---- Planting ----------------------------------------------------------------------------------------------------

static void plant_slow(struct meter *m, int k)
{
    const double since = m->since * PER_DAY;
    if (k < since) return;
    if (m->is_biased) m->value[k] = m->value[k] * 1.7 + 4;
    if (m->is_drifting) m->value[k] *= 1 + 1.2 * fmin(1, (k - since) / (25.0 * PER_DAY));
}

static void plant_run(struct meter *m, unsigned char what, int least, int most)
{
    const int length = least + below(most - least), first = 100 + below(POINTS - length - 200);
    for (int k = first; k < first + length; k++) {
        if (m->planted[k]) return;
    }
    for (int k = first; k < first + length; k++) {
        m->planted[k] |= what;
        m->value[k] = what == F_STUCK ? m->value[first] : (double)NAN;
    }
}

static void plant_points(struct meter *m, int range, int spikes, int clocks)
{
    for (int n = 0; n < range + spikes + clocks; n++) {
        const int k = 10 + below(POINTS - 20);
        if (m->planted[k] || m->planted[k - 1] || m->planted[k + 1]) continue;
        if (n < range) {
            m->planted[k] = F_RANGE;
            m->value[k] = uniform() < 0.5 ? 1999.9 : -1 - below(10);
        } else if (n < range + spikes) {
            m->planted[k] = F_SPIKE;
            m->value[k] += 20 + 300 * uniform() * uniform();
        } else {
            m->planted[k] = F_CLOCK;
            m->received[k] = m->time[k] - (instant)(2 + below(3000)) * TIME_MINUTE;
        }
    }
}

static void round_all(struct meter *m)
{
    for (int k = 0; k < POINTS; k++) m->value[k] = round(m->value[k] * 10) / 10;
    for (int k = 0; k < POINTS; k++)
        if (!(m->planted[k] & F_RANGE) && m->value[k] < 0) m->value[k] = 0;
}

static void make_all(void)
{
    static double air[POINTS];
    make_air(air);
    for (int i = 0; i < METERS; i++) {
        struct meter *m = &meters[i];
        make_meter(m, air);
        m->is_biased = i % 10 == 4;
        m->is_drifting = i % 10 == 9;
        m->since = 15 + below(10);
        for (int k = 0; k < POINTS; k++) plant_slow(m, k);
        round_all(m);
        for (int n = 0; n < 3; n++) plant_run(m, F_STUCK, 8 * PER_HOUR, 40 * PER_HOUR);
        for (int n = 0; n < 5; n++) plant_run(m, F_GAP, 2 * PER_HOUR, 12 * PER_HOUR);
        plant_points(m, 20, 60, 20);
        round_all(m);
    }
}

// ---- Finding: the checks as they run on the store, with nothing of what was planted -------------------------------------

struct compact {
    double value[POINTS];
    instant time[POINTS];
    int at[POINTS];
    size_t count;
};

static void take_good(const struct meter *m, struct compact *c)
{
    c->count = 0;
    for (int k = 0; k < POINTS; k++) {
        if (isnan(m->value[k]) || (m->found[k] & (F_RANGE | F_CLOCK | F_SPIKE))) continue;
        c->value[c->count] = m->value[k];
        c->time[c->count] = m->time[k];
        c->at[c->count++] = k;
    }
}

static double moved(const double *air, int first, int last)
{
    double low = air[first / PER_HOUR], high = low;
    for (int h = first / PER_HOUR; h <= last / PER_HOUR; h++) {
        low = fmin(low, air[h]);
        high = fmax(high, air[h]);
    }
    return high - low;
}

static void find_points(struct meter *m, const struct quantity *q, const struct check_habits *h)
{
    static struct compact c;
    double middle;
    for (int k = 0; k < POINTS; k++) {
        if (isnan(m->value[k])) continue;
        if (!check_range(q, false, m->value[k])) m->found[k] |= F_RANGE;
        if (!check_clock(m->time[k], m->received[k])) m->found[k] |= F_CLOCK;
    }
    take_good(m, &c);
    for (size_t k = 0; k < c.count; k++) {
        const size_t from = k < SPIKE_SIDE ? 0 : k - SPIKE_SIDE;
        const size_t n = c.count - from < 7 ? c.count - from : 7;
        if (check_is_spike(c.value + from, n, k - from, h, &middle)) m->found[c.at[k]] |= F_SPIKE;
    }
    for (size_t k = 1; k < c.count; k++)
        if (check_is_gap(c.time[k - 1], c.time[k], STEP)) m->found[c.at[k - 1] + 1] |= F_GAP;
}

static void find_stuck(struct meter *m, const double *others, const struct check_habits *h)
{
    static struct compact c;
    struct check_run runs[64];
    take_good(m, &c);
    const size_t n = check_runs(c.time, c.value, c.count, runs, 64);
    for (size_t r = 0; r < n; r++) {
        const int first = c.at[runs[r].first], last = c.at[runs[r].last];
        if (moved(others, first, last) <= h->moves) continue;
        for (size_t k = runs[r].first; k <= runs[r].last; k++) m->found[c.at[k]] |= F_STUCK;
    }
}

static double mean_of(const struct meter *m, int first, int count)
{
    double sum = 0;
    int n = 0;
    for (int k = first; k < first + count; k++) {
        if (isnan(m->value[k]) || (m->found[k] & (F_RANGE | F_CLOCK | F_SPIKE | F_STUCK))) continue;
        sum += m->value[k];
        n++;
    }
    return n * 4 >= count * 3 ? sum / n : (double)NAN;
}

static void others_by_hour(double *out)
{
    double row[METERS], scratch[METERS];
    for (int h = 0; h < DAYS * 24; h++) {
        for (int i = 0; i < METERS; i++) row[i] = mean_of(&meters[i], h * PER_HOUR, PER_HOUR);
        out[h] = robust_median_of_known(row, METERS, scratch);
    }
}

// ---- Counting ----------------------------------------------------------------------------------------------------

struct score {
    long right, wrong, missed;
};

static void print_score(const char *name, const char *of, const struct score *s)
{
    printf("| %s | %s | %ld | %.3f | %.3f |\n", name, of, s->right + s->missed,
           (double)s->right / (double)(s->right + s->wrong),
           (double)s->right / (double)(s->right + s->missed));
}

static struct score score_points(unsigned char what)
{
    struct score s = {0};
    for (int i = 0; i < METERS; i++)
        for (int k = 0; k < POINTS; k++) {
            const bool planted = meters[i].planted[k] & what, found = meters[i].found[k] & what;
            s.right += planted && found;
            s.wrong += found && !planted;
            s.missed += planted && !found;
        }
    return s;
}

// A gap is found when it is told at its first missing reading.
static struct score score_gaps(void)
{
    struct score s = {0};
    for (int i = 0; i < METERS; i++)
        for (int k = 1; k < POINTS; k++) {
            const struct meter *m = &meters[i];
            const bool begins = (m->planted[k] & F_GAP) && !(m->planted[k - 1] & F_GAP);
            const bool found = m->found[k] & F_GAP;
            s.right += begins && found;
            s.wrong += found && !(m->planted[k] & F_GAP);
            s.missed += begins && !found;
        }
    return s;
}

static void add_bias(int day, const struct check_habits *h, struct score *s)
{
    double hours[BIAS_HOURS * METERS];
    struct neighbour_verdict v[METERS];
    err e;
    arena *a = arena_new(4 << 20);
    for (int r = 0; r < BIAS_HOURS; r++)
        for (int i = 0; i < METERS; i++)
            hours[r * METERS + i] = mean_of(&meters[i], day * PER_DAY + r * PER_HOUR, PER_HOUR);
    if (!a || !neighbour_bias(hours, METERS, h, a, v, &e)) exit(1);
    for (int i = 0; i < METERS; i++) {
        if (meters[i].is_drifting && day >= meters[i].since)
            continue;  // far away it is a bias too: neither right nor wrong
        const bool planted = meters[i].is_biased && day >= meters[i].since;
        s->right += planted && v[i].is_biased;
        s->wrong += !planted && v[i].is_biased;
        s->missed += planted && !v[i].is_biased;
    }
    arena_free(a);
}

// Per meter: drifting on any day of the last 30 that end at day 35 or later; the planted ones begin at day 15 to 25.
static struct score score_drift(const struct check_habits *h)
{
    struct score s = {0};
    bool found[METERS] = {false};
    double days[DRIFT_DAYS * METERS];
    struct neighbour_verdict v[METERS];
    err e;
    for (int end = 35; end <= DAYS; end++) {
        arena *a = arena_new(4 << 20);
        for (int r = 0; r < DRIFT_DAYS; r++)
            for (int i = 0; i < METERS; i++)
                days[r * METERS + i] = mean_of(&meters[i], (end - DRIFT_DAYS + r) * PER_DAY, PER_DAY);
        if (!a || !neighbour_drift(days, METERS, h, a, v, &e)) exit(1);
        for (int i = 0; i < METERS; i++) found[i] = found[i] || v[i].is_drifting;
        arena_free(a);
    }
    for (int i = 0; i < METERS; i++) {
        if (meters[i].is_biased) continue;  // it jumped within these days, which is a move too
        s.right += meters[i].is_drifting && found[i];
        s.wrong += !meters[i].is_drifting && found[i];
        s.missed += meters[i].is_drifting && !found[i];
    }
    return s;
}

int main(int argc, char **argv)
{
    static double others[DAYS * 24];
    const struct quantity *q = quantity_by_key(STR("pm25"));
    const struct check_habits *h = check_habits_of(q);
    if (argc > 1) state = strtoull(argv[1], NULL, 10);  // another data set
    make_all();
    const int64_t start = time_monotonic_us();
    for (int i = 0; i < METERS; i++) find_points(&meters[i], q, h);
    others_by_hour(others);
    for (int i = 0; i < METERS; i++) find_stuck(&meters[i], others, h);
    const double seconds = (double)(time_monotonic_us() - start) / 1e6;
    struct score bias = {0};
    for (int day = 0; day < DAYS; day++) add_bias(day, h, &bias);
    const struct score range = score_points(F_RANGE), spike = score_points(F_SPIKE),
                       stuck = score_points(F_STUCK), clock = score_points(F_CLOCK), gap = score_gaps(),
                       drift = score_drift(h);
    printf("| check | counted by | planted | precision | recall |\n|---|---|---|---|---|\n");
    print_score("range", "reading", &range);
    print_score("clock", "reading", &clock);
    print_score("spike", "reading", &spike);
    print_score("stuck", "reading", &stuck);
    print_score("gap", "gap", &gap);
    print_score("neighbours (bias)", "meter and day", &bias);
    print_score("drift", "meter", &drift);
    printf("%d readings checked one by one in %.2f s\n", METERS * POINTS, seconds);
    return 0;
}
