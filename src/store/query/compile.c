// SPDX-License-Identifier: EUPL-1.2
#include "store/query/compile.h"

#include "store/entity/table.h"

#include <assert.h>
#include <stdio.h>

#define SQL_MAX ((size_t)1024 * 1024)

void compiler_start(struct compiler *c, const struct query *q, const struct sight *sight, arena *a, err *e)
{
    *c = (struct compiler){
        .query = q, .sight = sight, .a = a, .e = e, .now = time_now(), .parameter_count = PARENT_PARAMETER};
    c->last_parameter = &c->parameters;
}

str sql_print(struct compiler *c, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    va_list again;
    va_copy(again, args);
    const int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *p = n >= 0 && (size_t)n < SQL_MAX ? arena_alloc(c->a, (size_t)n + 1) : NULL;
    if (p) (void)vsnprintf(p, (size_t)n + 1, format, again);
    va_end(again);
    c->no_memory |= !p;
    return p ? (str){p, (size_t)n} : STR("");
}

buf sql_list(void)
{
    return (buf){.max = SQL_MAX};
}

void sql_list_add(buf *list, const char *separator, str item)
{
    if (list->n > 0) buf_add(list, str_of(separator));
    buf_add(list, item);
}

str sql_list_end(struct compiler *c, buf *list)
{
    str sql = {0};
    if (list->failed || !arena_copy(c->a, buf_str(list), &sql)) c->no_memory = true;
    buf_free(list);
    return sql;
}

// ---- Parameters ----------------------------------------------------------------------------------------------------

static str add_parameter(struct compiler *c, struct parameter p)
{
    struct parameter *kept = ARENA_NEW(c->a, struct parameter);
    if (!kept || (p.text.p && !arena_copy(c->a, p.text, &p.text))) {
        c->no_memory = true;
        return STR("");
    }
    *kept = p;
    kept->number = ++c->parameter_count;
    *c->last_parameter = kept;
    c->last_parameter = &kept->next;
    return sql_print(c, "?%d", kept->number);
}

str sql_integer(struct compiler *c, int64_t v)
{
    return add_parameter(c, (struct parameter){.kind = PARAMETER_INTEGER, .integer = v});
}

str sql_real(struct compiler *c, double v)
{
    return add_parameter(c, (struct parameter){.kind = PARAMETER_REAL, .real = v});
}

str sql_text(struct compiler *c, str s)
{
    return add_parameter(c, (struct parameter){.kind = PARAMETER_TEXT, .text = s.p ? s : STR("")});
}

str sql_blob(struct compiler *c, str s)
{
    return add_parameter(c, (struct parameter){.kind = PARAMETER_BLOB, .text = s.p ? s : STR("")});
}

// ---- Scopes ----------------------------------------------------------------------------------------------------------

str sql_shown(struct compiler *c, entity_set set, str id)
{
    buf list = sql_list();
    sight_add_sql(&list, c->sight, set, id);
    return sql_list_end(c, &list);
}

struct source source_new(struct compiler *c, entity_set set)
{
    return (struct source){.set = set, .alias = c->alias_count++};
}

void scope_open(struct compiler *c, struct scope *s, struct source base, size_t walked)
{
    assert(c->scope_count < SCOPES_MAX);
    *s = (struct scope){.base = base, .walked = walked};
    s->last_join = &s->joins;
    c->scopes[c->scope_count++] = s;
}

void scope_close(struct compiler *c)
{
    c->scope_count--;
}

static str join_to_one(struct compiler *c, const struct join *j)
{
    const struct link l = link_of(j->from.set, j->relation);
    return sql_print(c, " %sJOIN %.*s AS t%d ON t%d.id = t%d.%.*s", j->to.may_be_absent ? "LEFT " : "",
                     STR_ARG(table_name(j->to.set)), j->to.alias, j->to.alias, j->from.alias,
                     STR_ARG(l.here));
}

str scope_joins(struct compiler *c, const struct scope *s)
{
    buf list = sql_list();
    for (const struct join *j = s->joins; j; j = j->next) sql_list_add(&list, "", join_to_one(c, j));
    return sql_list_end(c, &list);
}
