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
    int64_t known;  // of devices: stored before
    int64_t lines;  // of csv_import: done with, from the first on
    void (*refuse)(int64_t line, const err *why, void *context);  // may be NULL
    void *context;
};

// `stream` 0: the header must name a column for it.
NODISCARD bool csv_layout_read(str header, entity_id stream, struct csv_layout *out, err *e);

#define CSV_BATCH_LINES 65536  // so many lines are stored together or not at all

// Stores whole lines; returns when they are on disk. `first_line` numbers them in reports. The lines are read here, on the caller's
// thread, while the writer thread stores those before. When the store fails midway, the first report->lines of them are
// done and the others are not; it is an error when that is none: hand in the rest to hear why. report zero.
NODISCARD bool csv_import(struct store *s, struct ingest *in, const struct csv_layout *layout, str lines,
                          int64_t first_line, instant received, struct csv_report *report, err *e);

#endif
