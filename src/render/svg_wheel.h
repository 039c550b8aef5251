// SPDX-License-Identifier: EUPL-1.2
// svg_wheel.h: a wheel of rings, from the whole in the middle to its smallest parts outside, each segment in its class.
// Colours are classes of the style sheet; a segment that is wide enough also carries its mark, so colour never stands alone.
// Units    shares of the circle, from 0 at the top, clockwise
#ifndef PEIL_RENDER_SVG_WHEEL_H
#define PEIL_RENDER_SVG_WHEEL_H

#include "base/buf.h"

#define WHEEL_RINGS_MAX 6

struct wheel_segment {
    int ring;  // 0 is the innermost
    double from, to;
    str class;  // "kpi-3"
    str mark;   // "3"; may be empty
    str label;  // its name and what it says
};

struct wheel {
    const struct wheel_segment *segments;
    size_t count;
    int rings;
    str middle, middle_small;  // two lines in the middle
    str title;                 // what it shows, for who cannot see it
};

void svg_wheel(buf *out, const struct wheel *w);

#endif
