// SPDX-License-Identifier: EUPL-1.2
// year.h: a reporting year: open or frozen, and who signed its report. Acts are only added.
//
// A signature holds the hash of all values of the year: what was signed can be shown to be what is there. The report is kept as it
// was when the year was frozen, and when it was signed (report.h).
// Threads  acts on the writer thread, inside an operation; reading any
#ifndef PEIL_KPI_VALUE_YEAR_H
#define PEIL_KPI_VALUE_YEAR_H

#include "kpi/value/act.h"

#define KPI_HASH_TEXT 65  // BLAKE2b-256 in hex, and a NUL

typedef enum { KPI_YEAR_FREEZE, KPI_YEAR_OPEN, KPI_YEAR_SIGN, KPI_YEAR_ACT_COUNT } kpi_year_act;

struct kpi_year_line {
    kpi_year_act act;
    str by, reason, hash;
    instant at;
};

struct kpi_year {
    bool is_frozen;
    struct kpi_year_line *lines;  // oldest first
    size_t count;
};

str kpi_year_act_name(kpi_year_act a);
NODISCARD bool kpi_year_read(struct snapshot *at, int year, arena *a, struct kpi_year *out, err *e);
NODISCARD bool kpi_year_is_open(struct snapshot *at, int year, arena *a,
                                err *e);  // ERR_CONFLICT says who froze it

// Of the current revisions of the year's values, in order.
NODISCARD bool kpi_year_hash(struct snapshot *at, int year, arena *a, char out[static KPI_HASH_TEXT], err *e);

// Opening and signing need a reason (of a signature: the verifier's statement). Signing needs a frozen year.
NODISCARD bool kpi_year_do(struct store_tx *tx, const struct kpi_acting *by, int year, kpi_year_act act,
                           str reason, err *e);

#endif
