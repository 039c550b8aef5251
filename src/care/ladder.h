// SPDX-License-Identifier: EUPL-1.2
// ladder.h: who does what next when a home fell silent, as a table. Every step is a person's; the machine only shows the next one
// and says when it is late. Pure.
// Source   signals.md 1.4; AVG article 22
#ifndef PEIL_CARE_LADDER_H
#define PEIL_CARE_LADDER_H

#include "base/str.h"
#include "base/time.h"

typedef enum {
    LADDER_TECHNICIAN,  // a silent meter: nobody is asked yet
    LADDER_RESIDENT,    // call or write to the resident, by the way they chose
    LADDER_CONTACT,     // then the person they named
    LADDER_DESK,        // then the care desk weighs what is known
    LADDER_VISIT,       // then somebody goes there: needs the address, so two people
    LADDER_STEP_COUNT
} ladder_step;

struct ladder_rung {
    const char *name;  // "resident", in documents and interfaces
    int deadline_h;    // from the step before
    bool needs_identity;
    const char *text_nl, *text_en;  // what is to be done
};

struct ladder_outcome {
    const char *name;    // "reached-well"
    unsigned steps;      // bits of the steps at which it can be said
    bool closes;         // else the next step begins; after the last one it begins anew
    const char *reason;  // of closing: "well", "away", "hospital", "meter", "help", "deceased", "unreachable"
    const char *text_nl, *text_en;
};

const struct ladder_rung *ladder_rung(ladder_step s);
const struct ladder_outcome *ladder_outcomes(size_t *count);
// NULL: no such outcome at this step.
const struct ladder_outcome *ladder_outcome(ladder_step s, str name);
bool ladder_step_by_name(str name, ladder_step *out);

#endif
