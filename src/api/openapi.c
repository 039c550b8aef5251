// SPDX-License-Identifier: EUPL-1.2
// The tables as an OpenAPI document.
// Source   OpenAPI Specification 3.0.3
#include "api/api.h"

#include <stdio.h>
#include <string.h>

static void put(json_writer *w, const char *name, str text)
{
    json_name(w, str_of(name));
    json_put_text(w, text);
}

static void open_named(json_writer *w, str name, char bracket)
{
    json_name(w, name);
    json_open(w, bracket);
}

static void put_reference(json_writer *w, const char *kind, const char *name)
{
    char text[128];
    const int n = snprintf(text, sizeof text, "#/components/%s/%s", kind, name);
    json_open(w, '{');
    put(w, "$ref", (str){text, n > 0 ? (size_t)n : 0});
    json_close(w, '}');
}

// ---- types ---------------------------------------------------------------------------------------------------------

// clang-format off
static const struct { const char *type, *format; } forms[API_TYPE_COUNT] = {
    [API_TEXT] = {"string", NULL}, [API_WORD] = {"string", NULL}, [API_INTEGER] = {"integer", "int64"},
    [API_NUMBER] = {"number", "double"}, [API_BOOLEAN] = {"boolean", NULL}, [API_TIME] = {"string", "date-time"},
    [API_OBJECT] = {"object", NULL}, [API_LIST] = {"array", NULL}, [API_ANY] = {NULL, NULL},
};
// clang-format on

static bool is_schema(const char *detail)
{
    return detail && detail[0] >= 'A' && detail[0] <= 'Z';
}

static void put_items(json_writer *w, const char *of)
{
    json_name(w, STR("items"));
    if (is_schema(of)) {
        put_reference(w, "schemas", of);
        return;
    }
    json_open(w, '{');
    put(w, "type", str_of(of));
    json_close(w, '}');
}

static void put_words(json_writer *w, const struct api_field *f)
{
    open_named(w, STR("enum"), '[');
    str words = str_of(f->detail);
    for (str word; str_cut(&words, ' ', &word);) json_put_text(w, word);
    if (f->flags & API_NULLABLE) json_put_null(w);
    json_close(w, ']');
}

static void put_limits(json_writer *w, const struct api_field *f)
{
    if (f->most <= f->least) return;
    json_name(w, STR("minimum"));
    json_put_double(w, f->least);
    json_name(w, STR("maximum"));
    json_put_double(w, f->most);
}

static void put_standard(json_writer *w, const struct api_field *f)
{
    if (!f->standard) return;
    json_name(w, STR("default"));
    if (f->type == API_INTEGER || f->type == API_NUMBER || f->type == API_BOOLEAN)
        json_put_raw(w, str_of(f->standard));
    else
        json_put_text(w, str_of(f->standard));
}

static void put_field(json_writer *w, const struct api_field *f, bool is_parameter)
{
    if (f->type == API_OBJECT && is_schema(f->detail) && !(f->flags & API_NULLABLE)) {
        put_reference(w, "schemas", f->detail);
        return;
    }
    json_open(w, '{');
    if (f->type == API_OBJECT && is_schema(f->detail)) {  // 3.0 has no other way to say "this, or null"
        open_named(w, STR("allOf"), '[');
        put_reference(w, "schemas", f->detail);
        json_close(w, ']');
    } else if (forms[f->type].type) {
        put(w, "type", str_of(forms[f->type].type));
    }
    if (forms[f->type].format && !(is_parameter && f->type == API_TIME))  // a date will do there
        put(w, "format", str_of(forms[f->type].format));
    if (f->type == API_TEXT && f->detail) put(w, "format", str_of(f->detail));
    if (f->type == API_WORD) put_words(w, f);
    if (f->type == API_LIST) put_items(w, f->detail);
    if (!is_parameter && f->about) put(w, "description", str_of(f->about));
    if (f->flags & API_NULLABLE) {
        json_name(w, STR("nullable"));
        json_put_bool(w, true);
    }
    put_limits(w, f);
    put_standard(w, f);
    json_close(w, '}');
}

static void put_schema(json_writer *w, const struct api_schema *s)
{
    open_named(w, str_of(s->name), '{');
    put(w, "type", STR("object"));
    if (s->about) put(w, "description", str_of(s->about));
    bool has_needed = false;
    open_named(w, STR("properties"), '{');
    for (const struct api_field *f = s->fields; f->name; f++) {
        json_name(w, str_of(f->name));
        put_field(w, f, false);
        has_needed |= (f->flags & API_NEEDED) != 0;
    }
    json_close(w, '}');
    if (has_needed) {
        open_named(w, STR("required"), '[');
        for (const struct api_field *f = s->fields; f->name; f++)
            if (f->flags & API_NEEDED) json_put_text(w, str_of(f->name));
        json_close(w, ']');
    }
    json_close(w, '}');
}

// ---- operations ----------------------------------------------------------------------------------------------------

static bool is_in_path(const char *path, const char *name)
{
    const char *at = strchr(path, '{');
    for (; at; at = strchr(at + 1, '{'))
        if (strncmp(at + 1, name, strlen(name)) == 0 && at[1 + strlen(name)] == '}') return true;
    return false;
}

static void put_parameter(json_writer *w, const char *path, const struct api_field *f)
{
    const bool in_path = is_in_path(path, f->name);
    json_open(w, '{');
    put(w, "name", str_of(f->name));
    put(w, "in", in_path ? STR("path") : STR("query"));
    if (f->about) put(w, "description", str_of(f->about));
    if (in_path || (f->flags & API_NEEDED)) {
        json_name(w, STR("required"));
        json_put_bool(w, true);
    }
    json_name(w, STR("schema"));
    put_field(w, f, true);
    json_close(w, '}');
}

// clang-format off
static const struct { unsigned format; const char *word, *media; } formats[] = {
    {API_JSON, "json", "application/json"}, {API_GEOJSON, "geojson", "application/geo+json"},
    {API_CSV, "csv", "text/csv"}, {API_ATOM, "atom", "application/atom+xml"},
};
// clang-format on

#define FORMAT_COUNT (sizeof formats / sizeof formats[0])

static void put_format_parameter(json_writer *w, unsigned offered)
{
    char words[64] = "";
    size_t n = 0;
    for (size_t i = 0; i < FORMAT_COUNT; i++)
        if (offered & formats[i].format)
            n += (size_t)snprintf(words + n, sizeof words - n, "%s%s", n ? " " : "", formats[i].word);
    const struct api_field f = {"format", API_WORD, words,
                                "Form of the answer; else the Accept header decides"};
    put_parameter(w, "", &f);
}

static void put_parameters(json_writer *w, const struct api_resource *r)
{
    if (!r->parameters && !r->formats) return;
    open_named(w, STR("parameters"), '[');
    for (const struct api_field *f = r->parameters; f && f->name; f++) put_parameter(w, r->path, f);
    if (r->formats) put_format_parameter(w, r->formats);
    json_close(w, ']');
}

static void put_content(json_writer *w, const char *media, const char *schema)
{
    open_named(w, str_of(media), '{');
    json_name(w, STR("schema"));
    if (schema) {
        put_reference(w, "schemas", schema);
    } else {
        json_open(w, '{');
        put(w, "type", STR("string"));
        json_close(w, '}');
    }
    json_close(w, '}');
}

static void put_version_header(json_writer *w)
{
    open_named(w, STR("headers"), '{');
    json_name(w, STR("API-Version"));
    put_reference(w, "headers", "apiVersion");
    json_close(w, '}');
}

static void put_fault(json_writer *w, const char *status)
{
    json_name(w, str_of(status));
    put_reference(w, "responses", "problem");
}

// Those that a client can do something about by name, the rest as `default`.
static void put_faults(json_writer *w, const struct api_resource *r)
{
    const bool takes_something = (r->parameters && r->parameters[0].name) || r->method != HTTP_GET;
    if (takes_something) put_fault(w, "400");
    if (r->needs != ACTION_READ_PUBLIC) put_fault(w, "401");
    if (r->needs != ACTION_READ_PUBLIC) put_fault(w, "403");
    if (strchr(r->path, '{')) put_fault(w, "404");
    put_fault(w, "default");
}

static void put_answers(json_writer *w, const struct api_resource *r)
{
    char status[16];
    const int n = snprintf(status, sizeof status, "%d", r->status ? r->status : r->answer ? 200 : 204);
    open_named(w, STR("responses"), '{');
    open_named(w, (str){status, (size_t)n}, '{');
    put(w, "description", str_of(r->summary));
    put_version_header(w);
    if (r->answer) {
        open_named(w, STR("content"), '{');
        const unsigned offered = r->formats ? r->formats : API_JSON;
        for (size_t i = 0; i < FORMAT_COUNT; i++)
            if (offered & formats[i].format)
                put_content(w, formats[i].media, formats[i].format == API_JSON ? r->answer : NULL);
        json_close(w, '}');
    }
    json_close(w, '}');
    put_faults(w, r);
    json_close(w, '}');
}

static const char *method_name(http_method m)
{
    switch (m) {
    case HTTP_POST: return "post";
    case HTTP_PUT: return "put";
    case HTTP_PATCH: return "patch";
    case HTTP_DELETE: return "delete";
    case HTTP_GET:
    case HTTP_HEAD:
    case HTTP_OPTIONS: break;
    }
    return "get";
}

static void put_operation(json_writer *w, const struct api_set *s, const struct api_resource *r)
{
    open_named(w, str_of(method_name(r->method)), '{');
    put(w, "operationId", str_of(r->id));
    put(w, "summary", str_of(r->summary));
    open_named(w, STR("tags"), '[');
    json_put_text(w, str_of(s->tag));
    json_close(w, ']');
    put_parameters(w, r);
    if (r->body) {
        open_named(w, STR("requestBody"), '{');
        json_name(w, STR("required"));
        json_put_bool(w, true);
        open_named(w, STR("content"), '{');
        put_content(w, "application/json", r->body);
        json_close(w, '}');
        json_close(w, '}');
    }
    put_answers(w, r);
    if (r->needs != ACTION_READ_PUBLIC) {
        open_named(w, STR("security"), '[');
        json_open(w, '{');
        open_named(w, STR("token"), '[');
        json_close(w, ']');
        json_close(w, '}');
        json_close(w, ']');
    }
    json_close(w, '}');
}

// All methods of one path stand together, so the first of them writes them all.
static void put_path(json_writer *w, const struct api_set *s, const struct api_resource *r)
{
    for (const struct api_resource *before = s->resources; before < r; before++)
        if (strcmp(before->path, r->path) == 0) return;
    open_named(w, r->path[0] ? str_of(r->path) : STR("/"), '{');
    for (const struct api_resource *o = r; o->path; o++)
        if (strcmp(o->path, r->path) == 0) put_operation(w, s, o);
    json_close(w, '}');
}

// ---- the document --------------------------------------------------------------------------------------------------

static void put_info(const struct api_parts *parts, json_writer *w)
{
    put(w, "openapi", STR("3.0.3"));
    open_named(w, STR("info"), '{');
    put(w, "title", STR("peil: the city gauge"));
    put(w, "version", STR(API_VERSION));
    put(w, "description",
        STR("Areas, figures, indices, rules and registers of a town. Readings themselves are served by "
            "SensorThings at /v1.1. "
            "Errors are problem details (RFC 9457). Times are RFC 3339 with a zone."));
    open_named(w, STR("contact"), '{');
    put(w, "name", parts->town.n ? parts->town : STR("peil"));
    if (parts->root_url && parts->root_url->n) put(w, "url", *parts->root_url);
    if (parts->contact_mail.n) put(w, "email", parts->contact_mail);
    json_close(w, '}');
    open_named(w, STR("license"), '{');
    put(w, "name", STR("EUPL-1.2"));
    put(w, "url", STR("https://interoperable-europe.ec.europa.eu/collection/eupl/eupl-text-eupl-12"));
    json_close(w, '}');
    json_close(w, '}');
    open_named(w, STR("servers"), '[');
    json_open(w, '{');
    char url[512];
    const str root = parts->root_url ? *parts->root_url : (str){0};
    const int n = snprintf(url, sizeof url, "%.*s" API_ROOT, STR_ARG(root));
    put(w, "url", (str){url, n > 0 && (size_t)n < sizeof url ? (size_t)n : 0});
    json_close(w, '}');
    json_close(w, ']');
}

static void put_problem(json_writer *w)
{
    static const struct api_field fields[] = {
        {"type", API_TEXT, .about = "urn:peil:problem:NAME, the same for the same kind of fault",
         .flags = API_NEEDED},
        {"title", API_TEXT, .about = "The status in words", .flags = API_NEEDED},
        {"status", API_INTEGER, .about = "HTTP status", .flags = API_NEEDED},
        {"detail", API_TEXT, .about = "What is wrong and where", .flags = API_NEEDED},
        {"instance", API_TEXT, .about = "Path of the request", .flags = API_NEEDED},
        {"position", API_INTEGER, .about = "Byte of the body where the fault is"},
        {0}};
    static const struct api_schema problem = {"Problem", "A fault, as RFC 9457 has it.", fields};
    put_schema(w, &problem);
}

static void put_components(json_writer *w)
{
    open_named(w, STR("components"), '{');
    open_named(w, STR("schemas"), '{');
    put_problem(w);
    for (const struct api_set *const *s = api_sets(); *s; s++)
        for (const struct api_schema *k = (*s)->schemas; k && k->name; k++) put_schema(w, k);
    json_close(w, '}');
    open_named(w, STR("responses"), '{');
    open_named(w, STR("problem"), '{');
    put(w, "description", STR("What was wrong, and where"));
    put_version_header(w);
    open_named(w, STR("content"), '{');
    put_content(w, "application/problem+json", "Problem");
    json_close(w, '}');
    json_close(w, '}');
    json_close(w, '}');
    open_named(w, STR("headers"), '{');
    open_named(w, STR("apiVersion"), '{');
    put(w, "description", STR("The full version of this interface"));
    open_named(w, STR("schema"), '{');
    put(w, "type", STR("string"));
    put(w, "example", STR(API_VERSION));
    json_close(w, '}');
    json_close(w, '}');
    json_close(w, '}');
    open_named(w, STR("securitySchemes"), '{');
    open_named(w, STR("token"), '{');
    put(w, "type", STR("http"));
    put(w, "scheme", STR("bearer"));
    json_close(w, '}');
    json_close(w, '}');
    json_close(w, '}');
}

void api_write_openapi(const struct api_parts *parts, json_writer *w)
{
    json_open(w, '{');
    put_info(parts, w);
    open_named(w, STR("tags"), '[');
    for (const struct api_set *const *s = api_sets(); *s; s++) {
        json_open(w, '{');
        put(w, "name", str_of((*s)->tag));
        put(w, "description", str_of((*s)->about));
        json_close(w, '}');
    }
    json_close(w, ']');
    open_named(w, STR("paths"), '{');
    for (const struct api_set *const *s = api_sets(); *s; s++)
        for (const struct api_resource *r = (*s)->resources; r->path; r++) put_path(w, *s, r);
    json_close(w, '}');
    put_components(w);
    json_close(w, '}');
}
