// SPDX-License-Identifier: EUPL-1.2
// robust.h: statistics that a few wrong values do not move. Pure.
// Source   MAD scaled by 1.4826 (equals the standard deviation of a normal distribution); median polish: Tukey 1977; CUSUM: Page 1954
#ifndef PEIL_QUALITY_ROBUST_H
#define PEIL_QUALITY_ROBUST_H

#include "base/arena.h"
#include "base/err.h"

// NAN are not allowed in these two; scratch has room for n. n > 0.
double robust_median(const double *v, size_t n, double *scratch);
double robust_mad(const double *v, size_t n, double median, double *scratch);  // scaled
// NAN are skipped; NAN when nothing is left. scratch has room for n.
double robust_median_of_known(const double *v, size_t n, double *scratch);

// y = overall + row + column + rest, by sweeping medians out of rows and columns in turn. NAN cells stay NAN.
struct polish {
    size_t rows, columns;
    double overall;
    double *row, *column;
    double *rest;  // rows x columns
};
NODISCARD bool robust_polish(const double *table, size_t rows, size_t columns, arena *a, struct polish *out,
                             err *e);

// Two one-sided sums of z - k and -z - k; gives the greatest at the end, with its sign. NAN is passed over.
double robust_cusum(const double *z, size_t n, double k);

#endif
