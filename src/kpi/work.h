// SPDX-License-Identifier: EUPL-1.2
// work.h: what the assessment does by itself: values from sensors (measure/measure.h), every six hours, and reminders.
// Threads  kpi_work_remind from any thread but the writer and event loops
#ifndef PEIL_KPI_WORK_H
#define PEIL_KPI_WORK_H

#include "base/schedule.h"
#include "kpi/measure/measure.h"

NODISCARD bool kpi_work_remind(const struct kpi_office *o, instant now, size_t *sent, err *e);

struct kpi_work {  // context of the jobs; lives as long as the schedule
    const struct kpi_office *office;
    struct kpi_sensors from;  // without roll-ups nothing is measured
    instant asked, measured;  // the job's own: when it first wanted to, and when it last did; 0: never
};
NODISCARD bool kpi_work_schedule(struct kpi_work *w, struct schedule *s, err *e);

#endif
