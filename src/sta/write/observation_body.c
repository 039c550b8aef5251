// SPDX-License-Identifier: EUPL-1.2
#include "sta/write/observation_body.h"

#include <string.h>

static const interval no_time = {TIME_NONE, TIME_NONE};

struct observation observation_empty(void)
{
    return (struct observation){.phenomenon_time = no_time, .result_time = TIME_NONE, .valid_time = no_time};
}

// ---- properties ----

// Consumes null; then there is no text to read.
static bool read_text_or_null(json_reader *r, arena *a, str *out, bool *is_null)
{
    json_type t;
    if (!json_peek(r, &t)) return false;
    *is_null = t == JSON_NULL;
    return *is_null ? json_read_null(r) : json_read_text(r, a, out);
}

static bool read_time(json_reader *r, int property, arena *a, bool (*parse)(str s, interval *out, err *e),
                      interval *out)
{
    str text;
    bool is_null;
    err why;
    if (!read_text_or_null(r, a, &text, &is_null)) return false;
    *out = no_time;
    if (is_null || parse(text, out, &why)) return true;
    const str name = entity_schema_of(SET_OBSERVATION)->properties[property].name;
    return json_fail(r, why.code, r->at - text.n - 2, "%.*s: %s", STR_ARG(name), why.text);
}

static bool parse_instant(str s, interval *out, err *e)
{
    return time_parse(s, &out->start, e);
}

static bool read_parameters(json_reader *r, arena *a, str *out)
{
    value v;
    json_type t;
    if (!json_peek(r, &t)) return false;
    if (t != JSON_OBJECT && t != JSON_NULL) {
        return json_fail(r, ERR_TYPE, r->at, "parameters: expected an object, found %s", json_type_name(t).p);
    }
    if (!value_read_json(r, a, &v)) return false;
    *out = v.type == VALUE_NULL ? (str){0} : v.text;
    return true;
}

bool observation_read_property(json_reader *r, int property, arena *a, struct observation *o)
{
    interval t;
    switch (property) {
    case OBSERVATION_PHENOMENON_TIME:
        return read_time(r, property, a, time_object_parse, &o->phenomenon_time);
    case OBSERVATION_VALID_TIME: return read_time(r, property, a, interval_parse, &o->valid_time);
    case OBSERVATION_RESULT: return value_read_json(r, a, &o->result);
    case OBSERVATION_RESULT_QUALITY: return value_read_json(r, a, &o->quality);
    case OBSERVATION_PARAMETERS: return read_parameters(r, a, &o->parameters);
    case OBSERVATION_RESULT_TIME:
        if (!read_time(r, property, a, parse_instant, &t)) return false;
        o->result_time = t.start;
        return true;
    default: return json_fail(r, ERR_INTERNAL, r->at, "an Observation has no property %d", property);
    }
}

// ---- links ----

bool is_control_information(str key)
{
    return str_eq(key, STR("id")) || (key.n && memchr(key.p, '@', key.n));
}

// Ids are numbers; a quoted one is taken for the same, for some clients quote all of them.
static bool read_id(json_reader *r, arena *a, entity_id *id, bool *is_deep)
{
    json_type t;
    str text;
    err why;
    const size_t at = r->at;
    if (!json_peek(r, &t)) return false;
    if (t == JSON_NUMBER ? !json_read_number(r, &text) : !json_read_text(r, a, &text)) return false;
    if (t == JSON_TEXT && str_starts(text, STR("$"))) {
        *is_deep = true;
        return true;
    }
    if (!num_parse_int(text, id, &why) || *id <= 0 || *id > ENTITY_ID_MAX) {
        return json_fail(r, ERR_LINK, at, "there is no entity with the id '%.*s'",
                         STR_ARG(str_slice(text, 0, 40)));
    }
    return true;
}

bool entity_link_read(json_reader *r, arena *a, entity_id *id, bool *is_deep)
{
    bool more;
    str key, raw;
    *id = 0;
    *is_deep = false;
    if (!json_enter(r, '{')) return false;
    while (json_more(r, '{', &more)) {
        if (!more) {
            if (*id == 0) *is_deep = true;
            if (*is_deep) *id = 0;
            return true;
        }
        if (!json_key(r, a, &key)) return false;
        if (str_eq(key, STR("@iot.id"))) {
            if (!read_id(r, a, id, is_deep)) return false;
        } else {
            if (!is_control_information(key)) *is_deep = true;
            if (!json_skip(r, &raw)) return false;
        }
    }
    return false;
}

// ---- the body ----

static bool read_link(json_reader *r, int relation, arena *a, struct observation_body *out)
{
    entity_id id;
    bool is_deep;
    if (!entity_link_read(r, a, &id, &is_deep)) return false;
    out->is_deep |= is_deep;
    if (relation == OBSERVATION_FEATURE_OF_INTEREST) {
        out->o.feature = id;
    } else {
        out->o.stream = id;
        out->stream_kind = relation == OBSERVATION_DATASTREAM ? SET_DATASTREAM : SET_MULTI_DATASTREAM;
    }
    return true;
}

static bool twice(json_reader *r, str key, size_t at)
{
    return json_fail(r, ERR_SYNTAX, at, "the name '%.*s' is there twice in one object", STR_ARG(key));
}

static bool read_member(json_reader *r, str key, size_t at, arena *a, struct observation_body *out)
{
    str ignored;
    const int property = entity_property_find(SET_OBSERVATION, key);
    if (property >= 0) {
        if (out->properties & 1u << property) return twice(r, key, at);
        out->properties |= 1u << property;
        return observation_read_property(r, property, a, &out->o);
    }
    const int relation = entity_relation_find(SET_OBSERVATION, key);
    if (relation >= 0) {
        if (out->relations & 1u << relation) return twice(r, key, at);
        out->relations |= 1u << relation;
        return read_link(r, relation, a, out);
    }
    if (is_control_information(key)) return json_skip(r, &ignored);
    return json_fail(r, ERR_UNKNOWN, at, "an Observation has no '%.*s'", STR_ARG(str_slice(key, 0, 60)));
}

bool observation_body_read(str body, arena *a, struct observation_body *out, err *e)
{
    json_reader r = json_reader_of(body, e);
    bool more;
    str key;
    *out = (struct observation_body){.o = observation_empty()};
    if (!json_enter(&r, '{')) return false;
    while (json_more(&r, '{', &more)) {
        if (!more) return json_end(&r);
        const size_t at = r.at;
        if (!json_key(&r, a, &key) || !read_member(&r, key, at, a, out)) return false;
    }
    return false;
}

struct record observation_record(const struct observation *o, entity_set stream_kind)
{
    struct record r = {.set = SET_OBSERVATION, .id = OBSERVATION_ID(o->stream, o->number)};
    r.properties[OBSERVATION_PHENOMENON_TIME] = value_time(o->phenomenon_time);
    r.properties[OBSERVATION_RESULT_TIME] = value_instant(o->result_time);
    r.properties[OBSERVATION_RESULT] = o->result;
    r.properties[OBSERVATION_RESULT_QUALITY] = o->quality;
    if (!interval_is_none(o->valid_time)) r.properties[OBSERVATION_VALID_TIME] = value_time(o->valid_time);
    if (o->parameters.n) r.properties[OBSERVATION_PARAMETERS] = value_json(o->parameters);
    r.links[stream_kind == SET_DATASTREAM ? OBSERVATION_DATASTREAM : OBSERVATION_MULTI_DATASTREAM] =
        o->stream;
    r.links[OBSERVATION_FEATURE_OF_INTEREST] = o->feature;
    return r;
}
