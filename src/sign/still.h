// SPDX-License-Identifier: EUPL-1.2
// still.h: inside sign: the plain clock. How long nothing has been switched on, held against how long nothing is on hours
// and weekdays like this one in this home.
#ifndef PEIL_SIGN_STILL_H
#define PEIL_SIGN_STILL_H

#include "sign/home.h"

// Half hours with readings since the newest sign of life, from the days that are remembered; none without any.
void still_count(struct sign_home *h);
// A half hour with readings has come.
void still_step(struct sign_home *h, sign_slot s);
// For each hour of the newest day: the silence that is usual then, from those that ended before day `to`.
void still_learn(struct sign_home *h, int32_t to);
// The clock has passed what is usual at this hour of this weekday by the margin.
bool still_is_improbable(const struct sign_home *h, const struct sign_parameters *p);

#endif
