// SPDX-License-Identifier: EUPL-1.2
// evidence.h: inside sign: the sum of evidence for "empty" (home.h), and what is learnt each day.
#ifndef PEIL_SIGN_EVIDENCE_H
#define PEIL_SIGN_EVIDENCE_H

#include "sign/home.h"

// A half hour on one channel with readings.
void evidence_step(struct sign_home *h, sign_slot s);
// All half hours that are remembered, anew: after late readings, or when the tables have changed.
void evidence_replay(struct sign_home *h);
// Rates, timers, standby, and the home's own limit, from the days before the newest one.
void evidence_learn(struct sign_home *h, const struct sign_parameters *p);

#endif
