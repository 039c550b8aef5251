// SPDX-License-Identifier: EUPL-1.2
// csv.h: observations from CSV lines, through the same door as every reading.
// Columns are found by the header: phenomenonTime (or time, timestamp), result (or value), and the Datastream's id in
// Datastream/id (or Datastream@iot.id, datastream) unless one Datastream is given for all. Separator ',' ';' or tab, whichever
// the header has. Times need a zone. A result is a number, true, false, or else a text.
// Errors   of a line: reported, its neighbours are stored; of the header or the store: returned
// Source   RFC 4180
#ifndef PEIL_INGEST_CSV_H
#define PEIL_INGEST_CSV_H

#include "ingest/decode/csv_line.h"
#include "ingest/ingest.h"

struct csv_layout {
    char separator;
    size_t columns;
    int time, result, stream;  // column indexes; stream -1: `fixed_stream`
    entity_id fixed_stream;
};

struct csv_report {
    int64_t stored, refused;
    int64_t known;                                                // of devices: stored before
    void (*refuse)(int64_t line, const err *why, void *context);  // may be NULL
    void *context;
};

// `stream` 0: the header must name a column for it.
NODISCARD bool csv_layout_read(str header, entity_id stream, struct csv_layout *out, err *e);

// Stores whole lines, all in one commit; returns when they are on disk. `first_line` numbers them in reports. The lines are read here,
// on the caller's thread; the writer thread stores them. report zero.
NODISCARD bool csv_import(struct store *s, struct ingest *in, const struct csv_layout *layout, str lines,
                          int64_t first_line, instant received, struct csv_report *report, err *e);

#endif
