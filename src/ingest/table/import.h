// SPDX-License-Identifier: EUPL-1.2
// import.h: readings of devices from lines of CSV (ingest/device/csv.c), for whoever may let devices in: `peil import`.
// Threads  any; returns when they are on disk
#ifndef PEIL_INGEST_TABLE_IMPORT_H
#define PEIL_INGEST_TABLE_IMPORT_H

#include "ingest/csv.h"

#define TABLE_LINES_MAX 20000  // at once, all in one commit

// `body`: a header and lines. Lines of reports are numbered from `first_line` for the one behind the header.
NODISCARD bool table_import(struct ingest *in, str body, int64_t first_line, instant received,
                            struct csv_report *report, err *e);

#endif
