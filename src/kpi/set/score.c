// SPDX-License-Identifier: EUPL-1.2
#include "kpi/set/score.h"

#include <math.h>

#define POINTS_MOST 4

bool kpi_benchmark_check(struct kpi_benchmark b, err *e)
{
    if (!isfinite(b.worst) || !isfinite(b.target))
        return err_set(e, ERR_RANGE, ERR_NOWHERE, "worst value and target must be numbers");
    return b.worst != b.target ||
           err_set(e, ERR_RANGE, ERR_NOWHERE, "the worst value equals the target: no share can be taken");
}

double kpi_share(double value, struct kpi_benchmark b)
{
    return 100 * (value - b.worst) / (b.target - b.worst);
}

int kpi_points(double share)
{
    static const double edges[POINTS_MOST - 1] = {33, 66, 95};
    int points = 1;
    for (int i = 0; i < POINTS_MOST - 1; i++)
        if (share >= edges[i]) points = i + 2;
    return points;
}

double kpi_score_percent(struct kpi_score s)
{
    return s.count ? 100.0 * s.points / (POINTS_MOST * s.count) : (double)NAN;
}
