// SPDX-License-Identifier: EUPL-1.2
#include "portal/hour.h"

#include <stdio.h>

#define DATE_LETTERS 10   // of 2026-11-26
#define DATE_AND_HOUR 13  // letters of 2026-11-26T14

static instant start_of_hour(instant t)
{
    return t - t % TIME_HOUR;
}

static bool read_local(const struct tz *zone, instant as_utc, instant *out)
{
    bool skipped;
    return tz_instant(zone, time_to_civil(as_utc), TZ_EARLIER, out, &skipped);
}

bool hour_parse(str text, const struct tz *zone, instant now, instant *start)
{
    const bool is_utc = text.n == DATE_AND_HOUR + 1 && text.p[DATE_AND_HOUR] == 'Z';
    char full[DATE_AND_HOUR + 8];
    instant at;
    err ignored;
    if ((text.n != DATE_AND_HOUR && !is_utc) || text.p[DATE_LETTERS] != 'T') return false;
    snprintf(full, sizeof full, "%.*s:00:00Z", DATE_AND_HOUR, text.p);
    if (!time_parse_utc(str_of(full), &at, &ignored) || (!is_utc && !read_local(zone, at, &at))) return false;
    at = start_of_hour(at);
    if (at < 0 || at + TIME_HOUR > now) return false;
    *start = at;
    return true;
}

str hour_write(const struct tz *zone, instant start, char out[static HOUR_TEXT_MAX])
{
    const civil c = tz_civil(zone, start), utc = time_to_civil(start);
    instant back;
    int n = snprintf(out, HOUR_TEXT_MAX, "%04d-%02d-%02dT%02d", c.year, c.month, c.day, c.hour);
    if (!hour_parse((str){out, (size_t)n}, zone, start + TIME_HOUR, &back) || back != start)
        n = snprintf(out, HOUR_TEXT_MAX, "%04d-%02d-%02dT%02dZ", utc.year, utc.month, utc.day, utc.hour);
    return (str){out, n < 0 || n >= HOUR_TEXT_MAX ? 0 : (size_t)n};
}
