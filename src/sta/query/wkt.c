// SPDX-License-Identifier: EUPL-1.2
// Well-known text of a query is checked where it is read, so that a fault has a position; the store builds
// the geometry. Source   OGC 06-103r4 (Simple Feature Access 1), section 7
#include "sta/query/parser.h"

#define NESTING_MAX 8  // of GEOMETRYCOLLECTION

struct wkt {
    str s;
    size_t at;
    err *e;
};

static char now(struct wkt *w)
{
    while (w->at < w->s.n && w->s.p[w->at] == ' ') w->at++;
    return w->at < w->s.n ? w->s.p[w->at] : '\0';
}

static bool fail(struct wkt *w, const char *expected)
{
    return err_set(w->e, ERR_SYNTAX, w->at, "expected %s in this geometry", expected);
}

static bool take(struct wkt *w, char c)
{
    if (now(w) != c) return false;
    w->at++;
    return true;
}

static str word(struct wkt *w)
{
    now(w);
    const size_t from = w->at;
    while (w->at < w->s.n && ((w->s.p[w->at] | 0x20) >= 'a' && (w->s.p[w->at] | 0x20) <= 'z')) w->at++;
    return str_slice(w->s, from, w->at);
}

static bool number(struct wkt *w, double *out)
{
    now(w);
    const size_t from = w->at;
    while (w->at < w->s.n && w->s.p[w->at] != ' ' && w->s.p[w->at] != ',' && w->s.p[w->at] != ')') w->at++;
    err ignored;
    if (num_parse_double(str_slice(w->s, from, w->at), out, &ignored)) return true;
    w->at = from;
    return fail(w, "a coordinate");
}

struct position {
    double x, y;
};

static bool position(struct wkt *w, struct position *out)
{
    if (!number(w, &out->x) || !number(w, &out->y)) return false;
    for (int i = 0; i < 2; i++) {  // height and measure may follow
        double ignored;
        if (now(w) == ',' || now(w) == ')') return true;
        if (!number(w, &ignored)) return false;
    }
    return true;
}

static bool point(struct wkt *w)
{
    struct position p;
    if (!take(w, '(')) return fail(w, "'('");
    return position(w, &p) && (take(w, ')') || fail(w, "')'"));
}

// `least` points; a ring ends where it starts.
static bool positions(struct wkt *w, size_t least, bool is_ring)
{
    struct position first, last;
    size_t count = 1;
    if (!take(w, '(')) return fail(w, "'('");
    if (!position(w, &first)) return false;
    for (last = first; take(w, ','); count++)
        if (!position(w, &last)) return false;
    if (count < least)
        return fail(w, is_ring ? "at least four points of a ring" : "at least two points of a line");
    if (is_ring && !(first.x == last.x && first.y == last.y))
        return fail(w, "a ring that ends at its first point");
    return take(w, ')') || fail(w, "',' or ')'");
}

static bool line(struct wkt *w)
{
    return positions(w, 2, false);
}

static bool ring(struct wkt *w)
{
    return positions(w, 4, true);
}

static bool point_of_many(struct wkt *w)
{
    struct position p;
    return now(w) == '(' ? point(w) : position(w, &p);
}

static bool list(struct wkt *w, bool (*item)(struct wkt *))
{
    if (!take(w, '(')) return fail(w, "'('");
    do {
        if (!item(w)) return false;
    } while (take(w, ','));
    return take(w, ')') || fail(w, "',' or ')'");
}

static bool polygon(struct wkt *w)
{
    return list(w, ring);
}
static bool multi_point(struct wkt *w)
{
    return list(w, point_of_many);
}
static bool multi_line(struct wkt *w)
{
    return list(w, line);
}
static bool multi_polygon(struct wkt *w)
{
    return list(w, polygon);
}

static bool geometry(struct wkt *w, int depth);

static bool collection(struct wkt *w, int depth)
{
    if (depth == NESTING_MAX) return fail(w, "fewer collections within collections");
    if (!take(w, '(')) return fail(w, "'('");
    do {
        if (!geometry(w, depth + 1)) return false;
    } while (take(w, ','));
    return take(w, ')') || fail(w, "',' or ')'");
}

static const struct {
    str name;
    bool (*body)(struct wkt *w);
} kinds[] = {
    {STR("POINT"), point},
    {STR("LINESTRING"), line},
    {STR("POLYGON"), polygon},
    {STR("MULTIPOINT"), multi_point},
    {STR("MULTILINESTRING"), multi_line},
    {STR("MULTIPOLYGON"), multi_polygon},
};

static bool geometry(struct wkt *w, int depth)
{
    const size_t from = (now(w), w->at);
    const str name = word(w);
    const size_t behind = w->at;
    const str more = word(w);  // Z, M, ZM, EMPTY
    if (str_eq_nocase(more, STR("EMPTY"))) return true;
    const bool is_known = more.n == 0 || str_eq_nocase(more, STR("Z")) || str_eq_nocase(more, STR("M")) ||
                          str_eq_nocase(more, STR("ZM"));
    if (!is_known) {
        w->at = behind;
        return fail(w, "'('");
    }
    if (str_eq_nocase(name, STR("GEOMETRYCOLLECTION"))) return collection(w, depth);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (str_eq_nocase(name, kinds[i].name)) return kinds[i].body(w);
    w->at = from;
    return fail(
        w, "POINT, LINESTRING, POLYGON, MULTIPOINT, MULTILINESTRING, MULTIPOLYGON or GEOMETRYCOLLECTION");
}

bool wkt_check(str text, err *e)
{
    struct wkt w = {.s = text, .e = e};
    if (!geometry(&w, 0)) return false;
    return now(&w) == '\0' && w.at == text.n ? true : fail(&w, "the end");
}
