// SPDX-License-Identifier: EUPL-1.2
// CSV: a header, then one line per entity; related entities that are one stand beside it, named by their path.
// Source   RFC 4180; FROST-Server's CSV result format
#include "sta/read/answer.h"

#define COLUMNS_MAX 256

struct column {
    struct level *level;
    int property;     // or PROPERTY_IS_ID
    const str *keys;  // into its JSON
    size_t key_count;
};

struct csv {
    struct column columns[COLUMNS_MAX];
    size_t count;
};

// ---- columns ----

static bool add_column(struct csv *c, struct level *l, int property, const str *keys, size_t key_count,
                       err *e)
{
    if (c->count == COLUMNS_MAX)
        return err_set(e, ERR_RANGE, ERR_NOWHERE, "more than %d columns", COLUMNS_MAX);
    c->columns[c->count++] = (struct column){l, property, keys, key_count};
    return true;
}

static bool add_unit(struct csv *c, struct level *l, int property, err *e)
{
    static const str parts[] = {STR("name"), STR("symbol"), STR("definition")};
    for (size_t i = 0; i < 3; i++)
        if (!add_column(c, l, property, &parts[i], 1, e)) return false;
    return true;
}

static bool add_property(struct csv *c, struct level *l, int property, err *e)
{
    const struct query *q = l->q;
    bool is_deep = false;
    for (size_t i = 0; i < q->select_count; i++) {
        if (q->selects[i].property != property) continue;
        is_deep = true;
        if (!add_column(c, l, property, q->selects[i].keys, q->selects[i].key_count, e)) return false;
    }
    if (is_deep) return true;
    const bool is_unit = q->set == SET_DATASTREAM && property == DATASTREAM_UNIT_OF_MEASUREMENT;
    return is_unit ? add_unit(c, l, property, e) : add_column(c, l, property, NULL, 0, e);
}

static bool add_columns(struct csv *c, struct level *l, err *e)
{
    if (l->q->select_id && !add_column(c, l, PROPERTY_IS_ID, NULL, 0, e)) return false;
    for (int i = 0; i < entity_schema_of(l->q->set)->property_count; i++)
        if ((l->q->properties >> i & 1) && !add_property(c, l, i, e)) return false;
    for (size_t i = 0; i < l->q->expand_count; i++)
        if (!add_columns(c, &l->children[i], e)) return false;
    return true;
}

static void add_prefix(buf *out, const struct level *l)
{
    if (!l->parent) return;
    add_prefix(out, l->parent);
    buf_add(out, entity_schema_of(l->q->parent_set)->relations[l->q->relation].name);
    buf_add_char(out, '/');
}

static void add_title(buf *out, const struct column *c)
{
    add_prefix(out, c->level);
    buf_add(out, c->property == PROPERTY_IS_ID
                     ? STR("id")
                     : entity_schema_of(c->level->q->set)->properties[c->property].name);
    for (size_t i = 0; i < c->key_count; i++) {
        if (c->keys[i].p[0] != '[') buf_add_char(out, '/');
        buf_add(out, c->keys[i]);
    }
}

// ---- cells ----

static bool needs_quotes(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] == '"' || s.p[i] == ',' || s.p[i] == '\r' || s.p[i] == '\n') return true;
    return s.n > 0 && (s.p[0] == ' ' || s.p[s.n - 1] == ' ');
}

static void add_text(buf *out, str s)
{
    if (!needs_quotes(s)) {
        buf_add(out, s);
        return;
    }
    buf_add_char(out, '"');
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"') buf_add_char(out, '"');
        buf_add_char(out, s.p[i]);
    }
    buf_add_char(out, '"');
}

static void add_value(struct answer *r, buf *out, entity_set set, int property, const value *v)
{
    if (v->type == VALUE_TEXT || v->type == VALUE_JSON) {
        add_text(out, v->text);
    } else {
        sta_form_text(out, &r->form, set, property, v);
    }
}

static void add_cell(struct answer *r, buf *out, const struct column *c)
{
    if (c->level->parent && !c->level->in_row) return;
    if (c->property == PROPERTY_IS_ID) {
        buf_add_int(out, c->level->row.id);
        return;
    }
    value member;
    const value *v = &c->level->row.properties[c->property];
    if (c->key_count > 0) {
        if (!sta_json_at(v, c->keys, c->key_count, r->scratch, &member)) return;
        v = &member;
    }
    add_value(r, out, c->level->q->set, c->property, v);
}

// The related entities of the row just read, which are one each.
static bool read_related(struct answer *r, struct level *l, err *e)
{
    for (size_t i = 0; i < l->q->expand_count; i++) {
        struct level *child = &l->children[i];
        child->in_row = false;
        if (l->parent && !l->in_row) continue;
        if (!level_open(child, r->at, r->arena, e) || !level_next(child, r->arena, &child->in_row, e))
            return false;
        if (!read_related(r, child, e)) return false;
    }
    return true;
}

static bool begin(struct answer *r, buf *out, err *e)
{
    struct csv *c = ARENA_NEW(r->arena, struct csv);
    if (!c) return err_no_memory(e);
    r->own = c;
    if (!add_columns(c, &r->top, e)) return false;
    for (size_t i = 0; i < c->count; i++) {
        if (i > 0) buf_add_char(out, ',');
        add_title(out, &c->columns[i]);
    }
    BUF_LIT(out, "\r\n");
    return true;
}

static bool step(struct answer *r, buf *out, bool *more, err *e)
{
    const struct csv *c = r->own;
    if (!answer_next_row(r, more, e)) return false;
    if (!*more) return true;
    if (!read_related(r, &r->top, e)) return false;
    for (size_t i = 0; i < c->count; i++) {
        if (i > 0) buf_add_char(out, ',');
        add_cell(r, out, &c->columns[i]);
    }
    BUF_LIT(out, "\r\n");
    return true;
}

static bool end(struct answer *r, buf *out, err *e)
{
    (void)r;
    (void)out;
    (void)e;
    return true;
}

const struct answer_format answer_csv = {STR("text/csv; charset=utf-8"), begin, step, end, NULL};
