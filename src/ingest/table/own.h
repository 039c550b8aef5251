// SPDX-License-Identifier: EUPL-1.2
// own.h: a map as its two files share it: map.c reads it, line.c follows it. Private to table.
#ifndef PEIL_INGEST_TABLE_OWN_H
#define PEIL_INGEST_TABLE_OWN_H

#include "base/tz.h"
#include "ingest/decode/local_time.h"
#include "ingest/table/map.h"
#include "model/entity.h"
#include "model/quantity.h"

struct column {
    str name;  // empty: there is none
    int at;    // in the header
};

struct word {  // fixed, or what a column says
    str text;
    struct column column;
};

struct mapped {
    struct column column;
    entity_id stream;                         // 0: of a device
    const struct quantity *quantity;          // of a Datastream; NULL: as it stands
    str unit;                                 // likewise
    struct word quantity_name, code, sensor;  // of a device
    bool has_bounds;
    double least, most;
};

struct csv_map {
    arena *a;        // of the map
    arena *scratch;  // of one line
    char separator;  // 0: as the header looks
    bool has_comma;  // for decimals
    str missing;
    enum { YMD, DMY, MDY } dates;
    struct tz *zone;
    struct repeated_hour repeated;
    str header;  // of a file that has none
    bool has_columns, is_ragged;
    struct column times[2], device, place[2];
    str device_name;
    bool is_rd;
    int64_t period_s;
    size_t time_count, columns;
    struct mapped values[CSV_MAP_VALUES_MAX];
    size_t value_count;
};

#endif
