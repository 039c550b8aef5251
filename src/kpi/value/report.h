// SPDX-License-Identifier: EUPL-1.2
// report.h: the reports of a year as they were when it was frozen and signed, kept by the hash of their bytes: they come out the same
// later, whatever became of the program, the texts or the figures since.
//
// Kept inside the operation that freezes or signs, in each language, with their hashes in the audit log; never changed or deleted.
// Owns     texts lie in the arena
// Threads  keeping on the writer thread, inside an operation; reading any
// Errors   ERR_ABSENT: no such report is kept
#ifndef PEIL_KPI_VALUE_REPORT_H
#define PEIL_KPI_VALUE_REPORT_H

#include "kpi/value/act.h"

struct kpi_report {
    int number;  // of the act on the year that it came with, from 1
    language language;
    str hash;
    int64_t bytes;
};
struct kpi_reports {  // oldest first
    struct kpi_report *all;
    size_t count;
};

NODISCARD bool kpi_report_keep(struct store_tx *tx, const struct kpi_acting *by, int year, int number,
                               err *e);
NODISCARD bool kpi_reports_read(struct snapshot *at, int year, arena *a, struct kpi_reports *out, err *e);
// `number` 0: the newest.
NODISCARD bool kpi_report_get(struct snapshot *at, int year, int number, language l, arena *a, str *out,
                              err *e);

#endif
