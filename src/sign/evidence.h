// SPDX-License-Identifier: EUPL-1.2
// evidence.h: inside sign: the sum of evidence for "empty" (home.h).
#ifndef PEIL_SIGN_EVIDENCE_H
#define PEIL_SIGN_EVIDENCE_H

#include "sign/home.h"

#define USUAL_SCALE 250.0
#define MACHINE_SCALE 1000.0

struct worth {  // of one half hour
    float with, without;
};

// What each half hour of a day adds, so that a look back over weeks takes no logarithms. A timer's event takes nothing off.
struct worths {
    float with[SIGN_CHANNEL_COUNT][2][SIGN_SLOTS], without[SIGN_CHANNEL_COUNT][2][SIGN_SLOTS];
};

struct worth worth_of(double usual, double machine);
double machine_of(const struct sign_home *h, size_t channel);
void worths_make(const struct sign_home *h, struct worths *out);
sign_slot oldest_slot(const struct sign_home *h);

// A half hour on one channel with readings.
void evidence_step(struct sign_home *h, sign_slot s);
// All half hours that are remembered, anew: after late readings, or when the tables have changed.
void evidence_replay(struct sign_home *h);
// The home's own limit, from the silences that ended before this half hour.
void evidence_limit(struct sign_home *h, const struct sign_parameters *p, sign_slot before);

#endif
