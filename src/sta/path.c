// SPDX-License-Identifier: EUPL-1.2
#include "sta/path.h"

struct segments {
    str rest;  // what follows, still encoded
    bool has_more;
    arena *a;
    err *e;
};

static bool fail(struct segments *s, str segment)
{
    return err_set(s->e, ERR_ABSENT, ERR_NOWHERE, "the path leads nowhere: there is no '%.*s' here",
                   STR_ARG(str_slice(segment, 0, 80)));
}

// The next segment, decoded. A slash at the end of the path is no segment.
static bool next_segment(struct segments *s, str *out)
{
    str raw;
    if (!str_cut(&s->rest, '/', &raw)) return fail(s, (str){0});
    s->has_more = s->rest.n > 0;
    err why;
    if (!http_percent_decode(raw, false, s->a, out, &why))
        return err_set(s->e, ERR_ABSENT, ERR_NOWHERE, "path: %s", why.text);
    return out->n > 0 || fail(s, STR("//"));
}

static bool is_key_word(str s)
{
    for (size_t i = 0; i < s.n; i++) {
        const char c = s.p[i];
        const bool fits = (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '-' ||
                          c == '_';
        if (!fits) return false;
    }
    return s.n > 0;
}

static bool is_quoted(str s)
{
    if (s.n < 2 || s.p[0] != '\'' || s.p[s.n - 1] != '\'') return false;
    for (size_t i = 1; i < s.n - 1; i++)
        if (s.p[i] == '\'' && s.p[++i] != '\'') return false;
    return s.p[s.n - 1] == '\'';
}

// 5, '5', a UUID bare or quoted, any quoted text. What is no number of ours is a key that no entity has.
static bool parse_key(str text, entity_id *out)
{
    if (!is_key_word(text) && !is_quoted(text)) return false;
    if (is_quoted(text)) text = str_slice(text, 1, text.n - 1);
    decimal d;
    const bool is_id = decimal_parse(text, &d) && d.scale == 0 && d.units > 0 && d.units <= ENTITY_ID_MAX;
    *out = is_id ? d.units : 0;
    return true;
}

// "Things(5)" as name and key.
static bool split_key(struct segments *s, str segment, str *name, struct sta_hop *hop)
{
    size_t bracket;
    *name = segment;
    hop->has_key = str_find(segment, STR("("), &bracket);
    if (!hop->has_key) return true;
    *name = str_slice(segment, 0, bracket);
    const bool is_closed = segment.p[segment.n - 1] == ')';
    return (is_closed && parse_key(str_slice(segment, bracket + 1, segment.n - 1), &hop->key)) ||
           fail(s, segment);
}

static bool parse_set(struct segments *s, str segment, struct sta_path *out)
{
    struct sta_hop hop = {.relation = -1, .is_many = true};
    str name;
    if (!split_key(s, segment, &name, &hop)) return false;
    if (!entity_set_by_name(name, &hop.set)) return fail(s, segment);
    out->hops[out->hop_count++] = hop;
    return true;
}

static bool is_entity(const struct sta_hop *h)
{
    return h->has_key || !h->is_many;
}

static bool parse_relation(struct segments *s, str segment, struct sta_path *out)
{
    struct sta_hop hop = {0};
    str name;
    if (!split_key(s, segment, &name, &hop)) return false;
    const struct entity_schema *from = entity_schema_of(sta_path_last(out)->set);
    hop.relation = entity_relation_find(sta_path_last(out)->set, name);
    if (hop.relation < 0) return fail(s, segment);
    hop.set = from->relations[hop.relation].target;
    hop.is_many = from->relations[hop.relation].is_many;
    if (hop.has_key && !hop.is_many) return fail(s, segment);
    if (out->hop_count == STA_HOPS_MAX)
        return err_set(s->e, ERR_LIMIT, ERR_NOWHERE, "a path of more than %d steps", STA_HOPS_MAX);
    out->hops[out->hop_count++] = hop;
    return true;
}

static bool add_key(struct segments *s, struct sta_path *out, str key)
{
    if (!out->keys) out->keys = ARENA_ARRAY(s->a, STA_KEYS_MAX, str);
    if (!out->keys) return err_no_memory(s->e);
    if (out->key_count == STA_KEYS_MAX)
        return err_set(s->e, ERR_LIMIT, ERR_NOWHERE, "a path of more than %d keys", STA_KEYS_MAX);
    out->keys[out->key_count++] = key;
    return true;
}

// "list[0]" is two keys.
static bool add_keys(struct segments *s, struct sta_path *out, str segment)
{
    size_t bracket;
    if (!str_ends(segment, STR("]")) || !str_find(segment, STR("["), &bracket))
        return add_key(s, out, segment);
    if (bracket > 0 && !add_key(s, out, str_slice(segment, 0, bracket))) return false;
    return add_key(s, out, str_slice(segment, bracket, segment.n));
}

bool sta_has_members(entity_set set, int property)
{
    if (property == PROPERTY_IS_ID) return false;
    const property_type t = entity_schema_of(set)->properties[property].type;
    return t == PROPERTY_JSON || t == PROPERTY_GEOMETRY || t == PROPERTY_RESULT;
}

// Behind the property's name: keys into its JSON, $value at the end.
static bool parse_inside(struct segments *s, struct sta_path *out)
{
    while (s->has_more) {
        str segment;
        if (!next_segment(s, &segment)) return false;
        if (str_eq(segment, STR("$value"))) {
            out->kind = PATH_VALUE;
            return !s->has_more || fail(s, s->rest);
        }
        if (!sta_has_members(sta_path_last(out)->set, out->property)) return fail(s, segment);
        if (!add_keys(s, out, segment)) return false;
    }
    return true;
}

static bool find_property(entity_set set, str name, int *out)
{
    const bool is_id = str_eq(name, STR("id")) || str_eq(name, STR("@iot.id"));
    *out = is_id ? PROPERTY_IS_ID : entity_property_find(set, name);
    return is_id || *out >= 0;
}

// `unitOfMeasurements[0]`: the element is a key of its own.
static str without_index(str segment)
{
    size_t bracket;
    const bool has_index = str_ends(segment, STR("]")) && str_find(segment, STR("["), &bracket);
    return has_index ? str_slice(segment, 0, bracket) : segment;
}

static bool parse_property(struct segments *s, str segment, str name, struct sta_path *out)
{
    out->kind = PATH_PROPERTY;
    if (name.n < segment.n) {
        if (!sta_has_members(sta_path_last(out)->set, out->property)) return fail(s, segment);
        if (!add_key(s, out, str_slice(segment, name.n, segment.n))) return false;
    }
    return parse_inside(s, out);
}

static bool parse_ref(struct segments *s, struct sta_path *out)
{
    out->kind = PATH_REF;
    return !s->has_more || fail(s, s->rest);
}

static bool parse_steps(struct segments *s, struct sta_path *out)
{
    while (s->has_more) {
        str segment;
        if (!next_segment(s, &segment)) return false;
        if (str_eq(segment, STR("$ref"))) return parse_ref(s, out);
        if (!is_entity(sta_path_last(out))) return fail(s, segment);
        const str name = without_index(segment);
        if (find_property(sta_path_last(out)->set, name, &out->property))
            return parse_property(s, segment, name, out);
        if (!parse_relation(s, segment, out)) return false;
    }
    out->kind = is_entity(sta_path_last(out)) ? PATH_ENTITY : PATH_SET;
    return true;
}

bool sta_path_parse(str path, arena *a, struct sta_path *out, err *e)
{
    *out = (struct sta_path){.kind = PATH_ROOT};
    if (str_starts(path, STR("/"))) path = str_slice(path, 1, path.n);
    if (path.n == 0) return true;
    struct segments s = {.rest = path, .a = a, .e = e};
    str first;
    if (!next_segment(&s, &first)) return false;
    if (!s.has_more && str_eq(first, STR("$batch"))) {
        out->kind = PATH_BATCH;
        return true;
    }
    if (!s.has_more && str_eq(first, STR("CreateObservations"))) {
        out->kind = PATH_CREATE_OBSERVATIONS;
        return true;
    }
    return parse_set(&s, first, out) && parse_steps(&s, out);
}

const struct sta_hop *sta_path_last(const struct sta_path *p)
{
    return &p->hops[p->hop_count - 1];
}

bool sta_path_is_set(const struct sta_path *p)
{
    return p->hop_count > 0 && !is_entity(sta_path_last(p));
}
