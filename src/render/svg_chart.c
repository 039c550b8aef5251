// SPDX-License-Identifier: EUPL-1.2
#include "render/svg_chart.h"

#include "render/template.h"

#include <math.h>

#define GAPS_DRAWN_MAX 64
#define GAP_TEXT_LEAST 9.0  // percent of the width that the words in a gap need

static double share_of(const struct chart *c, instant t)
{
    return (double)(t - c->when.start) / (double)(c->when.end - c->when.start);
}

static double x_of(const struct chart *c, instant t)
{
    return share_of(c, t) * CHART_WIDTH;
}

static double y_of(const struct chart *c, double value)
{
    const double share = (value - c->low) / (c->high - c->low);
    return CHART_HEIGHT * (1 - fmin(fmax(share, 0), 1));
}

// A round step (1, 2 or 5 times a power of ten) that needs at most `most` of them.
static double round_step(double span, int most)
{
    const double rough = span / most;
    const double power = pow(10, floor(log10(rough)));
    static const double factors[] = {1, 2, 5, 10};
    for (size_t i = 0; i < sizeof factors / sizeof factors[0]; i++)
        if (factors[i] * power >= rough * (1 - 1e-9)) return factors[i] * power;
    return 10 * power;
}

size_t chart_axis(double low, double high, bool from_zero, int most,
                  struct chart_tick out[static CHART_TICKS_MAX])
{
    if (!isfinite(low) || !isfinite(high) || high < low) low = 0, high = 1;
    if (from_zero && low > 0) low = 0;
    if (high - low < 1e-6 * fmax(1, fabs(high))) high = low + fmax(1, fabs(low) * 1e-3);
    const double step = round_step(high - low, most);
    const double first = floor(low / step + 1e-9) * step;
    size_t n = 0;
    do {
        out[n] = (struct chart_tick){.value = first + (double)n * step};
    } while (++n < CHART_TICKS_MAX && (n < 2 || out[n - 1].value < high - step * 1e-9));
    return n;
}

static bool is_gap(const struct chart *c, instant from, instant to)
{
    return to - from > c->step + c->step / 2;
}

size_t chart_gaps(const struct chart *c, interval *out, size_t room)
{
    size_t n = 0;
    instant from = c->when.start;
    for (size_t i = 0; i <= c->point_count; i++) {
        const bool is_last = i == c->point_count;
        const instant to = is_last ? c->when.end : c->points[i].at - c->step / 2;
        if (to - from >= c->gap_least) {
            if (n < room) out[n] = (interval){from, to};
            n++;
        }
        if (!is_last) from = c->points[i].at + c->step / 2;
    }
    return n;
}

static void draw_classes(buf *out, const struct chart *c)
{
    for (size_t i = 0; i < c->class_count; i++) {
        const double top = y_of(c, fmin(c->classes[i].most, c->high));
        const double bottom = y_of(c, fmax(c->classes[i].least, c->low));
        if (bottom - top < 1) continue;
        buf_print(out, "<rect class=\"zone %.*s\" y=\"%.1f\" width=\"100%%\" height=\"%.1f\"/>",
                  STR_ARG(c->classes[i].class), top, bottom - top);
    }
}

// The word of each class stands at the right, just below the class's top, where there is room for a line of text.
static void name_classes(buf *out, const struct chart *c)
{
    for (size_t i = 0; i < c->class_count; i++) {
        const double top = y_of(c, fmin(c->classes[i].most, c->high));
        const double bottom = y_of(c, fmax(c->classes[i].least, c->low));
        if (bottom - top < 16) continue;
        buf_print(out, "<text class=\"zone-word\" x=\"100%%\" dx=\"-6\" y=\"%.1f\">", top + 14);
        html_escape(out, c->classes[i].word);
        BUF_LIT(out, "</text>");
    }
}

static void draw_axes(buf *out, const struct chart *c)
{
    for (size_t i = 0; i < c->value_tick_count; i++) {
        const double y = y_of(c, c->value_ticks[i].value);
        buf_print(out,
                  "<line class=\"grid\" x1=\"0\" x2=\"100%%\" y1=\"%.1f\" y2=\"%.1f\"/>"
                  "<text class=\"tick-value\" x=\"-8\" y=\"%.1f\">",
                  y, y, y + 4);
        html_escape(out, c->value_ticks[i].text);
        BUF_LIT(out, "</text>");
    }
    for (size_t i = 0; i < c->time_tick_count; i++) {
        const double x = share_of(c, c->time_ticks[i].at) * 100;
        buf_print(out, "<line class=\"tick\" x1=\"%.2f%%\" x2=\"%.2f%%\" y1=\"%d\" y2=\"%d\"/>", x, x,
                  CHART_HEIGHT, CHART_HEIGHT + 5);
        if (c->time_ticks[i].text.n == 0) continue;
        buf_print(out, "<text class=\"tick-time\" x=\"%.2f%%\" y=\"%d\">", x, CHART_HEIGHT + 20);
        html_escape(out, c->time_ticks[i].text);
        BUF_LIT(out, "</text>");
    }
}

static void draw_guidelines(buf *out, const struct chart *c)
{
    for (size_t i = 0; i < c->line_count; i++) {
        const struct chart_line *l = &c->lines[i];
        if (l->value < c->low || l->value > c->high) continue;
        const double y = y_of(c, l->value);
        buf_print(out,
                  "<line class=\"guideline\" x1=\"0\" x2=\"100%%\" y1=\"%.1f\" y2=\"%.1f\"/>"
                  "<text class=\"zone-word\" x=\"100%%\" dx=\"-6\" y=\"%.1f\">",
                  y, y, y - 5);
        html_escape(out, l->text);
        BUF_LIT(out, "</text>");
    }
}

static void draw_gaps(buf *out, const struct chart *c)
{
    interval gaps[GAPS_DRAWN_MAX];
    size_t count = chart_gaps(c, gaps, GAPS_DRAWN_MAX);
    if (count > GAPS_DRAWN_MAX) count = GAPS_DRAWN_MAX;
    for (size_t i = 0; i < count; i++) {
        const double from = share_of(c, gaps[i].start) * 100, width = share_of(c, gaps[i].end) * 100 - from;
        buf_print(out, "<rect class=\"gap\" x=\"%.2f%%\" width=\"%.2f%%\" height=\"%d\"/>", from, width,
                  CHART_HEIGHT);
        if (width < GAP_TEXT_LEAST) continue;
        buf_print(out, "<text class=\"gap-text\" x=\"%.2f%%\" y=\"%d\">", from + width / 2,
                  CHART_HEIGHT - 10);
        html_escape(out, c->gap_text);
        BUF_LIT(out, "</text>");
    }
}

// One past the last point of the run that starts at `from`: points without a gap between them.
static size_t run_end(const struct chart *c, size_t from)
{
    size_t i = from + 1;
    while (i < c->point_count && !is_gap(c, c->points[i - 1].at, c->points[i].at)) i++;
    return i;
}

static void draw_band(buf *out, const struct chart *c, size_t from, size_t to)
{
    BUF_LIT(out, "<path class=\"band\" d=\"M");
    for (size_t i = from; i < to; i++)
        buf_print(out, "%s%.1f %.1f", i > from ? "L" : "", x_of(c, c->points[i].at),
                  y_of(c, c->points[i].high));
    for (size_t i = to; i-- > from;)
        buf_print(out, "L%.1f %.1f", x_of(c, c->points[i].at), y_of(c, c->points[i].low));
    BUF_LIT(out, "z\"/>");
}

static void draw_line(buf *out, const struct chart *c, size_t from, size_t to)
{
    BUF_LIT(out, "<path class=\"line\" d=\"M");
    for (size_t i = from; i < to; i++)
        buf_print(out, "%s%.1f %.1f", i > from ? "L" : "", x_of(c, c->points[i].at),
                  y_of(c, c->points[i].mean));
    BUF_LIT(out, "\"/>");
}

static void draw_runs(buf *out, const struct chart *c)
{
    buf_print(out, "<svg width=\"100%%\" height=\"%d\" viewBox=\"0 0 %d %d\" preserveAspectRatio=\"none\">",
              CHART_HEIGHT, CHART_WIDTH, CHART_HEIGHT);
    for (size_t i = 0, end; i < c->point_count; i = end) {
        end = run_end(c, i);
        if (end - i < 2) continue;
        draw_band(out, c, i, end);
        draw_line(out, c, i, end);
    }
    BUF_LIT(out, "</svg>");
}

static void draw_lone_points(buf *out, const struct chart *c)
{
    for (size_t i = 0, end; i < c->point_count; i = end) {
        end = run_end(c, i);
        if (end - i == 1)
            buf_print(out, "<circle class=\"lone\" cx=\"%.2f%%\" cy=\"%.1f\" r=\"3\"/>",
                      share_of(c, c->points[i].at) * 100, y_of(c, c->points[i].mean));
    }
}

void svg_chart(buf *out, const struct chart *c)
{
    buf_print(out, "<svg class=\"chart-plot\" role=\"img\" height=\"%d\" aria-label=\"", CHART_HEIGHT + 28);
    html_escape(out, c->title);
    BUF_LIT(out, "\">");
    if (c->point_count == 0) {
        buf_print(out, "<text class=\"chart-empty\" x=\"50%%\" y=\"%d\">", CHART_HEIGHT / 2);
        html_escape(out, c->empty_text);
        BUF_LIT(out, "</text></svg>");
        return;
    }
    draw_classes(out, c);
    draw_axes(out, c);
    draw_gaps(out, c);
    draw_runs(out, c);
    draw_lone_points(out, c);
    draw_guidelines(out, c);
    name_classes(out, c);
    BUF_LIT(out, "</svg>");
}
