// SPDX-License-Identifier: EUPL-1.2
#include "ingest/lines/plain.h"

#include <math.h>

// A battery says percent or volts by its size, and is a state of the device besides. At 99.9 % a sensor may be soaked.
static const struct {
    str quantity;
    bool never;
    double most;
} exceptions[] = {
    {STR("battery"), true, 0},
    {STR("battery_voltage"), false, 100},
    {STR("humidity"), false, 99.8},
};

bool plain_bounds(const struct quantity *q, double *least, double *most)
{
    *least = q ? q->least : -(double)INFINITY;
    *most = q ? q->most : (double)INFINITY;
    for (size_t i = 0; q && i < sizeof exceptions / sizeof exceptions[0]; i++) {
        if (!str_eq(exceptions[i].quantity, q->key)) continue;
        if (exceptions[i].never) return false;
        if (*most > exceptions[i].most) *most = exceptions[i].most;
    }
    return true;
}

bool plain_is_compared(const struct quantity *q)
{
    return q && (str_eq(q->key, STR("pm1")) || str_eq(q->key, STR("pm25")) || str_eq(q->key, STR("pm10")));
}
