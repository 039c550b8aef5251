// SPDX-License-Identifier: EUPL-1.2
#include "quality/neighbour.h"

#include <math.h>
#include <string.h>

static size_t known_in(const double *table, size_t rows, size_t columns, size_t column)
{
    size_t n = 0;
    for (size_t r = 0; r < rows; r++) n += isnan(table[r * columns + column]) ? 0 : 1;
    return n;
}

// How far a difference must go at this level before it is one.
static double ordinary(const struct check_habits *h, double level)
{
    return fmax(h->bias, h->least_share * fabs(level));
}

// ---- Bias --------------------------------------------------------------------------------------------------------

bool neighbour_bias(const double *hours, size_t meters, const struct check_habits *h, arena *a,
                    struct neighbour_verdict *out, err *e)
{
    struct polish p;
    double *effects = ARENA_ARRAY(a, meters + 1, double), *scratch = ARENA_ARRAY(a, meters + 1, double);
    if (!effects || !scratch) return err_no_memory(e);
    memset(out, 0, meters * sizeof *out);
    if (h->bias <= 0) return true;
    if (!robust_polish(hours, BIAS_HOURS, meters, a, &p, e)) return false;
    size_t n = 0;
    for (size_t m = 0; m < meters; m++)
        if (known_in(hours, BIAS_HOURS, meters, m) >= BIAS_HOURS_LEAST) effects[n++] = p.column[m];
    if (n < NEIGHBOURS_LEAST) return true;
    const double middle = robust_median(effects, n, scratch),
                 spread = robust_mad(effects, n, middle, scratch);
    for (size_t m = 0; m < meters; m++) {
        const double away = p.column[m] - middle;
        const bool is_known = known_in(hours, BIAS_HOURS, meters, m) >= BIAS_HOURS_LEAST;
        out[m] = (struct neighbour_verdict){.is_biased = is_known && fabs(away) > 3 * spread &&
                                                         fabs(away) > ordinary(h, p.overall),
                                            .difference = is_known ? away : (double)NAN,
                                            .level = p.overall};
    }
    return true;
}

// ---- Drift -------------------------------------------------------------------------------------------------------

// Residuals with the meter's own level taken from its first days, in units of the spread of all residuals.
static double score(const double *own, double spread, double *z, double *scratch, double *moved)
{
    const double base = robust_median_of_known(own, DRIFT_BASE_DAYS, scratch);
    for (size_t d = 0; d < DRIFT_DAYS; d++) z[d] = (own[d] - base) / spread;
    *moved = robust_median_of_known(own + DRIFT_DAYS - 5, 5, scratch) - base;
    return isnan(base) ? 0 : robust_cusum(z, DRIFT_DAYS, DRIFT_K);
}

static double spread_of(const struct polish *p, double *scratch, double *known)
{
    size_t n = 0;
    for (size_t k = 0; k < p->rows * p->columns; k++)
        if (!isnan(p->rest[k])) known[n++] = p->rest[k];
    return n ? robust_mad(known, n, 0, scratch) : 0;
}

bool neighbour_drift(const double *days, size_t meters, const struct check_habits *h, arena *a,
                     struct neighbour_verdict *out, err *e)
{
    struct polish p;
    const size_t cells = DRIFT_DAYS * meters;
    double *known = ARENA_ARRAY(a, cells + 1, double), *scratch = ARENA_ARRAY(a, cells + DRIFT_DAYS, double);
    double own[DRIFT_DAYS], z[DRIFT_DAYS], moved;
    if (!known || !scratch) return err_no_memory(e);
    memset(out, 0, meters * sizeof *out);
    if (h->bias <= 0 || meters < NEIGHBOURS_LEAST) return true;
    if (!robust_polish(days, DRIFT_DAYS, meters, a, &p, e)) return false;
    const double spread = fmax(spread_of(&p, scratch, known), 1e-6);
    for (size_t m = 0; m < meters; m++) {
        if (known_in(days, DRIFT_DAYS, meters, m) < DRIFT_DAYS_LEAST) continue;
        for (size_t d = 0; d < DRIFT_DAYS; d++) own[d] = p.rest[d * meters + m];
        const double s = score(own, spread, z, scratch, &moved);
        out[m].is_drifting = fabs(s) > DRIFT_H && fabs(moved) > ordinary(h, p.overall) &&
                             (s > 0) == (moved > 0);
        out[m].difference = moved;
        out[m].level = p.overall;
    }
    return true;
}
