// SPDX-License-Identifier: EUPL-1.2
// target.h: what the municipality aims at: the benchmark that a data point is scored against, and what policy has promised for
// a year. Both are data of the municipality, with source and date; each change is a new revision.
// Source   spec kpi.md section 3: the targets of U4SSC itself are not public
#ifndef PEIL_KPI_VALUE_TARGET_H
#define PEIL_KPI_VALUE_TARGET_H

#include "kpi/set/score.h"
#include "kpi/value/act.h"

struct kpi_target {
    bool is_given;
    struct kpi_benchmark scale;  // worst is 0 for a rising point that names none
    str source, date;            // where it is written, and since when it holds
    int year;                    // of a promise: when it is to be reached
    str by;
    instant at;
};

struct kpi_targets {
    struct kpi_target *benchmark;  // by the point's index
    struct kpi_target *policy;     // the promise for the latest year
};

NODISCARD bool kpi_targets_read(struct snapshot *at, const struct kpi_set *s, arena *a,
                                struct kpi_targets *out, err *e);
// year 0: the benchmark. A falling point needs its worst value: ERR_MISSING.
NODISCARD bool kpi_target_set(struct store_tx *tx, const struct kpi_acting *by, str point, int year,
                              double target, bool has_worst, double worst, str source, str date, err *e);

#endif
