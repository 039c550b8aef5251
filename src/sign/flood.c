// SPDX-License-Identifier: EUPL-1.2
#include "sign/flood.h"

static void turn(struct sign_flood *f, instant now)
{
    if (now >= f->window_start && now - f->window_start < TIME_HOUR) return;
    f->window_start = now;
    f->meters = f->silences = 0;
}

static bool note(struct sign_flood *f, uint32_t count, double most, instant now)
{
    if (f->outage_since == 0 && count > most) f->outage_since = now;
    return f->outage_since != 0;
}

bool sign_flood_meter(struct sign_flood *f, instant now)
{
    turn(f, now);
    return note(f, ++f->meters, SIGN_FLOOD_METERS, now);
}

bool sign_flood_silence(struct sign_flood *f, instant now)
{
    const double share = SIGN_FLOOD_SHARE * f->homes;
    turn(f, now);
    return note(f, ++f->silences, share > SIGN_FLOOD_SILENCES ? share : SIGN_FLOOD_SILENCES, now);
}

void sign_flood_end(struct sign_flood *f)
{
    f->outage_since = 0;
    f->meters = f->silences = 0;
}
