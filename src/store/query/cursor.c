// SPDX-License-Identifier: EUPL-1.2
#include "store/entity/record.h"
#include "store/query/plan.h"
#include "store/tx.h"

#include <string.h>

#define PLAN_MAX \
    ((size_t)16 * 1024 * 1024)  // of text while compiling; a filter of the greatest length stays far below
#define ROW_MAX ((size_t)256 * 1024 * 1024)

struct cursor {
    arena *a;      // holds this, and the plan
    arena *texts;  // of the row just read
    struct connection *c;
    sqlite3_stmt *st;
    struct plan plan;
    entity_set set;
    uint32_t properties, links;
    bool has_row, at_end;
};

// How SQLite says that a question passes one of its limits; nothing else can be wrong with the text.
static bool is_past_limit(struct connection *c)
{
    static const char *const limits[] = {"stack overflow", "Expression tree is too large", "tables in a join",
                                         "too many "};
    const char *message = sqlite3_errmsg(c->db);
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++)
        if (strstr(message, limits[i])) return true;
    return false;
}

// What does not fit in PLAN_MAX is the question's fault, not the server's.
static bool plan_failed(err *e)
{
    return e->code == ERR_LIMIT ? err_set(e, ERR_RANGE, ERR_NOWHERE, "the question is too long") : false;
}

static bool take_planned(struct connection *c, const struct plan *p, entity_id parent_id, sqlite3_stmt **st,
                         err *e)
{
    if (!sql_take(c, p->sql, st, e))
        return is_past_limit(c) ? err_set(e, ERR_RANGE, ERR_NOWHERE, "the question is nested too deeply")
                                : false;
    plan_bind(p, *st, parent_id);
    return true;
}

static bool make(struct cursor *c, const struct query *q, struct snapshot *at, err *e)
{
    c->texts = arena_new(ROW_MAX);
    if (!c->texts) return err_no_memory(e);
    c->c = snapshot_connection(at);
    c->set = q->set;
    c->properties = q->properties;
    c->links = q->links;
    c->at_end = q->top == 0;
    if (!plan_rows(q, at->sight, c->a, &c->plan, e)) return plan_failed(e);
    return take_planned(c->c, &c->plan, q->parent_id, &c->st, e);
}

bool store_query(struct snapshot *at, const struct query *q, struct cursor **out, err *e)
{
    arena *a = arena_new(PLAN_MAX);
    struct cursor *c = a ? ARENA_NEW(a, struct cursor) : NULL;
    if (!c) {
        arena_free(a);
        return err_no_memory(e);
    }
    c->a = a;
    if (!make(c, q, at, e)) {
        cursor_close(c);
        return false;
    }
    *out = c;
    return true;
}

bool cursor_next(struct cursor *c, struct record *row, bool *got, err *e)
{
    c->has_row = false;
    *got = false;
    if (c->at_end) return true;
    arena_reset(c->texts);
    bool has_row;
    if (!sql_step(c->c, c->st, &has_row, e)) return false;
    c->at_end = !has_row;
    if (!has_row) return true;
    if (!record_read(c->st, c->plan.record_at, c->set, c->properties, c->links, c->texts, row, e))
        return false;
    c->has_row = true;
    *got = true;
    return true;
}

bool cursor_position(struct cursor *c, arena *a, value **keys, size_t *count, err *e)
{
    if (!c->has_row) return err_set(e, ERR_INTERNAL, ERR_NOWHERE, "a cursor without a row has no position");
    value *list = ARENA_ARRAY(a, c->plan.key_count + 1, value);
    if (!list) return err_no_memory(e);
    int at = 0;
    for (size_t i = 0; i < c->plan.key_count; i++) {
        if (!sort_key_read(c->st, at, &c->plan.keys[i], a, &list[i], e)) return false;
        at += c->plan.keys[i].column_count;
    }
    list[c->plan.key_count] = value_int(sqlite3_column_int64(c->st, at));
    *keys = list;
    *count = c->plan.key_count + 1;
    return true;
}

bool cursor_restart(struct cursor *c, entity_id parent_id, err *e)
{
    (void)e;
    sqlite3_reset(c->st);
    sqlite3_bind_int64(c->st, PARENT_PARAMETER, parent_id);
    c->has_row = false;
    c->at_end = false;
    return true;
}

void cursor_close(struct cursor *c)
{
    if (!c) return;
    if (c->st) sql_give(c->c, c->st);
    arena_free(c->texts);
    arena_free(c->a);
}

bool store_count(struct snapshot *at, const struct query *q, int64_t *out, err *e)
{
    struct connection *c = snapshot_connection(at);
    arena *a = arena_new(PLAN_MAX);
    if (!a) return err_no_memory(e);
    struct plan p;
    sqlite3_stmt *st = NULL;
    bool got;
    const bool ok = plan_count(q, at->sight, a, &p, e) && take_planned(c, &p, q->parent_id, &st, e) &&
                    sql_step(c, st, &got, e);
    if (ok) *out = sqlite3_column_int64(st, 0);
    if (st) sql_give(c, st);
    arena_free(a);
    return ok;
}
