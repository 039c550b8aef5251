// SPDX-License-Identifier: EUPL-1.2
#include "render/svg_wheel.h"

#include "render/template.h"

#include <math.h>

#define RADIUS 300.0
#define HUB 84.0
#define MARK_SHARE 0.012  // a segment narrower than this has no room for its mark

static void point(buf *out, const char *command, double radius, double share)
{
    const double angle = 2 * M_PI * share;
    buf_print(out, "%s%.1f %.1f", command, radius * sin(angle), -radius * cos(angle));
}

static double ring_radius(const struct wheel *w, int ring)
{
    return HUB + (RADIUS - HUB) * ring / w->rings;
}

// A whole circle has no two ends between which an arc could run.
static double clamp_to(const struct wheel_segment *s)
{
    return s->to - s->from > 0.9999 ? s->from + 0.9999 : s->to;
}

static void draw_segment(buf *out, const struct wheel *w, const struct wheel_segment *s)
{
    const double inner = ring_radius(w, s->ring), outer = ring_radius(w, s->ring + 1), to = clamp_to(s);
    const int is_large = to - s->from > 0.5;
    buf_print(out, "<g class=\"%.*s\"><title>", STR_ARG(s->class));
    html_escape(out, s->label);
    BUF_LIT(out, "</title><path d=\"");
    point(out, "M", inner, s->from);
    point(out, "L", outer, s->from);
    buf_print(out, "A%.1f %.1f 0 %d 1", outer, outer, is_large);
    point(out, " ", outer, to);
    point(out, "L", inner, to);
    buf_print(out, "A%.1f %.1f 0 %d 0", inner, inner, is_large);
    point(out, " ", inner, s->from);
    BUF_LIT(out, "z\"/>");
    if (s->mark.n && to - s->from >= MARK_SHARE) {
        const double radius = (inner + outer) / 2, angle = M_PI * (s->from + to);
        buf_print(out, "<text x=\"%.1f\" y=\"%.1f\" dy=\"5\">", radius * sin(angle), -radius * cos(angle));
        html_escape(out, s->mark);
        BUF_LIT(out, "</text>");
    }
    BUF_LIT(out, "</g>");
}

void svg_wheel(buf *out, const struct wheel *w)
{
    BUF_LIT(out, "<svg class=\"wheel\" viewBox=\"-304 -304 608 608\" role=\"img\" aria-label=\"");
    html_escape(out, w->title);
    BUF_LIT(out, "\">");
    for (size_t i = 0; i < w->count; i++) draw_segment(out, w, &w->segments[i]);
    BUF_LIT(out, "<text class=\"wheel-middle\" y=\"-2\">");
    html_escape(out, w->middle);
    BUF_LIT(out, "</text><text class=\"wheel-small\" y=\"22\">");
    html_escape(out, w->middle_small);
    BUF_LIT(out, "</text></svg>");
}
