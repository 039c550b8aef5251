// SPDX-License-Identifier: EUPL-1.2
// meter.h: readings of registers become use. The difference of two readings is what was used between them; a register that
// falls or leaps is another meter, and starts anew without any use.
// Units    thousandths as in a telegram: Wh, litres of gas, litres of water; `at` UTC by the meter's own clock
// Threads  one at a time for one meter
#ifndef PEIL_SIGN_METER_H
#define PEIL_SIGN_METER_H

#include "sign/home.h"

#define SIGN_METER_NONE INT64_MIN

struct sign_reading {
    sign_channel channel;
    instant at;
    int64_t in;   // the register
    int64_t out;  // what panels delivered; SIGN_METER_NONE: no such register
};

struct sign_register {  // the newest reading, and the newest of those that come late
    instant at, late_at;
    int64_t in, out, late_in, late_out;
};

struct sign_meter {  // zero: nothing was read
    struct sign_register of[SIGN_CHANNEL_COUNT];
};

void sign_meter_take(struct sign_meter *m, struct sign_home *h, const struct sign_parameters *p,
                     const struct tz *zone, const struct sign_reading *r);

#endif
