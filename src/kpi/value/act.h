// SPDX-License-Identifier: EUPL-1.2
// act.h: what people do with values: enter, submit, judge. Each act is a new revision and a line of the audit log.
//
// Four eyes: who submitted a value cannot verify it. A frozen year takes no more values.
// Threads  the writer thread, inside an operation
// Errors   ERR_RANGE, ERR_UNKNOWN, ERR_TYPE (unit), ERR_MISSING (source, reason), ERR_DENIED (four eyes),
//          ERR_CONFLICT (frozen, or doubts that are not confirmed: see *doubts), ERR_ABSENT (nothing to judge)
#ifndef PEIL_KPI_VALUE_ACT_H
#define PEIL_KPI_VALUE_ACT_H

#include "identity/identity.h"
#include "kpi/value/doubt.h"

// Makes the report of a year as a file: what the portal knows how to do. The text lies in the arena.
struct kpi_report_maker {
    bool (*make)(void *context, struct snapshot *at, int year, instant now, language l, arena *a, str *out,
                 err *e);
    void *context;
};

// On whose behalf and when.
struct kpi_acting {
    const struct kpi_set *set;
    const struct principal *who;
    instant now;
    int this_year;
    arena *arena;
    const struct kpi_report_maker *reports;  // NULL: reports are not kept
};

struct kpi_entry {
    int year;
    str area, input;
    kpi_status status;  // KPI_DRAFT, KPI_SUBMITTED or KPI_NOT_APPLICABLE
    bool has_number;
    double number;
    str unit;  // empty: the input's own
    str source, note, reason;
    int reference_year;  // 0: the year
    kpi_method method;
    kpi_origin origin;
    bool is_demo;
    double capture;           // NAN: not from sensors
    const int64_t *readings;  // of sensors: Datastreams
    size_t reading_count;
    const struct kpi_evidence *evidence;
    size_t evidence_count;
    const str *confirmed;  // codes of doubts that were seen
    size_t confirmed_count;
};

// The value that an entry would be; what is wrong with it is an error. Pure.
NODISCARD bool kpi_entry_build(const struct kpi_acting *by, const struct kpi_entry *entry,
                               struct kpi_value *out, err *e);
// What meters gave (`there`, submitted or verified) is replaced by a person or a file only with a reason: ERR_MISSING.
NODISCARD bool kpi_override_check(const struct kpi_value *there, const struct kpi_entry *entry, err *e);
// Stores a built value whose doubts the caller found: all must be confirmed. Writes no line of the log: kpi_enter and imports do.
NODISCARD bool kpi_entry_store(struct store_tx *tx, const struct kpi_acting *by,
                               const struct kpi_entry *entry, const struct kpi_doubts *doubts,
                               struct kpi_value *v, err *e);
// Everything but storing: what is wrong is an error, what is doubtful is in *doubts.
NODISCARD bool kpi_entry_check(const struct kpi_acting *by, struct snapshot *at,
                               const struct kpi_entry *entry, struct kpi_value *out,
                               struct kpi_doubts *doubts, err *e);
NODISCARD bool kpi_enter(struct store_tx *tx, const struct kpi_acting *by, const struct kpi_entry *entry,
                         struct kpi_value *out, struct kpi_doubts *doubts, err *e);

// `to`: KPI_SUBMITTED (a draft as it is), KPI_VERIFIED, KPI_REJECTED (with a reason).
NODISCARD bool kpi_move(struct store_tx *tx, const struct kpi_acting *by, int year, str area, str input,
                        kpi_status to, str reason, struct kpi_value *out, err *e);

#endif
