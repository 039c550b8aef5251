// SPDX-License-Identifier: EUPL-1.2
// check.h: checks of a Datastream by itself: range, clock, spike, stuck, gap. Pure; nothing is changed, doubts are told.
//
// Units    values in the canonical unit of the quantity; instants: microseconds since 1970 UTC
// Source   ingest rules (clock, range); spike: Hampel identifier, 3 scaled MAD over 7 readings (Hampel 1974); stuck: no change in 6
//          hours while the others move
#ifndef PEIL_QUALITY_CHECK_H
#define PEIL_QUALITY_CHECK_H

#include "base/arena.h"
#include "base/time.h"
#include "model/quality.h"
#include "model/quantity.h"

// What is ordinary for a quantity, so that a check does not find what nature does by itself.
struct check_habits {
    str quantity;
    double
        spike;  // a step below this is no spike however quiet the readings around it are; 0: the quantity jumps by nature
    double moves;        // the others move more than this in some hours; 0: it may rest for long
    double bias;         // a difference to the neighbours below this is none; 0: neighbours are not compared
    double least_share;  // nor one below this share of the level
};
const struct check_habits *
check_habits_of(const struct quantity *q);  // never NULL; of most quantities nothing is expected

bool check_range(const struct quantity *q, bool is_reference, double value);  // true: it can be
bool check_clock(instant phenomenon, instant received);  // true: not ahead; received TIME_NONE: unknown, true

#define SPIKE_SIDE 3  // readings on each side
// Is reading k far from its 3 neighbours on each side (fewer at the ends; at least 4 in all)? NAN are skipped.
bool check_is_spike(const double *values, size_t count, size_t k, const struct check_habits *h,
                    double *middle);

#define STUCK_LEAST (6 * TIME_HOUR)
#define STUCK_ALONE (24 * TIME_HOUR)  // when there are no others to compare with
#define STUCK_READINGS_LEAST 6
struct check_run {
    size_t first, last;  // of readings
};
// Runs of one value that last at least STUCK_LEAST, in order; at most `most`.
size_t check_runs(const instant *times, const double *values, size_t count, struct check_run *out,
                  size_t most);

// Nothing for more than three steps and an hour.
bool check_is_gap(instant before, instant after, int64_t step);

#endif
