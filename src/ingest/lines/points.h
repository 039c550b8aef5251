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

struct point {
    struct line_series *series;
    instant time;
    decimal value;
};

struct points {
    struct point *all;  // owned; in the order of the text
    size_t count, capacity;
    size_t lines;  // that they came from
    buf rest;      // the text with these lines blanked, so that positions stay right; empty: nothing is left
};

// False: no memory. `out` zero or used before.
// `sender`: a token that writes for its own devices alone; empty: it may write for all.
NODISCARD bool points_read(const struct line_series_table *t, str text, struct line_precision precision,
                           str sender, instant received, struct points *out);
void points_free(struct points *p);

#endif
