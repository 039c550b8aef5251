// SPDX-License-Identifier: EUPL-1.2
// csv_map.h: CSV of others as CSV that peil imports (csv.h), by a file that says which column is what:
//
//     separator ;              # , ; or tab; left out: as the header looks
//     decimal ,                # left out: a point
//     dates dmy                # ymd (left out), dmy or mdy; separated by - / or .
//     zone Europe/Amsterdam    # of times without one; left out: each must have one
//     time Datum Tijd          # one column, or one of dates and one of times
//     value "PM10 (mg/m3)" 12 pm10 mg/m3   # column, Datastream; with a quantity and a unit: converted to the quantity's own
//     value Temp 13
//
// An empty field is no value. Each line becomes a line for each value, "Datastream/id,phenomenonTime,result".
// Owns     the map owns its texts; they outlive what it was read from
// Errors   ERR_CONFIG of the map ("FILE:3: ..."); ERR_MISSING (the header has no such column); of a line: told, the others stay
#ifndef PEIL_INGEST_CSV_MAP_H
#define PEIL_INGEST_CSV_MAP_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

#include <stdint.h>

#define CSV_MAP_VALUES_MAX 100
#define CSV_MAP_HEADER "Datastream/id,phenomenonTime,result"

struct csv_map;

NODISCARD bool csv_map_load(const char *path, struct csv_map **out, err *e);
NODISCARD bool csv_map_parse(str text, const char *name, struct csv_map **out, err *e);
void csv_map_free(struct csv_map *m);  // NULL is fine

NODISCARD bool csv_map_header(struct csv_map *m, str header, err *e);  // once for each file
// Adds the lines that `line` becomes to `out`; *count: how many. False: it is refused, and nothing was added.
NODISCARD bool csv_map_line(struct csv_map *m, str line, buf *out, size_t *count, err *e);

#endif
