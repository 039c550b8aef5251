// SPDX-License-Identifier: EUPL-1.2
#include "sta/query/parser.h"

#define SELECTS_MAX 64

bool sta_query_is_within(const struct query *q, int property)
{
    for (size_t i = 0; i < q->select_count; i++)
        if (q->selects[i].property == property) return true;
    return false;
}

// The whole property is asked for: paths into it say nothing more.
static void select_whole(struct query *q, int property)
{
    size_t kept = 0;
    for (size_t i = 0; i < q->select_count; i++)
        if (q->selects[i].property != property) q->selects[kept++] = q->selects[i];
    q->select_count = kept;
    q->properties |= 1u << property;
}

static bool select_deep(struct parser *p, struct query *q, int property, str *keys, size_t key_count)
{
    const bool is_whole = (q->properties >> property & 1) && !sta_query_is_within(q, property);
    if (is_whole) return true;
    if (!q->selects) q->selects = ARENA_ARRAY(p->arena, SELECTS_MAX, struct query_select);
    if (!q->selects) return parser_no_memory(p);
    if (q->select_count == SELECTS_MAX)
        return parser_fail(p, ERR_RANGE, p->lexer.now.at, "more than %d paths in $select", SELECTS_MAX);
    q->selects[q->select_count++] = (struct query_select){property, keys, key_count};
    q->properties |= 1u << property;
    return true;
}

static void select_all(struct query *q)
{
    const struct entity_schema *s = entity_schema_of(q->set);
    q->select_id = true;
    for (int i = 0; i < s->property_count; i++) select_whole(q, i);
    q->select_links = (1u << s->relation_count) - 1;
}

static bool select_name(struct parser *p, struct query *q, str name, size_t at)
{
    if (str_eq(name, STR("id")) || str_eq(name, STR("@iot.id"))) {
        q->select_id = true;
        return parser_step(p);
    }
    const int property = entity_property_find(q->set, name);
    if (property < 0) {
        const int relation = entity_relation_find_nocase(q->set, name);
        if (relation < 0) return parser_fail_name(p, at, q->set, name);
        q->select_links |= 1u << relation;
        return parser_step(p);
    }
    str *keys;
    size_t key_count;
    if (!parser_step(p) || !parse_keys(p, q->set, property, &keys, &key_count)) return false;
    if (key_count > 0) return select_deep(p, q, property, keys, key_count);
    select_whole(q, property);
    return true;
}

bool parse_selection(struct parser *p, struct query *q)
{
    q->has_select = true;
    for (;;) {
        const struct token t = p->lexer.now;
        str name = t.text;
        if (token_is_mark(&t, '*')) {
            select_all(q);
            if (!parser_step(p)) return false;
        } else {
            if (t.kind != TOKEN_NAME) return parser_fail_here(p, "a property or relation");
            if (str_starts(name, STR("distinct:"))) {
                q->is_distinct = true;
                name = str_slice(name, 9, name.n);
            }
            if (!select_name(p, q, name, t.at)) return false;
        }
        if (!token_is_mark(&p->lexer.now, ',')) return true;
        if (!parser_step(p)) return false;
    }
}
