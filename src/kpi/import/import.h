// SPDX-License-Identifier: EUPL-1.2
// import.h: a table of figures becomes inputs, by a mapping; first as a preview that shows every conflict, then for real.
//
// A mapping is JSON (docs/kpi-format.md): which column is the area and the year, and for each input a formula over columns:
//     {"peil_kpi_mapping": 1, "source": "CBS ...", "area": ["WijkenEnBuurten", "Codering"], "method": "higher-level",
//      "inputs": {"households": "HuishoudensTotaal", "adults": "AantalInwoners - k_0Tot15Jaar"}}
// A long table (one figure per row) names its columns under "long": {"indicator": "Measure", "value": "Value"}.
//
// Threads  any but event loops and the writer: waits for the commit
// Errors   of file or mapping as a whole: ERR_SYNTAX, ERR_UNKNOWN, ERR_LIMIT ...; of a figure: in its row
#ifndef PEIL_KPI_IMPORT_IMPORT_H
#define PEIL_KPI_IMPORT_IMPORT_H

#include "kpi/import/table.h"
#include "kpi/value/act.h"

#define KPI_IMPORT_VALUES_MAX 20000

typedef enum {
    KPI_ROW_NEW,       // nothing was there
    KPI_ROW_SAME,      // that very value is there: passed over
    KPI_ROW_CONFLICT,  // another value is there
    KPI_ROW_DOUBT,     // new or another, and doubtful
    KPI_ROW_FAULT,     // cannot be taken: why says so
    KPI_ROW_KIND_COUNT
} kpi_row_kind;

struct kpi_import_row {
    kpi_row_kind kind;
    int year;
    str area, input;
    double value;                   // as the mapping gives it
    double shown;                   // in the input's unit
    str unit;                       // that the mapping says of it; empty: the input's own
    const struct kpi_value *there;  // NULL: none
    struct kpi_doubts *doubts;      // NULL: none
    str why;
    bool is_stored;
};

struct kpi_import {
    struct kpi_import_row *rows;
    size_t count;
    size_t of_kind[KPI_ROW_KIND_COUNT];
    size_t missing;  // cells without a figure
    size_t stored;
};

struct kpi_import_wish {
    str mapping, table;
    int year;    // of rows that do not say theirs; 0: they must
    str area;    // "GM0603": only this municipality with its districts and neighbourhoods; empty: all
    str reason;  // why what meters gave is replaced; empty: it is not
    bool preview;
    bool take_conflicts;  // add a revision where another value is there
    bool is_demo;
    const str *confirmed;  // "jump": wherever it is doubted; "GM0603/inhabitants:jump": that figure's
    size_t confirmed_count;
    kpi_status status;  // KPI_DRAFT or KPI_SUBMITTED
};

NODISCARD bool kpi_import_run(struct store *s, const struct kpi_acting *by,
                              const struct kpi_import_wish *wish, struct kpi_import *out, err *e);
void kpi_import_write(json_writer *w, const struct kpi_import *i);  // what the interface and the command show
str kpi_row_kind_name(kpi_row_kind k);

// The same from and to JSON, for the interface and the admin socket:
// `directory` holds mapping/NAME.json. {"mapping" (object, or name of a shipped one), "table", "year", "area", "preview", "takeConflicts", "reason", "confirm": [...], "status"}
NODISCARD bool kpi_import_answer(struct store *s, const struct kpi_acting *by, const json *request,
                                 const char *directory, json_writer *w, err *e);

#endif
