// SPDX-License-Identifier: EUPL-1.2
// points.h: lines of InfluxDB's protocol, those that are known and need no thought taken out as points; the rest is left for the
// adapter (device/influx.c). Pure; one pass over the text, nothing is copied.
// Source   as decode/line_protocol.h
#ifndef PEIL_INGEST_LINES_POINTS_H
#define PEIL_INGEST_LINES_POINTS_H

#include "base/num.h"
#include "base/buf.h"
#include "ingest/device.h"
#include "ingest/lines/series.h"
#include "model/observation.h"

struct point {
    struct line_series *series;
    instant time;
    decimal value;
};

// Points of one series that are stored together.
struct line_run {
    struct line_series *series;
    const struct plain_reading *all;
    size_t count;
};

struct points {
    struct point *all;  // owned; in the order of the text
    size_t count, capacity;
    struct plain_reading *readings;  // owned; the same by Datastream, after points_group
    struct line_run *runs;           // owned
    size_t run_count;
    size_t lines;  // that they came from
    buf rest;      // the text with these lines blanked, so that positions stay right; empty: nothing is left
};

// False: no memory. `out` zero or used before.
// `sender`: a token that writes for its own devices alone; empty: it may write for all.
NODISCARD bool points_read(const struct line_series_table *t, str text, struct line_precision precision,
                           str sender, instant received, struct points *out);
// Puts the points of each Datastream together, in the order of the text: its memory is then touched once. False: no memory.
NODISCARD bool points_group(struct points *p);
void points_free(struct points *p);

#endif
