// SPDX-License-Identifier: EUPL-1.2
#include "render/svg_map.h"

#include "base/utf8.h"
#include "render/template.h"

#include <math.h>
#include <stdlib.h>

#define MARGIN 14          // free space round the outlines, in units of the frame
#define SMALLEST_DEGREES 0.002  // a frame is never tighter than about 200 m

// Web Mercator without its radius: straight enough for a town, and tiles would fit below it.
struct projection {
    double west, north;  // of the frame
    double scale;        // units per radian
};

static double radians(double degrees)
{
    return degrees * M_PI / 180;
}

static double mercator(double latitude)
{
    return log(tan(M_PI / 4 + radians(latitude) / 2));
}

static void include_markers(struct place *low, struct place *high, const struct map_marker *m, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        low->longitude = fmin(low->longitude, m[i].place.longitude);
        low->latitude = fmin(low->latitude, m[i].place.latitude);
        high->longitude = fmax(high->longitude, m[i].place.longitude);
        high->latitude = fmax(high->latitude, m[i].place.latitude);
    }
}

static struct projection fit(const struct outlines *o, const struct map_marker *m, size_t count)
{
    struct place low = {180, 85}, high = {-180, -85};
    if (o && o->count) {
        low = o->south_west;
        high = o->north_east;
    } else if (count) {
        include_markers(&low, &high, m, count);
    } else {
        low = high = (struct place){0, 0};
    }
    const double west = radians(low.longitude), east = radians(high.longitude);
    const double south = mercator(low.latitude), north = mercator(high.latitude);
    const double width = fmax(east - west, radians(SMALLEST_DEGREES));
    const double height = fmax(north - south, radians(SMALLEST_DEGREES));
    struct projection p = {
        .scale = fmin((MAP_WIDTH - 2 * MARGIN) / width, (MAP_HEIGHT - 2 * MARGIN) / height),
    };
    p.west = (west + east) / 2 - MAP_WIDTH / 2 / p.scale;
    p.north = (south + north) / 2 + MAP_HEIGHT / 2 / p.scale;
    return p;
}

static void project(const struct projection *p, struct place at, double *x, double *y)
{
    *x = (radians(at.longitude) - p->west) * p->scale;
    *y = (p->north - mercator(at.latitude)) * p->scale;
}

// Whole units, each from the one before: shorter than absolute decimals, and no worse to the eye.
static void draw_ring(buf *out, const struct projection *p, const struct ring *r)
{
    long last_x = 0, last_y = 0;
    for (size_t i = 0; i + 1 < r->count; i++) {
        double x, y;
        project(p, r->points[i], &x, &y);
        const long now_x = lround(x), now_y = lround(y);
        if (i == 0) buf_print(out, "M%ld %ldl", now_x, now_y);
        else buf_print(out, "%s%ld%s%ld", i > 1 && now_x >= last_x ? " " : "", now_x - last_x,
                       now_y >= last_y ? " " : "", now_y - last_y);
        last_x = now_x;
        last_y = now_y;
    }
    BUF_LIT(out, "z");
}

static void draw_outlines(buf *out, const struct projection *p, const struct outlines *o)
{
    buf_print(out, "<svg viewBox=\"0 0 %d %d\" width=\"100%%\" height=\"100%%\" class=\"areas\" aria-hidden=\"true\">",
              MAP_WIDTH, MAP_HEIGHT);
    for (size_t i = 0; i < o->count; i++) {
        BUF_LIT(out, "<path d=\"");
        for (size_t r = 0; r < o->all[i].ring_count; r++) draw_ring(out, p, &o->all[i].rings[r]);
        BUF_LIT(out, "\"/>");
    }
    BUF_LIT(out, "</svg><g class=\"area-names\" aria-hidden=\"true\">");
    for (size_t i = 0; i < o->count; i++) {
        double x, y;
        project(p, o->all[i].middle, &x, &y);
        buf_print(out, "<text x=\"%.1f%%\" y=\"%.1f%%\">", x * 100 / MAP_WIDTH, y * 100 / MAP_HEIGHT);
        html_escape(out, o->all[i].name);
        BUF_LIT(out, "</text>");
    }
    BUF_LIT(out, "</g>");
}

// Half a mark's width, by how many letters stand in it; at least 24 pixels across, which a finger can hit.
static int half_width(size_t letters)
{
    return letters <= 2 ? 13 : letters == 3 ? 16 : 4 * (int)(letters < 9 ? letters : 9) + 4;
}

static void draw_shape(buf *out, mark_shape shape, int w, int h)
{
    switch (shape) {
    case MARK_CIRCLE:
        buf_print(out, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"%d\"/>", -w, -h, 2 * w, 2 * h, h);
        return;
    case MARK_SQUARE:
        buf_print(out, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"4\"/>", -w, -h, 2 * w, 2 * h);
        return;
    case MARK_DIAMOND:  // pointed at both sides, so that text fits
        buf_print(out, "<path d=\"M%d 0L%d %dH%dL%d 0L%d %dH%dz\"/>", -w - 6, -w + 6, -h, w - 6, w + 6, w - 6, h,
                  -w + 6);
        return;
    }
}

void svg_mark(buf *out, mark_shape shape)
{
    BUF_LIT(out, "<svg class=\"mark\" viewBox=\"-18 -12 36 24\" width=\"30\" height=\"20\" aria-hidden=\"true\">");
    draw_shape(out, shape, shape == MARK_CIRCLE ? 10 : 11, 10);
    BUF_LIT(out, "</svg>");
}

static void draw_marker(buf *out, const struct projection *p, const struct map_marker *m)
{
    double x, y;
    project(p, m->place, &x, &y);
    buf_print(out, "<svg x=\"%.2f%%\" y=\"%.2f%%\" class=\"spot\"><a href=\"", x * 100 / MAP_WIDTH, y * 100 / MAP_HEIGHT);
    html_escape(out, m->href);
    BUF_LIT(out, "\" class=\"marker ");
    html_escape(out, m->state);
    BUF_LIT(out, " ");
    html_escape(out, m->class);
    BUF_LIT(out, "\" aria-label=\"");
    html_escape(out, m->label);
    BUF_LIT(out, "\" ");
    buf_add(out, m->attributes);
    BUF_LIT(out, "><title>");
    html_escape(out, m->label);
    BUF_LIT(out, "</title>");
    draw_shape(out, m->shape, half_width(utf8_length(m->text)), 12);
    BUF_LIT(out, "<text y=\"5\">");
    html_escape(out, m->text);
    BUF_LIT(out, "</text></a></svg>");
}

static bool is_in_frame(const struct projection *p, const struct map_marker *m)
{
    double x, y;
    project(p, m->place, &x, &y);
    return x >= 0 && x <= MAP_WIDTH && y >= 0 && y <= MAP_HEIGHT;
}

static int north_first(const void *a, const void *b)
{
    const double la = ((const struct map_marker *)a)->place.latitude;
    const double lb = ((const struct map_marker *)b)->place.latitude;
    return (la < lb) - (la > lb);
}

void svg_map(buf *out, const struct outlines *o, struct map_marker *markers, size_t count, str title)
{
    const struct projection p = fit(o, markers, count);
    BUF_LIT(out, "<svg class=\"map-plot\" role=\"group\" aria-label=\"");
    html_escape(out, title);
    BUF_LIT(out, "\">");
    if (o && o->count) draw_outlines(out, &p, o);
    if (count) qsort(markers, count, sizeof *markers, north_first);
    for (size_t i = 0; i < count; i++)
        if (is_in_frame(&p, &markers[i])) draw_marker(out, &p, &markers[i]);
    BUF_LIT(out, "</svg>");
}
