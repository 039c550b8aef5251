// SPDX-License-Identifier: EUPL-1.2
#include "render/svg_gauge.h"

#include "render/template.h"

#include <math.h>

#define BAND_TOP 18
#define BAND_HEIGHT 26
#define GAUGE_HEIGHT 62
#define TICK_HEIGHT 8
#define TICK_PLACES 1000  // finer than a pixel of the widest gauge

static double class_least(const struct gauge *g, size_t i)
{
    if (i > 0) return g->classes[i - 1].below;
    if (g->from_zero) return 0;
    return g->class_count > 2 ? 2 * g->classes[0].below - g->classes[1].below : g->classes[0].below - 10;
}

static double class_most(const struct gauge *g, size_t i)
{
    if (i + 1 < g->class_count) return g->classes[i].below;
    return 2 * class_least(g, i) - class_least(g, i - 1);
}

double gauge_share(const struct gauge *g, double value)
{
    size_t i = 0;
    while (i + 1 < g->class_count && value >= g->classes[i].below) i++;
    const double within = (value - class_least(g, i)) / (class_most(g, i) - class_least(g, i));
    return ((double)i + fmin(fmax(within, 0), 1)) / (double)g->class_count;
}

static void draw_class(buf *out, const struct gauge *g, size_t i)
{
    const double width = 100.0 / (double)g->class_count;
    buf_print(out,
              "<g class=\"%.*s\"><rect class=\"gauge-class\" x=\"%.2f%%\" y=\"%d\" width=\"%.2f%%\" "
              "height=\"%d\"/>",
              STR_ARG(g->classes[i].class), width * (double)i, BAND_TOP, width, BAND_HEIGHT);
    buf_print(out, "<text class=\"gauge-word\" x=\"%.2f%%\" y=\"%d\">", width * ((double)i + 0.5),
              BAND_TOP + 18);
    html_escape(out, g->classes[i].word);
    BUF_LIT(out, "</text></g>");
    if (i + 1 == g->class_count) return;
    buf_print(out, "<text class=\"gauge-border\" x=\"%.2f%%\" y=\"%d\">", width * (double)(i + 1),
              GAUGE_HEIGHT - 2);
    html_escape(out, g->classes[i].below_text);
    BUF_LIT(out, "</text>");
}

// One path for all of them, each place once: a thousand lines are a thousand boxes that a phone lays out before it shows anything.
static void draw_ticks(buf *out, const struct gauge *g)
{
    bool has_tick[TICK_PLACES + 1] = {false};
    for (size_t i = 0; i < g->value_count; i++)
        has_tick[lround(gauge_share(g, g->values[i]) * TICK_PLACES)] = true;
    buf_print(
        out,
        "<svg y=\"%d\" width=\"100%%\" height=\"%d\" viewBox=\"0 0 %d %d\" preserveAspectRatio=\"none\" "
        "class=\"spot\"><path class=\"gauge-tick\" d=\"",
        BAND_TOP - 1 - TICK_HEIGHT, TICK_HEIGHT, TICK_PLACES, TICK_HEIGHT);
    for (int i = 0; i <= TICK_PLACES; i++)
        if (has_tick[i]) buf_print(out, "M%d 0v%d", i, TICK_HEIGHT);
    BUF_LIT(out, "\"/></svg>");
}

void svg_gauge(buf *out, const struct gauge *g)
{
    if (g->class_count < 2) return;
    buf_print(out, "<svg class=\"gauge\" height=\"%d\" aria-hidden=\"true\">", GAUGE_HEIGHT);
    for (size_t i = 0; i < g->class_count; i++) draw_class(out, g, i);
    if (g->value_count) {
        draw_ticks(out, g);
        buf_print(
            out,
            "<svg x=\"%.2f%%\" class=\"spot\"><path class=\"gauge-pointer\" d=\"M-7 0H7L0 %d z\"/></svg>",
            gauge_share(g, g->middle) * 100, BAND_TOP);
    }
    BUF_LIT(out, "</svg>");
}
