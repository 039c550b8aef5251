// SPDX-License-Identifier: EUPL-1.2
// trend.h: a data point over the years, and beside what other towns published.
// Owns     lies in the arena
#ifndef PEIL_KPI_RESULT_TREND_H
#define PEIL_KPI_RESULT_TREND_H

#include "kpi/office.h"

#define KPI_TREND_YEARS_MAX 12

// The years up to `year` that have values, oldest first; the last is `year` itself.
struct kpi_trend {
    struct kpi_picture *pictures[KPI_TREND_YEARS_MAX];
    size_t count;
};
NODISCARD bool kpi_trend_take(const struct kpi_office *o, struct snapshot *at, int year, str area,
                              bool with_drafts, arena *a, struct kpi_trend *out, err *e);

// Better, worse or the same than the year before it, by the point's direction; rounded as it is printed.
typedef enum { KPI_NO_CHANGE_KNOWN, KPI_SAME, KPI_BETTER, KPI_WORSE, KPI_HIGHER, KPI_LOWER } kpi_change;
kpi_change kpi_trend_change(const struct kpi_trend *t, const struct kpi_point *p);
str kpi_change_name(kpi_change c);  // "better"; empty: not known

#endif
