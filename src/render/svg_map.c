// SPDX-License-Identifier: EUPL-1.2
#include "render/svg_map.h"

#include "base/utf8.h"
#include "render/template.h"

#include <math.h>
#include <stdlib.h>

#define MARGIN 14               // free space round the outlines, in units of the frame
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
    p.west = (west + east) / 2 - MAP_WIDTH / 2.0 / p.scale;
    p.north = (south + north) / 2 + MAP_HEIGHT / 2.0 / p.scale;
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
        if (i > 0 && now_x == last_x && now_y == last_y) continue;  // nearer than one unit
        if (i == 0)
            buf_print(out, "M%ld %ldl", now_x, now_y);
        else
            buf_print(out, "%s%ld%s%ld", i > 1 && now_x >= last_x ? " " : "", now_x - last_x,
                      now_y >= last_y ? " " : "", now_y - last_y);
        last_x = now_x;
        last_y = now_y;
    }
    BUF_LIT(out, "z");
}

static void draw_outline(buf *out, const struct projection *p, const struct outline *o,
                         const char *attributes)
{
    buf_print(out, "<path%s d=\"", attributes);
    for (size_t r = 0; r < o->ring_count; r++) draw_ring(out, p, &o->rings[r]);
    BUF_LIT(out, "\"/>");
}

static void draw_area(buf *out, const struct projection *p, const struct outline *o, const struct map_area *a)
{
    if (a->href.n) {
        BUF_LIT(out, "<a href=\"");
        html_escape(out, a->href);
        BUF_LIT(out, "\" aria-label=\"");
        html_escape(out, a->label);
        BUF_LIT(out, "\">");
    }
    BUF_LIT(out, "<g class=\"area");
    if (a->class.n) buf_print(out, " classed %.*s", STR_ARG(a->class));
    if (a->is_here) BUF_LIT(out, " here");
    BUF_LIT(out, "\">");
    draw_outline(out, p, o, "");
    if (a->is_hatched) draw_outline(out, p, o, " class=\"hatched\" fill=\"url(#hatch)\"");
    BUF_LIT(out, "</g>");
    if (a->href.n) BUF_LIT(out, "</a>");
}

static bool has_links(const struct map_area *areas, size_t count)
{
    for (size_t i = 0; areas && i < count; i++)
        if (areas[i].href.n) return true;
    return false;
}

static void draw_outlines(buf *out, const struct projection *p, const struct outlines *o,
                          const struct map_area *areas)
{
    buf_print(out, "<svg viewBox=\"0 0 %d %d\" width=\"100%%\" height=\"100%%\" class=\"areas\"%s>",
              MAP_WIDTH, MAP_HEIGHT, has_links(areas, o->count) ? "" : " aria-hidden=\"true\"");
    if (areas)
        BUF_LIT(out, "<pattern id=\"hatch\" width=\"8\" height=\"8\" patternUnits=\"userSpaceOnUse\" "
                     "patternTransform=\"rotate(45)\"><path d=\"M0 0V8\" stroke=\"#fff\" "
                     "stroke-width=\"2\"/></pattern>");
    for (size_t i = 0; i < o->count; i++)
        if (areas)
            draw_area(out, p, &o->all[i], &areas[i]);
        else
            draw_outline(out, p, &o->all[i], "");
    BUF_LIT(out, "</svg>");
}

// Half a mark's width, by how many letters stand in it; at least 24 pixels across, which a finger can hit.
static int half_width(size_t letters)
{
    return letters <= 2 ? 13 : letters == 3 ? 16 : 4 * (int)(letters < 9 ? letters : 9) + 4;
}

// ---- Names of areas ----------------------------------------------------------------------------------------------

// A box in units of the frame, about pixels on a wide screen.
struct box {
    double x, y, half_width, half_height;
};

static bool overlaps(struct box a, struct box b)
{
    return fabs(a.x - b.x) < a.half_width + b.half_width && fabs(a.y - b.y) < a.half_height + b.half_height;
}

static bool is_free(struct box wanted, const struct box *taken, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (overlaps(wanted, taken[i])) return false;
    return true;
}

// A name gives way to markers and to names before it: a little down, up, further down, or it is left out.
static bool find_room(struct box *name, const struct box *taken, size_t count)
{
    static const double moves[] = {0, 20, -20, 34, -34};
    const double y = name->y;
    for (size_t i = 0; i < sizeof moves / sizeof moves[0]; i++) {
        name->y = y + moves[i];
        if (is_free(*name, taken, count)) return true;
    }
    return false;
}

static void name_area(buf *out, const struct box *at, str name)
{
    buf_print(out, "<text x=\"%.1f%%\" y=\"%.1f%%\" dy=\"4\">", at->x * 100 / MAP_WIDTH,
              at->y * 100 / MAP_HEIGHT);
    html_escape(out, name);
    BUF_LIT(out, "</text>");
}

static void name_areas(buf *out, const struct projection *p, const struct outlines *o,
                       const struct map_marker *markers, size_t count)
{
    struct box *taken = calloc(count + o->count, sizeof *taken);
    if (!taken) return;  // a map without names is still a map
    size_t n = 0;
    for (; n < count; n++) {
        taken[n] = (struct box){.half_width = half_width(utf8_length(markers[n].text)) + 5,
                                .half_height = 14};
        project(p, markers[n].place, &taken[n].x, &taken[n].y);
    }
    BUF_LIT(out, "<g class=\"area-names\" aria-hidden=\"true\">");
    for (size_t i = 0; i < o->count; i++) {
        struct box name = {.half_width = 3.1 * (double)utf8_length(o->all[i].name), .half_height = 7};
        project(p, o->all[i].middle, &name.x, &name.y);
        if (!find_room(&name, taken, n)) continue;
        taken[n++] = name;
        name_area(out, &name, o->all[i].name);
    }
    BUF_LIT(out, "</g>");
    free(taken);
}

// ---- Markers -----------------------------------------------------------------------------------------------------

static void draw_shape(buf *out, mark_shape shape, int w, int h)
{
    switch (shape) {
    case MARK_CIRCLE:
        buf_print(out, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"%d\"/>", -w, -h, 2 * w, 2 * h,
                  h);
        return;
    case MARK_SQUARE:
        buf_print(out, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"4\"/>", -w, -h, 2 * w, 2 * h);
        return;
    case MARK_DIAMOND:  // pointed at both sides, so that text fits
        buf_print(out, "<path d=\"M%d 0L%d %dH%dL%d 0L%d %dH%dz\"/>", -w - 6, -w + 6, -h, w - 6, w + 6, w - 6,
                  h, -w + 6);
        return;
    }
}

void svg_mark(buf *out, mark_shape shape)
{
    BUF_LIT(out,
            "<svg class=\"mark\" viewBox=\"-18 -12 36 24\" width=\"30\" height=\"20\" aria-hidden=\"true\">");
    draw_shape(out, shape, shape == MARK_CIRCLE ? 10 : 11, 10);
    BUF_LIT(out, "</svg>");
}

// Markers that would hide each other on a phone move a little apart, in pixels, so that zooming in makes it nothing.
#define SPREAD_SCALE 0.65  // of a phone's map to the frame
#define SPREAD_ROUNDS 12
#define SPREAD_MARKERS_MAX 300  // every pair is looked at
#define SPREAD_MOST 20.0

struct shift {
    double x, y;  // in pixels
};

static void part(struct box *a, struct box *b)
{
    const double over_x = a->half_width + b->half_width - fabs(a->x - b->x);
    const double over_y = a->half_height + b->half_height - fabs(a->y - b->y);
    if (over_x <= 0 || over_y <= 0) return;
    const bool goes_sideways = over_x < over_y;
    const double by = (goes_sideways ? over_x : over_y) / 2;
    if (goes_sideways) {
        const double side = a->x < b->x ? -by : by;
        a->x += side;
        b->x -= side;
    } else {
        const double side = a->y < b->y ? -by : by;
        a->y += side;
        b->y -= side;
    }
}

static double within(double v, double most)
{
    return fmin(fmax(v, -most), most);
}

// NULL without memory: then they stay where they are.
static struct shift *spread(const struct projection *p, const struct map_marker *m, size_t count)
{
    struct box *boxes = calloc(count + 1, sizeof *boxes);
    struct shift *shifts = calloc(count + 1, sizeof *shifts);
    if (!boxes || !shifts) {
        free(boxes);
        free(shifts);
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        boxes[i] = (struct box){.half_width = half_width(utf8_length(m[i].text)) + 4, .half_height = 12};
        project(p, m[i].place, &boxes[i].x, &boxes[i].y);
        shifts[i] = (struct shift){boxes[i].x *= SPREAD_SCALE, boxes[i].y *= SPREAD_SCALE};
    }
    for (int round = 0; round < SPREAD_ROUNDS; round++)
        for (size_t i = 0; i < count; i++)
            for (size_t k = i + 1; k < count; k++) part(&boxes[i], &boxes[k]);
    for (size_t i = 0; i < count; i++)
        shifts[i] = (struct shift){within(boxes[i].x - shifts[i].x, SPREAD_MOST),
                                   within(boxes[i].y - shifts[i].y, SPREAD_MOST)};
    free(boxes);
    return shifts;
}

static void draw_marker(buf *out, const struct projection *p, const struct map_marker *m, struct shift by)
{
    double x, y;
    project(p, m->place, &x, &y);
    buf_print(out, "<svg x=\"%.2f%%\" y=\"%.2f%%\" class=\"spot\"><a ", x * 100 / MAP_WIDTH,
              y * 100 / MAP_HEIGHT);
    if (by.x != 0 || by.y != 0) buf_print(out, "transform=\"translate(%.0f %.0f)\" ", by.x, by.y);
    BUF_LIT(out, "href=\"");
    html_escape(out, m->href);
    BUF_LIT(out, "\" class=\"marker ");
    html_escape(out, m->state);
    BUF_LIT(out, " ");
    html_escape(out, m->class);
    BUF_LIT(out, "\" aria-label=\"");
    html_escape(out, m->label);
    BUF_LIT(out, "\" ");
    buf_add(out, m->attributes);
    BUF_LIT(out, ">");
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

void svg_map(buf *out, const struct outlines *o, const struct map_area *areas, struct map_marker *markers,
             size_t count, str title)
{
    const struct projection p = fit(o, markers, count);
    BUF_LIT(out, "<svg class=\"map-plot\" role=\"group\" aria-label=\"");
    html_escape(out, title);
    BUF_LIT(out, "\">");
    if (count) qsort(markers, count, sizeof *markers, north_first);
    if (o && o->count) {
        draw_outlines(out, &p, o, areas);
        name_areas(out, &p, o, markers, count);
    }
    struct shift *shifts = count <= SPREAD_MARKERS_MAX ? spread(&p, markers, count) : NULL;
    for (size_t i = 0; i < count; i++)
        if (is_in_frame(&p, &markers[i]))
            draw_marker(out, &p, &markers[i], shifts ? shifts[i] : (struct shift){0, 0});
    free(shifts);
    BUF_LIT(out, "</svg>");
}
