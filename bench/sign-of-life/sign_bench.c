// SPDX-License-Identifier: EUPL-1.2
// False alarms per household-year and detection of planted silences, per method and setting, on the sample series.
#include "method.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LEARN_SLOTS ((size_t)29 * SERIES_DAY)
#define PLANT_FROM ((size_t)57 * SERIES_DAY)
#define TAIL_SLOTS ((size_t)14 * SERIES_DAY)
#define DELAYS_MAX 8192
#define SETTINGS_MAX 6
#define METHODS_MAX 8

struct tally {
    int homes, spells, homes_with_spell, planted, found_96h, found_192h, found;
    double years;
    double delays[DELAYS_MAX];
    size_t delay_count;
};

struct options {
    int plants;
    uint64_t seed;
    struct series_nights nights;
    size_t plant_from;
    int hours_ahead;  // of the series' clock: peil is given the local one, for nights are when people sleep
};

// A home as peil sees it, for the methods that need its events; and whether peil would say after four weeks that it cannot be watched.
static bool is_suitable(const struct series *s)
{
    struct sign_home h = {0};
    const struct sign_parameters p = sign_parameters_standard();
    sign_state state = SIGN_LEARNING;
    for (size_t i = 0; i <= LEARN_SLOTS && i < s->count; i++) {
        const interval when = {s->start + (instant)i * SIGN_SLOT_TIME,
                               s->start + (instant)(i + 1) * SIGN_SLOT_TIME};
        if (s->wh[i] != SERIES_HOLE)
            sign_home_use(&h, &p, NULL, SIGN_ELECTRICITY, when, (uint32_t)s->wh[i], false);
        state = sign_home_judge(&h, &p, NULL, when.end);
    }
    return state != SIGN_UNSUITABLE;
}

// Calls `each` after every half hour with what the method says.
static void play(const struct method *m, double setting, const struct series *s, const int32_t *wh, size_t to,
                 void (*each)(size_t i, bool alarms, void *context), void *context)
{
    struct sign_home seen = {0};
    const struct sign_parameters p = sign_parameters_standard();
    void *state = m->begin(setting);
    for (size_t i = 0; i < to; i++) {
        const instant start = s->start + (instant)i * SIGN_SLOT_TIME;
        if (wh[i] != SERIES_HOLE && m->needs_seen)
            sign_home_use(&seen, &p, NULL, SIGN_ELECTRICITY, (interval){start, start + SIGN_SLOT_TIME},
                          (uint32_t)wh[i], false);
        each(i, m->take(state, &seen, start, wh[i]), context);
    }
    m->end(state);
}

struct spells {
    bool was;
    int count;
};

static void count_spell(size_t i, bool alarms, void *context)
{
    struct spells *x = context;
    x->count += i >= LEARN_SLOTS && alarms && !x->was;
    x->was = alarms;
}

struct finding {
    size_t onset, found_at;
    bool before, found;
};

static void look_for(size_t i, bool alarms, void *context)
{
    struct finding *x = context;
    if (i + 1 == x->onset) x->before = alarms;
    if (i < x->onset || x->found || !alarms) return;
    x->found = true;
    x->found_at = i;
}

static void plant_in(const struct method *m, double setting, const struct series *s, const struct options *o,
                     size_t home, struct tally *t, int32_t *planted)
{
    if (s->count < o->plant_from + TAIL_SLOTS + SERIES_DAY) return;
    for (int k = 0; k < o->plants; k++) {
        uint64_t seed = o->seed + home * 1000003 + (uint64_t)k * 7919;
        struct finding f = {.onset = o->plant_from +
                                     series_random(&seed) % (s->count - TAIL_SLOTS - o->plant_from)};
        if (!series_plant(s, f.onset, o->nights, seed, planted)) continue;
        play(m, setting, s, planted, f.onset + TAIL_SLOTS, look_for, &f);
        if (f.before) continue;  // it alarmed already: counted as a false alarm elsewhere
        t->planted++;
        if (!f.found) continue;
        const double delay = (double)(f.found_at - f.onset + 1) / 2;
        t->found++;
        t->found_96h += delay <= 96;
        t->found_192h += delay <= 192;
        if (t->delay_count < DELAYS_MAX) t->delays[t->delay_count++] = delay;
    }
}

// Adds to *t what the method does on one home.
static void measure(const struct method *m, double setting, const struct series *s, const struct options *o,
                    size_t home, struct tally *t)
{
    static int32_t planted[50000];
    struct spells spells = {0};
    play(m, setting, s, s->wh, s->count, count_spell, &spells);
    t->homes++;
    t->spells += spells.count;
    t->homes_with_spell += spells.count > 0;
    t->years += (double)(s->count - LEARN_SLOTS) / SERIES_DAY / 365.25;
    plant_in(m, setting, s, o, home, t, planted);
}

static int compare_double(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static double percent(int part, int all)
{
    return all ? 100.0 * part / all : 0;
}

// Poisson: at most k when `mean` are expected.
static double at_most(int k, double mean)
{
    double term = exp(-mean), all = term;
    for (int i = 1; i <= k; i++) all += term *= mean / i;
    return all;
}

// Exact 95 % bounds of a count, by halving.
static double bound(int k, double share)
{
    double low = 0, high = 4.0 * k + 20;
    for (int i = 0; i < 60; i++) {
        const double mean = (low + high) / 2;
        if (at_most(share < 0.5 ? k : k - 1, mean) > share)
            low = mean;
        else
            high = mean;
    }
    return (low + high) / 2;
}

static void print_spells(const struct tally *t)
{
    const double low = t->spells ? bound(t->spells, 0.975) : 0, high = bound(t->spells, 0.025);
    printf("%.2f (%.1f-%.1f)", t->spells / t->years, low / t->years, high / t->years);
}

static void print_row(const struct method *m, double setting, struct tally *t)
{
    qsort(t->delays, t->delay_count, sizeof *t->delays, compare_double);
    const size_t n = t->delay_count;
    printf("| %s | %s %g | ", m->name, m->setting_name, setting);
    print_spells(t);
    printf(" | %.0f %% | %.0f h | %.0f h | %.1f %% | %.1f %% | %.1f %% |\n",
           percent(t->homes_with_spell, t->homes), n ? t->delays[n / 2] : 0, n ? t->delays[n * 95 / 100] : 0,
           percent(t->found_96h, t->planted), percent(t->found_192h, t->planted),
           percent(t->found, t->planted));
    fflush(stdout);
}

static void add(struct tally *to, const struct tally *t)
{
    to->homes += t->homes;
    to->spells += t->spells;
    to->homes_with_spell += t->homes_with_spell;
    to->planted += t->planted;
    to->found_96h += t->found_96h;
    to->found_192h += t->found_192h;
    to->found += t->found;
    to->years += t->years;
    for (size_t i = 0; i < t->delay_count && to->delay_count < DELAYS_MAX; i++)
        to->delays[to->delay_count++] = t->delays[i];
}

static void print_table(const char *title, struct tally tallies[][SETTINGS_MAX])
{
    printf("\n%s\n\n| method | setting | false alarms per household-year (95 %%) | homes with one | median "
           "delay | "
           "p95 | "
           "found in 96 h | in 8 days | in 14 days |\n|---|---|---|---|---|---|---|---|---|\n",
           title);
    for (size_t m = 0; m < method_count; m++)
        for (size_t k = 0; methods[m].settings[k] > 0; k++)
            print_row(&methods[m], methods[m].settings[k], &tallies[m][k]);
    printf("\n%d homes, %.1f household-years, %d planted silences\n", tallies[0][0].homes,
           tallies[0][0].years, tallies[0][0].planted);
}

// Homes that peil calls unsuitable, held against those in which its hard limit misses most planted silences.
static void print_suitability(const struct series_set *set, const bool *suitable, const struct options *o)
{
    static struct tally t;
    int missed = 0, told = 0, unsuitable = 0;
    for (size_t i = 0; i < set->count; i++) {
        memset(&t, 0, sizeof t);
        measure(&method_blind_cap, 168, &set->homes[i], o, i, &t);
        const bool is_missed = t.planted > 0 && t.found_192h * 2 < t.planted;
        missed += is_missed;
        told += is_missed && !suitable[i];
        unsuitable += !suitable[i];
    }
    printf("\nTold after 28 days that this meter does not suit: %d of %zu homes. In %d homes the hard limit, "
           "were it tried all the "
           "same, misses most planted silences; %d of these were told.\n",
           unsuitable, set->count, missed, told);
}

static void suit(const struct series_set *set, bool *suitable)
{
    for (size_t i = 0; i < set->count; i++) suitable[i] = is_suitable(&set->homes[i]);
}

static struct tally tallies[3][METHODS_MAX][SETTINGS_MAX];  // first half, second half, all

static void measure_all(const struct series_set *set, const bool *suitable, const struct options *o)
{
    memset(tallies, 0, sizeof tallies);
    for (size_t m = 0; m < method_count; m++)
        for (size_t k = 0; methods[m].settings[k] > 0; k++) {
            for (size_t i = 0; i < set->count; i++)
                if (suitable[i])
                    measure(&methods[m], methods[m].settings[k], &set->homes[i], o, i, &tallies[i % 2][m][k]);
            add(&tallies[2][m][k], &tallies[0][m][k]);
            add(&tallies[2][m][k], &tallies[1][m][k]);
        }
}

static bool run_file(const char *directory, const char *name, const char *title, const struct options *o,
                     bool is_split, err *e)
{
    static struct series_set set;
    bool suitable[SERIES_HOMES_MAX];
    char path[4096];
    arena *a = arena_new((size_t)1 << 28);
    snprintf(path, sizeof path, "%s/%s", directory, name);
    const bool ok = a ? series_read(path, a, &set, e) : err_no_memory(e);
    if (ok) {
        for (size_t i = 0; i < set.count; i++) series_to_local(&set.homes[i], o->hours_ahead);
        suit(&set, suitable);
        measure_all(&set, suitable, o);
        if (is_split) {
            print_table("## Scotland, homes 1, 3, 5 ...: the method was tuned on these", tallies[0]);
            print_table("## Scotland, homes 2, 4, 6 ...", tallies[1]);
        }
        print_table(title, tallies[2]);
        if (is_split) print_suitability(&set, suitable, o);
    }
    arena_free(a);
    return ok;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: bench-sign DIRECTORY [PLANTS [SEED]]\n");
        return 2;
    }
    const int plants = argc > 2 ? atoi(argv[2]) : 10;
    const uint64_t seed = argc > 3 ? strtoull(argv[3], NULL, 10) : 1;
    const struct options first = {.plants = plants, .seed = seed, .plant_from = PLANT_FROM};
    struct options other = first;
    err e = {0};
    other.plants = plants * 3;
    other.nights.are_recent = true;
    struct options sydney = other;
    sydney.hours_ahead = 10;  // its standard time
    const bool ok = run_file(argv[1], "scotland_30min.csv", "## Scotland, all homes", &first, true, &e) &&
                    run_file(argv[1], "newcastle_30min.csv", "## New South Wales, 3 homes with holes",
                             &sydney, false, &e) &&
                    run_file(argv[1], "london_30min.csv", "## London, 1 home", &other, false, &e);
    if (!ok) fprintf(stderr, "bench-sign: %s\n", e.text);
    return ok ? 0 : 1;
}
