// SPDX-License-Identifier: EUPL-1.2
// mapping.h: how the columns of a table become inputs; inside src/kpi/import. docs/kpi-format.md is its description.
#ifndef PEIL_KPI_IMPORT_MAPPING_H
#define PEIL_KPI_IMPORT_MAPPING_H

#include "kpi/import/import.h"

struct kpi_mapped {
    int input;
    str formula;  // over names of columns
    str unit;     // of what it gives; empty: the input's own
    size_t at;    // in the mapping
};

struct kpi_mapping {
    str source;
    kpi_method method;
    str areas[8];  // names of the column with the area; the first that is there
    size_t area_count;
    str period;                 // column with the year: "2025" or "2025JJ00"; empty: none
    str long_name, long_value;  // of a long table; empty: a wide one
    kpi_decimal_mark mark;
    const json *aliases;  // {"inw": "Aantal inwoners (aantal)"}; may be NULL
    struct kpi_mapped *inputs;
    size_t input_count;
};

NODISCARD bool kpi_mapping_read(str source, const struct kpi_set *s, arena *a, struct kpi_mapping *out,
                                err *e);
// Fills out->rows and out->missing; nothing is compared yet.
NODISCARD bool kpi_mapping_apply(const struct kpi_mapping *m, const struct kpi_set *s,
                                 const struct kpi_table *t, const struct kpi_import_wish *wish, arena *a,
                                 struct kpi_import *out, err *e);

#endif
