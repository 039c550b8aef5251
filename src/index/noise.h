// SPDX-License-Identifier: EUPL-1.2
// noise.h: measures of noise from short levels (LAeq of seconds to minutes): by energy, never the plain mean of decibels. Pure.
//
// Day 07-19, evening 19-23, night 23-07, local time. A day is a calendar day: its night is 00-07 and 23-24 of one date. Each part
// needs 75 % of its real time (a night of 7 or 9 hours when the clock is changed), and weighs as 12, 4 and 8 hours.
// LN is the level exceeded N % of the time; it is made from the short levels only, never from hourly LNs.
//
// Units    dB(A); instants: microseconds since 1970 UTC
// Source   Directive 2002/49/EC Annex I (Lden, Lnight), hours of the Netherlands; ISO 1996-1 (LAeq, LN)
#ifndef PEIL_INDEX_NOISE_H
#define PEIL_INDEX_NOISE_H

#include "index/hours.h"

typedef enum { NOISE_DAY, NOISE_EVENING, NOISE_NIGHT, NOISE_PARTS } noise_part;

struct noise_levels {
    const instant *times;  // in order
    const double *levels;
    size_t count;
};

struct noise_span {
    double laeq, max;      // NAN: nothing
    double l10, l50, l90;  // NAN: nothing
    size_t count;
    double captured;  // share of the span that the levels stand for
};
// Of the levels in `when`; step: what one stands for (hours_step).
NODISCARD bool noise_span(const struct noise_levels *l, interval when, int64_t step, arena *a,
                          struct noise_span *out, err *e);

struct noise_date {
    interval day;
    double part[NOISE_PARTS];  // LAeq of each; NAN: not enough data
    double captured[NOISE_PARTS];
    double lden;  // NAN: a part has not enough data
    double lnight;
};
// The calendar day that begins at `day`, a local midnight.
void noise_date(const struct noise_levels *l, instant day, const struct tz *zone, int64_t step,
                struct noise_date *out);

double noise_lden(double day, double evening, double night);
// Long-term: the parts averaged over all dates first, each by energy; needs 75 % of the dates. NAN fields: not enough data.
void noise_long_term(const struct noise_date *dates, size_t count, size_t wanted, struct noise_date *out);

#endif
