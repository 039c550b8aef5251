// SPDX-License-Identifier: EUPL-1.2
// neighbour.h: a meter beside the others of its kind: bias and drift. Pure.
//
// Bias: of a table of hours x meters the median polish gives each meter's own effect; one that is further from zero than 3 scaled MAD
// of all effects, and than what is ordinary for the quantity, over 24 hours, is biased.
// Drift: of a table of days x meters, each meter's residuals over MAD(residuals) go into a CUSUM with k = 0.5, h = 5, where
// its first days are the level that it moves away from.
// Source   median polish as in signals.md section 4; Page 1954
#ifndef PEIL_QUALITY_NEIGHBOUR_H
#define PEIL_QUALITY_NEIGHBOUR_H

#include "quality/check.h"
#include "quality/robust.h"

#define NEIGHBOURS_LEAST 5  // meters; fewer say nothing about one of them
#define BIAS_HOURS 24
#define BIAS_HOURS_LEAST 18
#define DRIFT_DAYS 30
#define DRIFT_DAYS_LEAST 20
#define DRIFT_BASE_DAYS 8  // the level that it moves away from
#define DRIFT_K 0.5
#define DRIFT_H 5.0

struct neighbour_verdict {
    bool is_biased, is_drifting;
    double
        difference;  // to the neighbours, in the unit of the quantity; bias: own effect; drift: over the last days
    double level;  // of all meters
};

// hours: BIAS_HOURS rows x `meters` of hourly means, NAN where there is none. Verdicts by column.
NODISCARD bool neighbour_bias(const double *hours, size_t meters, const struct check_habits *h, arena *a,
                              struct neighbour_verdict *out, err *e);
// days: DRIFT_DAYS rows x `meters` of daily means.
NODISCARD bool neighbour_drift(const double *days, size_t meters, const struct check_habits *h, arena *a,
                               struct neighbour_verdict *out, err *e);

#endif
