// SPDX-License-Identifier: EUPL-1.2
// Does peil know which homes it cannot watch? Real people and made machines: each real series once as it is and once with each
// machine of the table, which runs on in the planted silence. A home is missed when the hard limit of a week, tried all the same,
// finds under half of its planted silences within eight days; peil should have said so after four weeks.
#include "series.h"
#include "sign/home.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LEARN_SLOTS ((size_t)29 * SERIES_DAY)
#define PLANT_FROM ((size_t)45 * SERIES_DAY)
#define LOOK_SLOTS ((size_t)8 * SERIES_DAY)
#define CAP_H 168
#define ROWS_MAX 50000

// Wh that a machine draws in half hour `i`; each home has a phase of its own.
struct machine {
    const char *name;
    int32_t (*draw)(size_t i, uint64_t phase);
};

static int32_t none(size_t i, uint64_t phase)
{
    (void)i;
    (void)phase;
    return 0;
}

// A thermostat: about every so many half hours, up to a third of that later, for no house cools by the clock.
static int32_t every(size_t i, uint64_t phase, size_t slots, int32_t wh)
{
    const uint64_t at = i + phase;
    uint64_t turn = at / slots * 7919 + phase;
    return at % slots == series_random(&turn) % (slots / 3 + 1) ? wh : 0;
}

static int32_t boiler(size_t i, uint64_t phase)
{
    return every(i, phase, 22, 450);
}

static int32_t small_boiler(size_t i, uint64_t phase)
{
    return every(i, phase, 9, 150);
}

static int32_t dehumidifier(size_t i, uint64_t phase)
{
    return every(i, phase, 5, 130);
}

static int32_t heat_pump(size_t i, uint64_t phase)
{
    uint64_t x = phase + i / 2;
    return series_random(&x) % 3 == 0 ? 600 : 0;
}

static int32_t storage_heater(size_t i, uint64_t phase)
{
    const size_t slot = i % SERIES_DAY;
    return slot >= 1 && slot < 13 + phase % 3 ? 1500 : 0;
}

static int32_t defrost(size_t i, uint64_t phase)
{
    return every(i, phase, 100, 180);
}

static const struct machine machines[] = {
    {"as it is", none},
    {"electric boiler: 450 Wh each 11 hours", boiler},
    {"kitchen boiler: 150 Wh each 4.5 hours", small_boiler},
    {"dehumidifier: 130 Wh each 2.5 hours", dehumidifier},
    {"heat pump: 600 Wh in a third of the hours", heat_pump},
    {"storage heater: 1500 Wh from half past midnight", storage_heater},
    {"freezer that defrosts: 180 Wh each 50 hours", defrost},
};

static int32_t sum(int32_t x, int32_t y)
{
    return x == SERIES_HOLE ? SERIES_HOLE : x + y;
}

// Feeds `wh` and the machine from half hour 0; true: the state was seen in [from, to).
static bool reaches(const struct series *s, const int32_t *wh, const struct machine *m, uint64_t phase,
                    const struct sign_parameters *p, sign_state wanted, size_t from, size_t to)
{
    struct sign_home h = {0};
    bool before = false;
    for (size_t i = 0; i < to; i++) {
        const interval when = {s->start + (instant)i * SIGN_SLOT_TIME,
                               s->start + (instant)(i + 1) * SIGN_SLOT_TIME};
        const int32_t use = sum(wh[i], m->draw(i, phase));
        if (use != SERIES_HOLE) sign_home_use(&h, p, NULL, SIGN_ELECTRICITY, when, (uint32_t)use, false);
        const bool is = sign_home_judge(&h, p, NULL, when.end) == wanted;
        if (i >= from && is && !before) return true;
        before = is && i < from;
    }
    return false;
}

struct study {
    int homes, told, missed, told_of_missed, told_of_found;
};

static void study_home(const struct series *s, const struct machine *m, int plants, uint64_t seed,
                       struct study *out)
{
    static int32_t planted[ROWS_MAX];
    const struct sign_parameters p = sign_parameters_standard();
    struct sign_parameters blind = p;
    blind.trial_share = blind.least_events = 0;  // every home passes
    blind.factor = 1000;
    const uint64_t phase = series_random(&seed) % 1000;
    if (s->count < PLANT_FROM + LOOK_SLOTS + SERIES_DAY) return;
    const bool told = reaches(s, s->wh, m, phase, &p, SIGN_UNSUITABLE, LEARN_SLOTS - SERIES_DAY, LEARN_SLOTS);
    int tried = 0, found = 0;
    for (int k = 0; k < plants; k++) {
        const size_t onset = PLANT_FROM + series_random(&seed) % (s->count - LOOK_SLOTS - PLANT_FROM);
        if (!series_plant(s, onset, (struct series_nights){0}, seed + (uint64_t)k, planted)) continue;
        tried++;
        found += reaches(s, planted, m, phase, &blind, SIGN_CAP, onset, onset + LOOK_SLOTS);
    }
    if (tried == 0) return;
    const bool missed = 2 * found < tried;
    out->homes++;
    out->told += told;
    out->missed += missed;
    out->told_of_missed += told && missed;
    out->told_of_found += told && !missed;
}

static void print_row(const char *name, const struct study *x)
{
    printf("| %s | %d | %d | %d | %d |\n", name, x->homes, x->missed, x->told_of_missed, x->told_of_found);
    fflush(stdout);
}

int main(int argc, char **argv)
{
    static struct series_set set;
    struct study all = {0};
    char path[4096];
    err e = {0};
    arena *a = arena_new((size_t)1 << 28);
    const int plants = argc > 2 ? atoi(argv[2]) : 6;
    const uint64_t seed = argc > 3 ? (uint64_t)atoi(argv[3]) : 1;
    if (argc < 2 || !a) return 2;
    snprintf(path, sizeof path, "%s/scotland_30min.csv", argv[1]);
    if (!series_read(path, a, &set, &e)) {
        fprintf(stderr, "bench-sign-suit: %s\n", e.text);
        return 1;
    }
    printf("| machine | homes | missed by the hard limit | of these told after 4 weeks | told, but found "
           "|\n|---|---|---|---|---|\n");
    for (size_t m = 0; m < sizeof machines / sizeof machines[0]; m++) {
        struct study x = {0};
        for (size_t i = 0; i < set.count; i++)
            study_home(&set.homes[i], &machines[m], plants, seed + i * 1000003, &x);
        print_row(machines[m].name, &x);
        all.homes += x.homes;
        all.told += x.told;
        all.missed += x.missed;
        all.told_of_missed += x.told_of_missed;
        all.told_of_found += x.told_of_found;
    }
    print_row("all", &all);
    arena_free(a);
    return 0;
}
