// SPDX-License-Identifier: EUPL-1.2
// csv_row.h: one line of CSV as an observation, pure: any line, or at once those that nearly all are.
// Errors   csv_row_read: what is wrong with the line
#ifndef PEIL_INGEST_CSV_ROW_H
#define PEIL_INGEST_CSV_ROW_H

#include "ingest/csv.h"

// Texts view the line or lie in the arena.
NODISCARD bool csv_row_read(const struct csv_layout *l, str line, arena *a, struct observation *out, err *e);

// Says a number at an instant and nothing else, of a stream that there can be.
bool csv_row_is_plain(const struct observation *o);

struct csv_plain_row {
    entity_id stream;
    struct plain_reading reading;
};
// The line at *at, which then stands at its line feed or at `end`: no quotes, no spaces, a decimal, a time like
// 2026-01-31T09:00:00.5Z. False: any other line, plain or not; *at stays. What it gives is what csv_row_read gives
// (csv_row_fuzz.c).
bool csv_row_read_plain(const struct csv_layout *l, const char **at, const char *end,
                        struct csv_plain_row *out);

#endif
