// SPDX-License-Identifier: EUPL-1.2
#include "store/query/plan.h"

#include "store/entity/record.h"

#include <string.h>

#define RECORD_SQL_MAX ((size_t)16 * 1024)

static bool has_bit(uint32_t mask, int i)
{
    return (mask >> i) & 1u;
}

// ---- Which rows ----------------------------------------------------------------------------------------------------

// FROM and WHERE of a question, without a position.
struct rows {
    struct scope scope;  // of t0
    str pairs;           // "Thing_Locations AS p JOIN ", when the parent leads here by pairs
    str id;              // the column that holds t0's id and comes in order
    str where;           // empty: all
    bool needs_rows;     // see struct filter
};

static bool is_of_stream(const struct query *q)
{
    return q->has_parent && q->set == SET_OBSERVATION && q->parent_set != SET_FEATURE_OF_INTEREST;
}

// Both kinds of stream share one column, so the parent's kind has to be looked at, too.
static str of_stream(struct compiler *c, entity_set kind)
{
    return sql_print(c, "t0.stream = ?%d AND EXISTS(SELECT 1 FROM %.*s WHERE id = ?%d)", PARENT_PARAMETER,
                     STR_ARG(table_name(kind)), PARENT_PARAMETER);
}

static str of_parent(struct compiler *c, const struct query *q, struct rows *r)
{
    const struct link l = link_of(q->parent_set, q->relation);
    switch (l.kind) {
    case LINK_HERE:
        return sql_print(c, "t0.id = (SELECT %.*s FROM %.*s WHERE id = ?%d)", STR_ARG(l.here),
                         STR_ARG(table_name(q->parent_set)), PARENT_PARAMETER);
    case LINK_THERE:
        if (is_of_stream(q)) return of_stream(c, q->parent_set);
        return sql_print(c, "t0.%.*s = ?%d", STR_ARG(l.there), PARENT_PARAMETER);
    case LINK_PAIRS: break;
    }
    r->pairs = sql_print(c, "%.*s AS p JOIN ", STR_ARG(l.table));
    r->id = sql_print(c, "p.%.*s", STR_ARG(l.there));
    return sql_print(c, "p.%.*s = ?%d AND t0.id = p.%.*s", STR_ARG(l.here), PARENT_PARAMETER,
                     STR_ARG(l.there));
}

static bool add_rows(struct compiler *c, const struct query *q, struct rows *r, buf *where)
{
    struct filter filter = {0};
    if (q->has_parent) sql_list_add(where, " AND ", of_parent(c, q, r));
    if (q->id != 0)
        sql_list_add(where, " AND ", sql_print(c, "t0.id = %.*s", STR_ARG(sql_integer(c, q->id))));
    if (q->filter && !compile_filter(c, q->filter, &filter)) return false;
    if (filter.sql.n > 0) sql_list_add(where, " AND ", filter.sql);
    const str shown = sql_shown(c, q->set, STR("t0.id"));
    if (shown.n > 0) sql_list_add(where, " AND ", sql_print(c, "1%.*s", STR_ARG(shown)));
    r->needs_rows = filter.needs_rows || q->id != 0 || (q->has_parent && !is_of_stream(q));
    return true;
}

// `also`: a join that the columns need.
static str rows_sql(struct compiler *c, const struct rows *r, str also, str where)
{
    const str joins = scope_joins(c, &r->scope);
    return sql_print(c, " FROM %.*s%.*s AS t0%.*s%.*s%s%.*s", STR_ARG(r->pairs),
                     STR_ARG(table_name(r->scope.base.set)), STR_ARG(joins), STR_ARG(also),
                     where.n > 0 ? " WHERE " : "", STR_ARG(where));
}

// ---- Distinct ------------------------------------------------------------------------------------------------------

static bool add_selected_member(struct compiler *c, const struct query *q, int property, buf *list)
{
    bool found = false;
    for (size_t i = 0; i < q->select_count; i++) {
        const struct query_select *s = &q->selects[i];
        if (s->property != property) continue;
        struct expr x = {.kind = EXPR_PATH};
        x.path = (struct query_path){
            .set = q->set, .property = property, .keys = s->keys, .key_count = s->key_count};
        struct term t;
        if (!compile_path(c, &x, &t)) return false;
        sql_list_add(list, ", ", t.sql);
        found = true;
    }
    return found;
}

static void add_selected(struct compiler *c, const struct query *q, buf *list)
{
    const struct entity_schema *s = entity_schema_of(q->set);
    for (int i = 0; i < s->property_count; i++) {
        if (!has_bit(q->properties, i) || add_selected_member(c, q, i, list)) continue;
        for (int part = 0; part < column_of(q->set, i)->part_count; part++) {
            if (list->n > 0) BUF_LIT(list, ", ");
            column_add_sql(list, c->sight, q->set, i, part, 0);
        }
    }
    for (int i = 0; i < s->relation_count; i++) {
        if (!has_bit(q->links, i) || s->relations[i].is_many) continue;
        if (list->n > 0) BUF_LIT(list, ", ");
        link_add_sql(list, q->set, i, 0);
    }
}

// Of the rows that show the same, the one with the smallest id stands for all.
static void keep_distinct(struct compiler *c, const struct query *q, struct rows *r)
{
    if (!q->is_distinct || q->select_id) return;
    buf list = sql_list();
    add_selected(c, q, &list);
    const str selected = sql_list_end(c, &list);
    if (selected.n == 0) return;
    const str all = rows_sql(c, r, (str){0}, r->where);
    r->where = sql_print(c, "t0.id IN (SELECT min(t0.id)%.*s GROUP BY %.*s)", STR_ARG(all),
                         STR_ARG(selected));
    r->pairs = (str){0};
    r->id = STR("t0.id");
    r->needs_rows = true;
}

static bool compile_rows(struct compiler *c, const struct query *q, struct rows *r)
{
    *r = (struct rows){.id = STR("t0.id")};
    scope_open(c, &r->scope, source_new(c, q->set), 0);
    buf where = sql_list();
    const bool ok = add_rows(c, q, r, &where);
    r->where = sql_list_end(c, &where);
    if (ok) keep_distinct(c, q, r);
    return ok;
}

// ---- Order ---------------------------------------------------------------------------------------------------------

struct order {
    struct sort_key *keys;
    size_t key_count;
    struct sort_column *columns;  // those of the keys, then the id
    size_t column_count;
};

static void add_column(struct order *o, str sql, bool is_descending, bool is_nullable)
{
    o->columns[o->column_count++] = (struct sort_column){
        .sql = sql, .is_descending = is_descending, .is_nullable = is_nullable};
}

static void add_key(struct compiler *c, struct order *o, const struct term *t, bool is_descending)
{
    const size_t first = o->column_count;
    if (t->type == TYPE_DURATION) {
        const str nominal = sql_print(c, "(%.*s * " NOMINAL_MONTH " + %.*s)", STR_ARG(t->sql),
                                      STR_ARG(t->second));
        add_column(o, nominal, is_descending, true);
    } else {
        add_column(o, t->sql, is_descending, t->is_nullable);
    }
    // Observations are kept by the start of their time; of equal starts the id decides, which needs no sorting.
    if (t->is_phenomenon_time)
        o->columns[first].is_phenomenon_time = true;
    else if (t->type == TYPE_TIME && !t->is_instant)
        add_column(o, t->second, is_descending, true);
    o->keys[o->key_count++] = (struct sort_key){t->type, (int)(o->column_count - first)};
}

// A column by the place that it has in its own SELECT, for SQLite finds no outer rows from inside an ORDER BY.
static str order_of_many(struct compiler *c, const struct order *o, size_t from, size_t own)
{
    buf list = sql_list();
    for (size_t i = from; i < o->column_count; i++) {
        const str column = i == own ? STR("1") : o->columns[i].sql;
        sql_list_add(&list, ", ",
                     sql_print(c, "%.*s%s", STR_ARG(column), o->columns[i].is_descending ? " DESC" : ""));
    }
    return sql_list_end(c, &list);
}

// Of many related entities the one that comes first in this order decides: descending by time, the latest.
static void first_of_many(struct compiler *c, struct order *o, size_t from, const struct group *many)
{
    const str rows = group_rows(c, many);
    str firsts[2];  // a key has no more columns
    for (size_t i = from; i < o->column_count; i++) {
        const str order = order_of_many(c, o, from, i);
        firsts[i - from] = sql_print(c, "(SELECT %.*s%.*s ORDER BY %.*s LIMIT 1)", STR_ARG(o->columns[i].sql),
                                     STR_ARG(rows), STR_ARG(order));
    }
    for (size_t i = from; i < o->column_count; i++)
        o->columns[i] = (struct sort_column){
            .sql = firsts[i - from], .is_descending = o->columns[i].is_descending, .is_nullable = true};
}

static bool add_order(struct compiler *c, const struct query_order *by, struct order *o)
{
    const size_t from = o->column_count;
    struct group many = {0};
    many.last_join = &many.joins;
    struct scope *s = c->scopes[0];
    struct term t;
    s->group = &many;
    const bool ok = compile_term(c, by->key, &t);
    s->group = NULL;
    if (!ok) return false;
    add_key(c, o, &t, by->is_descending);
    if (many.joins) first_of_many(c, o, from, &many);
    return true;
}

static bool add_default_key(struct compiler *c, const struct query *q, struct order *o)
{
    if (is_of_stream(q)) {
        struct expr x = {.kind = EXPR_PATH};
        x.path = (struct query_path){.set = SET_OBSERVATION, .property = OBSERVATION_PHENOMENON_TIME};
        struct term t;
        if (!compile_path(c, &x, &t)) return false;
        add_key(c, o, &t, false);
    } else if (q->has_parent) {
        const struct link l = link_of(q->parent_set, q->relation);
        const struct term position = {.type = TYPE_NUMBER, .sql = STR("p.position")};
        if (l.kind == LINK_PAIRS && l.is_ordered && l.is_owner && !q->is_distinct)
            add_key(c, o, &position, false);
    }
    return true;
}

static bool compile_order(struct compiler *c, const struct query *q, str id, struct order *o)
{
    *o = (struct order){.keys = ARENA_ARRAY(c->a, q->order_count + 1, struct sort_key),
                        .columns = ARENA_ARRAY(c->a, 2 * (q->order_count + 2), struct sort_column)};
    if (!o->keys || !o->columns) return err_no_memory(c->e);
    for (size_t i = 0; i < q->order_count; i++)
        if (!add_order(c, &q->orders[i], o)) return false;
    if (q->order_count == 0 && !add_default_key(c, q, o)) return false;
    const bool is_descending = q->order_count > 0 && q->orders[q->order_count - 1].is_descending;
    add_column(o, id, is_descending, false);
    return true;
}

// Keys are named by their place among the columns; what follows the id decides nothing more.
static str order_sql(struct compiler *c, const struct order *o)
{
    const struct sort_column *id = &o->columns[o->column_count - 1];
    buf list = sql_list();
    for (const struct sort_column *k = o->columns; k <= id; k++) {
        const str place = k == id ? id->sql : sql_print(c, "%d", (int)(k - o->columns) + 1);
        sql_list_add(&list, ", ", sql_print(c, "%.*s%s", STR_ARG(place), k->is_descending ? " DESC" : ""));
        if (str_eq(k->sql, id->sql)) break;
    }
    return sql_list_end(c, &list);
}

// ---- Position ------------------------------------------------------------------------------------------------------

static bool compile_position(struct compiler *c, const struct query *q, const struct order *o, str *out)
{
    if (q->after_count != o->key_count + 1)
        return err_set(c->e, ERR_SYNTAX, ERR_NOWHERE, "the position to go on from does not fit the order");
    struct after_value *after = ARENA_ARRAY(c->a, o->column_count, struct after_value);
    if (!after) return err_no_memory(c->e);
    size_t n = 0;
    for (size_t i = 0; i < o->key_count; i++)
        for (int k = 0; k < o->keys[i].column_count; k++)
            if (!after_value_of(c, &q->after[i], o->keys[i].type, k == 1, &after[n++])) return false;
    if (!after_value_of(c, &q->after[o->key_count], TYPE_NUMBER, false, &after[n])) return false;
    *out = sort_columns_after(c, o->columns, after, o->column_count);
    return true;
}

// ---- Statements ----------------------------------------------------------------------------------------------------

static str columns_sql(struct compiler *c, const struct query *q, const struct order *o)
{
    buf list = sql_list();
    for (size_t i = 0; i + 1 < o->column_count; i++) sql_list_add(&list, ", ", o->columns[i].sql);
    const str keys = sql_list_end(c, &list);
    buf record = {.max = RECORD_SQL_MAX};
    record_add_sql(&record, c->sight, q->set, q->properties, q->links, 0);
    const str all = sql_list_end(c, &record);
    return keys.n > 0 ? sql_print(c, "%.*s%.*s", STR_ARG(keys), STR_ARG(all)) : str_slice(all, 2, all.n);
}

static str limit_sql(struct compiler *c, const struct query *q)
{
    if (q->top < 0 && q->skip <= 0) return (str){0};
    const str top = sql_integer(c, q->top < 0 ? -1 : q->top);
    if (q->skip <= 0) return sql_print(c, " LIMIT %.*s", STR_ARG(top));
    return sql_print(c, " LIMIT %.*s OFFSET %.*s", STR_ARG(top), STR_ARG(sql_integer(c, q->skip)));
}

static bool finish(struct compiler *c, str sql, struct plan *out)
{
    if (c->no_memory) return err_set(c->e, ERR_RANGE, ERR_NOWHERE, "the question is too long");
    out->sql = sql;
    out->parameters = c->parameters;
    return true;
}

bool plan_rows(const struct query *q, const struct sight *sight, arena *a, struct plan *out, err *e)
{
    struct compiler c;
    struct rows r;
    struct order o;
    str where;
    compiler_start(&c, q, sight, a, e);
    if (!compile_rows(&c, q, &r) || !compile_order(&c, q, r.id, &o)) return false;
    where = r.where;
    if (q->after) {
        str position = {0};
        if (!compile_position(&c, q, &o, &position)) return false;
        where = where.n > 0 ? sql_print(&c, "%.*s AND %.*s", STR_ARG(where), STR_ARG(position)) : position;
    }
    buf join = sql_list();
    record_add_join(&join, q->set, q->properties, 0);
    const str also = sql_list_end(&c, &join);
    const str columns = columns_sql(&c, q, &o), rows = rows_sql(&c, &r, also, where),
              order = order_sql(&c, &o), limit = limit_sql(&c, q);
    const str sql = sql_print(&c, "SELECT %.*s%.*s ORDER BY %.*s%.*s", STR_ARG(columns), STR_ARG(rows),
                              STR_ARG(order), STR_ARG(limit));
    *out = (struct plan){.keys = o.keys, .key_count = o.key_count, .record_at = (int)o.column_count - 1};
    return finish(&c, sql, out);
}

bool plan_count(const struct query *q, const struct sight *sight, arena *a, struct plan *out, err *e)
{
    struct compiler c;
    struct rows r;
    compiler_start(&c, q, sight, a, e);
    if (!compile_rows(&c, q, &r)) return false;
    str sql;
    if (q->set == SET_OBSERVATION && !r.needs_rows) {
        // Every condition is on t0.stream alone, so the counters of the streams answer it.
        sql = sql_print(&c, "SELECT coalesce(sum(t0.count), 0) FROM stream_extent AS t0%s%.*s",
                        r.where.n > 0 ? " WHERE " : "", STR_ARG(r.where));
    } else {
        const str rows = rows_sql(&c, &r, (str){0}, r.where);
        sql = sql_print(&c, "SELECT count(*)%.*s", STR_ARG(rows));
    }
    *out = (struct plan){0};
    return finish(&c, sql, out);
}

void plan_bind(const struct plan *p, sqlite3_stmt *st, entity_id parent_id)
{
    sqlite3_bind_int64(st, PARENT_PARAMETER, parent_id);
    for (const struct parameter *v = p->parameters; v; v = v->next) {
        switch (v->kind) {
        case PARAMETER_NULL: break;
        case PARAMETER_INTEGER: sqlite3_bind_int64(st, v->number, v->integer); break;
        case PARAMETER_REAL: sqlite3_bind_double(st, v->number, v->real); break;
        case PARAMETER_TEXT: sql_bind_str(st, v->number, v->text); break;
        case PARAMETER_BLOB: sql_bind_blob(st, v->number, v->text); break;
        }
    }
}
