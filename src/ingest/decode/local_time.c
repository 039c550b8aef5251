// SPDX-License-Identifier: EUPL-1.2
#include "ingest/decode/local_time.h"

// What the sender says goes before what the zone says: a meter that stays in winter time is right all the same.
static instant by_season(const struct tz *zone, instant earlier, instant later, bool wants_summer)
{
    bool is_summer;
    (void)tz_offset(zone, earlier, &is_summer);
    if (is_summer == wants_summer) return earlier;
    (void)tz_offset(zone, later, &is_summer);
    if (is_summer == wants_summer) return later;
    return earlier + (wants_summer ? -TIME_HOUR : TIME_HOUR);
}

instant local_time(const struct tz *zone, civil local, char season, instant received, bool *is_skipped)
{
    instant earlier, later;
    *is_skipped = false;
    if (!zone) return time_from_civil(local, &earlier) ? earlier : TIME_NONE;
    if (!tz_instant(zone, local, TZ_EARLIER, &earlier, is_skipped) ||
        !tz_instant(zone, local, TZ_LATER, &later, NULL))
        return TIME_NONE;
    if (*is_skipped) return earlier;
    if (season) return by_season(zone, earlier, later, season == 'S');
    return later <= received ? later : earlier;
}
