// SPDX-License-Identifier: EUPL-1.2
// exact.h: sums of decimals without rounding, so that it makes no difference in which parts they were added up.
// Zero is a valid start.
#ifndef PEIL_SERIES_EXACT_H
#define PEIL_SERIES_EXACT_H

#include <stdint.h>

struct exact {
    __int128 units;  // to `scale`
    uint8_t scale;
    double
        rest;  // what is no decimal, or would take more than 38 digits: rounded at each step, as doubles are
};

void exact_add(struct exact *x, __int128 units, uint8_t scale);  // scale 0..DECIMAL_SCALE_MAX
double exact_value(const struct exact *x);  // depends on the sum alone, not on the scales it came in

#endif
