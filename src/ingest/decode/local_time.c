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

// Both instants of a local time; the same one but for the hour that occurs twice.
static bool both(const struct tz *zone, civil local, instant *earlier, instant *later, bool *is_skipped)
{
    *is_skipped = false;
    return tz_instant(zone, local, TZ_EARLIER, earlier, is_skipped) &&
           tz_instant(zone, local, TZ_LATER, later, NULL);
}

instant local_time(const struct tz *zone, civil local, char season, instant received, bool *is_skipped)
{
    instant earlier, later;
    *is_skipped = false;
    if (!zone) return time_from_civil(local, &earlier) ? earlier : TIME_NONE;
    if (!both(zone, local, &earlier, &later, is_skipped)) return TIME_NONE;
    if (*is_skipped) return earlier;
    if (season) return by_season(zone, earlier, later, season == 'S');
    return later <= received ? later : earlier;
}

// ---- files -------------------------------------------------------------------------------------------------------

struct repeated_device {
    struct repeated_device *next;
    str name;
    instant last;  // local, as if it were UTC
    bool is_second;
};

static struct repeated_device *device_of(struct repeated_hour *seen, str name, arena *a)
{
    for (struct repeated_device *d = seen->devices; d; d = d->next)
        if (str_eq(d->name, name)) return d;
    struct repeated_device *d = ARENA_NEW(a, struct repeated_device);
    if (!d || !arena_copy(a, name, &d->name)) return NULL;
    d->next = seen->devices;
    d->last = INT64_MIN;
    return seen->devices = d;
}

// Without memory for one more device its times are those of the first pass.
static bool is_second_pass(struct repeated_hour *seen, str name, instant local, arena *a)
{
    const instant day = local / TIME_DAY;
    if (seen->day != day) *seen = (struct repeated_hour){.day = day};
    struct repeated_device *d = device_of(seen, name, a);
    if (!d) return false;
    d->is_second = d->is_second || local <= d->last;
    d->last = local;
    return d->is_second;
}

instant local_time_in_file(const struct tz *zone, civil local, struct repeated_hour *seen, str device,
                           arena *a, bool *is_skipped)
{
    instant earlier, later, plain;
    if (!both(zone, local, &earlier, &later, is_skipped) || !time_from_civil(local, &plain)) return TIME_NONE;
    return earlier != later && is_second_pass(seen, device, plain, a) ? later : earlier;
}
