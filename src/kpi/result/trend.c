// SPDX-License-Identifier: EUPL-1.2
#include "kpi/result/trend.h"

#include <math.h>

bool kpi_trend_take(const struct kpi_office *o, struct snapshot *at, int year, str area, bool with_drafts,
                    arena *a, struct kpi_trend *out, err *e)
{
    int *years;
    size_t count;
    struct kpi_trend t = {.count = 0};
    if (!kpi_years_read(at, a, &years, &count, e)) return false;
    size_t end = 0;
    while (end < count && years[end] < year) end++;
    const size_t from = end > KPI_TREND_YEARS_MAX - 1 ? end - (KPI_TREND_YEARS_MAX - 1) : 0;
    for (size_t i = from; i < end; i++)
        if (!kpi_picture_take(o, at, years[i], area, with_drafts, a, &t.pictures[t.count++], e)) return false;
    if (!kpi_picture_take(o, at, year, area, with_drafts, a, &t.pictures[t.count++], e)) return false;
    *out = t;
    return true;
}

kpi_change kpi_trend_change(const struct kpi_trend *t, const struct kpi_point *p)
{
    if (t->count < 2) return KPI_NO_CHANGE_KNOWN;
    const struct kpi_result *now = &t->pictures[t->count - 1]->results.points[p->index],
                            *last = &t->pictures[t->count - 2]->results.points[p->index];
    if (!now->has_value || !last->has_value) return KPI_NO_CHANGE_KNOWN;
    const double step = pow(10, -p->decimals), difference = now->value - last->value;
    if (fabs(difference) < step / 2) return KPI_SAME;
    if (p->direction == KPI_NO_DIRECTION) return difference > 0 ? KPI_HIGHER : KPI_LOWER;
    return (difference > 0) == (p->direction == KPI_UP) ? KPI_BETTER : KPI_WORSE;
}

str kpi_change_name(kpi_change c)
{
    static const str names[] = {{"", 0},      {"same", 4},   {"better", 6},
                                {"worse", 5}, {"higher", 6}, {"lower", 5}};
    return names[c];
}
