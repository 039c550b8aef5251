// SPDX-License-Identifier: EUPL-1.2
// What comes in, against the tables: parameters of the path and query, and bodies.
#include "api/api.h"

#include <stdio.h>
#include <assert.h>
#include <math.h>
#include <string.h>

// ---- one value as text ---------------------------------------------------------------------------------------------

static bool is_word_of(str words, str text)
{
    for (str word; str_cut(&words, ' ', &word);)
        if (str_eq(word, text)) return true;
    return false;
}

static bool number_fits(const struct api_field *f, double v, err *e)
{
    if (f->most <= f->least || (v >= f->least && v <= f->most)) return true;
    char least[NUM_TEXT_MAX], most[NUM_TEXT_MAX];
    const str from = {least, num_write_double(least, f->least)}, to = {most, num_write_double(most, f->most)};
    return err_set(e, ERR_RANGE, ERR_NOWHERE, "expected a value from %.*s to %.*s", STR_ARG(from),
                   STR_ARG(to));
}

static bool word_read(const struct api_field *f, struct api_value *v, err *e)
{
    return is_word_of(str_of(f->detail), v->text) ||
           err_set(e, ERR_RANGE, ERR_NOWHERE, "expected one of: %s", f->detail);
}

static bool integer_read(const struct api_field *f, struct api_value *v, err *e)
{
    return num_parse_int(v->text, &v->integer, e) && number_fits(f, (double)v->integer, e);
}

static bool real_read(const struct api_field *f, struct api_value *v, err *e)
{
    return num_parse_double(v->text, &v->number, e) && number_fits(f, v->number, e);
}

static bool boolean_read(const struct api_field *f, struct api_value *v, err *e)
{
    (void)f;
    v->integer = str_eq(v->text, STR("true"));
    return v->integer || str_eq(v->text, STR("false")) ||
           err_set(e, ERR_TYPE, ERR_NOWHERE, "expected true or false");
}

static bool text_read(const struct api_field *f, struct api_value *v, err *e)
{
    (void)f;
    (void)v;
    (void)e;
    return true;
}

// A date is its midnight in the town.
static bool date_read(str text, const struct tz *zone, instant *out)
{
    instant utc;
    bool skipped;
    return text.n == 10 && zone && time_parse_utc(text, &utc, NULL) &&
           tz_instant(zone, time_to_civil(utc), TZ_EARLIER, out, &skipped);
}

static bool time_read(const struct api_call *c, struct api_value *v, err *e)
{
    const struct tz *zone = c->parts ? c->parts->zone : NULL;
    return date_read(v->text, zone, &v->integer) || time_parse(v->text, &v->integer, e);
}

// clang-format off
static bool (*const readers[API_TYPE_COUNT])(const struct api_field *f, struct api_value *v, err *e) = {
    [API_TEXT] = text_read, [API_WORD] = word_read, [API_INTEGER] = integer_read, [API_NUMBER] = real_read,
    [API_BOOLEAN] = boolean_read,
};
// clang-format on

static bool value_read(const struct api_call *c, const struct api_field *f, struct api_value *v, err *e)
{
    const bool ok = f->type == API_TIME ? time_read(c, v, e) : readers[f->type](f, v, e);
    return ok || err_within(e, "parameter '%s'", f->name);
}

// ---- parameters ----------------------------------------------------------------------------------------------------

static const struct api_field format_field = {"format", API_WORD, "json csv geojson atom",
                                              "form of the answer; else the Accept header decides"};

static int field_index(const struct api_field *fields, str name)
{
    for (int i = 0; fields && fields[i].name; i++)
        if (str_eq(str_of(fields[i].name), name)) return i;
    return -1;
}

// clang-format off
static const struct { api_format format; str word, media; } formats[] = {
    {API_JSON, STR("json"), STR("application/json")},
    {API_GEOJSON, STR("geojson"), STR("application/geo+json")},
    {API_CSV, STR("csv"), STR("text/csv")},
    {API_ATOM, STR("atom"), STR("application/atom+xml")},
};
// clang-format on

static unsigned formats_of(const struct api_resource *r)
{
    return r->formats ? r->formats : API_JSON;
}

static bool format_take(struct api_call *c, str word, err *e)
{
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        if (!str_eq(formats[i].word, word) || !(formats_of(c->resource) & formats[i].format)) continue;
        c->format = formats[i].format;
        return true;
    }
    return err_set(e, ERR_RANGE, ERR_NOWHERE, "parameter '%s': '%.*s' is not offered here", format_field.name,
                   STR_ARG(word));
}

static void format_by_accept(struct api_call *c)
{
    const str accept = c->request ? http_request_header(c->request, "Accept") : (str){0};
    size_t at, first = accept.n;
    for (size_t i = sizeof formats / sizeof formats[0]; i-- > 0;) {
        if (!(formats_of(c->resource) & formats[i].format)) continue;
        if (c->format == 0) c->format = formats[i].format;
        if (!str_find(accept, formats[i].media, &at) || at >= first) continue;
        first = at;
        c->format = formats[i].format;
    }
    if (first == accept.n && (formats_of(c->resource) & API_JSON)) c->format = API_JSON;
}

static bool pair_take(struct api_call *c, str name, str text, err *e)
{
    const int i = field_index(c->resource->parameters, name);
    if (i < 0)
        return err_set(e, ERR_UNKNOWN, ERR_NOWHERE, "there is no parameter '%.*s' here", STR_ARG(name));
    if (c->values[i].is_given)
        return err_set(e, ERR_SYNTAX, ERR_NOWHERE, "parameter '%.*s' is given twice", STR_ARG(name));
    c->values[i] = (struct api_value){.is_given = true, .text = text};
    return true;
}

static bool query_take(struct api_call *c, str query, err *e)
{
    for (str pair, name, text; query.n > 0 && str_cut(&query, '&', &pair);) {
        if (pair.n == 0 || !str_cut(&pair, '=', &name)) continue;
        if (!http_percent_decode(name, true, c->a, &name, e) ||
            !http_percent_decode(pair, true, c->a, &text, e))
            return false;
        const bool is_format = c->resource->formats && str_eq(name, str_of(format_field.name));
        if (is_format ? !format_take(c, text, e) : !pair_take(c, name, text, e)) return false;
    }
    return true;
}

static bool is_in_path(const struct api_resource *r, const char *name)
{
    char braced[80];
    size_t at;
    const int n = snprintf(braced, sizeof braced, "{%s}", name);
    return n > 0 && str_find(str_of(r->path), (str){braced, (size_t)n}, &at);
}

bool api_read_query(struct api_call *c, str query, err *e)
{
    if (!query_take(c, query, e)) return false;
    if (c->format == 0) format_by_accept(c);
    const struct api_field *f = c->resource->parameters;
    for (int i = 0; f && f[i].name; i++) {
        assert(i < API_PARAMETERS_MAX);
        struct api_value *v = &c->values[i];
        if (!v->is_given && f[i].standard) {
            v->text = str_of(f[i].standard);
        } else if (!v->is_given) {
            if ((f[i].flags & API_NEEDED) && !is_in_path(c->resource, f[i].name))
                return err_set(e, ERR_MISSING, ERR_NOWHERE, "parameter '%s' is needed: %s", f[i].name,
                               f[i].about);
            continue;
        }
        if (!value_read(c, &f[i], v, e)) return false;
    }
    return true;
}

static const struct api_value *value_of(const struct api_call *c, const char *name)
{
    const int i = field_index(c->resource->parameters, str_of(name));
    assert(i >= 0);
    return &c->values[i];
}

bool api_given(const struct api_call *c, const char *name)
{
    return value_of(c, name)->is_given;
}

str api_text(const struct api_call *c, const char *name)
{
    return value_of(c, name)->text;
}

int64_t api_integer(const struct api_call *c, const char *name)
{
    return value_of(c, name)->integer;
}

double api_number(const struct api_call *c, const char *name)
{
    return value_of(c, name)->number;
}

bool api_flag(const struct api_call *c, const char *name)
{
    return value_of(c, name)->integer != 0;
}

instant api_time(const struct api_call *c, const char *name, instant otherwise)
{
    const struct api_value *v = value_of(c, name);
    return v->is_given ? v->integer : otherwise;
}

// ---- bodies --------------------------------------------------------------------------------------------------------

static const struct api_schema *schema_find(const char *name)
{
    for (const struct api_set *const *s = api_sets(); *s; s++)
        for (const struct api_schema *k = (*s)->schemas; k && k->name; k++)
            if (strcmp(k->name, name) == 0) return k;
    assert(!"a schema that is named exists");
    return NULL;
}

static bool member_check(const struct api_field *f, const json *j, err *e);

static bool mismatch(const json *j, const char *expected, err *e)
{
    return err_set(e, ERR_TYPE, j->at, "expected %s, not %.*s", expected, STR_ARG(json_type_name(j->type)));
}

static bool text_check(const struct api_field *f, const json *j, err *e)
{
    instant t;
    if (j->type != JSON_TEXT) return mismatch(j, f->type == API_TIME ? "a time as text" : "a text", e);
    if (f->type == API_WORD && !is_word_of(str_of(f->detail), j->text))
        return err_set(e, ERR_RANGE, j->at, "expected one of: %s", f->detail);
    return f->type != API_TIME || time_parse(j->text, &t, e);
}

static bool number_check(const struct api_field *f, const json *j, err *e)
{
    double v;
    int64_t whole;
    if (j->type != JSON_NUMBER) return mismatch(j, "a number", e);
    if (f->type == API_INTEGER && !num_parse_int(j->text, &whole, e)) return false;
    return num_parse_double(j->text, &v, e) && number_fits(f, v, e);
}

static bool list_check(const struct api_field *f, const json *j, err *e)
{
    static const struct api_field any = {"", API_ANY}, text = {"", API_TEXT}, number = {"", API_NUMBER},
                                  integer = {"", API_INTEGER};
    const char first = f->detail ? f->detail[0] : 0;
    const struct api_field of = first == 0     ? any
                                : first == 's' ? text
                                : first == 'n' ? number
                                : first == 'i' ? integer
                                               : (struct api_field){"", API_OBJECT, f->detail};
    if (j->type != JSON_ARRAY) return mismatch(j, "a list", e);
    size_t i = 0;
    for (const json *k = j->first; k; k = k->next, i++)
        if (!member_check(&of, k, e)) return err_within(e, "[%zu]", i);
    return true;
}

static bool member_check(const struct api_field *f, const json *j, err *e)
{
    if (j->type == JSON_NULL && (f->flags & API_NULLABLE)) return true;
    switch (f->type) {
    case API_TEXT:
    case API_WORD:
    case API_TIME: return text_check(f, j, e);
    case API_INTEGER:
    case API_NUMBER: return number_check(f, j, e);
    case API_BOOLEAN: return j->type == JSON_TRUE || j->type == JSON_FALSE || mismatch(j, "a boolean", e);
    case API_LIST: return list_check(f, j, e);
    case API_OBJECT:
        if (f->detail) return api_check_body(j, f->detail, e);
        return j->type == JSON_OBJECT || mismatch(j, "an object", e);
    case API_ANY:
    case API_TYPE_COUNT: break;
    }
    return true;
}

bool api_check_body(const json *body, const char *schema, err *e)
{
    const struct api_schema *s = schema_find(schema);
    if (body->type != JSON_OBJECT) return mismatch(body, "an object", e);
    for (const json *m = body->first; m; m = m->next) {
        const int i = field_index(s->fields, m->key);
        if (i < 0)
            return err_set(e, ERR_UNKNOWN, m->at, "there is no member '%.*s' in %s", STR_ARG(m->key), schema);
        if (!member_check(&s->fields[i], m, e)) return err_within(e, "'%s'", s->fields[i].name);
    }
    for (const struct api_field *f = s->fields; f->name; f++)
        if ((f->flags & API_NEEDED) && !json_get(body, str_of(f->name)))
            return err_set(e, ERR_MISSING, body->at, "'%s' is needed: %s", f->name, f->about);
    return true;
}
