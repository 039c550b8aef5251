// SPDX-License-Identifier: EUPL-1.2
// published.h: what other towns published, to compare with: a table of tab-separated lines.
//   kind  city  country  published  kpi_id  data_point  value  unit  status  benchmark  source_title  page  note
// Owns     everything lies in the arena; texts are views of the source
// Errors   ERR_SYNTAX with the position; lines of a kind other than "kpi" are kept for tests
#ifndef PEIL_KPI_RESULT_PUBLISHED_H
#define PEIL_KPI_RESULT_PUBLISHED_H

#include "kpi/set/set.h"

struct kpi_published {
    str kind, city, country, published;  // "2020-09"
    str indicator, point;
    str value;   // as printed: "97.00", "No"; empty: none
    str status;  // "reported", "not reported", "not verified"
    str source;
    str page;
};

struct kpi_published_list {
    struct kpi_published *all;
    size_t count;
};

NODISCARD bool kpi_published_read(str source, arena *a, struct kpi_published_list *out, err *e);
// The data point that it speaks of, or NULL.
const struct kpi_point *kpi_published_point(const struct kpi_set *s, const struct kpi_published *p);
NODISCARD bool kpi_published_number(const struct kpi_published *p, double *out);  // yes 1, no 0; false: none

#endif
