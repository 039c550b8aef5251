// SPDX-License-Identifier: EUPL-1.2
#include "sign/trial.h"

#include "sign/bits.h"
#include "sign/evidence.h"

#include <stdlib.h>
#include <string.h>

#define SILENCES 40    // of each kind
#define BLOCK 4        // half hours of a night that stay together
#define NIGHT_TO 12    // half hours until 06:00
#define LEVEL_SLOTS 6  // of `loud`
#define NIGHTS_LEAST 14
#define BEHIND_SLOTS 48      // a silence must be found a day behind the hard limit
#define EVIDENCE_MOST 30.0F  // far above what is asked for: coming home is seen soon

static uint64_t draw(uint64_t *state)  // splitmix64
{
    uint64_t x = *state += UINT64_C(0x9E3779B97F4A7C15);
    x = (x ^ (x >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94D049BB133111EB);
    return x ^ (x >> 31);
}

struct trial {
    const struct sign_home *home;
    struct worths worths;
    uint64_t random;
    int32_t from, to;           // days
    size_t window;              // of the night: where least is switched on
    int32_t nights[SIGN_DAYS];  // that were seen then
    size_t night_count;
    uint8_t levels[SIGN_STANDBY_DAYS];
    size_t level_count;
    size_t cap_slots;
    float evidence_least;
};

// What an empty home does in one half hour: a bit per channel with an event, and per channel that tells anything.
struct imitated {
    uint8_t events, seen;
};

static uint64_t events_without_timers(const struct sign_home *h, size_t c, int32_t day)
{
    return events_of(h, c, day) & ~bits_of(h->timer[c], SIGN_SLOTS / 8);
}

static size_t calm_window(const struct trial *t)
{
    int on[NIGHT_TO] = {0}, least = INT32_MAX;
    size_t best = 0;
    for (int32_t day = t->from; day < t->to; day++)
        for (size_t c = 0; c < SIGN_CHANNEL_COUNT; c++) {
            const uint64_t events = events_without_timers(t->home, c, day);
            for (size_t slot = 0; slot < NIGHT_TO; slot++) on[slot] += (int)(events >> slot & 1u);
        }
    for (size_t first = 0; first + BLOCK <= NIGHT_TO; first++) {
        int sum = 0;
        for (size_t slot = first; slot < first + BLOCK; slot++) sum += on[slot];
        if (sum < least) best = first;
        if (sum < least) least = sum;
    }
    return best;
}

static int compare_levels(const void *a, const void *b)
{
    return __builtin_popcount(*(const uint8_t *)a) - __builtin_popcount(*(const uint8_t *)b);
}

static bool window_was_seen(const struct trial *t, int32_t day)
{
    uint64_t seen = 0;
    for (size_t c = 0; c < SIGN_CHANNEL_COUNT; c++) seen |= hours_seen(t->home, c, day);
    for (size_t slot = t->window; slot < t->window + BLOCK; slot++)
        if (!(seen >> slot / 2 & 1u)) return false;
    return true;
}

// What a timer switches on at night draws on, and is no machine that starts by itself: its half hours are not for shuffling.
static bool timer_at_night(const struct sign_home *h)
{
    const uint64_t night = UINT64_C(0xf) << 44 | 0x3ff;  // 22:00 to 05:00
    return bits_of(h->timer[SIGN_ELECTRICITY], SIGN_SLOTS / 8) & night;
}

static void begin(struct trial *t, const struct sign_home *h, const struct sign_parameters *p, int32_t to)
{
    memset(t, 0, sizeof *t);
    t->home = h;
    t->from = slot_day(oldest_slot(h));
    t->to = to;
    t->random = ((uint64_t)(uint32_t)h->first_day << 32 | (uint32_t)to) * UINT64_C(1000003) + h->standby_wh;
    t->window = calm_window(t);
    for (int32_t day = t->from; day < to; day++)
        if (window_was_seen(t, day)) t->nights[t->night_count++] = day;
    t->level_count = timer_at_night(h) ? 0 : ((size_t)h->standby_count + 1) / 2;
    memcpy(t->levels, h->loud, h->standby_count);
    qsort(t->levels, h->standby_count, 1, compare_levels);
    t->cap_slots = (size_t)(2 * p->cap_h);
    t->evidence_least = (float)p->evidence_least;
    worths_make(h, &t->worths);
}

// Two hours of any night, in order: machines that start by themselves keep their pace, and people who are up late count too.
static void imitate_block(struct trial *t, struct imitated out[BLOCK])
{
    const int32_t day = t->nights[draw(&t->random) % t->night_count];
    memset(out, 0, BLOCK * sizeof *out);
    for (size_t c = 0; c < SIGN_CHANNEL_COUNT; c++) {
        if (!(t->home->channels & (1u << c))) continue;
        const uint64_t seen = hours_seen(t->home, c, day), on = events_without_timers(t->home, c, day);
        for (size_t k = 0; k < BLOCK; k++) {
            const size_t slot = t->window + k;
            if (seen >> slot / 2 & 1u) out[k].seen = (uint8_t)(out[k].seen | 1u << c);
            if (on >> slot & 1u) out[k].events = (uint8_t)(out[k].events | 1u << c);
        }
    }
}

// Half hours of the calmer half of the nights, shuffled: how much the machines draw without people, in any order. A rise is a half
// hour of much use behind one of little.
static void imitate_shuffled(struct trial *t, bool before[2], struct imitated out[BLOCK])
{
    for (size_t k = 0; k < BLOCK; k++) {
        const uint64_t random = draw(&t->random);
        const uint8_t night = t->levels[(random >> 32) * t->level_count >> 32];
        const bool is_high = night >> ((random & UINT32_MAX) * LEVEL_SLOTS >> 32) & 1u;
        const bool is_rise = is_high && !(before[0] && before[1]);
        out[k] = (struct imitated){is_rise ? 1u << SIGN_ELECTRICITY : 0, 1u << SIGN_ELECTRICITY};
        before[1] = before[0];
        before[0] = is_high;
    }
}

static float worth_of_slot(const struct trial *t, struct imitated x, size_t weekend, size_t slot)
{
    float sum = 0;
    for (size_t c = 0; c < SIGN_CHANNEL_COUNT; c++) {
        if (!(x.seen & (1u << c))) continue;
        sum += x.events & (1u << c) ? t->worths.with[c][weekend][slot] : t->worths.without[c][weekend][slot];
    }
    return sum;
}

// One silence, from any half hour of a week. As in judge_silence: the sum or the plain clock reaches the hard limit.
static bool is_found(struct trial *t, bool is_shuffled)
{
    const size_t start = draw(&t->random) % (7 * (size_t)SIGN_SLOTS);
    struct imitated block[BLOCK];
    bool before[2] = {0};
    float evidence = 0;
    size_t quiet = 0, still = 0;
    for (size_t i = 0; i < t->cap_slots + BEHIND_SLOTS; i++) {
        if (i % BLOCK == 0 && is_shuffled) imitate_shuffled(t, before, block);
        if (i % BLOCK == 0 && !is_shuffled) imitate_block(t, block);
        const struct imitated x = block[i % BLOCK];
        const size_t at = start + i;
        if (!x.seen) continue;
        evidence += worth_of_slot(t, x, at / SIGN_SLOTS % 7 >= 5, at % SIGN_SLOTS);
        quiet = evidence > 0 ? quiet + 1 : 0;
        still = x.events ? 0 : still + 1;
        if (evidence < 0) evidence = 0;
        if (evidence > EVIDENCE_MOST) evidence = EVIDENCE_MOST;
        if (still >= t->cap_slots || (quiet >= t->cap_slots && evidence >= t->evidence_least)) return true;
    }
    return false;
}

static bool enough_are_found(struct trial *t, bool is_shuffled, double share)
{
    int missed = 0;
    const int missed_most = (int)((1 - share) * SILENCES + 0.5);
    for (int i = 0; i < SILENCES && missed <= missed_most; i++) {
        missed += !is_found(t, is_shuffled);
        if (i + 1 == SILENCES / 2 && missed == 0) break;  // clear enough, as it is in most homes
    }
    return missed <= missed_most;
}

// Where hardly anything is ever switched on, silence says nothing.
static bool has_life(const struct trial *t, double least_a_day)
{
    int events = 0;
    for (int32_t day = t->from; day < t->to; day++)
        for (size_t c = 0; c < SIGN_CHANNEL_COUNT; c++)
            events += __builtin_popcountll(events_without_timers(t->home, c, day));
    return events >= least_a_day * (t->to - t->from);
}

bool trial_passes(const struct sign_home *h, const struct sign_parameters *p, int32_t to)
{
    struct trial t;
    begin(&t, h, p, to);
    if (t.night_count < NIGHTS_LEAST) return !h->is_unfit;  // too little to imitate from: as it was
    if (!has_life(&t, p->least_events)) return false;
    const bool in_order = enough_are_found(&t, false, p->trial_share);
    return in_order && (t.level_count == 0 || enough_are_found(&t, true, p->trial_share));
}
