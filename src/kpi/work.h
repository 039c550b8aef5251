// SPDX-License-Identifier: EUPL-1.2
// work.h: what the assessment does by itself: values from sensors, and reminders.
//
// Sensors. An input that the set calls measured gets, for the town and each area below it, the mean (or sum) of the year's
// readings from the roll-up, with its data capture: the share of the year's days with a reading. It is submitted, never verified,
// so that a person looks at it. Below KPI_CAPTURE_LEAST it stays a draft that nobody outside sees, except in a demonstration. A
// value that a person or a file gave is left alone.
// Source   capture of 75 % of the days is ours; Directive 2008/50/EC asks 90 % of the hours of reference instruments
// Threads  kpi_work_measure and kpi_work_remind from any thread but the writer and event loops
#ifndef PEIL_KPI_WORK_H
#define PEIL_KPI_WORK_H

#include "base/schedule.h"
#include "kpi/office.h"
#include "rollup/rollup.h"

#define KPI_CAPTURE_LEAST 0.75

// *stored: revisions that were added.
NODISCARD bool kpi_work_measure(const struct kpi_office *o, struct rollups *r, int year, instant now,
                                size_t *stored, err *e);
NODISCARD bool kpi_work_remind(const struct kpi_office *o, instant now, size_t *sent, err *e);

struct kpi_work {  // context of the jobs; lives as long as the schedule
    const struct kpi_office *office;
    struct rollups *rollups;
    instant asked, measured;  // the job's own: when it first wanted to, and when it last did; 0: never
};
NODISCARD bool kpi_work_schedule(struct kpi_work *w, struct schedule *s, err *e);

#endif
