// SPDX-License-Identifier: EUPL-1.2
// svg_chart.h: values over time as inline SVG that fits any width: a line of means in a band from lowest to highest.
//
// Where readings are missing there is a gap, and a gap longer than `gap_least` is a grey band that says so. A lone point is a dot.
// Lines are drawn in a frame that stretches; texts and dots are placed by percentage and keep their shape.
// Units    times in microseconds; values in the unit shown
#ifndef PEIL_RENDER_SVG_CHART_H
#define PEIL_RENDER_SVG_CHART_H

#include "base/buf.h"
#include "base/time.h"

#define CHART_WIDTH 1000  // of the frame that stretches
#define CHART_HEIGHT 220  // pixels
#define CHART_TICKS_MAX 40

struct chart_point {
    instant at;  // middle of what it stands for
    double mean, low, high;
};

struct chart_tick {
    double value;  // of the value axis
    instant at;    // of the time axis
    str text;      // may be empty: a line without a text
};

struct chart_class {
    double least, most;  // the part of the axis it covers; may be infinite
    str class, word;
};

// A guideline: a dashed line over the whole width, its text above it at the right end.
struct chart_line {
    double value;
    str text;
};

struct chart {
    interval when;
    instant step;                      // between two points without a gap
    instant gap_least;                 // from here a gap gets a band
    const struct chart_point *points;  // oldest first
    size_t point_count;
    double low, high;  // of the axis
    const struct chart_tick *value_ticks, *time_ticks;
    size_t value_tick_count, time_tick_count;
    const struct chart_class *classes;
    size_t class_count;
    const struct chart_line *lines;  // outside the axis: left out
    size_t line_count;
    str title;       // what it shows, for who cannot see it
    str gap_text;    // "geen meting"
    str empty_text;  // when there is no point at all
};

void svg_chart(buf *out, const struct chart *c);

// An axis that holds low to high with round steps: fills values only, at most `most` + 2 of them. Returns how many.
size_t chart_axis(double low, double high, bool from_zero, int most,
                  struct chart_tick out[static CHART_TICKS_MAX]);
// Gaps of at least `least` between points, before the first and after the last one. Returns how many there are.
size_t chart_gaps(const struct chart *c, interval *out, size_t room);

#endif
