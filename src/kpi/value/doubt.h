// SPDX-License-Identifier: EUPL-1.2
// doubt.h: what looks wrong about a value before it is taken in, in plain words. A doubt does not refuse: people confirm it, and that
// stays on record with the value. What cannot be (another kind of unit, a year before 1900) is an error instead.
//
// Owns     texts lie in the arena
// Source   plausibility rules of the U4SSC verification manual (spec kpi.md section 2), as claims of the set; the others are ours
#ifndef PEIL_KPI_VALUE_DOUBT_H
#define PEIL_KPI_VALUE_DOUBT_H

#include "kpi/value/value.h"

#define KPI_DOUBTS_MAX KPI_CONFIRMATIONS_MAX

struct kpi_doubt {
    char code[32];  // "over-100", "part-over-whole", "rule-3"
    struct kpi_text text;
};

struct kpi_doubts {
    struct kpi_doubt all[KPI_DOUBTS_MAX];
    size_t count;
};

// What a value is held against.
struct kpi_doubting {
    const struct kpi_set *set;
    const struct kpi_book *now;       // its own year and area
    const struct kpi_book *previous;  // the year before; NULL: not there
    int this_year;                    // of the calendar
};

NODISCARD bool kpi_doubts_find(const struct kpi_doubting *d, const struct kpi_value *v, arena *a,
                               struct kpi_doubts *out, err *e);

void kpi_doubts_write(json_writer *w, const struct kpi_doubts *d);  // [{"code","nl","en"}]; NULL: []

#endif
