// SPDX-License-Identifier: EUPL-1.2
#include "sign/learn.h"

#include "sign/bits.h"
#include "sign/evidence.h"
#include "sign/still.h"
#include "sign/trial.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SMOOTHING 8.0  // half hours with the pooled rate, added to each hour's own
#define NIGHT_TO 12    // half hours until 06:00
#define CALM_SLOTS 4
#define TIMER_DAYS 28
#define TRIAL_NIGHTS 7

static int compare_u16(const void *a, const void *b)
{
    return *(const uint16_t *)a - *(const uint16_t *)b;
}

static uint16_t median_of(const uint16_t *values, size_t n)
{
    uint16_t sorted[SIGN_STANDBY_DAYS];
    memcpy(sorted, values, n * sizeof *values);
    qsort(sorted, n, sizeof *sorted, compare_u16);
    return sorted[n / 2];
}

static void learn_standby(struct sign_home *h)
{
    if (h->standby_count == 0) return;
    h->standby_wh = median_of(h->standby, h->standby_count);
    h->ripple_wh = median_of(h->ripple, h->standby_count);
}

struct counts {
    double seen[2][24], events[2][24];
};

// Days from `from` to before `to` are learnt from.
static void count_hours(const struct sign_home *h, size_t c, int32_t from, int32_t to, struct counts *out)
{
    const uint64_t timers = bits_of(h->timer[c], SIGN_SLOTS / 8);
    memset(out, 0, sizeof *out);
    for (int32_t day = from; day < to; day++) {
        const bool w = day_is_weekend(day);
        const uint64_t seen = hours_seen(h, c, day);
        for (uint64_t rest = seen; rest;) out->seen[w][bit_take(&rest)] += 2;
        for (uint64_t rest = events_of(h, c, day) & ~timers; rest;) {
            const size_t hour = bit_take(&rest) / 2;
            out->events[w][hour] += (double)(seen >> hour & 1u);
        }
    }
}

// An hour's own count, with the hours beside it and the other kind of day as the prior.
static void learn_usual(struct sign_home *h, size_t c, const struct counts *n, double calm_share)
{
    for (size_t w = 0; w < 2; w++)
        for (size_t hour = 0; hour < 24; hour++) {
            double seen = 0, events = 0;
            for (size_t k = 23; k <= 25; k++)
                for (size_t other = 0; other < 2; other++) {
                    seen += n->seen[other][(hour + k) % 24];
                    events += n->events[other][(hour + k) % 24];
                }
            const double pooled = (events + 0.1) / (seen + 2);
            const double p = (n->events[w][hour] + SMOOTHING * pooled) / (n->seen[w][hour] + SMOOTHING);
            const double machine = machine_of(h, c), people = fmax(fmin(p, 0.95) - machine, 0);
            h->usual[c][w][hour] = (uint8_t)lround((machine + calm_share * people) * USUAL_SCALE);
        }
}

// What the machines alone do: machines know no hour and people sleep, so the two hours of the night with the fewest events are
// theirs; and half an event more than was seen there.
static void learn_machine(struct sign_home *h, size_t c, int32_t from, int32_t to)
{
    const uint64_t timers = bits_of(h->timer[c], SIGN_SLOTS / 8);
    double seen[NIGHT_TO] = {0}, events[NIGHT_TO] = {0}, least = 1;
    for (int32_t day = from; day < to; day++) {
        const uint64_t hours = hours_seen(h, c, day), on = events_of(h, c, day) & ~timers;
        for (size_t slot = 0; slot < NIGHT_TO; slot++) {
            if (!(hours >> slot / 2 & 1u)) continue;
            seen[slot]++;
            events[slot] += (double)(on >> slot & 1u);
        }
    }
    for (size_t first = 0; first + CALM_SLOTS <= NIGHT_TO; first++) {
        double n = 0, k = 0;
        for (size_t slot = first; slot < first + CALM_SLOTS; slot++) {
            n += seen[slot];
            k += events[slot];
        }
        least = fmin(least, (k + 0.5) / (n + 20));
    }
    h->machine[c] = (uint8_t)lround(fmin(least, 0.25) * MACHINE_SCALE);
}

static void learn_timers(struct sign_home *h, size_t c, double days_least, int32_t from, int32_t to)
{
    int on[SIGN_SLOTS] = {0};
    memset(h->timer[c], 0, sizeof h->timer[c]);
    if (to - from < TIMER_DAYS) return;
    for (int32_t day = to - TIMER_DAYS; day < to; day++)
        for (uint64_t rest = events_of(h, c, day); rest;) on[bit_take(&rest)]++;
    for (size_t slot = 0; slot < SIGN_SLOTS; slot++)
        if (on[slot] >= days_least) bit_set(h->timer[c], slot);
}

// After the first weeks, then once a week: told once, not in the middle of a silence.
static void learn_fitness(struct sign_home *h, const struct sign_parameters *p, int32_t to)
{
    if (h->trial_wait > 0) h->trial_wait--;
    if (h->day - h->first_day < p->learning_days || h->trial_wait > 0 ||
        (double)h->evidence >= p->evidence_least)
        return;
    h->is_unfit = !trial_passes(h, p, to);
    h->trial_wait = TRIAL_NIGHTS;
}

void sign_learn(struct sign_home *h, const struct sign_parameters *p)
{
    const int32_t oldest = slot_day(oldest_slot(h));
    // Days of a silence that still lasts are not learnt from: it would become the custom.
    const bool is_quiet = h->told_quiet || h->told_cap;
    const sign_slot from = is_quiet ? sign_quiet_from(h) : SIGN_NEVER;
    const int32_t to = from != SIGN_NEVER ? slot_day(from) : h->day;
    if (to <= oldest) return;
    learn_standby(h);
    for (size_t c = 0; c < SIGN_CHANNEL_COUNT; c++) {
        struct counts n;
        if (!(h->channels & (1u << c))) continue;
        learn_timers(h, c, p->timer_days, oldest, to);
        count_hours(h, c, oldest, to, &n);
        learn_machine(h, c, oldest, to);
        learn_usual(h, c, &n, p->calm_share);
    }
    evidence_limit(h, p, to * SIGN_SLOTS);
    still_learn(h, to);
    learn_fitness(h, p, to);
    evidence_replay(h);
    still_count(h);
}
