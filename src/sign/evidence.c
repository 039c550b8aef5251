// SPDX-License-Identifier: EUPL-1.2
#include "sign/evidence.h"

#include "sign/bits.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define USUAL_SCALE 250.0
#define MACHINE_SCALE 1000.0
#define SMOOTHING 8.0         // half hours with the pooled rate, added to each hour's own
#define EVENT_WORTH_MOST 3.0  // no single event takes more off
#define HEADROOM 6.0F  // the sum stops growing this far above what is asked of it: coming home is seen soon
#define NIGHT_FROM 3   // half hours 01:30 to 05:30
#define NIGHT_TO 11
#define TIMER_DAYS 28
#define LOUD_SLOTS 6  // of a night
#define LIMIT_NONE 1000
#define REPLAY_DAYS 16  // more than the highest hard limit

// ---- What one half hour is worth ---------------------------------------------------------------------------------

struct worth {
    float with, without;
};

static struct worth worth_of(double usual, double machine)
{
    if (usual <= machine) return (struct worth){0, 0};
    const double with = log(machine / usual), without = log((1 - machine) / (1 - usual));
    return (struct worth){(float)(with < -EVENT_WORTH_MOST ? -EVENT_WORTH_MOST : with), (float)without};
}

static double machine_of(const struct sign_home *h, size_t channel)
{
    return h->machine[channel] / MACHINE_SCALE;
}

// What each half hour of a day adds, so that a look back over weeks takes no logarithms. A timer's event takes nothing off.
struct worths {
    float with[SIGN_CHANNEL_COUNT][2][SIGN_SLOTS], without[SIGN_CHANNEL_COUNT][2][SIGN_SLOTS];
};

static struct worth worth_at(const struct sign_home *h, size_t c, size_t weekend, size_t slot)
{
    struct worth x = worth_of(h->usual[c][weekend][slot / 2] / USUAL_SCALE, machine_of(h, c));
    if (bit_get(h->timer[c], slot)) x.with = 0;
    return x;
}

static void worths_make(const struct sign_home *h, struct worths *out)
{
    for (size_t c = 0; c < SIGN_CHANNEL_COUNT; c++)
        for (size_t w = 0; w < 2 && (h->channels & (1u << c)); w++)
            for (size_t slot = 0; slot < SIGN_SLOTS; slot += 2) {
                const struct worth x = worth_of(h->usual[c][w][slot / 2] / USUAL_SCALE, machine_of(h, c));
                for (size_t k = slot; k < slot + 2; k++) {
                    out->with[c][w][k] = bit_get(h->timer[c], k) ? 0 : x.with;
                    out->without[c][w][k] = x.without;
                }
            }
}

// ---- The sum -----------------------------------------------------------------------------------------------------

struct sum {
    float evidence, most;
    sign_slot from;
    uint16_t slots;
};

static const struct sum nothing = {.from = SIGN_NEVER};

static inline void sum_add(struct sum *x, sign_slot s, float worth)
{
    const float next = x->evidence + worth;
    if (next <= 0) {
        x->evidence = 0;
        x->from = SIGN_NEVER;
        x->slots = 0;
        return;
    }
    if (x->from == SIGN_NEVER) x->from = s;
    x->evidence = next < x->most ? next : x->most;
    x->slots++;
}

static float ceiling(const struct sign_home *h)
{
    return fmaxf(h->limit, 6.0F) + HEADROOM;
}

static struct sum sum_of(const struct sign_home *h)
{
    return (struct sum){h->evidence, ceiling(h), h->quiet_from, h->quiet_slots};
}

static void sum_keep(struct sign_home *h, const struct sum *x)
{
    h->evidence = x->evidence;
    h->quiet_from = x->from;
    h->quiet_slots = x->slots;
}

void evidence_step(struct sign_home *h, sign_slot s)
{
    const size_t slot = slot_of_day(s), w = day_is_weekend(slot_day(s)), r = ring_of(slot_day(s));
    struct sum x = sum_of(h);
    float worth = 0;
    bool seen = false;
    if (s < h->restart) return;
    for (size_t c = 0; c < SIGN_CHANNEL_COUNT; c++) {
        if (!(h->channels & (1u << c)) || !bit_get(h->bits[c].seen[r], slot / 2)) continue;
        const struct worth one = worth_at(h, c, w, slot);
        worth += bit_get(h->bits[c].events[r], slot) ? one.with : one.without;
        seen = true;
    }
    if (seen) sum_add(&x, s, worth);
    sum_keep(h, &x);
}

// A whole day at once: what each half hour adds on all channels; the result has a bit per half hour with readings.
static uint64_t day_worth(const struct sign_home *h, const struct worths *worths, int32_t day,
                          float out[SIGN_SLOTS])
{
    const size_t r = ring_of(day), w = day_is_weekend(day);
    uint64_t seen = 0;
    for (size_t slot = 0; slot < SIGN_SLOTS; slot++) out[slot] = 0;
    for (size_t c = 0; c < SIGN_CHANNEL_COUNT; c++) {
        if (!(h->channels & (1u << c))) continue;
        for (size_t slot = 0; slot < SIGN_SLOTS; slot++) {
            if (!bit_get(h->bits[c].seen[r], slot / 2)) continue;
            seen |= UINT64_C(1) << slot;
            out[slot] += bit_get(h->bits[c].events[r], slot) ? worths->with[c][w][slot]
                                                             : worths->without[c][w][slot];
        }
    }
    return seen;
}

static sign_slot oldest_slot(const struct sign_home *h)
{
    const int32_t oldest = h->day - SIGN_DAYS + 1;
    return (oldest > h->first_day ? oldest : h->first_day) * SIGN_SLOTS;
}

// *x runs over the half hours in [from, to); `ended` hears of each silence that life ended.
struct ended {
    float heaviest;
    uint16_t longest;
};

static void sum_run(const struct sign_home *h, const struct worths *worths, sign_slot from, sign_slot to,
                    struct sum *x, struct ended *ended)
{
    float worth[SIGN_SLOTS], peak = 0;
    uint16_t length = 0;
    for (sign_slot day = slot_day(from) * SIGN_SLOTS; day < to; day += SIGN_SLOTS) {
        const uint64_t seen = day_worth(h, worths, slot_day(day), worth);
        for (size_t slot = 0; slot < SIGN_SLOTS; slot++) {
            const sign_slot s = day + (sign_slot)slot;
            if (!(seen >> slot & 1u) || s < from || s >= to) continue;
            sum_add(x, s, worth[slot]);
            if (x->evidence > 0) {
                if (x->evidence > peak) peak = x->evidence;
                length = x->slots;
            } else if (length > 0) {
                if (peak > ended->heaviest) ended->heaviest = peak;
                if (length > ended->longest) ended->longest = length;
                peak = 0;
                length = 0;
            }
        }
    }
}

void evidence_replay(struct sign_home *h)
{
    struct worths worths;
    struct sum x = nothing;
    struct ended ignored = {0};
    sign_slot from = oldest_slot(h);
    if (h->newest == SIGN_NEVER) return;
    if (from < h->newest - REPLAY_DAYS * SIGN_SLOTS) from = h->newest - REPLAY_DAYS * SIGN_SLOTS;
    if (from < h->restart) from = h->restart;
    worths_make(h, &worths);
    x.most = ceiling(h);
    if (from <= h->newest) sum_run(h, &worths, from, h->newest + 1, &x, &ignored);
    sum_keep(h, &x);
}

// ---- Learning ----------------------------------------------------------------------------------------------------

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
    memset(out, 0, sizeof *out);
    for (int32_t day = from; day < to; day++) {
        const size_t r = ring_of(day);
        const bool w = day_is_weekend(day);
        for (size_t slot = 0; slot < SIGN_SLOTS; slot++) {
            if (!bit_get(h->bits[c].seen[r], slot / 2)) continue;
            out->seen[w][slot / 2]++;
            out->events[w][slot / 2] += bit_get(h->bits[c].events[r], slot) && !bit_get(h->timer[c], slot);
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

// What the machines alone do: the calmer half of the nights, and half an event more than was seen there.
static void learn_machine(struct sign_home *h, size_t c, int32_t from, int32_t to)
{
    uint16_t nights[SIGN_DAYS];
    size_t count = 0;
    for (int32_t day = from; day < to; day++) {
        const size_t r = ring_of(day);
        uint16_t events = 0;
        bool whole = true;
        for (size_t slot = NIGHT_FROM; slot < NIGHT_TO; slot++) {
            whole = whole && bit_get(h->bits[c].seen[r], slot / 2);
            events = (uint16_t)(events +
                                (bit_get(h->bits[c].events[r], slot) && !bit_get(h->timer[c], slot)));
        }
        if (whole) nights[count++] = events;
    }
    double sum = 0;
    qsort(nights, count, sizeof *nights, compare_u16);
    const size_t calm = (count + 1) / 2;
    for (size_t i = 0; i < calm; i++) sum += nights[i];
    const double rate = (sum + 0.5) / ((double)calm * (NIGHT_TO - NIGHT_FROM) + 20);
    h->machine[c] = (uint8_t)lround(fmin(rate, 0.25) * MACHINE_SCALE);
}

static void learn_timers(struct sign_home *h, size_t c, double days_least, int32_t from, int32_t to)
{
    memset(h->timer[c], 0, sizeof h->timer[c]);
    if (to - from < TIMER_DAYS) return;
    for (size_t slot = 0; slot < SIGN_SLOTS; slot++) {
        int on = 0;
        for (int32_t day = to - TIMER_DAYS; day < to; day++)
            on += bit_get(h->bits[c].events[ring_of(day)], slot);
        if (on >= days_least) bit_set(h->timer[c], slot);
    }
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

// How fast evidence grows in an empty home: the mean over a week of what a half hour with the machines' events adds. A machine
// that draws as much as an event at night makes one when it starts, and then mostly runs on: one in two half hours.
static void learn_gain(struct sign_home *h, const struct sign_parameters *q)
{
    double gain = 0, events = 0;
    for (size_t c = 0; c < SIGN_CHANNEL_COUNT; c++) {
        const double learnt = machine_of(h, c);
        const double e = c == SIGN_ELECTRICITY ? fmax(learnt, loud_share(h) / 2) : learnt;
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

// The heaviest sum and the longest silence that ended by themselves. Life came back, so they belong to the rhythm.
static void learn_limit(struct sign_home *h, const struct sign_parameters *p, sign_slot before)
{
    struct worths worths;
    struct sum x = nothing;
    struct ended ended = {0};
    const sign_slot oldest = oldest_slot(h);
    worths_make(h, &worths);
    x.most = LIMIT_NONE;
    if (h->restart <= oldest || h->restart >= before) {
        sum_run(h, &worths, oldest, before, &x, &ended);
    } else {
        sum_run(h, &worths, oldest, h->restart, &x, &ended);
        x = nothing;
        x.most = LIMIT_NONE;
        sum_run(h, &worths, h->restart, before, &x, &ended);
    }
    h->limit = (float)p->factor * ended.heaviest;
    h->longest_slots = ended.longest;
}

void evidence_learn(struct sign_home *h, const struct sign_parameters *p)
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
    learn_limit(h, p, to * SIGN_SLOTS);
    evidence_replay(h);
}
