// SPDX-License-Identifier: EUPL-1.2
// GeoJSON: a Feature per entity, its properties flattened by their paths, its geometry the first that is found in it.
// Source   RFC 7946; FROST-Server's GeoJSON result format
#include "sta/read/answer.h"

#include "base/json.h"

#define ROW_BYTES_MAX ((size_t)16 << 20)
#define PATH_BYTES_MAX ((size_t)4096)

struct geojson {
    buf row;  // the entity as SensorThings JSON
    buf path;
    bool is_first;
};

// ---- the geometry ----

static bool is_geometry_type(const json *type)
{
    static const str types[] = {
        STR("Point"),   STR("MultiPoint"),   STR("LineString"),        STR("MultiLineString"),
        STR("Polygon"), STR("MultiPolygon"), STR("GeometryCollection")};
    for (size_t i = 0; type && i < sizeof types / sizeof *types; i++)
        if (type->type == JSON_TEXT && str_eq(type->text, types[i])) return true;
    return false;
}

static bool holds_geometry(str key)
{
    return str_eq(key, STR("location")) || str_eq(key, STR("feature")) || str_eq(key, STR("observedArea"));
}

static const json *geometry_of(const json *j)
{
    if (is_geometry_type(json_get(j, STR("type")))) return j;
    const json *inside = json_get(j, STR("geometry"));  // of a Feature
    return inside && is_geometry_type(json_get(inside, STR("type"))) ? inside : NULL;
}

static const json *find_geometry(const json *j)
{
    for (const json *c = j->first; c; c = c->next) {
        const json *found = holds_geometry(c->key) ? geometry_of(c) : find_geometry(c);
        if (found) return found;
    }
    return NULL;
}

// ---- the properties ----

static bool is_left_out(const json *j)
{
    return str_ends(j->key, STR("@iot.navigationLink")) || str_ends(j->key, STR("@iot.selfLink")) ||
           str_ends(j->key, STR("@iot.nextLink")) || (holds_geometry(j->key) && geometry_of(j));
}

static void add_flat(struct geojson *g, const json *j, buf *out)
{
    if (j->type != JSON_OBJECT && j->type != JSON_ARRAY) {
        if (!g->is_first) buf_add_char(out, ',');
        g->is_first = false;
        json_write_text(out, buf_str(&g->path));
        buf_add_char(out, ':');
        buf_add(out, j->raw);
        return;
    }
    int64_t index = 0;
    for (const json *c = j->first; c; c = c->next, index++) {
        if (is_left_out(c)) continue;
        const size_t before = g->path.n;
        if (before > 0) buf_add_char(&g->path, '/');
        if (j->type == JSON_ARRAY) {
            buf_add_int(&g->path, index);
        } else {
            buf_add(&g->path, str_eq(c->key, STR("@iot.id")) ? STR("id") : c->key);
        }
        add_flat(g, c, out);
        g->path.n = before;
    }
}

static bool add_feature(struct answer *r, struct geojson *g, buf *out, err *e)
{
    json *entity;
    if (g->row.failed) return err_set(e, ERR_LIMIT, ERR_NOWHERE, "one entity is too large for GeoJSON");
    if (!json_parse(buf_str(&g->row), r->scratch, &entity, e)) return false;
    const json *geometry = find_geometry(entity);
    BUF_LIT(out, "{\"type\":\"Feature\",\"id\":");
    buf_add_int(out, r->top.row.id);
    BUF_LIT(out, ",\"geometry\":");
    buf_add(out, geometry ? geometry->raw : STR("null"));
    BUF_LIT(out, ",\"properties\":{");
    g->is_first = true;
    add_flat(g, entity, out);
    BUF_LIT(out, "}}");
    return !g->path.failed ||
           err_set(e, ERR_LIMIT, ERR_NOWHERE, "a property of this entity lies too deep for GeoJSON");
}

static bool begin(struct answer *r, buf *out, err *e)
{
    struct geojson *g = ARENA_NEW(r->arena, struct geojson);
    if (!g) return err_no_memory(e);
    *g = (struct geojson){.row = {.max = ROW_BYTES_MAX}, .path = {.max = PATH_BYTES_MAX}};
    r->own = g;
    BUF_LIT(out, "{\"type\":\"FeatureCollection\",\"features\":[");
    return true;
}

static bool step(struct answer *r, buf *out, bool *more, err *e)
{
    struct geojson *g = r->own;
    buf_clear(&g->row);
    const bool is_first = r->top.given == 0;
    if (!json_row(r, &g->row, more, e)) return false;
    if (!*more) return true;
    if (!is_first) {
        buf_add_char(out, ',');
        g->row.p[0] = ' ';  // the comma that JSON put before the entity
    }
    return add_feature(r, g, out, e);
}

static bool end(struct answer *r, buf *out, err *e)
{
    (void)e;
    buf_add_char(out, ']');
    if (r->top.has_more) {
        BUF_LIT(out, ",\"@iot.nextLink\":\"");
        add_next_link(r, &r->top, out);
        buf_add_char(out, '"');
    }
    buf_add_char(out, '}');
    return true;
}

static void done(struct answer *r)
{
    struct geojson *g = r->own;
    if (!g) return;
    buf_free(&g->row);
    buf_free(&g->path);
}

const struct answer_format answer_geojson = {STR("application/geo+json"), begin, step, end, done};
