// SPDX-License-Identifier: EUPL-1.2
#include "sta/write/data_array.h"

enum { COMPONENT_ID = -1, COMPONENT_FEATURE = -2 };  // else the index of a property

// ---- first reading: is it well formed? ----

static bool component_of(json_reader *r, str name, size_t at, int *out)
{
    *out = entity_property_find(SET_OBSERVATION, name);
    if (str_eq(name, STR("id")) || str_eq(name, STR("@iot.id")))
        *out = COMPONENT_ID;
    else if (str_eq(name, STR("FeatureOfInterest/id")) || str_eq(name, STR("FeatureOfInterest/@iot.id")))
        *out = COMPONENT_FEATURE;
    else if (*out < 0)
        return json_fail(r, ERR_UNKNOWN, at, "components: an Observation has no '%.*s'",
                         STR_ARG(str_slice(name, 0, 60)));
    return true;
}

static bool has_component(const struct data_group *g, int component)
{
    for (size_t i = 0; i < g->component_count; i++)
        if (g->components[i] == component) return true;
    return false;
}

static bool read_components(json_reader *r, arena *a, struct data_group *g)
{
    bool more;
    str name;
    int component;
    if (!json_enter(r, '[')) return false;
    while (json_more(r, '[', &more) && more) {
        const size_t at = r->at;
        if (!json_read_text(r, a, &name) || !component_of(r, name, at, &component)) return false;
        if (g->component_count == DATA_ARRAY_COMPONENTS_MAX || has_component(g, component)) {
            return json_fail(r, ERR_RANGE, at, "components: '%.*s' is there twice", STR_ARG(name));
        }
        g->components[g->component_count++] = component;
    }
    return !r->failed;
}

static bool read_stream(json_reader *r, arena *a, entity_set kind, struct data_group *g)
{
    bool is_deep;
    const size_t at = r->at;
    if (g->stream) return json_fail(r, ERR_RANGE, at, "a group has one Datastream or one MultiDatastream");
    if (!entity_link_read(r, a, &g->stream, &is_deep)) return false;
    g->kind = kind;
    return !is_deep || json_fail(r, ERR_TYPE, at, "%s: expected only {\"@iot.id\": ...}",
                                 entity_schema_of(kind)->entity_name.p);
}

static bool skip_rows(json_reader *r, struct data_group *g)
{
    bool more;
    str raw;
    if (!json_enter(r, '[')) return false;
    while (json_more(r, '[', &more) && more) {
        if (!json_skip(r, &raw)) return false;
        g->row_count++;
    }
    return !r->failed;
}

static bool read_member(json_reader *r, arena *a, struct data_group *g)
{
    str key, ignored;
    json_type t;
    if (!json_key(r, a, &key)) return false;
    if (str_eq(key, STR("Datastream"))) return read_stream(r, a, SET_DATASTREAM, g);
    if (str_eq(key, STR("MultiDatastream"))) return read_stream(r, a, SET_MULTI_DATASTREAM, g);
    if (str_eq(key, STR("components"))) return read_components(r, a, g);
    if (!str_eq(key, STR("dataArray"))) return json_skip(r, &ignored);
    if (g->rows_at)
        return json_fail(r, ERR_SYNTAX, r->at, "the name 'dataArray' is there twice in one object");
    if (!json_peek(r, &t)) return false;
    g->rows_at = r->at;
    return skip_rows(r, g);
}

static bool check_group(json_reader *r, size_t at, const struct data_group *g)
{
    if (!g->stream) return json_fail(r, ERR_MISSING, at, "Datastream: is missing");
    if (!g->component_count) return json_fail(r, ERR_MISSING, at, "components: is missing");
    if (!has_component(g, OBSERVATION_RESULT))
        return json_fail(r, ERR_MISSING, at, "components: 'result' is missing");
    return g->rows_at || json_fail(r, ERR_MISSING, at, "dataArray: is missing");
}

static bool read_group(json_reader *r, arena *a, struct data_group *g)
{
    bool more;
    json_type t;
    if (!json_peek(r, &t)) return false;
    const size_t at = r->at;
    if (!json_enter(r, '{')) return false;
    while (json_more(r, '{', &more) && more)
        if (!read_member(r, a, g)) return false;
    return !r->failed && check_group(r, at, g);
}

bool data_array_read(str body, arena *a, struct data_group **out, err *e)
{
    json_reader r = json_reader_of(body, e);
    struct data_group **last = out;
    size_t rows = 0;
    bool more;
    *out = NULL;
    if (!json_enter(&r, '[')) return false;
    while (json_more(&r, '[', &more) && more) {
        *last = ARENA_NEW(a, struct data_group);
        if (!*last) return err_no_memory(e);
        if (!read_group(&r, a, *last)) return false;
        rows += (*last)->row_count;
        if (rows > DATA_ARRAY_ROWS_MAX) {
            return err_set(e, ERR_LIMIT, ERR_NOWHERE, "at most %zu Observations in one request",
                           DATA_ARRAY_ROWS_MAX);
        }
        last = &(*last)->next;
    }
    return json_end(&r);
}

// ---- second reading: rows ----

static bool read_component(json_reader *r, int component, arena *a, struct observation *o)
{
    str text;
    if (component == COMPONENT_ID) return json_skip(r, &text);
    if (component != COMPONENT_FEATURE) return observation_read_property(r, component, a, o);
    if (!json_read_number(r, &text)) return false;
    return num_parse_int(text, &o->feature, NULL) ||
           json_fail(r, ERR_LINK, r->at, "FeatureOfInterest: no such id");
}

static bool read_values(json_reader *r, const struct data_group *g, arena *a, struct observation *o)
{
    bool more;
    size_t n = 0;
    const size_t at = r->at;
    if (!json_enter(r, '[')) return false;
    while (json_more(r, '[', &more) && more) {
        if (n == g->component_count) return json_fail(r, ERR_RANGE, at, "more values than components");
        if (!read_component(r, g->components[n++], a, o)) return false;
    }
    return !r->failed &&
           (n == g->component_count ||
            json_fail(r, ERR_RANGE, at, "%zu values for %zu components", n, g->component_count));
}

void data_array_begin(struct data_place *p, str body, const struct data_group *first)
{
    p->body = body;
    p->group = first;
    if (!first) return;
    p->reader = json_reader_of(body, &p->why);
    p->reader.at = first->rows_at;
    json_enter(&p->reader, '[');
}

str data_row_reason(arena *a, const err *e)
{
    str text;
    return arena_copy(a, str_of(e->text), &text) ? text : STR("this row needs more memory than allowed here");
}

// A wrong row is told apart and passed over.
static void read_row(struct data_place *p, arena *a, struct data_row *out)
{
    const json_reader before = p->reader;
    str raw;
    out->o = observation_empty();
    out->o.stream = p->group->stream;
    out->kind = p->group->kind;
    out->why = (str){0};
    if (read_values(&p->reader, p->group, a, &out->o)) return;
    out->why = data_row_reason(a, &p->why);
    p->reader = before;
    json_skip(&p->reader, &raw);
}

bool data_array_next(struct data_place *p, arena *a, struct data_row *out)
{
    bool more;
    while (p->group) {
        if (json_more(&p->reader, '[', &more) && more) {
            read_row(p, a, out);
            return true;
        }
        data_array_begin(p, p->body, p->group->next);
    }
    return false;
}
