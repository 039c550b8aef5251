// SPDX-License-Identifier: EUPL-1.2
// score.h: from a value and its benchmark to points, and from points to the score of a group.
//
// A share of the target below 33 % is 1 point, below 66 % 2, below 95 % 3, else 4: the lower edge belongs to the class, on the
// unrounded share. A group's score is 100 * points / (4 * scored data points): points are added up, averages never averaged.
// Source   U4SSC verification reports (Kristiansund 2020 p. 12, Krimpen aan den IJssel 2020 p. 11); edges and the worst
//          value of falling indicators as the Trondheim project has them, for no source of U4SSC says
#ifndef PEIL_KPI_SET_SCORE_H
#define PEIL_KPI_SET_SCORE_H

#include "base/err.h"

struct kpi_score {
    int points;  // sum
    int count;   // scored data points
};

struct kpi_benchmark {
    double worst, target;
};

NODISCARD bool kpi_benchmark_check(struct kpi_benchmark b,
                                   err *e);              // ERR_RANGE: worst equals target, or no number
double kpi_share(double value, struct kpi_benchmark b);  // percent of the way from worst to target
int kpi_points(double share);                            // 1 to 4, also the class of a group's score
double kpi_score_percent(struct kpi_score s);            // NAN when nothing is scored: grey, never zero

#endif
