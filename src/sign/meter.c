// SPDX-License-Identifier: EUPL-1.2
#include "sign/meter.h"

#define HOLE (2 * TIME_HOUR)
#define LEAP_PER_HOUR 80000  // 20 kWh in a quarter of an hour

// What two readings say together. False: not of one meter.
static bool difference(instant from, int64_t in_from, const struct sign_reading *r, int64_t *units)
{
    const double hours = (double)(r->at - from) / (double)TIME_HOUR;
    *units = r->in - in_from;
    return *units >= 0 && (double)*units <= LEAP_PER_HOUR * (hours > 0.25 ? hours : 0.25) &&
           *units <= UINT32_MAX;
}

static bool panels_delivered(int64_t before, int64_t now)
{
    return before != SIGN_METER_NONE && now != SIGN_METER_NONE && now > before;
}

static void use(struct sign_home *h, const struct sign_parameters *p, const struct tz *zone, instant from,
                int64_t in_from, int64_t out_from, const struct sign_reading *r)
{
    const interval when = {from, r->at};
    int64_t units;
    if (!difference(from, in_from, r, &units)) return;
    if (when.end - when.start <= HOLE)
        sign_home_use(h, p, zone, r->channel, when, (uint32_t)units, panels_delivered(out_from, r->out));
    else if (r->channel == SIGN_ELECTRICITY && !panels_delivered(out_from, r->out))
        sign_home_hole(h, p, zone, when, (uint32_t)units);
}

void sign_meter_take(struct sign_meter *m, struct sign_home *h, const struct sign_parameters *p,
                     const struct tz *zone, const struct sign_reading *r)
{
    struct sign_register *x = &m->of[r->channel];
    if (r->at <= 0 || r->at > TIME_MAX || r->in < 0) return;
    if (x->at == 0 || r->at > x->at) {
        if (x->at != 0) use(h, p, zone, x->at, x->in, x->out, r);
        x->at = r->at;
        x->in = r->in;
        x->out = r->out;
        x->late_at = 0;
    } else if (r->at < x->at) {
        // A burst from the past comes in its own order; its first reading has no neighbour.
        if (x->late_at != 0 && r->at > x->late_at && r->at - x->late_at <= HOLE)
            use(h, p, zone, x->late_at, x->late_in, x->late_out, r);
        x->late_at = r->at;
        x->late_in = r->in;
        x->late_out = r->out;
    }
}
