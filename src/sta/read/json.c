// SPDX-License-Identifier: EUPL-1.2
// JSON: entities with their expansions, to any depth, written as they are read. One step does one thing (open a list, begin
// an entity, end it), so that an answer of any shape can stop between two pieces.
#include "sta/read/answer.h"

static str relation_name(const struct level *l)
{
    return entity_schema_of(l->q->parent_set)->relations[l->q->relation].name;
}

static void separate(struct level *parent, buf *out)
{
    if (!parent->row_is_empty) buf_add_char(out, ',');
    parent->row_is_empty = false;
}

static void add_name(struct level *parent, const struct level *l, const char *suffix, buf *out)
{
    separate(parent, out);
    buf_add_char(out, '"');
    buf_add(out, relation_name(l));
    buf_add(out, str_of(suffix));
    BUF_LIT(out, "\":");
}

static bool add_count(struct answer *r, struct level *l, buf *out, err *e)
{
    int64_t count;
    if (!level_count(l, r->at, &count, e)) return false;
    buf_add_int(out, count);
    return true;
}

static bool open_child(struct answer *r, struct level *parent, struct level *l, buf *out, err *e)
{
    if (!sta_form_has_relation(&parent->row, l->q->relation)) return true;
    if (!level_open(l, r->at, r->arena, e)) return false;
    if (!l->is_many && l->is_done) return true;  // no such entity: nothing is shown
    if (l->q->wants_count) {
        add_name(parent, l, "@iot.count", out);
        if (!add_count(r, l, out, e)) return false;
    }
    add_name(parent, l, "", out);
    if (l->is_many) buf_add_char(out, '[');
    r->now = l;
    return true;
}

static void close_list(struct answer *r, struct level *l, buf *out)
{
    r->now = l->parent;
    if (!l->is_many) return;
    buf_add_char(out, ']');
    if (!l->has_more) return;
    add_name(l->parent, l, "@iot.nextLink", out);
    buf_add_char(out, '"');
    add_next_link(r, l, out);
    buf_add_char(out, '"');
}

static void begin_row(struct answer *r, struct level *l, buf *out)
{
    if (l->is_many && l->given > 1) buf_add_char(out, ',');
    l->in_row = true;
    l->next_child = 0;
    l->row_is_empty = true;
    if (r->scratch) arena_reset(r->scratch);
    if (!r->is_ref) {
        sta_form_entity_open(out, l->parent ? &r->nested : &r->form, &l->row, l->q, &l->row_is_empty);
        return;
    }
    l->next_child = l->q->expand_count;
    BUF_LIT(out, "{\"@iot.selfLink\":\"");
    sta_form_url(out, &r->form, l->row.set, l->row.id);
    buf_add_char(out, '"');
}

// *more = false at the end of the top level's list.
bool json_step(struct answer *r, buf *out, bool *more, err *e)
{
    struct level *l = r->now;
    if (l->in_row) {
        if (l->next_child < l->q->expand_count)
            return open_child(r, l, &l->children[l->next_child++], out, e);
        buf_add_char(out, '}');
        l->in_row = false;
        return true;
    }
    bool got;
    const bool read = l->parent ? level_next(l, r->arena, &got, e) : answer_next_row(r, &got, e);
    if (!read) return false;
    if (got) {
        begin_row(r, l, out);
    } else if (l->parent) {
        close_list(r, l, out);
    } else {
        *more = false;
    }
    return true;
}

bool json_row(struct answer *r, buf *out, bool *got, err *e)
{
    *got = true;
    do {
        if (!json_step(r, out, got, e)) return false;
    } while (*got && (r->now != &r->top || r->top.in_row));
    return true;
}

static bool begin(struct answer *r, buf *out, err *e)
{
    if (!r->top.is_many) return true;
    buf_add_char(out, '{');
    if (r->top.q->wants_count) {
        BUF_LIT(out, "\"@iot.count\":");
        if (!add_count(r, &r->top, out, e)) return false;
        buf_add_char(out, ',');
    }
    BUF_LIT(out, "\"value\":[");
    return true;
}

static bool end(struct answer *r, buf *out, err *e)
{
    (void)e;
    if (!r->top.is_many) return true;
    buf_add_char(out, ']');
    if (r->top.has_more) {
        BUF_LIT(out, ",\"@iot.nextLink\":\"");
        add_next_link(r, &r->top, out);
        buf_add_char(out, '"');
    }
    buf_add_char(out, '}');
    return true;
}

const struct answer_format answer_json = {STR("application/json"), begin, json_step, end, NULL};
