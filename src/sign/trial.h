// SPDX-License-Identifier: EUPL-1.2
// trial.h: inside sign: the home tests itself. Silences are imitated from its own nights and given to the method as it has been
// learnt, with the hard limit alone; where too many pass unseen, this meter does not suit.
#ifndef PEIL_SIGN_TRIAL_H
#define PEIL_SIGN_TRIAL_H

#include "sign/home.h"

// From the nights before day `to`. The same home gives the same answer on the same day.
bool trial_passes(const struct sign_home *h, const struct sign_parameters *p, int32_t to);

#endif
