// SPDX-License-Identifier: EUPL-1.2
// bits.h: inside sign: the ring of days of events and of hours with readings.
#ifndef PEIL_SIGN_BITS_H
#define PEIL_SIGN_BITS_H

#include "sign/home.h"

static inline size_t ring_of(int32_t day)
{
    const int32_t r = day % SIGN_DAYS;
    return (size_t)(r < 0 ? r + SIGN_DAYS : r);
}

static inline bool bit_get(const uint8_t *bytes, size_t i)
{
    return ((unsigned)bytes[i / 8] >> (i % 8)) & 1u;
}

static inline void bit_set(uint8_t *bytes, size_t i)
{
    bytes[i / 8] = (uint8_t)(bytes[i / 8] | (1u << (i % 8)));
}

// Bytes of bits as one number: the half hours of a day, or the hours that were seen.
static inline uint64_t bits_of(const uint8_t *bytes, size_t n)
{
    uint64_t out = 0;
    for (size_t i = 0; i < n; i++) out |= (uint64_t)bytes[i] << (8 * i);
    return out;
}

// The lowest bit of *bits, taken out of it. Not of nothing.
static inline size_t bit_take(uint64_t *bits)
{
    const size_t i = (size_t)__builtin_ctzll(*bits);
    *bits &= *bits - 1;
    return i;
}

static inline int32_t slot_day(sign_slot s)
{
    return (s >= 0 ? s : s - (SIGN_SLOTS - 1)) / SIGN_SLOTS;
}

static inline size_t slot_of_day(sign_slot s)
{
    return (size_t)(s - slot_day(s) * SIGN_SLOTS);
}

// Of a day that is remembered: a bit per half hour with an event, a bit per hour that was seen.
static inline uint64_t events_of(const struct sign_home *h, size_t c, int32_t day)
{
    return bits_of(h->bits[c].events[ring_of(day)], SIGN_SLOTS / 8);
}

static inline uint64_t hours_seen(const struct sign_home *h, size_t c, int32_t day)
{
    return bits_of(h->bits[c].seen[ring_of(day)], 3);
}

static inline bool day_is_weekend(int32_t day)
{
    return (day + 3) % 7 >= 5;  // 1970-01-01 was a Thursday
}

#endif
