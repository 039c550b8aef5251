// SPDX-License-Identifier: EUPL-1.2
// task.h: who delivers the inputs of a department for a year, by when, and how far they are.
//
// Personal data: name and mail address of the colleague who delivers. Purpose: to ask and remind. Owner: the coordinator of
// the assessment. Retention: the row "kpi.task" of identity/retention.h.
// Threads  kpi_task_set and kpi_remind on the writer thread, inside an operation
// Errors   ERR_SYNTAX (mail, date), ERR_LIMIT, ERR_UNKNOWN (department)
#ifndef PEIL_KPI_VALUE_TASK_H
#define PEIL_KPI_VALUE_TASK_H

#include "kpi/value/act.h"

struct outbox;

struct kpi_task {
    int year;
    str department, owner, mail;
    str due;           // "2026-03-01"; empty: none
    instant reminded;  // TIME_NONE: never
    instant at;        // set then
};

struct kpi_progress {
    str department;
    size_t inputs;  // that it delivers
    size_t by_status[KPI_STATUS_COUNT];
    size_t missing;
    bool has_task;
    struct kpi_task task;
};
struct kpi_progress_list {
    struct kpi_progress *all;  // in the order in which the set names departments
    size_t count;
};

NODISCARD bool kpi_progress_read(struct snapshot *at, const struct kpi_set *s, int year, str area, arena *a,
                                 struct kpi_progress_list *out, err *e);
NODISCARD bool kpi_task_set(struct store_tx *tx, const struct kpi_acting *by, const struct kpi_task *t,
                            err *e);

#define KPI_REMIND_BEFORE (14 * TIME_DAY)
#define KPI_REMIND_AGAIN (7 * TIME_DAY)
// Mails those whose date is near or past while inputs are missing, drafts or sent back, at most once in KPI_REMIND_AGAIN. *sent counts them.
NODISCARD bool kpi_remind(struct store_tx *tx, const struct kpi_acting *by, struct outbox *o, int year,
                          str area, str page, size_t *sent, err *e);

#endif
