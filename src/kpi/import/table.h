// SPDX-License-Identifier: EUPL-1.2
// table.h: a file of figures as a table of texts: CSV, or JSON as StatLine's OData v3 and v4 answer it.
//
// CSV: separator ';', ',' or tab; a byte order mark is passed over; numbers may be Dutch (1.234,5) or English (1,234.5).
// JSON: {"value": [{...}, ...]}, a bare array of objects, or v4's Observations (one measure per row).
// Missing is empty, null, ".", "x", "-" or "niet beschikbaar": never zero.
// Owns     texts are views of the source or lie in the arena
// Errors   ERR_SYNTAX with the position or line, ERR_LIMIT
// Source   RFC 4180; OData JSON Format 3 and 4; spec kpi.md section 7
#ifndef PEIL_KPI_IMPORT_TABLE_H
#define PEIL_KPI_IMPORT_TABLE_H

#include "base/json.h"

#define KPI_TABLE_COLUMNS_MAX 256
#define KPI_TABLE_ROWS_MAX 100000
#define KPI_TABLE_BYTES_MAX ((size_t)96 << 20)

typedef enum { KPI_MARK_UNKNOWN, KPI_MARK_COMMA, KPI_MARK_POINT } kpi_decimal_mark;

struct kpi_table {
    str columns[KPI_TABLE_COLUMNS_MAX];
    size_t column_count;
    str *cells;  // row by row
    size_t row_count;
    kpi_decimal_mark mark;  // what the numbers of the file show; JSON: a point
};

NODISCARD bool kpi_table_read(str source, arena *a, struct kpi_table *out, err *e);
static inline str kpi_table_cell(const struct kpi_table *t, size_t row, size_t column)
{
    return t->cells[row * t->column_count + column];
}

// By its full name, else by the stem before StatLine's number ("HuishoudensTotaal" finds "HuishoudensTotaal_29"), without case.
// -1: none; -2: two columns have that stem.
int kpi_table_column(const struct kpi_table *t, str name);

bool kpi_cell_is_missing(str cell);
// ERR_TYPE: no number; ERR_CONFLICT: "1.234" where neither file nor mapping says what the point means.
NODISCARD bool kpi_cell_number(str cell, kpi_decimal_mark mark, double *out, err *e);

#endif
