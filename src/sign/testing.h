// SPDX-License-Identifier: EUPL-1.2
// testing.h: a made-up home for the tests: a refrigerator, and people who do things at hours of their own.
#ifndef PEIL_SIGN_TESTING_H
#define PEIL_SIGN_TESTING_H

#include "sign/home.h"

struct fake_home {
    struct sign_home home;
    struct sign_parameters parameters;
    struct tz *zone;
    instant now;  // start of the next half hour
    uint64_t random;
    bool is_empty;    // from now on
    bool has_timer;   // a boiler at 10:00 each day
    bool has_panels;  // little use by day, delivered to the grid
    int extra_wh;     // something that stays on
};

void fake_begin(struct fake_home *f, instant start, struct tz *zone);
uint32_t fake_use(struct fake_home *f);  // Wh of the half hour that begins now; the random numbers go on
// One half hour passes: with readings or in a hole. The state at its end.
sign_state fake_step(struct fake_home *f, bool has_readings);
// Days pass with readings; how many half hours ended in quiet or cap.
int fake_days(struct fake_home *f, int days);
// Half hours until the state comes, at most `most`; -1: it did not.
int fake_until(struct fake_home *f, sign_state s, bool has_readings, int most);

#endif
