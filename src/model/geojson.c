// SPDX-License-Identifier: EUPL-1.2
#include "model/geojson.h"

bool geojson_is_encoding(str encoding_type)
{
    return str_eq(encoding_type, STR("application/geo+json")) ||
           str_eq(encoding_type, STR("application/vnd.geo+json"));
}

static bool is_array(const json *j, const char *what, err *e)
{
    return j->type == JSON_ARRAY ||
           err_set(e, ERR_TYPE, j->at, "expected %s, found %s", what, json_type_name(j->type).p);
}

static bool check_position(const json *j, err *e)
{
    if (!is_array(j, "a position [longitude, latitude]", e)) return false;
    if (j->count < 2 || j->count > 4) {
        return err_set(e, ERR_RANGE, j->at, "a position has 2 or 3 numbers, not %zu", j->count);
    }
    for (const json *n = j->first; n; n = n->next) {
        if (n->type == JSON_NUMBER) continue;
        return err_set(e, ERR_TYPE, n->at, "a position has numbers, not %s", json_type_name(n->type).p);
    }
    return true;
}

static bool check_list(const json *j, const char *what, bool (*check)(const json *j, err *e), err *e)
{
    if (!is_array(j, what, e)) return false;
    for (const json *c = j->first; c; c = c->next)
        if (!check(c, e)) return false;
    return true;
}

static bool check_positions(const json *j, err *e)
{
    return check_list(j, "an array of positions", check_position, e);
}

static bool check_line(const json *j, err *e)
{
    if (!check_positions(j, e)) return false;
    return j->count >= 2 ||
           err_set(e, ERR_RANGE, j->at, "a line has at least 2 positions, not %zu", j->count);
}

static const json *last_of(const json *array)
{
    const json *last = array->first;
    while (last && last->next) last = last->next;
    return last;
}

static bool check_ring(const json *j, err *e)
{
    if (!check_positions(j, e)) return false;
    if (j->count < 4)
        return err_set(e, ERR_RANGE, j->at, "a ring has at least 4 positions, not %zu", j->count);
    return json_equal(j->first, last_of(j)) ||
           err_set(e, ERR_RANGE, j->at, "a ring ends where it starts; this one does not");
}

static bool check_lines(const json *j, err *e)
{
    return check_list(j, "an array of lines", check_line, e);
}

static bool check_polygon(const json *j, err *e)
{
    return check_list(j, "an array of rings", check_ring, e);
}

static bool check_polygons(const json *j, err *e)
{
    return check_list(j, "an array of polygons", check_polygon, e);
}

static bool check_geometry(const json *j, err *e);

static bool check_geometries(const json *j, err *e)
{
    return check_list(j, "an array of geometries", check_geometry, e);
}

static const struct {
    str type;
    str member;
    bool (*check)(const json *j, err *e);
} geometries[] = {
    {STR("Point"), STR("coordinates"), check_position},
    {STR("MultiPoint"), STR("coordinates"), check_positions},
    {STR("LineString"), STR("coordinates"), check_line},
    {STR("MultiLineString"), STR("coordinates"), check_lines},
    {STR("Polygon"), STR("coordinates"), check_polygon},
    {STR("MultiPolygon"), STR("coordinates"), check_polygons},
    {STR("GeometryCollection"), STR("geometries"), check_geometries},
};

static bool check_geometry(const json *j, err *e)
{
    const json *type, *coordinates;
    if (j->type != JSON_OBJECT) {
        return err_set(e, ERR_TYPE, j->at, "expected a GeoJSON object, found %s", json_type_name(j->type).p);
    }
    if (!json_need(j, STR("type"), JSON_TEXT, &type, e)) return false;
    for (size_t i = 0; i < sizeof geometries / sizeof geometries[0]; i++) {
        if (!str_eq(geometries[i].type, type->text)) continue;
        return json_need(j, geometries[i].member, JSON_ARRAY, &coordinates, e) &&
               geometries[i].check(coordinates, e);
    }
    return err_set(e, ERR_RANGE, type->at, "'%.*s' is no type of GeoJSON geometry", STR_ARG(type->text));
}

static bool check_feature(const json *j, err *e)
{
    const json *geometry = json_get(j, STR("geometry"));
    if (!geometry) return err_set(e, ERR_MISSING, j->at, "a Feature has a 'geometry', which may be null");
    return geometry->type == JSON_NULL || check_geometry(geometry, e);
}

static bool check_features(const json *j, err *e)
{
    return check_list(j, "an array of Features", check_feature, e);
}

bool geojson_check(const json *j, err *e)
{
    const json *type = json_get(j, STR("type")), *features;
    if (!type || type->type != JSON_TEXT) return check_geometry(j, e);
    if (str_eq(type->text, STR("Feature"))) return check_feature(j, e);
    if (!str_eq(type->text, STR("FeatureCollection"))) return check_geometry(j, e);
    return json_need(j, STR("features"), JSON_ARRAY, &features, e) && check_features(features, e);
}
