// SPDX-License-Identifier: EUPL-1.2
#include "sta/openapi.h"

#include "base/json.h"
#include "model/entity.h"

// ---- small words -------------------------------------------------------------------------------------------------

static void put(json_writer *w, const char *name, str text)
{
    json_name(w, str_of(name));
    json_put_text(w, text);
}

static void open_named(json_writer *w, const char *name, char bracket)
{
    json_name(w, str_of(name));
    json_open(w, bracket);
}

// The name of a path: /Things, /Things({id}), /Things({id})/Datastreams.
static void path_name(json_writer *w, arena *a, str set, bool has_id, str relation)
{
    str text;
    if (!arena_print(a, &text, "/%.*s%s%s%.*s", STR_ARG(set), has_id ? "({id})" : "", relation.n ? "/" : "",
                     STR_ARG(relation)))
        text = STR("?");
    json_name(w, text);
}

static void put_reference(json_writer *w, arena *a, const char *kind, str name)
{
    str text;
    if (!arena_print(a, &text, "#/components/%s/%.*s", kind, STR_ARG(name))) text = STR("?");
    json_open(w, '{');
    put(w, "$ref", text);
    json_close(w, '}');
}

// ---- schemas: what an entity looks like ---------------------------------------------------------------------------

// clang-format off
static const struct { const char *type, *format, *description; } property_forms[] = {
    [PROPERTY_TEXT]     = {"string", NULL, NULL},
    [PROPERTY_JSON]     = {NULL, NULL, "any JSON value"},
    [PROPERTY_GEOMETRY] = {"object", NULL, "GeoJSON geometry or Feature"},
    [PROPERTY_INSTANT]  = {"string", "date-time", "ISO 8601 with zone"},
    [PROPERTY_INTERVAL] = {"string", NULL, "ISO 8601 interval, start/end"},
    [PROPERTY_TIME]     = {"string", NULL, "ISO 8601 instant, or interval start/end"},
    [PROPERTY_RESULT]   = {NULL, NULL, "any JSON value, kept as sent"},
};
// clang-format on

static void property_schema(json_writer *w, const struct property *p)
{
    json_name(w, p->name);
    json_open(w, '{');
    const char *type = property_forms[p->type].type;
    if (p->flags & PROPERTY_OBJECT) type = "object";
    if (p->flags & PROPERTY_ARRAY) type = "array";
    if (type) put(w, "type", str_of(type));
    if (p->flags & PROPERTY_ARRAY) {
        open_named(w, "items", '{');
        json_close(w, '}');
    }
    if (property_forms[p->type].format) put(w, "format", str_of(property_forms[p->type].format));
    if (property_forms[p->type].description)
        put(w, "description", str_of(property_forms[p->type].description));
    if (p->flags & PROPERTY_SERVER_KEPT) {
        json_name(w, STR("readOnly"));
        json_put_bool(w, true);
    }
    if (p->flags & PROPERTY_SHOW_NULL) {
        json_name(w, STR("nullable"));
        json_put_bool(w, true);
    }
    json_close(w, '}');
}

static void relation_schema(json_writer *w, arena *a, const struct relation *r)
{
    const str target = entity_schema_of(r->target)->entity_name;
    json_name(w, r->name);
    if (!r->is_many) {
        put_reference(w, a, "schemas", target);
        return;
    }
    json_open(w, '{');
    put(w, "type", STR("array"));
    json_name(w, STR("items"));
    put_reference(w, a, "schemas", target);
    json_close(w, '}');
}

static void control_schema(json_writer *w)
{
    json_name(w, STR("@iot.id"));
    json_open(w, '{');
    put(w, "type", STR("integer"));
    put(w, "format", STR("int64"));
    json_close(w, '}');
    json_name(w, STR("@iot.selfLink"));
    json_open(w, '{');
    put(w, "type", STR("string"));
    put(w, "format", STR("uri"));
    json_name(w, STR("readOnly"));
    json_put_bool(w, true);
    json_close(w, '}');
}

static void entity_schema_write(json_writer *w, arena *a, const struct entity_schema *s)
{
    json_name(w, s->entity_name);
    json_open(w, '{');
    put(w, "type", STR("object"));
    open_named(w, "properties", '{');
    control_schema(w);
    for (int k = 0; k < s->property_count; k++) property_schema(w, &s->properties[k]);
    for (int k = 0; k < s->relation_count; k++) relation_schema(w, a, &s->relations[k]);
    json_close(w, '}');
    json_close(w, '}');
}

// ---- parameters and answers that recur ----------------------------------------------------------------------------

// clang-format off
static const struct { const char *key, *name, *type, *description; bool on_entity; } options[] = {
    {"filter",       "$filter",       "string",  "Only entities for which this holds: result gt 40 and phenomenonTime ge 2026-01-01T00:00:00Z", false},
    {"orderby",      "$orderby",      "string",  "Order, with asc or desc: phenomenonTime desc", false},
    {"top",          "$top",          "integer", "Entities on a page", false},
    {"skip",         "$skip",         "integer", "Entities passed over", false},
    {"count",        "$count",        "boolean", "Give @iot.count", false},
    {"select",       "$select",       "string",  "Properties to give: name,properties/owner", true},
    {"expand",       "$expand",       "string",  "Related entities to give along: Observations($orderby=phenomenonTime desc;$top=1)", true},
    {"resultFormat", "$resultFormat", "string",  "dataArray, CSV or GeoJSON", false},
};

enum { HAS_BODY = 1, ON_SET = 2, ON_ENTITY = 4, IS_READ = 8 };

static const struct { const char *method, *answer, *done; unsigned flags; } set_methods[] = {
    {"get", "200", "the entities", ON_SET | IS_READ},
    {"post", "201", "made; its address is in Location", HAS_BODY | ON_SET},
};
static const struct { const char *method, *answer, *done; unsigned flags; } entity_methods[] = {
    {"get", "200", "the entity", ON_ENTITY | IS_READ},
    {"patch", "200", "the properties named are changed", HAS_BODY},
    {"put", "200", "all properties are replaced", HAS_BODY},
    {"delete", "200", "deleted, with what belongs to it", 0},
};
// clang-format on

static void parameters_write(json_writer *w)
{
    open_named(w, "parameters", '{');
    for (size_t k = 0; k < sizeof options / sizeof options[0]; k++) {
        open_named(w, options[k].key, '{');
        put(w, "name", str_of(options[k].name));
        put(w, "in", STR("query"));
        put(w, "description", str_of(options[k].description));
        open_named(w, "schema", '{');
        put(w, "type", str_of(options[k].type));
        json_close(w, '}');
        json_close(w, '}');
    }
    open_named(w, "id", '{');
    put(w, "name", STR("id"));
    put(w, "in", STR("path"));
    json_name(w, STR("required"));
    json_put_bool(w, true);
    open_named(w, "schema", '{');
    put(w, "type", STR("integer"));
    put(w, "format", STR("int64"));
    json_close(w, '}');
    json_close(w, '}');
    json_close(w, '}');
}

static void error_write(json_writer *w)
{
    open_named(w, "responses", '{');
    open_named(w, "error", '{');
    put(w, "description",
        STR("What was wrong, and where: {\"code\":400,\"type\":\"error\",\"message\":\"...\"}"));
    open_named(w, "content", '{');
    open_named(w, "application/json", '{');
    open_named(w, "schema", '{');
    put(w, "type", STR("object"));
    json_close(w, '}');
    json_close(w, '}');
    json_close(w, '}');
    json_close(w, '}');
    json_close(w, '}');
}

static void token_write(json_writer *w)
{
    open_named(w, "securitySchemes", '{');
    open_named(w, "token", '{');
    put(w, "type", STR("http"));
    put(w, "scheme", STR("bearer"));
    json_close(w, '}');
    json_close(w, '}');
}

// ---- paths -------------------------------------------------------------------------------------------------------

static void parameter_list(json_writer *w, arena *a, unsigned flags, bool has_id)
{
    open_named(w, "parameters", '[');
    if (has_id) put_reference(w, a, "parameters", STR("id"));
    for (size_t k = 0; flags & IS_READ && k < sizeof options / sizeof options[0]; k++)
        if (flags & ON_SET || options[k].on_entity) put_reference(w, a, "parameters", str_of(options[k].key));
    json_close(w, ']');
}

// A set is {"value": [...]} with its count and the way to the next page.
static void answer_schema(json_writer *w, arena *a, str entity, bool is_set)
{
    json_name(w, STR("schema"));
    if (!is_set) {
        put_reference(w, a, "schemas", entity);
        return;
    }
    json_open(w, '{');
    put(w, "type", STR("object"));
    open_named(w, "properties", '{');
    json_name(w, STR("@iot.count"));
    json_put_raw(w, STR("{\"type\":\"integer\"}"));
    json_name(w, STR("@iot.nextLink"));
    json_put_raw(w, STR("{\"type\":\"string\",\"format\":\"uri\"}"));
    open_named(w, "value", '{');
    put(w, "type", STR("array"));
    json_name(w, STR("items"));
    put_reference(w, a, "schemas", entity);
    json_close(w, '}');
    json_close(w, '}');
    json_close(w, '}');
}

static void content_write(json_writer *w, arena *a, str entity, bool is_set)
{
    open_named(w, "content", '{');
    open_named(w, "application/json", '{');
    answer_schema(w, a, entity, is_set);
    json_close(w, '}');
    json_close(w, '}');
}

static void operation_write(json_writer *w, arena *a, const char *method, const char *answer,
                            const char *done, unsigned flags, bool has_id, str entity)
{
    open_named(w, method, '{');
    json_name(w, STR("tags"));
    json_open(w, '[');
    json_put_text(w, entity);
    json_close(w, ']');
    parameter_list(w, a, flags, has_id);
    if (flags & HAS_BODY) {
        open_named(w, "requestBody", '{');
        content_write(w, a, entity, false);
        json_close(w, '}');
    }
    if (!(flags & IS_READ)) {
        json_name(w, STR("security"));
        json_put_raw(w, STR("[{\"token\":[]}]"));
    }
    open_named(w, "responses", '{');
    open_named(w, answer, '{');
    put(w, "description", str_of(done));
    if (flags & IS_READ) content_write(w, a, entity, (flags & ON_SET) != 0);
    json_close(w, '}');
    json_name(w, STR("default"));
    put_reference(w, a, "responses", STR("error"));
    json_close(w, '}');
    json_close(w, '}');
}

static void set_operations(json_writer *w, arena *a, bool has_id, str entity)
{
    json_open(w, '{');
    for (size_t k = 0; k < sizeof set_methods / sizeof set_methods[0]; k++)
        operation_write(w, a, set_methods[k].method, set_methods[k].answer, set_methods[k].done,
                        set_methods[k].flags, has_id, entity);
    json_close(w, '}');
}

static void entity_paths(json_writer *w, arena *a, const struct entity_schema *s)
{
    path_name(w, a, s->set_name, false, (str){0});
    set_operations(w, a, false, s->entity_name);
    path_name(w, a, s->set_name, true, (str){0});
    json_open(w, '{');
    for (size_t k = 0; k < sizeof entity_methods / sizeof entity_methods[0]; k++)
        operation_write(w, a, entity_methods[k].method, entity_methods[k].answer, entity_methods[k].done,
                        entity_methods[k].flags, true, s->entity_name);
    json_close(w, '}');
    for (int k = 0; k < s->relation_count; k++) {
        const struct relation *r = &s->relations[k];
        const str target = entity_schema_of(r->target)->entity_name;
        path_name(w, a, s->set_name, true, r->name);
        if (r->is_many) {
            set_operations(w, a, true, target);
            continue;
        }
        json_open(w, '{');
        operation_write(w, a, "get", "200", "the related entity", ON_ENTITY | IS_READ, true, target);
        json_close(w, '}');
    }
}

static void bulk_path(json_writer *w, const char *path, const char *summary, str security)
{
    open_named(w, path, '{');
    open_named(w, "post", '{');
    put(w, "summary", str_of(summary));
    json_name(w, STR("security"));
    json_put_raw(w, security);
    json_name(w, STR("requestBody"));
    json_put_raw(w, STR("{\"content\":{\"application/json\":{\"schema\":{}}}}"));
    json_name(w, STR("responses"));
    json_put_raw(w, STR("{\"2XX\":{\"description\":\"an answer for each part, in order\"},"
                        "\"default\":{\"$ref\":\"#/components/responses/error\"}}"));
    json_close(w, '}');
    json_close(w, '}');
}

static void head_write(json_writer *w, arena *a, const struct sta *sta)
{
    str url;
    if (!arena_print(a, &url, "%.*s/v1.1", STR_ARG(sta->root_url))) url = sta->root_url;
    put(w, "openapi", STR("3.0.3"));
    open_named(w, "info", '{');
    put(w, "title", STR("peil: OGC SensorThings API 1.1"));
    put(w, "version", STR(PEIL_VERSION));
    json_close(w, '}');
    open_named(w, "servers", '[');
    json_open(w, '{');
    put(w, "url", url);
    json_close(w, '}');
    json_close(w, ']');
}

void openapi_write(buf *b, const struct sta *sta)
{
    arena *a = arena_new((size_t)1 << 20);
    json_writer w = json_writer_on(b);
    if (!a) {
        b->failed = true;
        return;
    }
    json_open(&w, '{');
    head_write(&w, a, sta);
    open_named(&w, "paths", '{');
    for (entity_set set = 0; set < ENTITY_SET_COUNT; set++) entity_paths(&w, a, entity_schema_of(set));
    bulk_path(&w, "/CreateObservations", "Many Observations of several Datastreams as data arrays",
              STR("[{\"token\":[]}]"));
    bulk_path(&w, "/$batch",
              "Several requests in one, change sets all or nothing; each is allowed or refused for itself",
              STR("[{\"token\":[]},{}]"));
    json_close(&w, '}');
    open_named(&w, "components", '{');
    open_named(&w, "schemas", '{');
    for (entity_set set = 0; set < ENTITY_SET_COUNT; set++) entity_schema_write(&w, a, entity_schema_of(set));
    json_close(&w, '}');
    parameters_write(&w);
    error_write(&w);
    token_write(&w);
    json_close(&w, '}');
    json_close(&w, '}');
    arena_free(a);
}
