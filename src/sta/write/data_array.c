// SPDX-License-Identifier: EUPL-1.2
#include "sta/write/data_array.h"

#include "base/plain.h"

#include <stdlib.h>

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

// ---- rows that say a time and a number ----

// In which order the two stand; a group that is none of these has rows that all need a second reading.
typedef enum { ROWS_OTHER, ROWS_TIME_FIRST, ROWS_RESULT_FIRST } rows_form;

static rows_form form_of(const struct data_group *g)
{
    if (g->kind != SET_DATASTREAM || g->stream < 1 || g->stream > STREAM_ID_MAX || g->component_count != 2)
        return ROWS_OTHER;
    const int first = g->components[0], second = g->components[1];
    if (first == OBSERVATION_PHENOMENON_TIME && second == OBSERVATION_RESULT) return ROWS_TIME_FIRST;
    return first == OBSERVATION_RESULT && second == OBSERVATION_PHENOMENON_TIME ? ROWS_RESULT_FIRST
                                                                                : ROWS_OTHER;
}

static inline const char *skip_space(const char *c, const char *end)
{
    while (c < end && (*c == ' ' || *c == '\n' || *c == '\r' || *c == '\t')) c++;
    return c;
}

static inline bool take(const char **c, const char *end, char wanted)
{
    *c = skip_space(*c, end);
    if (*c == end || **c != wanted) return false;
    ++*c;
    return true;
}

static inline bool take_time(const char **c, const char *end, struct plain_reading *out)
{
    if (!take(c, end, '"') || !plain_time(c, end, &out->time) || *c == end || **c != '"') return false;
    ++*c;
    return true;
}

static inline bool take_number(const char **c, const char *end, struct plain_reading *out)
{
    *c = skip_space(*c, end);
    return plain_decimal(c, end, &out->value);
}

// The row at the reader, and behind it. False: it has another form, or is wrong; the reader has not moved.
static bool read_plain_row(json_reader *r, rows_form form, struct plain_reading *out)
{
    const char *c = r->source.p + r->at, *const end = r->source.p + r->source.n;
    if (form == ROWS_OTHER || !take(&c, end, '[')) return false;
    if (form == ROWS_TIME_FIRST ? !take_time(&c, end, out) : !take_number(&c, end, out)) return false;
    if (!take(&c, end, ',')) return false;
    if (form == ROWS_TIME_FIRST ? !take_number(&c, end, out) : !take_time(&c, end, out)) return false;
    if (!take(&c, end, ']')) return false;
    r->at = (size_t)(c - r->source.p);
    return true;
}

// ---- the whole ----

static struct plain_reading *room(struct data_array *d, json_reader *r)
{
    if (d->row_count == DATA_ARRAY_ROWS_MAX) {
        json_fail(r, ERR_LIMIT, ERR_NOWHERE, "at most %zu Observations in one request", DATA_ARRAY_ROWS_MAX);
        return NULL;
    }
    if (d->row_count < d->capacity) return &d->rows[d->row_count];
    const size_t capacity = d->capacity ? 2 * d->capacity : 1024;
    struct plain_reading *rows = realloc(d->rows, capacity * sizeof *rows);
    if (!rows) {
        json_fail(r, ERR_LIMIT, r->at, "this JSON needs more memory than allowed here");
        return NULL;
    }
    d->rows = rows;
    d->capacity = capacity;
    return &rows[d->row_count];
}

static bool read_rows(json_reader *r, struct data_array *d, struct data_group *g)
{
    bool more;
    str raw;
    const rows_form form = form_of(g);
    const size_t before = d->row_count;
    if (!json_enter(r, '[')) return false;
    while (json_more(r, '[', &more) && more) {
        struct plain_reading *row = room(d, r);
        if (!row) return false;
        if (!read_plain_row(r, form, row)) {
            *row = (struct plain_reading){TIME_NONE, {(int64_t)r->at, 0}};
            if (!json_skip(r, &raw)) return false;
        }
        d->row_count++;
    }
    g->row_count = d->row_count - before;
    return !r->failed;
}

static bool twice(json_reader *r, const char *name)
{
    return json_fail(r, ERR_SYNTAX, r->at, "the name '%s' is there twice in one object", name);
}

static bool read_member(json_reader *r, arena *a, struct data_array *d, struct data_group *g)
{
    str key, ignored;
    json_type t;
    if (!json_key(r, a, &key)) return false;
    if (str_eq(key, STR("Datastream"))) return read_stream(r, a, SET_DATASTREAM, g);
    if (str_eq(key, STR("MultiDatastream"))) return read_stream(r, a, SET_MULTI_DATASTREAM, g);
    if (str_eq(key, STR("components"))) {
        if (g->has_components) return twice(r, "components");
        g->has_components = true;
        return read_components(r, a, g);
    }
    if (!str_eq(key, STR("dataArray"))) return json_skip(r, &ignored);
    if (g->has_rows) return twice(r, "dataArray");
    g->has_rows = true;
    return json_peek(r, &t) && read_rows(r, d, g);
}

static bool check_group(json_reader *r, size_t at, const struct data_group *g)
{
    if (!g->stream) return json_fail(r, ERR_MISSING, at, "Datastream: is missing");
    if (!g->component_count) return json_fail(r, ERR_MISSING, at, "components: is missing");
    if (!has_component(g, OBSERVATION_RESULT))
        return json_fail(r, ERR_MISSING, at, "components: 'result' is missing");
    return g->has_rows || json_fail(r, ERR_MISSING, at, "dataArray: is missing");
}

static bool read_group(json_reader *r, arena *a, struct data_array *d, struct data_group *g)
{
    bool more;
    json_type t;
    if (!json_peek(r, &t)) return false;
    const size_t at = r->at;
    if (!json_enter(r, '{')) return false;
    while (json_more(r, '{', &more) && more)
        if (!read_member(r, a, d, g)) return false;
    return !r->failed && check_group(r, at, g);
}

bool data_array_read(str body, arena *a, struct data_array *out, err *e)
{
    json_reader r = json_reader_of(body, e);
    *out = (struct data_array){.body = body};
    struct data_group **last = &out->groups;
    bool more;
    if (!json_enter(&r, '[')) return false;
    while (json_more(&r, '[', &more) && more) {
        *last = ARENA_NEW(a, struct data_group);
        if (!*last) return err_no_memory(e);
        if (!read_group(&r, a, out, *last)) return false;
        last = &(*last)->next;
    }
    return json_end(&r);
}

void data_array_free(struct data_array *d)
{
    free(d->rows);
    *d = (struct data_array){.rows = NULL};
}

// ---- the second reading: a row ----

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

str data_row_reason(arena *a, const err *e)
{
    str text;
    return arena_copy(a, str_of(e->text), &text) ? text : STR("this row needs more memory than allowed here");
}

void data_row_read(str body, size_t place, const struct data_group *g, arena *a, struct data_row *out)
{
    err why;
    json_reader r = json_reader_of(body, &why);
    r.at = place;
    *out = (struct data_row){.o = observation_empty(), .kind = g->kind};
    out->o.stream = g->stream;
    if (!read_values(&r, g, a, &out->o)) out->why = data_row_reason(a, &why);
}
