// SPDX-License-Identifier: EUPL-1.2
#include "sta/form.h"

#include "base/json.h"

#include <string.h>

bool sta_form_make(const struct sta *sta, sta_version v, arena *a, arena *scratch, struct sta_form *out,
                   err *e)
{
    buf quoted = {.max = 4096};
    str root, whole;
    json_write_text(&quoted, sta->root_url);
    const bool copied = !quoted.failed && arena_copy(a, buf_str(&quoted), &root);
    buf_free(&quoted);
    if (!copied) return err_no_memory(e);
    const str inside = str_slice(root, 1, root.n - 1);
    if (!arena_print(a, &whole, "%.*s/%.*s", STR_ARG(inside), STR_ARG(sta_version_name(v))))
        return err_no_memory(e);
    *out = (struct sta_form){.version = v, .root = whole, .scratch = scratch};
    return true;
}

void sta_form_url(buf *b, const struct sta_form *f, entity_set set, entity_id id)
{
    buf_add(b, f->root);
    buf_add_char(b, '/');
    buf_add(b, entity_schema_of(set)->set_name);
    buf_add_char(b, '(');
    buf_add_int(b, id);
    buf_add_char(b, ')');
}

// ---- values ----

// v1.0 clients parse times with a fixed pattern that has milliseconds.
static void add_time_v1_0(buf *b, instant t)
{
    char text[TIME_TEXT_MAX];
    const instant whole = t - (t % 1000 + 1000) % 1000;
    const size_t n = time_write(text, whole);
    buf_add(b, (str){text, n - 1});
    if (whole % TIME_SECOND == 0) BUF_LIT(b, ".000");
    buf_add_char(b, 'Z');
}

static void add_interval(buf *b, const struct sta_form *f, interval i)
{
    if (f->version != STA_V1_0) {
        buf_add_interval(b, i);
        return;
    }
    add_time_v1_0(b, i.start);
    if (interval_is_instant(i)) return;
    buf_add_char(b, '/');
    add_time_v1_0(b, i.end);
}

bool sta_form_is_null(const value *v)
{
    return v->type == VALUE_NULL || (v->type == VALUE_TIME && interval_is_none(v->time));
}

static bool is_encoding(entity_set set, int property)
{
    return (set == SET_LOCATION && property == LOCATION_ENCODING_TYPE) ||
           (set == SET_FEATURE_OF_INTEREST && property == FEATURE_ENCODING_TYPE);
}

// v1.0 named GeoJSON before it had a name of its own.
static str encoding_v1_0(str s)
{
    return str_eq(s, STR("application/geo+json")) ? STR("application/vnd.geo+json") : s;
}

void sta_form_property(buf *b, const struct sta_form *f, entity_set set, int property, const value *v)
{
    if (v->type == VALUE_TIME && !sta_form_is_null(v)) {
        buf_add_char(b, '"');
        add_interval(b, f, v->time);
        buf_add_char(b, '"');
    } else if (f->version == STA_V1_0 && v->type == VALUE_TEXT && is_encoding(set, property)) {
        json_write_text(b, encoding_v1_0(v->text));
    } else {
        value_write_json(b, v);
    }
}

void sta_form_text(buf *b, const struct sta_form *f, entity_set set, int property, const value *v)
{
    if (sta_form_is_null(v)) return;
    if (v->type == VALUE_TIME) {
        add_interval(b, f, v->time);
    } else if (v->type == VALUE_TEXT) {
        buf_add(b, f->version == STA_V1_0 && is_encoding(set, property) ? encoding_v1_0(v->text) : v->text);
    } else {
        value_write_json(b, v);
    }
}

// ---- selections within JSON ----

struct chosen {
    const struct query_select *items[64];
    size_t count;
};

static bool write_chosen(buf *b, const struct sta_form *f, const value *whole, const struct chosen *c,
                         size_t depth);

// Members below one key: all selections that go through it, as one.
static bool write_member(buf *b, const struct sta_form *f, const value *whole, const struct chosen *c,
                         size_t depth, str key, bool is_first)
{
    struct chosen below = {.count = 0};
    for (size_t i = 0; i < c->count; i++)
        if (str_eq(c->items[i]->keys[depth], key)) below.items[below.count++] = c->items[i];
    value member;
    if (!sta_json_at(whole, &key, 1, f->scratch, &member)) return false;
    const size_t before = b->n;
    if (!is_first) buf_add_char(b, ',');
    json_write_text(b, key);
    buf_add_char(b, ':');
    if (write_chosen(b, f, &member, &below, depth + 1)) return true;
    b->n = before;
    return false;
}

static bool is_first_of_key(const struct chosen *c, size_t i, size_t depth)
{
    for (size_t k = 0; k < i; k++)
        if (str_eq(c->items[k]->keys[depth], c->items[i]->keys[depth])) return false;
    return true;
}

// False when nothing of it is there; then nothing stands in b.
static bool write_chosen(buf *b, const struct sta_form *f, const value *whole, const struct chosen *c,
                         size_t depth)
{
    for (size_t i = 0; i < c->count; i++) {
        if (c->items[i]->key_count > depth) continue;
        value_write_json(b, whole);
        return true;
    }
    bool is_empty = true;
    const size_t before = b->n;
    buf_add_char(b, '{');
    for (size_t i = 0; i < c->count; i++) {
        if (!is_first_of_key(c, i, depth)) continue;
        if (write_member(b, f, whole, c, depth, c->items[i]->keys[depth], is_empty)) is_empty = false;
    }
    if (is_empty) {
        b->n = before;
    } else {
        buf_add_char(b, '}');
    }
    return !is_empty;
}

static struct chosen chosen_of(const struct query *q, int property)
{
    struct chosen c = {.count = 0};
    for (size_t i = 0; q && i < q->select_count; i++)
        if (q->selects[i].property == property) c.items[c.count++] = &q->selects[i];
    return c;
}

// ---- entities ----

static bool is_v1_1_only(entity_set set, int property)
{
    return set != SET_THING && set != SET_MULTI_DATASTREAM &&
           entity_schema_of(set)->properties[property].type == PROPERTY_JSON &&
           str_eq(entity_schema_of(set)->properties[property].name, STR("properties"));
}

bool sta_form_is_shown(const struct sta_form *f, const struct record *r, const struct query *q, int property)
{
    if (q && !(q->properties >> property & 1)) return false;
    const value *v = &r->properties[property];
    if (sta_form_is_null(v)) return entity_schema_of(r->set)->properties[property].flags & PROPERTY_SHOW_NULL;
    return f->version != STA_V1_0 || (q && q->has_select) || !is_v1_1_only(r->set, property);
}

bool sta_form_has_relation(const struct record *r, int relation)
{
    const bool is_stream = r->set == SET_OBSERVATION &&
                           (relation == OBSERVATION_DATASTREAM || relation == OBSERVATION_MULTI_DATASTREAM);
    return !is_stream || r->links[relation] != 0;
}

static void separate(buf *b, bool *is_empty)
{
    if (!*is_empty) buf_add_char(b, ',');
    *is_empty = false;
}

static void add_control_information(buf *b, const struct sta_form *f, const struct record *r,
                                    const struct query *q, bool *is_empty)
{
    if (!q || q->select_id) {
        separate(b, is_empty);
        BUF_LIT(b, "\"@iot.id\":");
        buf_add_int(b, r->id);
    }
    if (q && q->has_select) return;
    separate(b, is_empty);
    BUF_LIT(b, "\"@iot.selfLink\":\"");
    sta_form_url(b, f, r->set, r->id);
    buf_add_char(b, '"');
}

static void add_property(buf *b, const struct sta_form *f, const struct record *r, const struct query *q,
                         int property, bool *is_empty)
{
    const size_t before = b->n;
    const bool was_empty = *is_empty;
    separate(b, is_empty);
    buf_add_char(b, '"');
    buf_add(b, entity_schema_of(r->set)->properties[property].name);
    BUF_LIT(b, "\":");
    const struct chosen c = chosen_of(q, property);
    if (c.count == 0) {
        sta_form_property(b, f, r->set, property, &r->properties[property]);
    } else if (!write_chosen(b, f, &r->properties[property], &c, 0)) {
        b->n = before;
        *is_empty = was_empty;
    }
}

static bool is_expanded(const struct query *q, int relation)
{
    for (size_t i = 0; q && i < q->expand_count; i++)
        if (q->expands[i].relation == relation) return true;
    return false;
}

static bool is_link_shown(const struct sta_form *f, const struct record *r, const struct query *q,
                          int relation)
{
    const bool is_selected = q && q->has_select && (q->select_links >> relation & 1);
    if (q && q->has_select && !is_selected) return false;
    if (f->hides_links && !is_selected) return false;
    if (is_expanded(q, relation) || !sta_form_has_relation(r, relation)) return false;
    const bool is_multi = entity_schema_of(r->set)->relations[relation].target == SET_MULTI_DATASTREAM;
    return f->version != STA_V1_0 || is_selected || !is_multi;
}

static void add_link(buf *b, const struct sta_form *f, const struct record *r, int relation, bool *is_empty)
{
    const str name = entity_schema_of(r->set)->relations[relation].name;
    separate(b, is_empty);
    buf_add_char(b, '"');
    buf_add(b, name);
    BUF_LIT(b, "@iot.navigationLink\":\"");
    sta_form_url(b, f, r->set, r->id);
    buf_add_char(b, '/');
    buf_add(b, name);
    buf_add_char(b, '"');
}

void sta_form_entity_open(buf *b, const struct sta_form *f, const struct record *r, const struct query *q,
                          bool *is_empty)
{
    const struct entity_schema *s = entity_schema_of(r->set);
    *is_empty = true;
    buf_add_char(b, '{');
    add_control_information(b, f, r, q, is_empty);
    for (int i = 0; i < s->property_count; i++)
        if (sta_form_is_shown(f, r, q, i)) add_property(b, f, r, q, i, is_empty);
    for (int i = 0; i < s->relation_count; i++)
        if (is_link_shown(f, r, q, i)) add_link(b, f, r, i, is_empty);
}

void sta_form_entity(buf *b, const struct sta_form *f, const struct record *r, const struct query *q)
{
    bool is_empty;
    sta_form_entity_open(b, f, r, q, &is_empty);
    buf_add_char(b, '}');
}
