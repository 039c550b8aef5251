// SPDX-License-Identifier: EUPL-1.2
// others.h: what other towns published: the list that comes with peil, and what staff took in since, to compare with.
//
// A table (CSV or tab-separated) has a line per town and data point, with the columns of share/kpi/published.tsv:
// city, country, published (2024-09), kpi_id, data_point ("main" when empty), value (a number, Yes or No), and if there are status and
// source_title. Nothing is overwritten: another figure in the place of one is a further revision, and only when asked for.
// Owns     texts lie in the arena
// Threads  any but event loops and the writer: kpi_others_import waits for the commit
// Errors   of the table as a whole: ERR_SYNTAX, ERR_MISSING (a column), ERR_LIMIT; of a line: in its row
#ifndef PEIL_KPI_RESULT_OTHERS_H
#define PEIL_KPI_RESULT_OTHERS_H

#include "kpi/import/import.h"
#include "kpi/office.h"

#define KPI_OTHERS_ROWS_MAX 20000

struct kpi_other_row {
    kpi_row_kind kind;
    size_t line;  // of the table, the header is 1
    struct kpi_published figure;
    str there;  // the value that is there, as printed; empty: none
    str why;
    bool is_stored;
};
struct kpi_others {
    struct kpi_other_row *rows;
    size_t count, stored;
    size_t of_kind[KPI_ROW_KIND_COUNT];
};
struct kpi_others_wish {
    str table;
    bool preview, take_conflicts;
    bool confirms_large;  // figures above what the data point can be
};

NODISCARD bool kpi_others_import(struct store *s, const struct kpi_acting *by,
                                 const struct kpi_published_list *shipped, const struct kpi_others_wish *wish,
                                 struct kpi_others *out, err *e);
// The shipped list with what was taken in: a later figure of a town, point and month in the place of an earlier one.
NODISCARD bool kpi_others_read(const struct kpi_office *o, struct snapshot *at, arena *a,
                               struct kpi_published_list *out, err *e);

#endif
