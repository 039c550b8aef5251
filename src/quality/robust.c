// SPDX-License-Identifier: EUPL-1.2
#include "quality/robust.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MAD_SCALE 1.4826
#define SWEEPS 10
#define SWEEP_LEAST 1e-9

static int cmp(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

#define FEW 16  // below this, calling `cmp` is what qsort spends its time on

static void sort_few(double *v, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        const double x = v[i];
        size_t at = i;
        for (; at > 0 && v[at - 1] > x; at--) v[at] = v[at - 1];
        v[at] = x;
    }
}

static double median_here(double *v, size_t n)
{
    if (n < FEW)
        sort_few(v, n);
    else
        qsort(v, n, sizeof *v, cmp);
    return n % 2 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

double robust_median(const double *v, size_t n, double *scratch)
{
    memcpy(scratch, v, n * sizeof *v);
    return median_here(scratch, n);
}

double robust_mad(const double *v, size_t n, double median, double *scratch)
{
    for (size_t k = 0; k < n; k++) scratch[k] = fabs(v[k] - median);
    return MAD_SCALE * median_here(scratch, n);
}

double robust_median_of_known(const double *v, size_t n, double *scratch)
{
    size_t known = 0;
    for (size_t k = 0; k < n; k++)
        if (!isnan(v[k])) scratch[known++] = v[k];
    return known ? median_here(scratch, known) : (double)NAN;
}

// ---- Median polish -----------------------------------------------------------------------------------------------

// Takes the median out of one line of the table (a row, or a column by stride) and adds it to its effect.
static double sweep_line(double *first, size_t n, size_t stride, double *effect, double *scratch)
{
    size_t known = 0;
    for (size_t k = 0; k < n; k++)
        if (!isnan(first[k * stride])) scratch[known++] = first[k * stride];
    if (known == 0) return 0;
    const double median = median_here(scratch, known);
    for (size_t k = 0; k < n; k++) first[k * stride] -= median;
    *effect += median;
    return fabs(median);
}

static void centre(double *effects, size_t n, double *overall, double *scratch)
{
    const double median = robust_median(effects, n, scratch);
    for (size_t k = 0; k < n; k++) effects[k] -= median;
    *overall += median;
}

bool robust_polish(const double *table, size_t rows, size_t columns, arena *a, struct polish *out, err *e)
{
    struct polish p = {.rows = rows, .columns = columns};
    double *scratch = ARENA_ARRAY(a, (rows > columns ? rows : columns) + 1, double);
    p.row = ARENA_ARRAY(a, rows + 1, double);
    p.column = ARENA_ARRAY(a, columns + 1, double);
    p.rest = ARENA_ARRAY(a, rows * columns + 1, double);
    if (!scratch || !p.row || !p.column || !p.rest) return err_no_memory(e);
    memcpy(p.rest, table, rows * columns * sizeof *table);
    for (int sweep = 0; rows && columns && sweep < SWEEPS; sweep++) {
        double moved = 0;
        for (size_t r = 0; r < rows; r++)
            moved += sweep_line(p.rest + r * columns, columns, 1, &p.row[r], scratch);
        centre(p.row, rows, &p.overall, scratch);
        for (size_t c = 0; c < columns; c++)
            moved += sweep_line(p.rest + c, rows, columns, &p.column[c], scratch);
        centre(p.column, columns, &p.overall, scratch);
        if (moved < SWEEP_LEAST) break;
    }
    *out = p;
    return true;
}

double robust_cusum(const double *z, size_t n, double k)
{
    double up = 0, down = 0;
    for (size_t i = 0; i < n; i++) {
        if (isnan(z[i])) continue;
        up = fmax(0, up + z[i] - k);
        down = fmax(0, down - z[i] - k);
    }
    return up >= down ? up : -down;
}
