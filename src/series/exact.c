// SPDX-License-Identifier: EUPL-1.2
#include "series/exact.h"

#include "base/num.h"

static bool scale_up(__int128 units, unsigned by, __int128 *out)
{
    return !__builtin_mul_overflow(units, (__int128)decimal_power[by], out);
}

static double rounded(__int128 units, uint8_t scale)
{
    return (double)units / (double)decimal_power[scale];
}

static void add_rounded(struct exact *x, __int128 units, uint8_t scale)
{
    x->rest += rounded(units, scale);
}

// To a scale that is finer; what has no room there becomes rest.
static void refine(struct exact *x, uint8_t scale)
{
    __int128 units;
    if (!scale_up(x->units, (unsigned)(scale - x->scale), &units)) {
        add_rounded(x, x->units, x->scale);
        units = 0;
    }
    x->units = units;
    x->scale = scale;
}

void exact_add(struct exact *x, __int128 units, uint8_t scale)
{
    __int128 scaled = units, sum;
    if (scale > x->scale) refine(x, scale);
    if ((scale == x->scale || scale_up(units, (unsigned)(x->scale - scale), &scaled)) &&
        !__builtin_add_overflow(x->units, scaled, &sum)) {
        x->units = sum;
    } else {
        add_rounded(x, units, scale);
    }
}

// 1250 to two decimals rounds as 125 to one does only while both are exact as doubles; so it is always said shortest.
double exact_value(const struct exact *x)
{
    __int128 units = x->units;
    uint8_t scale = x->scale;
    for (; scale > 0 && units != (int64_t)units && units % 10 == 0; scale--) units /= 10;
    if (units != (int64_t)units) return rounded(units, scale) + x->rest;
    int64_t few = (int64_t)units;  // far quicker to divide
    for (; scale > 0 && few % 10 == 0; scale--) few /= 10;
    return (double)few / (double)decimal_power[scale] + x->rest;
}
