// SPDX-License-Identifier: EUPL-1.2
// learn.h: inside sign: what is learnt each night from the days that are remembered.
#ifndef PEIL_SIGN_LEARN_H
#define PEIL_SIGN_LEARN_H

#include "sign/home.h"

// Rates, timers, standby, and the home's own limit, from the days before the newest one.
void sign_learn(struct sign_home *h, const struct sign_parameters *p);

#endif
