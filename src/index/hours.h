// SPDX-License-Identifier: EUPL-1.2
// hours.h: means over hours, eight hours, days and years, with the data capture that norms ask for. Pure.
//
// A mean is a number or "not enough data", which is NAN: never a mean of little. A reading counts in the hour in which its
// phenomenonTime starts; it stands for as much time as lies between readings of its stream (at most an hour). A level in dB is
// averaged by energy.
//
// Units    means in the unit of the readings; instants: microseconds since 1970 UTC; days are the town's (23 to 25 hours)
// Owns     arrays in the caller's arena
// Source   Directive 2008/50/EC, Annex XI (hour 75 %, eight hours 75 %, daily greatest eight-hour mean 75 % of 24, day 75 %) and
//          Annex I (year 90 %)
#ifndef PEIL_INDEX_HOURS_H
#define PEIL_INDEX_HOURS_H

#include "base/arena.h"
#include "base/err.h"
#include "base/tz.h"

#define HOURS_CAPTURE 0.75
#define YEAR_CAPTURE 0.90

// Hour k is [from + k hours, one hour more).
struct hours {
    instant from;  // a whole hour
    size_t count;
    double *mean;      // NAN: not enough data
    double *captured;  // share of the hour that readings stand for, 0 to 1
};

NODISCARD bool hours_new(instant from, size_t count, arena *a, struct hours *out, err *e);  // all empty
// Readings in order of time; those outside are left out. May be called once per `out`.
NODISCARD bool hours_fill(struct hours *out, const instant *times, const double *values, size_t count,
                          bool is_level, arena *a, err *e);
// What the readings themselves say of how often they come: the median step, at most an hour; 0: fewer than two readings.
NODISCARD bool hours_step(const instant *times, size_t count, arena *a, int64_t *out, err *e);

// The mean of n hours that end with hour `last` (it included), with 75 % of them; hours before the first count as missing.
double hours_running_mean(const struct hours *h, size_t last, size_t n);
double hours_running_capture(const struct hours *h, size_t last,
                             size_t n);  // share of the n that have a mean

struct day_mean {
    interval day;
    double mean;         // of 75 % of its hours
    double greatest_8h;  // of the running eight-hour means that end in it, 75 % of 24
    double greatest_hour;
    double captured;  // share of its hours that have a mean
};
// Whole local days that lie in the hours.
NODISCARD bool hours_days(const struct hours *h, const struct tz *zone, arena *a, struct day_mean **out,
                          size_t *count, err *e);
double hours_mean(const struct hours *h, double least_capture, double *captured);  // of all of it

#endif
