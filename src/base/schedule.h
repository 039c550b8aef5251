// SPDX-License-Identifier: EUPL-1.2
// schedule.h: periodic work of the whole service on one thread: roll-ups, rules, feeds, retention, reminders.
//
// A job is a small piece of work with a budget: it does a part, says whether more is waiting, and goes to the end of the
// line when there is. What it has to remember it keeps in the store, so that a restart goes on where it was.
//
//     schedule_add(s, &(struct job){.name = "retention", .every_us = TIME_HOUR, .run = run_retention, .context = r});
//
// Units    intervals: microseconds of the monotonic clock; `now`: microseconds since 1970 UTC
// Owns     the name and context must outlive the schedule
// Threads  schedule_add before schedule_start; schedule_wake, schedule_each from any; jobs run one at a time
#ifndef PEIL_BASE_SCHEDULE_H
#define PEIL_BASE_SCHEDULE_H

#include "base/metrics.h"
#include "base/time.h"

struct schedule;

#define SCHEDULE_JOBS_MAX 64
#define SCHEDULE_BUDGET_US (50 * 1000)  // what a job should take for one part

typedef enum {
    JOB_DONE,    // again after every_us
    JOB_MORE,    // again as soon as the others that are due had their turn
    JOB_FAILED,  // e says why: again after every_us
} job_result;

struct job {
    const char *name;
    int64_t every_us;  // from the end of a run to the start of the next; 0: only when woken
    job_result (*run)(void *context, instant now, err *e);
    void *context;
};

struct job_state {
    const char *name;
    int64_t every_us;
    bool is_running;
    uint64_t runs, failures;
    instant last_start;        // TIME_NONE: never
    int64_t last_duration_us;  // of one part
    err last_error;            // code 0: the last run worked
};

NODISCARD struct schedule *schedule_new(void);
NODISCARD bool schedule_add(struct schedule *s, const struct job *j,
                            err *e);  // ERR_LIMIT; first run: at the start
NODISCARD bool schedule_start(struct schedule *s, err *e);
void schedule_wake(struct schedule *s, const char *name);  // runs it soon; unknown names are our mistake
bool schedule_is_stopping(struct schedule *s);             // a long job looks here
void schedule_stop(struct schedule *s);                    // waits for the job that runs; NULL is fine
void schedule_free(struct schedule *s);
void schedule_each(struct schedule *s, void (*each)(const struct job_state *j, void *context), void *context);

#endif
