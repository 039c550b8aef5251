// SPDX-License-Identifier: EUPL-1.2
#include "render/outline.h"

#include "base/json.h"

static bool read_place(const json *j, struct place *out, err *e)
{
    if (j->type != JSON_ARRAY || j->count < 2 || j->first->type != JSON_NUMBER ||
        j->first->next->type != JSON_NUMBER)
        return err_set(e, ERR_TYPE, j->at, "a position [longitude, latitude] is expected");
    if (!num_parse_double(j->first->text, &out->longitude, e) ||
        !num_parse_double(j->first->next->text, &out->latitude, e))
        return false;
    if (out->longitude < -180 || out->longitude > 180 || out->latitude < -85 || out->latitude > 85)
        return err_set(e, ERR_RANGE, j->at, "longitude -180 to 180 and latitude -85 to 85 are expected");
    return true;
}

static bool read_ring(const json *j, arena *a, struct ring *out, err *e)
{
    if (j->type != JSON_ARRAY || j->count < 4)
        return err_set(e, ERR_TYPE, j->at, "a ring of at least four positions is expected");
    *out = (struct ring){.points = ARENA_ARRAY(a, j->count, struct place)};
    if (!out->points) return err_no_memory(e);
    for (const json *p = j->first; p; p = p->next)
        if (!read_place(p, &out->points[out->count++], e)) return false;
    const struct place first = out->points[0], last = out->points[out->count - 1];
    if (first.longitude != last.longitude || first.latitude != last.latitude)
        return err_set(e, ERR_RANGE, j->at, "a ring must end where it begins");
    return true;
}

static bool read_polygon(const json *j, arena *a, struct outline *out, err *e)
{
    if (j->type != JSON_ARRAY) return err_set(e, ERR_TYPE, j->at, "a polygon is an array of rings");
    for (const json *r = j->first; r; r = r->next)
        if (!read_ring(r, a, &out->rings[out->ring_count++], e)) return false;
    return true;
}

static size_t rings_in(const json *coordinates, bool is_multi)
{
    if (!is_multi) return coordinates->count;
    size_t n = 0;
    for (const json *p = coordinates->first; p; p = p->next) n += p->count;
    return n;
}

static bool read_geometry(const json *geometry, arena *a, struct outline *out, err *e)
{
    const json *type, *coordinates;
    if (!json_need(geometry, STR("type"), JSON_TEXT, &type, e) ||
        !json_need(geometry, STR("coordinates"), JSON_ARRAY, &coordinates, e))
        return false;
    const bool is_multi = str_eq(type->text, STR("MultiPolygon"));
    if (!is_multi && !str_eq(type->text, STR("Polygon")))
        return err_set(e, ERR_TYPE, type->at, "a Polygon or MultiPolygon is expected");

    const size_t rings = rings_in(coordinates, is_multi);
    if (rings == 0) return err_set(e, ERR_RANGE, coordinates->at, "an area without a ring");
    out->rings = ARENA_ARRAY(a, rings, struct ring);
    if (!out->rings) return err_no_memory(e);
    if (!is_multi) return read_polygon(coordinates, a, out, e);
    for (const json *p = coordinates->first; p; p = p->next)
        if (!read_polygon(p, a, out, e)) return false;
    return true;
}

// The centre of gravity; of a ring without surface its first point.
static struct place middle_of(const struct ring *r)
{
    double twice = 0, x = 0, y = 0;
    const struct place origin = r->points[0];
    for (size_t i = 0; i + 1 < r->count; i++) {
        const double ax = r->points[i].longitude - origin.longitude,
                     ay = r->points[i].latitude - origin.latitude;
        const double bx = r->points[i + 1].longitude - origin.longitude,
                     by = r->points[i + 1].latitude - origin.latitude;
        const double cross = ax * by - bx * ay;
        twice += cross;
        x += (ax + bx) * cross;
        y += (ay + by) * cross;
    }
    if (twice == 0) return origin;
    return (struct place){origin.longitude + x / (3 * twice), origin.latitude + y / (3 * twice)};
}

static void widen(struct outlines *o, const struct ring *r)
{
    for (size_t i = 0; i < r->count; i++) {
        const struct place p = r->points[i];
        if (p.longitude < o->south_west.longitude) o->south_west.longitude = p.longitude;
        if (p.latitude < o->south_west.latitude) o->south_west.latitude = p.latitude;
        if (p.longitude > o->north_east.longitude) o->north_east.longitude = p.longitude;
        if (p.latitude > o->north_east.latitude) o->north_east.latitude = p.latitude;
    }
}

static bool read_feature(const json *feature, arena *a, struct outlines *all, err *e)
{
    const json *properties, *geometry, *code, *name;
    if (!json_need(feature, STR("properties"), JSON_OBJECT, &properties, e) ||
        !json_need(properties, STR("code"), JSON_TEXT, &code, e) ||
        !json_need(properties, STR("name"), JSON_TEXT, &name, e) ||
        !json_need(feature, STR("geometry"), JSON_OBJECT, &geometry, e))
        return false;
    struct outline *o = &all->all[all->count];
    *o = (struct outline){.code = code->text, .name = name->text};
    if (!read_geometry(geometry, a, o, e)) return false;
    o->middle = middle_of(&o->rings[0]);
    for (size_t i = 0; i < o->ring_count; i++) widen(all, &o->rings[i]);
    all->count++;
    return true;
}

bool outlines_load(str geojson, arena *a, struct outlines **out, err *e)
{
    json *root;
    const json *features;
    if (!json_parse(geojson, a, &root, e) || !json_need(root, STR("features"), JSON_ARRAY, &features, e))
        return false;
    struct outlines *o = ARENA_NEW(a, struct outlines);
    if (!o) return err_no_memory(e);
    *o = (struct outlines){.south_west = {180, 85}, .north_east = {-180, -85}};
    o->all = ARENA_ARRAY(a, features->count + 1, struct outline);
    if (!o->all) return err_no_memory(e);

    for (const json *f = features->first; f; f = f->next)
        if (!read_feature(f, a, o, e)) return err_within(e, "area %zu", o->count + 1);
    *out = o;
    return true;
}

// A ray to the east crosses the border an odd number of times from inside.
static bool contains(const struct outline *o, struct place p)
{
    bool is_inside = false;
    for (size_t r = 0; r < o->ring_count; r++)
        for (size_t i = 0; i + 1 < o->rings[r].count; i++) {
            const struct place a = o->rings[r].points[i], b = o->rings[r].points[i + 1];
            if ((a.latitude > p.latitude) == (b.latitude > p.latitude)) continue;
            const double along = (p.latitude - a.latitude) / (b.latitude - a.latitude);
            if (p.longitude < a.longitude + along * (b.longitude - a.longitude)) is_inside = !is_inside;
        }
    return is_inside;
}

const struct outline *outline_at(const struct outlines *o, struct place p)
{
    for (size_t i = 0; i < o->count; i++)
        if (contains(&o->all[i], p)) return &o->all[i];
    return NULL;
}
