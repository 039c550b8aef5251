// SPDX-License-Identifier: EUPL-1.2
#include "sign/learn.h"

#include "sign/bits.h"
#include "sign/evidence.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SMOOTHING 8.0  // half hours with the pooled rate, added to each hour's own
#define NIGHT_TO 12    // half hours until 06:00
#define CALM_SLOTS 4
#define LEAST_BIAS 1.5  // standard deviations by which the least of nine windows lies too low
#define TIMER_DAYS 28
#define LOUD_SLOTS 6  // of a night

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
            h->usual[c][w][hour] = (uint8_t)lround(fmin(p, 0.95) * calm_share * USUAL_SCALE);
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

static int compare_u8(const void *a, const void *b)
{
    return *(const uint8_t *)a - *(const uint8_t *)b;
}

// In the calmer half of the nights: how often the machines alone draw as much as an event.
static double loud_share(const struct sign_home *h)
{
    uint8_t sorted[SIGN_STANDBY_DAYS];
    const size_t calm = ((size_t)h->standby_count + 1) / 2;
    double sum = 0;
    memcpy(sorted, h->loud, h->standby_count);
    qsort(sorted, h->standby_count, 1, compare_u8);
    for (size_t i = 0; i < calm; i++) sum += sorted[i];
    return calm ? sum / ((double)calm * LOUD_SLOTS) : 0;
}

// What a timer switches on at night draws on, and is no machine that starts by itself.
static bool timer_at_night(const struct sign_home *h)
{
    const uint64_t night = UINT64_C(0xf) << 44 | 0x3ff;  // 22:00 to 05:00
    return bits_of(h->timer[SIGN_ELECTRICITY], SIGN_SLOTS / 8) & night;
}

// How fast evidence grows in an empty home: the mean over a week of what a half hour with the machines' events adds. A machine
// that draws as much as an event at night makes one when it starts, and then mostly runs on: one in two half hours.
static void learn_gain(struct sign_home *h, const struct sign_parameters *q)
{
    double gain = 0, events = 0;
    for (size_t c = 0; c < SIGN_CHANNEL_COUNT; c++) {
        const double learnt = machine_of(h, c);
        const double likely = learnt + LEAST_BIAS * sqrt(learnt / (CALM_SLOTS * SIGN_DAYS));
        const double e = c == SIGN_ELECTRICITY && !timer_at_night(h) ? fmax(likely, loud_share(h) / 2)
                                                                     : likely;
        if (!(h->channels & (1u << c))) continue;
        for (size_t w = 0; w < 2; w++)
            for (size_t hour = 0; hour < 24; hour++) {
                const double p = h->usual[c][w][hour] / USUAL_SCALE;
                const struct worth x = worth_of(p, learnt);
                const double share = (w ? 2.0 : 5.0) / 7 * 2;
                gain += share * ((1 - e) * (double)x.without + e * (double)x.with);
                events += share * p / q->calm_share;
            }
    }
    h->daily_gain = (float)gain;
    h->daily_events = (float)events;
}

// Told once, not in the middle of a silence, and not to and fro.
static void learn_fitness(struct sign_home *h, const struct sign_parameters *p)
{
    const double slack = h->is_unfit ? 1.25 : 1;
    if ((double)h->evidence >= p->evidence_least) return;
    h->is_unfit = (double)h->daily_gain < slack * p->unsuitable_gain ||
                  (double)h->daily_events < slack * p->unsuitable_events;
}

void sign_learn(struct sign_home *h, const struct sign_parameters *p)
{
    const int32_t oldest = slot_day(oldest_slot(h));
    // Days of a silence that still lasts are not learnt from: it would become the custom.
    const bool is_quiet = h->told_quiet || h->told_cap;
    int32_t to = is_quiet && h->quiet_from != SIGN_NEVER ? slot_day(h->quiet_from) : h->day;
    if (to <= oldest) return;
    learn_standby(h);
    for (size_t c = 0; c < SIGN_CHANNEL_COUNT; c++) {
        struct counts n;
        if (!(h->channels & (1u << c))) continue;
        learn_timers(h, c, p->timer_days, oldest, to);
        count_hours(h, c, oldest, to, &n);
        learn_usual(h, c, &n, p->calm_share);
        learn_machine(h, c, oldest, to);
    }
    learn_gain(h, p);
    learn_fitness(h, p);
    evidence_limit(h, p, to * SIGN_SLOTS);
    evidence_replay(h);
}
