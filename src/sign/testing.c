// SPDX-License-Identifier: EUPL-1.2
#include "sign/testing.h"

#include <string.h>

// Chance in a thousand that somebody switches something on, by hour.
static const int busy[24] = {20,  5,   0,   0,   0,   10,  100, 350, 400, 200, 150, 200,
                             350, 250, 120, 150, 250, 450, 400, 300, 250, 200, 150, 60};

static uint64_t next(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *state >> 33;
}

void fake_begin(struct fake_home *f, instant start, struct tz *zone)
{
    memset(f, 0, sizeof *f);
    f->parameters = sign_parameters_standard();
    f->now = start;
    f->zone = zone;
    f->random = 42;
}

uint32_t fake_use(struct fake_home *f)
{
    const sign_slot s = sign_slot_of(f->zone, f->now);
    const int slot = s % SIGN_SLOTS;
    uint32_t wh = 40 + (s % 3 == 0 ? 20u : 0u) + (uint32_t)(next(&f->random) % 5) + (uint32_t)f->extra_wh;
    const bool acts = (int)(next(&f->random) % 1000) < busy[slot / 2];
    if (acts && !f->is_empty) wh += 150 + (uint32_t)(next(&f->random) % 600);
    if (f->has_timer && slot == 20) wh += 900;
    return wh;
}

sign_state fake_step(struct fake_home *f, bool has_readings)
{
    const interval when = {f->now, f->now + SIGN_SLOT_TIME};
    const int hour = sign_slot_of(f->zone, f->now) % SIGN_SLOTS / 2;
    uint32_t wh = fake_use(f);
    const bool shines = f->has_panels && hour >= 9 && hour < 17;
    if (shines) wh = 0;
    if (has_readings) sign_home_use(&f->home, &f->parameters, f->zone, SIGN_ELECTRICITY, when, wh, shines);
    f->now = when.end;
    return sign_home_judge(&f->home, &f->parameters, f->zone, f->now);
}

int fake_days(struct fake_home *f, int days)
{
    int alarms = 0;
    for (int i = 0; i < days * SIGN_SLOTS; i++) {
        const sign_state s = fake_step(f, true);
        alarms += s == SIGN_QUIET || s == SIGN_CAP;
    }
    return alarms;
}

int fake_until(struct fake_home *f, sign_state s, bool has_readings, int most)
{
    for (int i = 1; i <= most; i++)
        if (fake_step(f, has_readings) == s) return i;
    return -1;
}
