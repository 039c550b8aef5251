// SPDX-License-Identifier: EUPL-1.2
// limit.h: guidelines and limit values over a calendar year, judged with the averaging and data capture that each asks for. Pure.
//
// Citizens' meters never decide whether a limit is kept: what comes out of them is an indication, and is said to be one.
// Units    microgram per cubic metre
// Source   WHO global air quality guidelines 2021 (days: 99th percentile, so at most 3 days a year above);
//          Directive 2008/50/EC Annexes VII, XI and XIV; Directive (EU) 2024/2881 Annex I, from 1 January 2030.
//          docs/indices.md says which texts the rows were compared with; `is_checked` false: with none yet
#ifndef PEIL_INDEX_LIMIT_H
#define PEIL_INDEX_LIMIT_H

#include "index/scale.h"

typedef enum { LIMITS_WHO_2021, LIMITS_EU, LIMITS_EU_2030, LIMITS_COUNT } limit_set;

typedef enum {
    OVER_YEAR,        // mean of the year
    OVER_DAY,         // means of days
    OVER_8_HOURS,     // greatest eight-hour mean of each day
    OVER_HOUR,        // means of hours
    OVER_PEAK_SEASON  // greatest mean over six months of the greatest eight-hour means of days
} limit_over;

#define LIMIT_YEARS_MAX 3

struct limit {
    limit_set set;
    substance substance;
    limit_over over;
    double value;
    int allowed;     // times above it in a year, for days, eight hours and hours
    bool is_target;  // a target value, not a limit
    bool is_checked;
    int years;  // that times above are averaged over; 0: one
};

const struct limit *limits_all(size_t *count);
str limit_set_key(limit_set s);  // "who-2021", "eu", "eu-2030"
str limit_set_name(limit_set s);
bool limit_set_by_key(str key, limit_set *out);
str limit_over_name(limit_over o);  // "year", "day", "8-hours", "hour", "peak-season"

typedef enum { LIMIT_KEPT, LIMIT_EXCEEDED, LIMIT_NOT_ENOUGH_DATA } limit_outcome;
str limit_outcome_name(limit_outcome o);

struct limit_result {
    const struct limit *limit;
    limit_outcome outcome;
    double
        value;  // the mean; of days and hours the (allowed + 1)-th greatest, which decides. NAN: not enough data
    int times_above;  // of days, eight hours, hours: as counted, also with little data
    double captured;  // share of the year's hours or days that have a mean
    bool is_valid;    // of times: the year has enough data to count them
    // Of a limit that is averaged over several years, after limit_judge_years.
    int years_counted;  // valid ones
    double times_mean;  // of these; NAN: none
};

// `h` is a calendar year of the town, or as much of it as has passed; year_hours: of the whole year. What is exceeded already is said;
// what is not yet is not enough data.
NODISCARD bool limit_judge(const struct limit *l, const struct hours *h, size_t year_hours,
                           const struct tz *zone, arena *a, struct limit_result *out, err *e);

// Makes the outcome of a limit over several years: `r` is its year, `earlier` those before, as many as there is something of, judged alike.
// "Kept" needs this year to be valid (2008/50/EC, Annex VII: five of six summer months with 90 %).
void limit_judge_years(struct limit_result *r, const struct limit_result *earlier, size_t count);

#endif
