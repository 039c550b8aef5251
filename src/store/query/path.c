// SPDX-License-Identifier: EUPL-1.2
#include "store/query/compile.h"

#include "base/json.h"
#include "store/entity/table.h"
#include "store/observations.h"

#include <assert.h>

// ---- Hops --------------------------------------------------------------------------------------------------------

static bool same_source(struct source a, struct source b)
{
    return a.alias == b.alias;
}

// The row that the relation leads to from here, joined once however many paths go there.
static struct source *join_find(struct compiler *c, struct join **joins, struct join ***last,
                                struct source from, const struct query_path *p, size_t hop)
{
    const int relation = p->hops[hop];
    for (struct join *j = *joins; j; j = j->next)
        if (same_source(j->from, from) && j->relation == relation) return &j->to;

    const struct relation *r = &entity_schema_of(from.set)->relations[relation];
    struct join *j = ARENA_NEW(c->a, struct join);
    if (!j) {
        c->no_memory = true;
        return NULL;
    }
    *j = (struct join){.from = from,
                       .to = source_new(c, r->target),
                       .relation = relation,
                       .hops = p->hops,
                       .hop_count = hop + 1};
    j->to.may_be_absent = from.may_be_absent || r->is_many || !r->is_mandatory;
    **last = j;
    *last = &j->next;
    return &j->to;
}

// Walks the hops [from, to) of a path. To-one relations are joined where the scope's own row is read; from the first to-many
// one on, rows belong to the group.
static bool walk(struct compiler *c, const struct expr *x, struct scope *s, size_t to, struct source *at)
{
    const struct query_path *p = &x->path;
    bool in_group = false;
    *at = s->base;
    for (size_t i = s->walked; i < to; i++) {
        const struct relation *r = &entity_schema_of(at->set)->relations[p->hops[i]];
        in_group |= r->is_many;
        if (in_group && !s->group)
            return compile_fail(c, x, ERR_TYPE, "a path over several entities has no single value here");
        struct join **joins = in_group ? &s->group->joins : &s->joins;
        struct join ***last = in_group ? &s->group->last_join : &s->last_join;
        const struct source *next = join_find(c, joins, last, *at, p, i);
        if (!next) return err_no_memory(c->e);
        *at = *next;
    }
    return true;
}

// ---- Ids ---------------------------------------------------------------------------------------------------------

// The id at the end of a to-one relation stands in the row before it already.
static bool ends_in_own_column(const struct query_path *p, struct source before)
{
    if (p->property != PROPERTY_IS_ID || before.set == SET_OBSERVATION) return false;
    return link_of(before.set, p->hops[p->hop_count - 1]).kind == LINK_HERE;
}

static bool compile_id(struct compiler *c, const struct expr *x, struct scope *s, struct term *out)
{
    const struct query_path *p = &x->path;
    struct source at;
    *out = (struct term){.type = TYPE_NUMBER, .is_integer = true, .is_nullable = true};
    if (p->hop_count > s->walked) {
        if (!walk(c, x, s, p->hop_count - 1, &at)) return false;
        if (ends_in_own_column(p, at)) {
            const struct link l = link_of(at.set, p->hops[p->hop_count - 1]);
            out->sql = sql_print(c, "t%d.%.*s", at.alias, STR_ARG(l.here));
            return true;
        }
    }
    if (!walk(c, x, s, p->hop_count, &at)) return false;
    out->sql = sql_print(c, "t%d.id", at.alias);
    out->is_nullable = at.may_be_absent;
    return true;
}

// ---- Properties --------------------------------------------------------------------------------------------------

static str part_sql(struct compiler *c, const struct query_path *p, int part, int alias)
{
    buf b = {.max = 2048};
    str sql = {0};
    column_add_sql(&b, c->sight, p->set, p->property, part, alias);
    if (b.failed || !arena_copy(c->a, buf_str(&b), &sql)) c->no_memory = true;
    buf_free(&b);
    return sql;
}

// sta_json(column, key, ...) and its views. Nothing lies deeper than JSON may nest.
static void json_views(struct compiler *c, const struct query_path *p, str column, struct term *out)
{
    if (p->key_count > JSON_DEPTH_MAX) {
        out->type = TYPE_ANY;
        out->sql = out->number = out->text = out->truth = STR("NULL");
        return;
    }
    str args = column;
    for (size_t i = 0; i < p->key_count; i++) {
        const str key = sql_text(c, p->keys[i]);
        args = sql_print(c, "%.*s, %.*s", STR_ARG(args), STR_ARG(key));
    }
    out->type = TYPE_ANY;
    out->sql = sql_print(c, "sta_json(%.*s)", STR_ARG(args));
    out->number = sql_print(c, "sta_json_number(%.*s)", STR_ARG(args));
    out->text = sql_print(c, "sta_json_text(%.*s)", STR_ARG(args));
    out->truth = sql_print(c, "sta_json_truth(%.*s)", STR_ARG(args));
}

// A result by its kind; see store/observations.h for the columns.
static void result_views(struct compiler *c, int alias, struct term *out)
{
    out->type = TYPE_ANY;
    out->number = sql_print(
        c,
        "CASE t%d.result_kind WHEN %d THEN CASE t%d.result_scale WHEN 0 THEN t%d.result_units "
        "ELSE t%d.result_real END WHEN %d THEN t%d.result_real END",
        alias, RESULT_DECIMAL, alias, alias, alias, RESULT_NUMBER, alias);
    out->text = sql_print(c, "CASE t%d.result_kind WHEN %d THEN t%d.result_text END", alias, RESULT_TEXT,
                          alias);
    out->truth = sql_print(c, "CASE t%d.result_kind WHEN %d THEN t%d.result_real > 0 END", alias, RESULT_BOOL,
                           alias);
    out->sql = sql_print(
        c,
        "CASE t%d.result_kind WHEN %d THEN CASE WHEN t%d.result_real > 0 THEN x'01' ELSE x'00' END "
        "WHEN %d THEN t%d.result_text WHEN %d THEN CAST(t%d.result_text AS BLOB) ELSE %.*s END",
        alias, RESULT_BOOL, alias, RESULT_TEXT, alias, RESULT_JSON, alias, STR_ARG(out->number));
}

static void compile_result(struct compiler *c, const struct query_path *p, int alias, struct term *out)
{
    if (p->key_count == 0) {
        result_views(c, alias, out);
    } else {
        const str object = sql_print(c, "CASE t%d.result_kind WHEN %d THEN t%d.result_text END", alias,
                                     RESULT_JSON, alias);
        json_views(c, p, object, out);
    }
}

static void compile_property(struct compiler *c, const struct query_path *p, struct source at,
                             struct term *out)
{
    const struct property *property = &entity_schema_of(p->set)->properties[p->property];
    const struct column *column = column_of(p->set, p->property);
    *out = (struct term){.is_nullable = at.may_be_absent || !(property->flags & PROPERTY_MANDATORY)};
    if (property->type == PROPERTY_RESULT) {
        out->is_nullable = true;
        compile_result(c, p, at.alias, out);
        return;
    }
    const str first = part_sql(c, p, 0, at.alias);
    if (property->type == PROPERTY_JSON || p->key_count > 0) {
        out->is_nullable = true;
        json_views(c, p, first, out);
        return;
    }
    out->sql = first;
    switch (property->type) {
    case PROPERTY_TEXT: out->type = TYPE_TEXT; return;
    case PROPERTY_GEOMETRY: out->type = TYPE_GEOMETRY; return;
    case PROPERTY_INSTANT:
    case PROPERTY_INTERVAL:
    case PROPERTY_TIME:
        out->type = TYPE_TIME;
        out->is_instant = property->type == PROPERTY_INSTANT;
        out->second = column->part_count > 1 ? part_sql(c, p, 1, at.alias) : STR("NULL");
        out->is_phenomenon_time = property->type == PROPERTY_TIME;
        if (out->is_phenomenon_time) out->is_nullable = at.may_be_absent;
        return;
    case PROPERTY_JSON:
    case PROPERTY_RESULT: return;
    }
}

bool compile_path(struct compiler *c, const struct expr *x, struct term *out)
{
    const struct query_path *p = &x->path;
    assert(p->variable >= 0 && p->variable < c->scope_count);
    struct scope *s = c->scopes[p->variable];
    struct source at;
    if (p->property == PROPERTY_IS_ID) return compile_id(c, x, s, out);
    if (!walk(c, x, s, p->hop_count, &at)) return false;
    compile_property(c, p, at, out);
    return true;
}
