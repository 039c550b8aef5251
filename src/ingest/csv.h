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
    int64_t known;                                         // of devices: stored before
    int64_t lines;                                         // of csv_import: done with, from the first on
    void (*refuse)(int64_t line, str why, void *context);  // may be NULL; on the caller's thread
    void *context;
};

// `stream` 0: the header must name a column for it.
NODISCARD bool csv_layout_read(str header, entity_id stream, struct csv_layout *out, err *e);

#define CSV_PIECE_BYTES ((size_t)2 << 20)  // lines of so many bytes are stored together or not at all

// An import whose lines are handed in one part after the other. They are read here, on the caller's thread, while the writer thread
// stores those before.
// Threads  one at a time
struct csv_import;

NODISCARD struct csv_import *csv_import_new(struct store *s, struct ingest *in, const struct csv_layout *l,
                                            err *e);
// Whole lines, copied; `first_line` numbers them in reports. Waits only when too many of those before are not stored yet. What is on
// disk by then is added to the report, lines in the order in which they came. False: the store failed; the report has all that
// is on disk, and nothing behind that is or ever will be stored.
NODISCARD bool csv_import_add(struct csv_import *i, str lines, int64_t first_line, instant received,
                              struct csv_report *report, err *e);
// Waits until all is on disk. Errors as csv_import_add.
NODISCARD bool csv_import_finish(struct csv_import *i, struct csv_report *report, err *e);
void csv_import_free(struct csv_import *i);  // waits for what the writer has; NULL is fine

// All of it at once.
NODISCARD bool csv_import_lines(struct store *s, struct ingest *in, const struct csv_layout *l, str lines,
                                int64_t first_line, instant received, struct csv_report *report, err *e);

// The line of the audit log for a file that the owner of the directory hands in. `stream` 0: of several.
NODISCARD bool csv_import_note(struct store *s, entity_id stream, instant now, err *e);

#endif
