// SPDX-License-Identifier: EUPL-1.2
#include "store/answer/period.h"

bool period_check(period p, const struct tz *zone, err *e)
{
    if (p <= PERIOD_DAY || zone) return true;
    return err_set(e, ERR_INTERNAL, ERR_NOWHERE, "months and years need a time zone");
}

static int64_t floor_to(int64_t t, int64_t step)
{
    const int64_t rest = t % step;
    return t - (rest < 0 ? rest + step : rest);
}

static instant start_of(period p, const struct tz *zone, instant t)
{
    switch (p) {
    case PERIOD_HOUR: return floor_to(t, TIME_HOUR);
    case PERIOD_DAY: return zone ? tz_day_start(zone, t) : floor_to(t, TIME_DAY);
    case PERIOD_MONTH: return tz_month_start(zone, t);
    case PERIOD_YEAR: return tz_year_start(zone, t);
    }
    return t;
}

// A time that is surely in the period after the one that starts here: days have 23 to 25 hours, and so on.
static instant into_next(period p, instant start)
{
    switch (p) {
    case PERIOD_HOUR: break;
    case PERIOD_DAY: return start + 36 * TIME_HOUR;
    case PERIOD_MONTH: return start + 45 * TIME_DAY;
    case PERIOD_YEAR: return start + 500 * TIME_DAY;
    }
    return start;
}

interval period_around(period p, const struct tz *zone, instant t)
{
    const instant start = start_of(p, zone, t);
    if (p == PERIOD_HOUR) return (interval){start, start + TIME_HOUR};
    return (interval){start, start_of(p, zone, into_next(p, start))};
}
