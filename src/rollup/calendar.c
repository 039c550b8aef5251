// SPDX-License-Identifier: EUPL-1.2
#include "rollup/calendar.h"

#include <stdio.h>

static int32_t day_of_civil(civil c)
{
    instant t;
    const civil date = {.year = c.year, .month = c.month, .day = c.day};
    return time_from_civil(date, &t) ? (int32_t)(t / TIME_DAY - (t % TIME_DAY < 0)) : 0;
}

int32_t calendar_day_of(const struct tz *zone, instant t)
{
    return day_of_civil(tz_civil(zone, t));
}

civil calendar_civil(int32_t day)
{
    return time_to_civil((instant)day * TIME_DAY);
}

// Of a midnight that was skipped: the moment of the jump.
instant calendar_day_start(const struct tz *zone, int32_t day)
{
    instant t;
    bool skipped;
    return tz_instant(zone, calendar_civil(day), TZ_EARLIER, &t, &skipped) ? t : (instant)day * TIME_DAY;
}

int32_t calendar_first_of(period p, int32_t day)
{
    civil c = calendar_civil(day);
    if (p == PERIOD_MONTH || p == PERIOD_YEAR) c.day = 1;
    if (p == PERIOD_YEAR) c.month = 1;
    return day_of_civil(c);
}

int32_t calendar_next(period p, int32_t first)
{
    switch (p) {
    case PERIOD_MONTH: return calendar_first_of(p, first + 31);
    case PERIOD_YEAR: return calendar_first_of(p, first + 366);
    case PERIOD_HOUR:
    case PERIOD_DAY: break;
    }
    return first + 1;
}

size_t calendar_key(period p, int32_t day, char out[static CALENDAR_KEY_MAX])
{
    const civil c = calendar_civil(day);
    const int n = p == PERIOD_YEAR ? snprintf(out, CALENDAR_KEY_MAX, "%04d", c.year % 10000)
                  : p == PERIOD_MONTH
                      ? snprintf(out, CALENDAR_KEY_MAX, "%04d%02d", c.year % 10000, c.month % 100)
                      : snprintf(out, CALENDAR_KEY_MAX, "%04d%02d%02d", c.year % 10000, c.month % 100,
                                 c.day % 100);
    return n > 0 ? (size_t)n : 0;
}

bool calendar_read_day(str key, int32_t *out)
{
    int v[3] = {0};
    if (key.n != 8) return false;
    for (size_t i = 0; i < 8; i++) {
        if (key.p[i] < '0' || key.p[i] > '9') return false;
        int *part = &v[i < 4 ? 0 : i < 6 ? 1 : 2];
        *part = *part * 10 + key.p[i] - '0';
    }
    instant t;
    if (!time_from_civil((civil){.year = v[0], .month = v[1], .day = v[2]}, &t)) return false;
    *out = (int32_t)(t / TIME_DAY - (t % TIME_DAY < 0));
    return true;
}
