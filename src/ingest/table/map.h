// SPDX-License-Identifier: EUPL-1.2
// map.h: CSV of others as CSV that peil takes, by a file that says which column is what:
//
//     separator ;              # , ; or tab; left out: as the header looks
//     columns Time PM10        # names of the columns, where the file has no header
//     ragged yes               # lines may have more columns than the header; those behind it are passed over
//     decimal ,                # left out: a point
//     missing NA               # what a field says that has no value; an empty one never has
//     dates dmy                # ymd (left out), dmy or mdy; separated by - / or .
//     zone Europe/Amsterdam    # of times without one; left out: each must have one
//     time Datum Tijd          # one column, or one of dates and one of times
//     value "PM10 (mg/m3)" 12 pm10 mg/m3   # column, Datastream; with a quantity and a unit: converted to the quantity's own
//     value Temp 13
//
// or, where the file is of devices whose Things and Datastreams peil finds or makes (as of all devices, ingest.h):
//
//     device station                       # the column that names it; left out: the caller does
//     period 3600                          # each value is of the seconds that end at its time, as a mean over an hour is
//     place lat lon                        # columns, WGS84 degrees; "place x y rd": metres of RD New
//     value PM25 pm25 ug/m3                # column, quantity (or a name of one's own), unit; "" for none
//     value PM25_kal pm25 ug/m3 calibrated # which sensor of the device
//     value BMP pressure Pa BMP180 50000..110000   # what lies outside is refused: the column holds something else
//     value value column:component ug/m3   # the quantity (or sensor, or unit) stands in a column
//
// An empty field is no value. Each line becomes a line for each value: "Datastream/id,phenomenonTime,result" (ingest/csv.h), or
// "time,device,sensor,quantity,value,unit,period,latitude,longitude" (ingest/device/csv.c).
// Owns     the map owns its texts; they outlive what it was read from
// Errors   ERR_CONFIG of the map ("FILE:3: ..."); ERR_MISSING (the header has no such column); of a line or value: told, the
//          others stay
// Threads  one map, one thread
#ifndef PEIL_INGEST_TABLE_MAP_H
#define PEIL_INGEST_TABLE_MAP_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

#include <stdint.h>

#define CSV_MAP_VALUES_MAX 100

struct csv_map;

NODISCARD bool csv_map_load(const char *path, struct csv_map **out, err *e);
NODISCARD bool csv_map_parse(str text, const char *name, struct csv_map **out, err *e);
void csv_map_free(struct csv_map *m);  // NULL is fine

bool csv_map_is_of_devices(const struct csv_map *m);
bool csv_map_has_columns(const struct csv_map *m);  // there is no header to read
// Of all lines, where no column names it. ERR_MISSING: neither does, or both.
NODISCARD bool csv_map_name_device(struct csv_map *m, str device, err *e);

NODISCARD bool csv_map_header(struct csv_map *m, str header,
                              err *e);            // once for each file; also without columns to look for
str csv_map_header_out(const struct csv_map *m);  // of the lines that csv_map_line makes

// Adds the lines that `line` becomes to `out`; *count: how many. A value that cannot be read is told to `refuse`. False: the line
// is refused, and nothing was added.
typedef void (*csv_map_refuse)(const err *why, void *context);
NODISCARD bool csv_map_line(struct csv_map *m, str line, buf *out, size_t *count, csv_map_refuse refuse,
                            void *context, err *e);

#endif
