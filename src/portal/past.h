// SPDX-License-Identifier: EUPL-1.2
// past.h: what a series measured in the last day, week, month or year, as points for a chart and a table.
// Units    values in the unit shown; a level in dB is averaged energetically
// Owns     points lie in the arena
// Errors   what the store says; ERR_LIMIT
// Source   portal.md section 7: a mean over an hour or day needs 75 % of its readings, else it is a gap
#ifndef PEIL_PORTAL_PAST_H
#define PEIL_PORTAL_PAST_H

#include "base/tz.h"
#include "portal/reading.h"
#include "render/svg_chart.h"

typedef enum { PAST_DAY, PAST_WEEK, PAST_MONTH, PAST_YEAR, PAST_COUNT } past_period;

struct past {
    past_period period;
    interval when;
    instant step, gap_least;
    struct chart_point *points;  // oldest first; `at` is the middle of what the point covers
    size_t count;
    double mean, low, high;  // of all; only with points
    bool is_of_many;         // meters: from `low` to `high` are eight in ten readings, not all
};

NODISCARD bool past_read(struct snapshot *at, const struct series *s, past_period p, const struct tz *zone,
                         instant now, arena *a, struct past *out, err *e);
// What a series measured in the hour that begins at `start`, as a reading of that time; with less than 75 % of its readings it has none.
NODISCARD bool past_hour_read(struct snapshot *at, const struct series *s, instant start, struct reading *out,
                              err *e);
str past_period_key(past_period p);  // "dag", "week", "maand", "jaar": in addresses
bool past_period_by_key(str key, past_period *out);

#endif
