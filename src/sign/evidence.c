// SPDX-License-Identifier: EUPL-1.2
#include "sign/evidence.h"

#include "sign/bits.h"

#include <math.h>
#include <string.h>

#define EVENT_WORTH_MOST 3.0  // no single event takes more off
#define HEADROOM 6.0F  // the sum stops growing this far above what is asked of it: coming home is seen soon
#define LIMIT_NONE 1000
#define REPLAY_DAYS 16  // more than the highest hard limit

// ---- What one half hour is worth ---------------------------------------------------------------------------------

struct worth worth_of(double usual, double machine)
{
    if (usual <= machine) return (struct worth){0, 0};
    const double with = log(machine / usual), without = log((1 - machine) / (1 - usual));
    return (struct worth){(float)(with < -EVENT_WORTH_MOST ? -EVENT_WORTH_MOST : with), (float)without};
}

double machine_of(const struct sign_home *h, size_t channel)
{
    return h->machine[channel] / MACHINE_SCALE;
}

static struct worth worth_at(const struct sign_home *h, size_t c, size_t weekend, size_t slot)
{
    struct worth x = worth_of(h->usual[c][weekend][slot / 2] / USUAL_SCALE, machine_of(h, c));
    if (bit_get(h->timer[c], slot)) x.with = 0;
    return x;
}

void worths_make(const struct sign_home *h, struct worths *out)
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

sign_slot oldest_slot(const struct sign_home *h)
{
    const int32_t oldest = h->day - SIGN_DAYS + 1;
    return (oldest > h->first_day ? oldest : h->first_day) * SIGN_SLOTS;
}

// *x runs over the half hours in [from, to); `ended` hears of each silence that life ended.
struct ended {
    float heaviest;
    uint16_t longest;
};

static void end_silence(struct ended *ended, float peak, uint16_t length)
{
    if (peak > ended->heaviest) ended->heaviest = peak;
    if (length > ended->longest) ended->longest = length;
}

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
                end_silence(ended, peak, length);
                peak = 0;
                length = 0;
            }
        }
    }
}

// Seven weeks of one meter are run through each night, for each home of a town. Between two events the sum only grows, and by as
// much as the day's table says: so a whole silence is one subtraction.
struct growth {
    float until[2][SIGN_SLOTS + 1];    // what a day without events adds before each half hour
    uint8_t first[2][SIGN_SLOTS + 1];  // the first half hour at or behind this one that adds something
    float with[2][SIGN_SLOTS];
};

static void growth_make(const struct worths *w, size_t c, struct growth *out)
{
    for (size_t kind = 0; kind < 2; kind++) {
        out->until[kind][0] = 0;
        for (size_t slot = 0; slot < SIGN_SLOTS; slot++)
            out->until[kind][slot + 1] = out->until[kind][slot] + w->without[c][kind][slot];
        out->first[kind][SIGN_SLOTS] = SIGN_SLOTS;
        for (size_t slot = SIGN_SLOTS; slot-- > 0;)
            out->first[kind][slot] = w->without[c][kind][slot] > 0 ? (uint8_t)slot
                                                                   : out->first[kind][slot + 1];
        memcpy(out->with[kind], w->with[c][kind], sizeof out->with[kind]);
    }
}

struct run {
    float sum;
    uint16_t length;
};

static void run_quiet(struct run *x, const struct growth *g, size_t kind, size_t from, size_t to)
{
    if (from >= to) return;
    const size_t start = x->length > 0 ? from : g->first[kind][from];
    if (start >= to) return;
    x->sum += g->until[kind][to] - g->until[kind][start];
    x->length = (uint16_t)(x->length + (to - start));
}

static void run_day(struct run *x, const struct growth *g, size_t kind, uint64_t events, float *peak,
                    struct ended *ended)
{
    size_t at = 0;
    while (events) {
        const size_t slot = bit_take(&events);
        run_quiet(x, g, kind, at, slot);
        if (x->sum > *peak) *peak = x->sum;
        at = slot + 1;
        if (x->length == 0) continue;
        x->sum += g->with[kind][slot];
        x->length++;
        if (x->sum > 0) continue;
        end_silence(ended, *peak, (uint16_t)(x->length - 1));
        *x = (struct run){0};
        *peak = 0;
    }
    run_quiet(x, g, kind, at, SIGN_SLOTS);
}

// Of a home with one meter.
static size_t one_channel(const struct sign_home *h)
{
    return (size_t)__builtin_ctz(h->channels);
}

// One meter, and every hour of these days was seen.
static bool is_plain(const struct sign_home *h, int32_t from, int32_t to)
{
    if (__builtin_popcount(h->channels) != 1) return false;
    for (int32_t day = from; day < to; day++)
        if (hours_seen(h, one_channel(h), day) != 0xffffff) return false;
    return true;
}

// As sum_run over whole plain days.
static void plain_run(const struct sign_home *h, const struct worths *worths, int32_t from, int32_t to,
                      struct ended *ended)
{
    struct growth g;
    struct run x = {0};
    float peak = 0;
    growth_make(worths, one_channel(h), &g);
    for (int32_t day = from; day < to; day++)
        run_day(&x, &g, day_is_weekend(day), events_of(h, one_channel(h), day), &peak, ended);
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

// ---- The limit ---------------------------------------------------------------------------------------------------

// The heaviest sum and the longest silence that ended by themselves. Life came back, so they belong to the rhythm.
void evidence_limit(struct sign_home *h, const struct sign_parameters *p, sign_slot before)
{
    struct worths worths;
    struct sum x = nothing;
    struct ended ended = {0};
    const sign_slot oldest = oldest_slot(h);
    worths_make(h, &worths);
    x.most = LIMIT_NONE;
    const bool is_whole = h->restart <= oldest || h->restart >= before;
    if (is_whole && is_plain(h, slot_day(oldest), slot_day(before))) {
        plain_run(h, &worths, slot_day(oldest), slot_day(before), &ended);
    } else if (is_whole) {
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
