// SPDX-License-Identifier: EUPL-1.2
// csv_line.h: the fields of one line of CSV.
// Owns     fields are views of the line, or lie in the arena where they had quotes
// Source   RFC 4180
#ifndef PEIL_INGEST_DECODE_CSV_LINE_H
#define PEIL_INGEST_DECODE_CSV_LINE_H

#include "base/arena.h"
#include "base/err.h"

#define CSV_COLUMNS_MAX 256

char csv_separator(str header);  // ';' or a tab where the header has one, else ','

// Of one line, with or without its end. White space around a field that has no quotes does not count.
NODISCARD bool csv_split(str line, char separator, arena *a, str fields[static CSV_COLUMNS_MAX],
                         size_t *count, err *e);

#endif
