// SPDX-License-Identifier: EUPL-1.2
// svg_gauge.h: a scale of classes side by side, like a tide gauge laid flat, with a tick wherever there is a meter and a
// pointer at the middle one.
// Every class gets the same width; within it values are linear. An open end is as wide as the class beside it.
#ifndef PEIL_RENDER_SVG_GAUGE_H
#define PEIL_RENDER_SVG_GAUGE_H

#include "base/buf.h"

struct gauge_class {
    double below;  // the last one INFINITY
    str class, word;
    str below_text;  // under the border with the next class
};

struct gauge {
    const struct gauge_class *classes;
    size_t class_count;  // at least 2
    bool from_zero;      // the first class starts at zero
    const double *values;
    size_t value_count;
    double middle;  // shown when there are values
};

double gauge_share(const struct gauge *g, double value);  // 0 at the left end to 1 at the right
void svg_gauge(buf *out, const struct gauge *g);          // nothing without classes

#endif
