// SPDX-License-Identifier: EUPL-1.2
// method.h: ways to tell a silent home, side by side: each is fed the same half hours and says after each whether it alarms.
#ifndef PEIL_BENCH_METHOD_H
#define PEIL_BENCH_METHOD_H

#include "series.h"
#include "sign/home.h"

struct method {
    const char *name;
    // `setting`: what the curve runs over; its meaning is the method's.
    void *(*begin)(double setting);
    bool (*take)(void *state, const struct sign_home *seen, instant start, int32_t wh);  // true: alarms now
    void (*end)(void *state);
    const char *setting_name;
    double settings[6];  // ends with 0
    bool needs_seen;     // looks at `seen`, peil's events
};

extern const struct method methods[];
extern const struct method
    method_blind_cap;  // the hard limit in homes, too, that were told it does not suit them
extern const size_t method_count;

#endif
