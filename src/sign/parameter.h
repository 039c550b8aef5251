// SPDX-License-Identifier: EUPL-1.2
// parameter.h: every number that decides over a home, in one table: the method reads it, the registers and the data
// protection impact assessment print it. What stands in a register is thereby what runs.
// Threads  any; the tables are constant
// Errors   ERR_UNKNOWN (no such parameter), ERR_RANGE (outside its least and most)
#ifndef PEIL_SIGN_PARAMETER_H
#define PEIL_SIGN_PARAMETER_H

#include "base/err.h"

struct sign_parameters {
    double learning_days;   // of data before a personal limit holds; until then the cap alone
    double cap_h;           // hard limit of quiet time; a person is asked, whatever the rhythm
    double margin_h;        // a silence is improbable this long behind what is usual at that hour and weekday
    double factor;          // or when it weighs this many times the home's own heaviest
    double calm_share;      // of its usual events that a home has on a calm day with somebody in
    double floor_h;         // no silence shorter than this is ever reported
    double evidence_least;  // natural logarithm of the odds "empty against lived in" that a quiet clock needs
    double rise_kwh;        // an event is a rise of at least this in half an hour
    double rise_ripples;    // and of this many ripples of the standby load
    double level_kwh;       // and a level of at least this above standby
    double level_ripples;   // and this many ripples
    double timer_days;      // a half hour with an event on so many of 28 days is a timer: no sign of life
    double silent_h;        // without data for so long, or with under half of a day's, the meter is silent
    double supply_off_h;    // use near zero for so long: mains switched off or meter broken
    double waking_from_h;   // a personal limit is told from this hour of the local day
    double waking_to_h;     // to this one
    double least_events;    // signs of life a day that a home needs
    double trial_share;  // of silences imitated from its own nights that the hard limit must find in the home
};

struct sign_parameter {
    const char *name;
    size_t offset;  // of the double in struct sign_parameters
    double standard, least, most;
    const char *unit;
    const char *text_nl, *text_en;  // one plain sentence each
};

const struct sign_parameter *sign_parameter_table(size_t *count);
struct sign_parameters sign_parameters_standard(void);
NODISCARD bool sign_parameter_set(struct sign_parameters *p, str name, double v, err *e);
double sign_parameter_get(const struct sign_parameters *p, const struct sign_parameter *row);

#endif
