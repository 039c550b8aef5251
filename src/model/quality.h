// SPDX-License-Identifier: EUPL-1.2
// quality.h: what casts doubt on a reading, as it stands in resultQuality: {"status":"spike","reason":"..."}. Nothing there: no
// check found anything.
//
// Some doubts take a reading out of every mean, sum and index; it stays in the raw series. The others leave it in, for a
// meter that differs from its neighbours may be the one that is right: an area's index is robust against it, and it is told as
// uncertain.
#ifndef PEIL_MODEL_QUALITY_H
#define PEIL_MODEL_QUALITY_H

#include "base/time.h"
#include "model/value.h"

typedef enum {
    QUALITY_GOOD,
    QUALITY_IMPLAUSIBLE,   // outside what the quantity or the sensor can be
    QUALITY_SATURATED,     // the sensor is at its stop
    QUALITY_CLOCK,         // the time cannot be right
    QUALITY_CONTRADICTED,  // another value was sent for the same time
    QUALITY_SPIKE,         // far from the readings around it
    QUALITY_STUCK,         // the same value for long while others move
    QUALITY_BIASED,        // long far from its neighbours
    QUALITY_DRIFT,         // moving away from its neighbours
    QUALITY_HUMID,         // optical dust meter in damp air
    QUALITY_COUNT
} quality_flag;

#define CLOCK_AHEAD_MOST TIME_MINUTE  // of a good clock

str quality_name(quality_flag f);     // "spike"; empty for QUALITY_GOOD
bool quality_counts(quality_flag f);  // in means, sums and indices
quality_flag quality_of_value(
    const value *v);  // of a resultQuality; any other JSON is a client's own and no doubt of ours
str quality_reason(const value *v);  // raw JSON text of "reason", without quotes; empty: none
bool quality_write(buf *b, quality_flag f, str reason);  // the resultQuality; false: no memory

#endif
