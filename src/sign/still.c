// SPDX-License-Identifier: EUPL-1.2
#include "sign/still.h"

#include "sign/bits.h"
#include "sign/evidence.h"

#include <math.h>
#include <string.h>

#define HOURS 24

// Of all channels together: a bit per half hour in which something was switched on that is no timer.
static uint64_t life_of(const struct sign_home *h, int32_t day)
{
    uint64_t life = 0;
    for (size_t c = 0; c < SIGN_CHANNEL_COUNT; c++)
        if (h->channels & (1u << c)) life |= events_of(h, c, day) & ~bits_of(h->timer[c], SIGN_SLOTS / 8);
    return life;
}

static uint64_t seen_of(const struct sign_home *h, int32_t day)
{
    uint64_t seen = 0;
    for (size_t c = 0; c < SIGN_CHANNEL_COUNT; c++)
        if (h->channels & (1u << c)) seen |= hours_seen(h, c, day);
    return seen;
}

void still_step(struct sign_home *h, sign_slot s)
{
    const size_t slot = slot_of_day(s);
    if (h->last_event == SIGN_NEVER || s < h->restart || !(seen_of(h, slot_day(s)) >> slot / 2 & 1u)) return;
    if (life_of(h, slot_day(s)) >> slot & 1u)
        h->still_slots = 0;
    else if (h->still_slots < UINT16_MAX)
        h->still_slots++;
}

void still_count(struct sign_home *h)
{
    sign_slot from = oldest_slot(h);
    uint16_t slots = 0;
    if (from < h->restart) from = h->restart;
    for (sign_slot s = h->newest; s >= from && h->last_event != SIGN_NEVER; s--) {
        const size_t slot = slot_of_day(s);
        if (life_of(h, slot_day(s)) >> slot & 1u) break;
        slots = (uint16_t)(slots + (seen_of(h, slot_day(s)) >> slot / 2 & 1u));
    }
    h->still_slots = slots;
}

// How long the silences had lasted when they passed each hour; a silence counts once per hour, and once it has ended.
struct reached {
    uint16_t now[HOURS], now_weekday[HOURS];  // of the silence that is going on; on the weekday in question
    uint32_t hours;                           // a bit for each hour that it passed
    uint16_t length;
    uint16_t longest[HOURS], second[HOURS];  // on all days
    uint16_t weekday[HOURS];                 // the longest on the weekday in question
};

static void reached_drop(struct reached *x)
{
    uint64_t hours = x->hours;
    while (hours) {
        const size_t hour = bit_take(&hours);
        x->now[hour] = x->now_weekday[hour] = 0;
    }
    x->hours = 0;
    x->length = 0;
}

static void reached_end(struct reached *x)
{
    uint64_t hours = x->hours;
    while (hours) {
        const size_t hour = bit_take(&hours);
        const uint16_t length = x->now[hour];
        if (length > x->longest[hour]) {
            x->second[hour] = x->longest[hour];
            x->longest[hour] = length;
        } else if (length > x->second[hour]) {
            x->second[hour] = length;
        }
        if (x->now_weekday[hour] > x->weekday[hour]) x->weekday[hour] = x->now_weekday[hour];
    }
    reached_drop(x);
}

static void reached_pass(struct reached *x, size_t hour, uint16_t slots, bool is_weekday)
{
    x->length = (uint16_t)(x->length + slots);
    x->now[hour] = x->length;
    if (is_weekday) x->now_weekday[hour] = x->length;
    x->hours |= UINT32_C(1) << hour;
}

// Most hours see nothing switched on: they are passed at one step.
static void reached_day(struct reached *x, const struct sign_home *h, int32_t day)
{
    const uint64_t seen = seen_of(h, day), life = life_of(h, day);
    const bool is_weekday = (h->day - day) % 7 == 0;
    const size_t restart = h->restart != SIGN_NEVER && slot_day(h->restart) == day ? slot_of_day(h->restart)
                                                                                   : SIGN_SLOTS;
    for (size_t hour = 0; hour < HOURS; hour++) {
        const size_t first = 2 * hour;
        const bool is_seen = seen >> hour & 1u;
        if (is_seen && !(life >> first & 3u) && restart / 2 != hour) {
            reached_pass(x, hour, 2, is_weekday);
            continue;
        }
        for (size_t slot = first; slot < first + 2; slot++) {
            if (slot == restart) reached_drop(x);
            if (is_seen && (life >> slot & 1u)) reached_end(x);
            if (is_seen && !(life >> slot & 1u)) reached_pass(x, hour, 1, is_weekday);
        }
    }
}

// One holiday in seven weeks is no custom: so the second longest of all days, and half the way to the longest of this weekday.
static uint16_t usual_at(const struct reached *x, size_t hour)
{
    return (uint16_t)((x->second[hour] + x->weekday[hour]) / 2);
}

void still_learn(struct sign_home *h, int32_t to)
{
    struct reached x = {0};
    for (int32_t day = slot_day(oldest_slot(h)); day < to; day++) reached_day(&x, h, day);
    for (size_t hour = 0; hour < HOURS; hour++) {
        uint16_t most = 0;
        for (size_t k = HOURS - 1; k <= HOURS + 1; k++) {
            const uint16_t usual = usual_at(&x, (hour + k) % HOURS);
            if (usual > most) most = usual;
        }
        h->usual_still[hour] = (uint8_t)(most / 2 < UINT8_MAX ? most / 2 : UINT8_MAX);
    }
}

bool still_is_improbable(const struct sign_home *h, const struct sign_parameters *p)
{
    const double hours = h->still_slots / 2.0;
    if (h->newest == SIGN_NEVER || hours < p->floor_h) return false;
    return hours >= h->usual_still[slot_of_day(h->newest) / 2] + p->margin_h;
}
