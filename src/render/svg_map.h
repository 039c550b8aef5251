// SPDX-License-Identifier: EUPL-1.2
// svg_map.h: a map as inline SVG: outlines, their names, and a marker per meter.
//
// The frame is MAP_WIDTH to MAP_HEIGHT, which the style sheet gives it at any size. Outlines scale with it; markers and names are
// placed by percentage and keep their size, so that a finger finds them on a phone and a wide screen is not full of balloons.
// Colours are classes of the style sheet; shape says whose meter it is, so colour never stands alone.
#ifndef PEIL_RENDER_SVG_MAP_H
#define PEIL_RENDER_SVG_MAP_H

#include "base/buf.h"
#include "render/outline.h"

#include <stdint.h>

#define MAP_WIDTH 600
#define MAP_HEIGHT 700

typedef enum { MARK_CIRCLE, MARK_SQUARE, MARK_DIAMOND } mark_shape;

struct map_marker {
    struct place place;
    mark_shape shape;
    str class;  // "air-2"; empty: plain
    str state;  // "fresh", "old", "silent"
    str text;   // "8": what stands in it
    str label;  // its name
    str href;
    str attributes;  // more of them, made by peil: data-stream="12"
};

// What an outline shows beside its shape; one for each of the outlines.
struct map_area {
    str class;        // "lki-2"; empty: none
    str href;         // empty: no link
    str label;        // the link's name
    bool is_here;     // the one that the page is about
    bool is_hatched;  // a pattern over its colour: the worse classes, for who does not see colours
};

// `areas` NULL: outlines are ground only. `o` NULL or empty: the frame fits the markers. Markers are drawn from north to south: reorders `markers`.
void svg_map(buf *out, const struct outlines *o, const struct map_area *areas, struct map_marker *markers,
             size_t count, str title);

// One mark on its own, for the legend.
void svg_mark(buf *out, mark_shape shape);

#endif
