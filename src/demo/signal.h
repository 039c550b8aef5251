// SPDX-License-Identifier: EUPL-1.2
// signal.h: what a demo device measures at a moment: a pure function of device, quantity and time, so that history and live
// feed join without a seam and every start shows the same town.
#ifndef PEIL_DEMO_SIGNAL_H
#define PEIL_DEMO_SIGNAL_H

#include "base/num.h"
#include "demo/town.h"

// False: no reading at that moment (failure, gap, dead battery). `age` is how long before `end` of the demo t lies, so that some
// devices can have fallen silent lately; negative is the live feed.
bool demo_reading(const struct demo_device *d, const char *quantity, instant t, instant age, decimal *out);

uint64_t demo_hash(uint64_t a, uint64_t b);
double demo_unit(uint64_t seed, uint64_t n);  // 0 <= x < 1

#endif
