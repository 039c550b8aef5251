// SPDX-License-Identifier: EUPL-1.2
// reading.h: what a page says of a reading: how old it is, whether it counts, which class of its scale it is.
// Threads  any
// Source   portal.md section 4
#ifndef PEIL_PORTAL_READING_H
#define PEIL_PORTAL_READING_H

#include "portal/meter.h"

// portal.md section 4: below two periods fresh; to three hours old; then silent. A fresh or old one that failed a check is rejected.
typedef enum { READING_NONE, READING_FRESH, READING_OLD, READING_SILENT, READING_REJECTED } reading_state;
#define READING_OLD_MOST (3 * TIME_HOUR)

struct reading {
    reading_state state;
    instant at;                       // end of its interval, or its instant
    double value;                     // in the unit shown
    const struct scale_class *class;  // NULL: the scale has none, or it is rejected
    quality_flag reject;              // why it does not count; QUALITY_GOOD: it does
};

// The newest number, but for what is still to come: a forecast, or a clock that is wrong.
NODISCARD bool reading_latest(struct snapshot *at, const struct series *s, instant now, arena *a,
                              struct reading *out, err *e);
// False when the result is no number.
bool reading_of(const struct series *s, const struct observation *o, instant now, struct reading *out);
bool reading_is_to_come(const struct observation *o, instant now);
bool reading_has_value(const struct reading *r);   // fresh or old
instant series_fresh_for(const struct series *s);  // how long a reading stays fresh
// Why a reading does not count: what a check found (resultQuality), or a number outside what the quantity can be.
quality_flag reject_in(const value *quality);
quality_flag reject_of(const struct series *s, const value *result, const value *quality);
str reading_state_name(reading_state s);  // "fresh": class of the style sheet

#endif
